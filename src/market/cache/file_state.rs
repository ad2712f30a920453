//! Whether a file is still the one that was read, without reading it: by what the file system notes of every change.
//!
//! A file that was written has another time of change; no program can set that one back, as it can the time of modification. Two changes in one tick of
//! the file system's clock have the same time, so that what was read within [`SETTLED`] of the last change might have been changed again unseen: of
//! such a file nothing is kept. What is left: a clock that is turned back to the nanosecond, a disk that is written past its file system, and file systems
//! that note no time of change. `rotate verify` reads every byte and sees these too.

use std::path::Path;

/// Since 1970, as a file system notes an instant.
pub(super) type Nanoseconds = i128;

/// Nanoseconds after the last change of a file in which it might change again under the same time: the coarsest clock of a file system ticks every
/// two seconds.
const SETTLED: Nanoseconds = 2_000_000_000;

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileState {
    pub(super) size: u64,
    pub(super) inode: u64,
    pub(super) modified: Nanoseconds,
    pub(super) changed: Nanoseconds,
}

impl FileState {
    /// `None` where there is no such file, or a system that does not say when files change.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let seen = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let instant = |seconds: i64, nanoseconds: i64| Nanoseconds::from(seconds) * 1_000_000_000 + Nanoseconds::from(nanoseconds);
        Some(Self {
            size: seen.len(),
            inode: seen.ino(),
            modified: instant(seen.mtime(), seen.mtime_nsec()),
            changed: instant(seen.ctime(), seen.ctime_nsec()),
        })
    }

    /// `None` where there is no such file, or a system that does not say when files change.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Path) -> Option<Self> {
        None
    }

    /// Whether a change after `now` is sure to be seen.
    pub(super) fn has_settled(&self, now: Nanoseconds) -> bool {
        self.modified.max(self.changed) + SETTLED <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_change_of_the_same_length_under_the_old_time_is_seen() {
        use std::fs::{self, File};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        fs::write(&path, "one").unwrap();
        let before = FileState::of(&path).unwrap();
        assert_eq!(FileState::of(&path), Some(before));
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        // Longer than a tick of any clock of a local file system.
        std::thread::sleep(std::time::Duration::from_millis(50));
        fs::write(&path, "two").unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        let after = FileState::of(&path).unwrap();
        assert_eq!((after.size, after.inode, after.modified), (before.size, before.inode, before.modified));
        assert!(after.changed > before.changed);
        assert_eq!((FileState::of(dir.path()), FileState::of(&dir.path().join("y"))), (None, None));
    }

    #[test]
    fn what_changed_just_now_has_not_settled() {
        let state = FileState { size: 1, inode: 1, modified: 5_000_000_000, changed: 6_000_000_000 };
        assert!(!state.has_settled(7_999_999_999) && state.has_settled(8_000_000_000));
        let tomorrow = FileState { modified: 9_000_000_000, ..state };
        assert!(!tomorrow.has_settled(8_000_000_000));
    }
}
