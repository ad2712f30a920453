//! From what a user names to pieces: one table each, out of folders, archives and archives within archives.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use crate::bounded::{self, MIB, Unread};
use crate::fault::Fault;
use crate::market::digest;

/// Bytes of one file, packed or not: a year of seconds has 2 GB and nobody's bars are finer than minutes.
const MOST: u64 = 2_048 * MIB;

/// Entries of an archive.
const MOST_ENTRIES: usize = 100_000;

/// Bytes of all tables of one file together.
const MOST_TOGETHER: u64 = 4 * MOST;

/// Archives within archives; what is gzipped in the last of them is unpacked once more.
const DEEPEST: usize = 2;

/// A file that was found, not yet read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path from the source that was named, with `/` and with the name of that source: what clues are read from, and what `sources.csv` says.
    pub name: String,
}

/// One table out of a file.
pub(super) struct Piece {
    /// [`FoundFile::name`], and below it the name inside an archive.
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) bytes: Vec<u8>,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    /// Feather, Arrow IPC.
    Arrow,
    Parquet,
}

/// All files below the sources, each once, in the order of their names; hidden ones and checksums are left out.
///
/// # Errors
/// A source that is not there or cannot be listed.
pub(super) fn files(sources: &[PathBuf]) -> Result<Vec<FoundFile>, Fault> {
    let mut found = Vec::new();
    for source in sources {
        let name = source.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())).unwrap_or_default();
        if fs::symlink_metadata(source).is_err() {
            return Err(Fault::new(
                source.display().to_string(),
                "nothing of that name",
                "a file or a folder, as it was downloaded",
                "check the path",
            ));
        }
        walk(source, &name, &mut found, 0)?;
    }
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

/// Folders below each other, at most: a link that leads to its own folder ends here.
const DEEPEST_FOLDER: usize = 32;

fn walk(path: &Path, name: &str, found: &mut Vec<FoundFile>, depth: usize) -> Result<(), Fault> {
    let unlisted = |error: &dyn std::fmt::Display| {
        Fault::new(path.display().to_string(), format!("cannot be listed: {error}"), "a folder that can be read", "check its permissions")
    };
    if !path.is_dir() {
        found.push(FoundFile { path: path.to_path_buf(), name: name.to_owned() });
        return Ok(());
    }
    if depth == DEEPEST_FOLDER {
        return Err(unlisted(&"more than 32 folders within each other"));
    }
    for entry in fs::read_dir(path).map_err(|error| unlisted(&error))? {
        let entry = entry.map_err(|error| unlisted(&error))?;
        let own = entry.file_name().to_string_lossy().into_owned();
        if !own.starts_with('.') && !own.ends_with(".CHECKSUM") && !own.starts_with("__MACOSX") {
            walk(&entry.path(), &format!("{name}/{own}"), found, depth + 1)?;
        }
    }
    Ok(())
}

/// The tables in a file, and the digest of the file as it lies there; nothing where its name says that it holds none.
///
/// # Errors
/// Why it cannot be read, in words for the row of its file.
pub(super) fn pieces(file: &FoundFile) -> Result<(Vec<Piece>, String), String> {
    let bytes = bounded::bytes(&file.path, MOST).map_err(|why| unread(&why))?;
    let sha256 = digest::of(&bytes);
    confirm_checksum(&file.path, &sha256)?;
    Ok((unpacked(&file.name, bytes, MOST_TOGETHER)?, sha256))
}

/// The tables in the bytes of a file, of no more than `most` bytes together.
fn unpacked(name: &str, bytes: Vec<u8>, most: u64) -> Result<Vec<Piece>, String> {
    let mut all = Pieces { found: Vec::new(), most, room: most };
    all.unpack(name, bytes, 0)?;
    Ok(all.found)
}

/// Tables that came out of a file, and how many bytes there is room for besides.
struct Pieces {
    found: Vec<Piece>,
    /// Bytes of all of them, at most.
    most: u64,
    room: u64,
}

fn unread(why: &Unread) -> String {
    match why {
        Unread::Folder => "a folder".to_owned(),
        other => other.to_string(),
    }
}

/// An archive's own `.CHECKSUM` beside it, in the form of sha256sum, must agree.
fn confirm_checksum(path: &Path, sha256: &str) -> Result<(), String> {
    let mut checksum = path.as_os_str().to_owned();
    checksum.push(".CHECKSUM");
    let Ok(text) = bounded::text(Path::new(&checksum), MIB) else { return Ok(()) };
    match text.split_whitespace().next() {
        Some(stated) if stated.len() == 64 && !stated.eq_ignore_ascii_case(sha256) => {
            Err("other bytes than its .CHECKSUM says: fetch it again".to_owned())
        }
        _ => Ok(()),
    }
}

