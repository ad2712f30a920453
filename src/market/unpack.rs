//! Packed tables unpacked, never into more memory than a table may take: a small archive can say that it is a very large file.

use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use crate::fault::Fault;
use crate::market::cite::cited;
use crate::market::files::unreadable;

/// Bytes a table may unpack to: 2 GiB.
const LARGEST: u64 = 2 << 30;

/// The table in a `.csv.gz`, all its members one after the other.
pub(super) fn gunzip(path: &Path, packed: &[u8]) -> Result<Vec<u8>, Fault> {
    if !b"\x1f\x8b".starts_with(&packed[..packed.len().min(2)]) {
        return Err(unreadable(path, "not a gzip file"));
    }
    let decoder = flate2::read::MultiGzDecoder::new(packed);
    let unpacked = bounded(path, decoder, packed.len() * 4, LARGEST)?;
    unpacked.map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => unreadable(path, "a gzip file that is cut short"),
        _ => unreadable(path, &format!("a damaged gzip file: {}", cited(&error.to_string()))),
    })
}

/// The one table in a `.zip`; folders in it are no files.
pub(super) fn unzip(path: &Path, packed: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let begins = packed.starts_with(b"PK");
    let broken = |error: &dyn std::fmt::Display| {
        let what = if begins { "a zip archive that is cut short or damaged" } else { "not a zip archive" };
        unreadable(path, &format!("{what}: {}", cited(&error.to_string())))
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|error| broken(&error))?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        if !archive.by_index_raw(index).map_err(|error| broken(&error))?.is_dir() {
            files.push(index);
        }
    }
    let &[index] = files.as_slice() else {
        return Err(Fault::new(
            path.display().to_string(),
            format!("{} files in the archive", files.len()),
            "one CSV file in each archive",
            "unpack it, one file a table",
        ));
    };
    let file = archive.by_index(index).map_err(|error| broken(&error))?;
    bounded(path, file, 0, LARGEST)?.map_err(|error| broken(&error))
}

/// All bytes of a reader, or the refusal of a reader that has more than `largest`.
fn bounded(path: &Path, reader: impl Read, guess: usize, largest: u64) -> Result<std::io::Result<Vec<u8>>, Fault> {
    let mut bytes = Vec::with_capacity(guess.min(largest as usize));
    let read = reader.take(largest + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > largest {
        return Err(Fault::new(
            path.display().to_string(),
            format!("unpacks to more than {} GiB", LARGEST >> 30),
            "a table of at most 2 GiB",
            "split it into several files of one symbol, by month or by year",
        ));
    }
    Ok(read.map(|_| bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    #[test]
    fn what_unpacks_to_more_than_the_bound_is_refused() {
        let packed = gzip(&[b'0'; 1_000]);
        let unpack = |largest| bounded(Path::new("x.gz"), flate2::read::MultiGzDecoder::new(packed.as_slice()), 0, largest);
        assert_eq!(unpack(1_000).unwrap().unwrap().len(), 1_000);
        assert_eq!(unpack(999).unwrap_err().found, "unpacks to more than 2 GiB");
    }

    #[test]
    fn a_gzip_file_is_whole_cut_short_or_none() {
        let packed = gzip(b"timestamp,open");
        assert_eq!(gunzip(Path::new("x"), &packed).unwrap(), b"timestamp,open");
        let said = |bytes: &[u8]| gunzip(Path::new("x"), bytes).unwrap_err().found;
        assert_eq!(said(&packed[..packed.len() - 9]), "cannot be read: a gzip file that is cut short");
        assert_eq!(said(b"timestamp,open"), "cannot be read: not a gzip file");
        assert_eq!(said(b""), "cannot be read: a gzip file that is cut short");
    }
}
