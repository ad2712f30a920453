//! The folder that files are fetched to: original bytes under the archive's own paths, and what was fetched in `fetched.csv`. A file gets its name when it is
//! whole and on the disk, so whatever is there under its name is whole, whenever the program was stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::bounded::{self, OWN};
use crate::fault::Fault;
use crate::folder::broken;

/// The list of what was fetched.
const FETCHED: &str = "fetched.csv";
const FETCHED_HEADER: &str = "path,sha256,bytes,url";
/// Files of addresses that nobody lists, which were not there long after their time: they are not asked for again.
const HOLES: &str = "holes.csv";
const HOLES_HEADER: &str = "path";
/// The ranking behind `--top`.
const RANKING: &str = "ranking.csv";
/// Files in the making, and a lock.
const WORK: &str = ".rotate-fetch";
/// Folders at the top of the archives that are fetched.
const TOPS: [&str; 5] = ["data", "candlesticks", "swaprates", "spot", "futures_usdt"];

/// What is known of a file that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) sha256: String,
    bytes: u64,
    url: String,
}

impl Record {
    pub(super) fn new(sha256: String, bytes: u64, url: String) -> Self {
        Self { sha256, bytes, url }
    }
}

/// The folder, held for as long as this lives.
pub(super) struct Archive {
    folder: PathBuf,
    records: Mutex<BTreeMap<String, Record>>,
    holes: BTreeSet<String>,
    /// Given back with the folder it lies in.
    _lock: File,
}

impl Archive {
    /// Opens the folder, or makes it. One with files that no archive has is somebody's, and is refused.
    pub(super) fn open(folder: &Path) -> Result<Self, Fault> {
        refuse_foreign(folder)?;
        let work = folder.join(WORK);
        fs::create_dir_all(&work).map_err(|e| broken(folder, &e))?;
        let lock = locked(folder, &work)?;
        for entry in fs::read_dir(&work).map_err(|e| broken(&work, &e))?.flatten() {
            // What a program that was stopped has left half written.
            if entry.file_name().to_str().is_some_and(|name| name.starts_with("part-")) {
                let _ = fs::remove_file(entry.path());
            }
        }
        // What somebody has taken out since is no part of it.
        let is_there = |(path, _): &(String, Record)| folder.join(path).is_file();
        let records = read_rows(&folder.join(FETCHED), FETCHED_HEADER, record)?.into_iter().filter(is_there).collect();
        let holes = read_rows(&folder.join(HOLES), HOLES_HEADER, |cells| Some(cells[0].to_owned()))?.into_iter().collect();
        Ok(Self { folder: folder.to_path_buf(), records: Mutex::new(records), holes, _lock: lock })
    }

    /// The bytes of the file there; nothing where there is none, or one that is too large to be right.
    pub(super) fn bytes_of(&self, path: &str, most: u64) -> Option<Vec<u8>> {
        bounded::bytes(&self.folder.join(path), most).ok()
    }

    pub(super) fn record_of(&self, path: &str) -> Option<Record> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    pub(super) fn is_hole(&self, path: &str) -> bool {
        self.holes.contains(path)
    }

    /// Notes what the file at `path` is.
    pub(super) fn note(&self, path: &str, record: Record) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), record);
    }

    /// Puts whole bytes at `path`, replacing what was there in one step. `number` is of the item alone.
    pub(super) fn store(&self, number: usize, path: &str, bytes: &[u8]) -> Result<(), Fault> {
        let target = self.folder.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|e| broken(parent, &e))?;
        }
        self.put(&format!("part-{number}"), &target, bytes)
    }

    fn put(&self, name: &str, target: &Path, bytes: &[u8]) -> Result<(), Fault> {
        let part = self.folder.join(WORK).join(name);
        let written = File::create(&part).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        written.and_then(|()| fs::rename(&part, target)).map_err(|e| {
            let _ = fs::remove_file(&part);
            broken(target, &e)
        })
    }

    /// Writes down the ranking behind `--top`.
    pub(super) fn write_ranking(&self, text: &str) -> Result<(), Fault> {
        self.put("part-ranking", &self.folder.join(RANKING), text.as_bytes())
    }

    /// Writes down what was fetched.
    pub(super) fn save(&self) -> Result<(), Fault> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = format!("{FETCHED_HEADER}\n");
        for (path, Record { sha256, bytes, url }) in &*records {
            let _ = writeln!(text, "{path},{sha256},{bytes},{url}");
        }
        self.put("part-fetched", &self.folder.join(FETCHED), text.as_bytes())
    }

    /// Writes down what was fetched and what never will be, and gives the folder back.
    pub(super) fn finish(mut self, holes: impl Iterator<Item = String>) -> Result<(), Fault> {
        self.save()?;
        let before = self.holes.len();
        self.holes.extend(holes);
        if self.holes.len() > before {
            let text: String =
                std::iter::once(HOLES_HEADER).chain(self.holes.iter().map(String::as_str)).flat_map(|row| [row, "\n"]).collect();
            self.put("part-holes", &self.folder.join(HOLES), text.as_bytes())?;
        }
        Ok(())
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.folder.join(WORK));
    }
}