impl Pieces {
    fn unpack(&mut self, name: &str, bytes: Vec<u8>, depth: usize) -> Result<(), String> {
        let lower = name.to_lowercase();
        let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
        if bytes.starts_with(b"\x1f\x8b") {
            let inner = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".GZ")).unwrap_or(name);
            return self.gunzip(inner, &bytes, depth);
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return self.unzip(name, bytes, depth);
        }
        let form = match ending {
            _ if bytes.starts_with(b"ARROW1") => Form::Arrow,
            _ if bytes.starts_with(b"PAR1") => Form::Parquet,
            "zip" => return Err("no zip archive, or one that is cut short".to_owned()),
            "gz" => return Err("no gzip file".to_owned()),
            "feather" | "ipc" | "arrow" => return Err("no Arrow file (feather version 2)".to_owned()),
            "parquet" => return Err("no Parquet file".to_owned()),
            "json" => Form::Json,
            "csv" | "txt" | "tsv" => Form::Text,
            _ => return Err(format!("no table: `.{ending}` is none of csv, json, feather, parquet, gz and zip")),
        };
        self.room = self.room.checked_sub(bytes.len() as u64).ok_or_else(|| self.too_large())?;
        self.found.push(Piece { name: name.to_owned(), form, bytes });
        Ok(())
    }

    /// A gzip file may hold itself: each counts as an archive.
    fn gunzip(&mut self, inner: &str, packed: &[u8], depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(TOO_DEEP.to_owned());
        }
        let decoder = flate2::read::MultiGzDecoder::new(packed);
        let bytes = self.whole(decoder).map_err(|error| format!("a gzip file that is cut short or damaged: {error}"))?;
        self.unpack(inner, bytes, depth + 1)
    }

    fn unzip(&mut self, name: &str, packed: Vec<u8>, depth: usize) -> Result<(), String> {
        if depth >= DEEPEST {
            return Err(TOO_DEEP.to_owned());
        }
        let broken = |error: zip::result::ZipError| format!("a zip archive that is cut short or damaged: {error}");
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(broken)?;
        if archive.len() > MOST_ENTRIES {
            return Err(format!("an archive of more than {MOST_ENTRIES} files"));
        }
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(broken)?;
            let own = entry.name().map_err(broken)?.replace('\\', "/");
            let hidden = own.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
            if entry.is_dir() || hidden || own.ends_with(".CHECKSUM") {
                continue;
            }
            let bytes = self.whole(entry).map_err(|why| format!("a zip archive that is cut short or damaged: {why}"))?;
            self.unpack(&format!("{name}/{own}"), bytes, depth + 1)?;
        }
        Ok(())
    }

    /// All bytes of a reader, as far as there is room for them.
    fn whole(&self, reader: impl Read) -> Result<Vec<u8>, String> {
        let most = self.room.min(MOST);
        let mut bytes = Vec::new();
        reader.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.len() as u64 > most { Err(self.too_large()) } else { Ok(bytes) }
    }

    fn too_large(&self) -> String {
        if self.room < MOST {
            return format!("its tables unpack to more than {} together", bounded::size(self.most));
        }
        format!("unpacks to more than {}", bounded::size(MOST))
    }
}

const TOO_DEEP: &str = "archives within archives within archives";

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn tables_come_out_of_folders_and_archives() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("raw/a/b")).unwrap();
        fs::write(at("raw/a/b/x.csv"), "1").unwrap();
        fs::write(at("raw/a/.hidden.csv"), "1").unwrap();
        fs::write(at("raw/a/notes.md"), "1").unwrap();
        let mut inner = zip::ZipWriter::new(Cursor::new(Vec::new()));
        inner.start_file("y-1h.csv", zip::write::SimpleFileOptions::default()).unwrap();
        inner.write_all(b"2").unwrap();
        let inner = inner.finish().unwrap().into_inner();
        let mut outer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        outer.start_file("deep/inner.zip", zip::write::SimpleFileOptions::default()).unwrap();
        outer.write_all(&inner).unwrap();
        fs::write(at("raw/outer.zip"), outer.finish().unwrap().into_inner()).unwrap();
        let found = files(&[at("raw")]).unwrap();
        let names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["raw/a/b/x.csv", "raw/a/notes.md", "raw/outer.zip"]);
        let tables: Vec<_> =
            found.iter().map(|file| pieces(file).map(|(all, _)| all.into_iter().map(|piece| piece.name).collect::<Vec<_>>())).collect();
        assert_eq!(tables[0], Ok(vec!["raw/a/b/x.csv".to_owned()]));
        assert!(tables[1].is_err());
        assert_eq!(tables[2], Ok(vec!["raw/outer.zip/deep/inner.zip/y-1h.csv".to_owned()]));
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    /// One that unpacks to itself would never end.
    #[test]
    fn what_is_packed_again_and_again_ends_somewhere() {
        let packed = |times: usize| (0..times).fold(b"1".to_vec(), |bytes, _| gz(&bytes));
        let tables = |times: usize| unpacked("x.csv.gz", packed(times), 99).map(|all| all.len());
        assert_eq!((tables(1), tables(3)), (Ok(1), Ok(1)));
        assert_eq!(tables(4), Err(TOO_DEEP.to_owned()));
    }

    /// Many tables that are each small enough are not together.
    #[test]
    fn all_tables_of_an_archive_have_one_bound() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.csv", "b.csv", "c.csv"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&[b'1'; 40]).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert_eq!(unpacked("x.zip", bytes.clone(), 120).map(|all| all.len()), Ok(3));
        assert!(unpacked("x.zip", bytes, 119).err().unwrap().contains("its tables unpack to more than 119 bytes together"));
    }

    #[test]
    fn a_checksum_beside_a_file_is_held_against_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        fs::write(&path, "1").unwrap();
        let file = FoundFile { path: path.clone(), name: "x.csv".to_owned() };
        fs::write(dir.path().join("x.csv.CHECKSUM"), format!("{}  x.csv\n", digest::of(b"1"))).unwrap();
        assert!(pieces(&file).is_ok());
        fs::write(dir.path().join("x.csv.CHECKSUM"), format!("{}  x.csv\n", digest::of(b"2"))).unwrap();
        assert!(pieces(&file).err().unwrap().contains("CHECKSUM"));
    }
}
