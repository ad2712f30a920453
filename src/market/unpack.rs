//! Packed tables unpacked, never into more memory than a table may take: a small archive can say that it is a very large file.

use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use crate::bounded::size;
use crate::fault::Fault;
use crate::market::files::{Source, unreadable};
use crate::market::quote_field::cited;

/// The one table of a packed file, by its name, in at most `most` bytes. Both kinds end in a sum of what is in them: what unpacks is whole.
///
/// # Errors
/// The file is damaged, cut short, or holds more than that.
pub fn table_of(path: &Path, packed: Vec<u8>, most: u64) -> Result<Vec<u8>, Fault> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let source = Source::plain(path.parent().unwrap_or(Path::new("")), &name, most);
    if name.ends_with(".gz") { gunzip(&source, &packed) } else { unzip(&source, packed) }
}

/// The table in a `.csv.gz`, all its members one after the other.
pub(super) fn gunzip(source: &Source, packed: &[u8]) -> Result<Vec<u8>, Fault> {
    let path = &source.path;
    if !b"\x1f\x8b".starts_with(&packed[..packed.len().min(2)]) {
        return Err(unreadable(path, "not a gzip file"));
    }
    let decoder = flate2::read::MultiGzDecoder::new(packed);
    bounded(source, decoder, packed.len() * 4)?.map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => unreadable(path, "a gzip file that is cut short"),
        _ => unreadable(path, &format!("a damaged gzip file: {}", cited(&error.to_string()))),
    })
}

/// Entries of an archive, folders among them: more is no table and takes long to list.
const MOST_ENTRIES: usize = 1_000;

/// The one table in a `.zip`; folders in it are no files.
pub(super) fn unzip(source: &Source, packed: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let path = &source.path;
    let begins = packed.starts_with(b"PK");
    let broken = |error: &dyn std::fmt::Display| {
        let what = if begins { "a zip archive that is cut short or damaged" } else { "not a zip archive" };
        unreadable(path, &format!("{what}: {}", cited(&error.to_string())))
    };
    let several = |files: &str| {
        let found = format!("{files} files in the archive");
        Err(Fault::new(path.display().to_string(), found, "one CSV file in each archive", "unpack it, one file a table"))
    };
    // Each entry that can be listed begins so, whatever the archive says of their number.
    let entries = packed.windows(4).filter(|four| four == b"PK\x01\x02").take(MOST_ENTRIES + 1).count();
    if entries > MOST_ENTRIES {
        return several("more than a thousand");
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|error| broken(&error))?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        if !archive.by_index_raw(index).map_err(|error| broken(&error))?.is_dir() {
            files.push(index);
        }
    }
    let &[index] = files.as_slice() else { return several(&files.len().to_string()) };
    let file = archive.by_index(index).map_err(|error| broken(&error))?;
    bounded(source, file, 0)?.map_err(|error| broken(&error))
}

/// All bytes of a reader, or the refusal of a reader that has more than the bound of its source.
fn bounded(source: &Source, reader: impl Read, guess: usize) -> Result<std::io::Result<Vec<u8>>, Fault> {
    let mut bytes = Vec::with_capacity(guess.min(source.most as usize));
    let read = reader.take(source.most + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > source.most {
        return Err(source.too_large(&format!("unpacks to more than {}", size(source.most))));
    }
    Ok(read.map(|_| bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn source(most: u64) -> Source {
        Source::plain(Path::new("market"), "x", most)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    #[test]
    fn what_unpacks_to_more_than_the_bound_is_refused() {
        let packed = gzip(&[b'0'; 1_000]);
        assert_eq!(gunzip(&source(1_000), &packed).unwrap().len(), 1_000);
        assert_eq!(gunzip(&source(999), &packed).unwrap_err().found, "unpacks to more than 999 bytes");
        // All members count, not each.
        let twice = [gzip(b"12345"), gzip(b"67890")].concat();
        assert_eq!(gunzip(&source(10), &twice).unwrap(), b"1234567890");
        assert_eq!(gunzip(&source(9), &twice).unwrap_err().found, "unpacks to more than 9 bytes");
    }

    #[test]
    fn a_gzip_file_is_whole_cut_short_or_none() {
        let packed = gzip(b"timestamp,open");
        assert_eq!(gunzip(&source(99), &packed).unwrap(), b"timestamp,open");
        let refusal = |bytes: &[u8]| gunzip(&source(99), bytes).unwrap_err().found;
        assert_eq!(refusal(&packed[..packed.len() - 9]), "cannot be read: a gzip file that is cut short");
        assert_eq!(refusal(b"timestamp,open"), "cannot be read: not a gzip file");
        assert_eq!(refusal(b""), "cannot be read: a gzip file that is cut short");
    }
}