fn refuse_foreign(folder: &Path) -> Result<(), Fault> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(broken(folder, &e)),
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| [FETCHED, HOLES, RANKING, WORK].contains(&name) || TOPS.contains(&name));
        if !is_ours {
            return Err(Fault::new(
                folder.display().to_string(),
                format!("`{}`, which is no part of an archive", name.display()),
                "a folder of fetched files, an empty one, or none yet",
                "choose another --archive",
            ));
        }
    }
    Ok(())
}

/// Takes the lock; it may be removed by its last holder between two steps.
fn locked(folder: &Path, work: &Path) -> Result<File, Fault> {
    let place = work.join("lock");
    let busy = || {
        Fault::new(
            folder.display().to_string(),
            "another fetch at work in it",
            "one at a time",
            "wait for the other, or choose another --archive",
        )
    };
    for _ in 0..3 {
        fs::create_dir_all(work).map_err(|e| broken(work, &e))?;
        let lock = File::options().write(true).create(true).truncate(true).open(&place).map_err(|e| broken(&place, &e))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // A file system without locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        if place.exists() {
            return Ok(lock);
        }
    }
    Err(busy())
}

/// The rows of a list of ours, each taken apart by `row`.
fn read_rows<T>(path: &Path, header: &str, row: impl Fn(&[&str]) -> Option<T>) -> Result<Vec<T>, Fault> {
    if fs::symlink_metadata(path).is_err_and(|e| e.kind() == ErrorKind::NotFound) {
        return Ok(Vec::new());
    }
    let fix = "remove this file: what is there is then compared anew";
    let refused = |place: String, found: String| Fault::new(place, found, format!("the list of an earlier fetch: {header}"), fix);
    let text = bounded::text(path, OWN).map_err(|why| refused(path.display().to_string(), why.to_string()))?;
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, first)| first != header) {
        return Err(refused(Fault::at(path, 1), "another header".to_owned()));
    }
    let columns = header.split(',').count();
    lines
        .map(|(at, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let parsed = if cells.len() == columns { row(&cells) } else { None };
            parsed.ok_or_else(|| refused(Fault::at(path, at + 1), format!("`{}`", line.chars().take(100).collect::<String>())))
        })
        .collect()
}

fn record(cells: &[&str]) -> Option<(String, Record)> {
    let [path, sha256, bytes, url] = cells else { return None };
    let record = Record { sha256: is_digest(sha256).then(|| (*sha256).to_owned())?, bytes: bytes.parse().ok()?, url: (*url).to_owned() };
    Some(((*path).to_owned(), record))
}

/// Whether a text is a SHA-256 as `sha256sum` prints it.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fetched_is_read_again_and_one_fetch_is_at_work_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("archive");
        let archive = Archive::open(&folder).unwrap();
        assert_eq!(Archive::open(&folder).err().unwrap().found, "another fetch at work in it");
        let record = Record::new("a".repeat(64), 3, "https://a/b".to_owned());
        archive.store(0, "data/x.zip", b"abc").unwrap();
        archive.note("data/x.zip", record.clone());
        archive.note("data/taken-out.zip", record.clone());
        archive.finish(std::iter::once("data/y.zip".to_owned())).unwrap();
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["data", "fetched.csv", "holes.csv"]);
        let archive = Archive::open(&folder).unwrap();
        assert_eq!(archive.record_of("data/x.zip"), Some(record));
        assert_eq!(archive.record_of("data/taken-out.zip"), None);
        assert!(archive.is_hole("data/y.zip") && !archive.is_hole("data/x.zip"));
        assert_eq!(archive.bytes_of("data/x.zip", 3).as_deref(), Some(&b"abc"[..]));
        assert_eq!(archive.bytes_of("data/x.zip", 2), None);
    }

    #[test]
    fn a_list_that_is_none_is_refused_with_its_line() {
        let home = tempfile::tempdir().unwrap();
        for text in ["", "path\n", "path,sha256,bytes,url\na,b,1,c\n", "path,sha256,bytes,url\na\n"] {
            fs::write(home.path().join(FETCHED), text).unwrap();
            assert!(Archive::open(home.path()).is_err(), "{text:?}");
        }
    }
}
