//! The folder of the cache: its entries, how large they are together, and the temporary files that they are written as. Whatever fails here fails without
//! a word: there is no entry then.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::market::cache::file_state::{FileState, Nanoseconds};

/// How the names of entries end.
const ENTRY: &str = ".series";
/// And of those in the making.
const TEMPORARY: &str = ".writing";

/// Nanoseconds after which nobody is still writing a temporary file.
const ABANDONED: Nanoseconds = 3_600_000_000_000;

/// The path of an entry, by the digest of what it is about.
pub(super) fn entry(folder: &Path, digest: &str) -> PathBuf {
    folder.join(format!("{digest}{ENTRY}"))
}

/// Files of ours in the folder, of anybody else's none: path, and whether it is an entry.
fn ours(folder: &Path) -> Vec<(PathBuf, bool)> {
    let own = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let digits = |stem: &str| !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let [entry, temporary] = [ENTRY, TEMPORARY].map(|ending| name.strip_suffix(ending).is_some_and(digits));
        (entry || temporary).then_some((path, entry))
    };
    fs::read_dir(folder).into_iter().flatten().filter_map(|found| own(found.ok()?.path())).collect()
}

/// How many entries there are, and their bytes.
pub(super) fn size(folder: &Path) -> (usize, u64) {
    let sizes = ours(folder).into_iter().filter(|(_, entry)| *entry).filter_map(|(path, _)| FileState::of(&path));
    sizes.fold((0, 0), |(count, bytes), state| (count + 1, bytes + state.size))
}

/// Removes every entry, and what was begun; how many there were, and their bytes.
pub(super) fn clear(folder: &Path) -> (usize, u64) {
    let removed = ours(folder).into_iter().filter_map(|(path, entry)| {
        let state = FileState::of(&path)?;
        fs::remove_file(&path).ok()?;
        entry.then_some(state.size)
    });
    removed.fold((0, 0), |(count, bytes), size| (count + 1, bytes + size))
}

/// Removes the entries that were written first until the others have no more than `most` bytes, and what was begun and left.
pub(super) fn limit(folder: &Path, most: u64) {
    let mut entries = Vec::new();
    let mut begun = Vec::new();
    for (path, entry) in ours(folder) {
        let Some(state) = FileState::of(&path) else { continue };
        if entry { &mut entries } else { &mut begun }.push((state.modified, path, state.size));
    }
    entries.sort();
    let newest = entries.last().map_or(Nanoseconds::MIN, |last| last.0);
    for (_, path, _) in begun.iter().filter(|(modified, ..)| modified + ABANDONED < newest) {
        let _ = fs::remove_file(path);
    }
    let mut bytes: u64 = entries.iter().map(|entry| entry.2).sum();
    for (_, path, size) in &entries {
        if bytes <= most {
            return;
        }
        let _ = fs::remove_file(path);
        bytes -= size;
    }
}

/// A file that nobody else writes. Until it is finished it is no entry, and if it never is it goes.
pub(super) struct Temporary {
    path: PathBuf,
    file: File,
    /// When it was begun, by the clock of its file system.
    pub(super) begun: Nanoseconds,
}

impl Temporary {
    /// Makes the folder where it is not there.
    pub(super) fn begin(folder: &Path) -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        fs::create_dir_all(folder).ok()?;
        let path = folder.join(format!("{:x}-{:x}{TEMPORARY}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        // The number of a process comes back: what a dead one left is in nobody's way.
        let file = File::create_new(&path).or_else(|_| fs::remove_file(&path).and_then(|()| File::create_new(&path))).ok()?;
        // From here on it goes with its owner.
        let mut temporary = Self { path, file, begun: Nanoseconds::MIN };
        temporary.begun = FileState::of(&temporary.path)?.modified;
        Some(temporary)
    }

    /// Makes it the entry at `path`, in one step; whether it did.
    pub(super) fn finish(mut self, bytes: &[u8], path: &Path) -> bool {
        self.file.write_all(bytes).is_ok() && fs::rename(&self.path, path).is_ok()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing is there once it is an entry.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A file of ten bytes, written so many hours after this time of yesterday.
    fn put(folder: &Path, name: &str, hour: u64) {
        let path = folder.join(name);
        fs::write(&path, [0; 10]).unwrap();
        let day = fs::metadata(&path).unwrap().modified().unwrap() - Duration::from_hours(24);
        File::options().write(true).open(path).unwrap().set_modified(day + Duration::from_hours(hour)).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut all: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        all.sort();
        all
    }

    #[cfg(unix)]
    #[test]
    fn what_was_written_first_goes_until_the_rest_has_room() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        for (name, hour) in
            [("a1.series", 3), ("b2.series", 1), ("c3.series", 2), ("notes.series", 0), ("1-0.writing", 1), ("1-1.writing", 2)]
        {
            put(folder, name, hour);
        }
        assert_eq!(size(folder), (3, 30));
        limit(folder, 30);
        // One begun two hours before the newest entry is nobody's any more.
        assert_eq!(names(folder), ["1-1.writing", "a1.series", "b2.series", "c3.series", "notes.series"]);
        limit(folder, 29);
        assert_eq!(names(folder), ["1-1.writing", "a1.series", "c3.series", "notes.series"]);
        limit(folder, 9);
        assert_eq!(names(folder), ["1-1.writing", "notes.series"]);
        put(folder, "d4.series", 1);
        assert_eq!((clear(folder), names(folder)), ((1, 10), vec!["notes.series".to_owned()]));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_never_finished_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("made");
        let temporary = Temporary::begin(&folder).unwrap();
        assert_eq!((names(&folder).len(), size(&folder)), (1, (0, 0)));
        drop(temporary);
        assert!(names(&folder).is_empty());
        assert!(Temporary::begin(&folder).unwrap().finish(b"entry", &entry(&folder, "ab")));
        assert_eq!((names(&folder), size(&folder)), (vec!["ab.series".to_owned()], (1, 5)));
    }
}
