//! The work folder of one writer, and the lock that says whether its writer lives.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::folder::broken;

const PREFIX: &str = ".rotate-";
const LOCK: &str = "lock";
const NEW: &str = "new";
const OLD: &str = "old-";
const WHOLE: &str = "whole";

/// Names that were taken by somebody else, in a row, until the place itself must be at fault.
const TRIES: usize = 100;

/// A work folder that this process holds: made by it, or left by a dead one and taken over.
#[derive(Debug)]
pub(super) struct Work {
    path: PathBuf,
    /// Unlocked when it is closed, which the system does for the dead.
    _lock: File,
}

impl Work {
    /// Makes one in `parent`, which must be there.
    pub(super) fn begin(parent: &Path) -> Result<Self, Fault> {
        for _ in 0..TRIES {
            let path = parent.join(format!("{PREFIX}{:016x}", random()));
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(broken(parent, &e)),
            }
            match lock_new(&path) {
                Ok(Some(lock)) => return Ok(Self { path, _lock: lock }),
                Ok(None) => {}
                Err(e) => {
                    let _ = fs::remove_dir(&path);
                    return Err(broken(parent, &e));
                }
            }
        }
        Err(broken(parent, &"no work folder can be made in it"))
    }

    /// Takes over what a dead process left; nothing where `path` is no work folder or its writer may live.
    pub(super) fn adopt(path: &Path) -> Option<Self> {
        let digits = path.file_name()?.to_str()?.strip_prefix(PREFIX)?;
        if digits.len() != 16 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) || !fs::symlink_metadata(path).ok()?.is_dir() {
            return None;
        }
        let place = path.join(LOCK);
        if fs::symlink_metadata(&place).is_err_and(|e| e.kind() == ErrorKind::NotFound) {
            // Died before it had a lock, or is about to make it: an empty folder is all it can have lost, and it will make another.
            let _ = fs::remove_dir(path);
            return None;
        }
        let lock = File::options().write(true).open(&place).ok().filter(|file| file.metadata().is_ok_and(|seen| seen.is_file()))?;
        lock.try_lock().ok()?;
        let work = Self { path: path.to_path_buf(), _lock: lock };
        // Swept by another while this one waited, or a folder of somebody with the same taste in names.
        (place.exists() && work.holds_only_ours()).then_some(work)
    }

    fn holds_only_ours(&self) -> bool {
        let known = |name: &str| matches!(name, LOCK | NEW | WHOLE) || name.strip_prefix(OLD).is_some_and(|n| n.parse::<usize>().is_ok());
        fs::read_dir(&self.path)
            .is_ok_and(|entries| entries.into_iter().all(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(known))))
    }

    /// The folder in the making; after the exchange, what was in its place.
    pub(super) fn fresh(&self, name: &OsStr) -> PathBuf {
        self.path.join(NEW).join(name)
    }

    /// A place for what is moved out of the way, its folder made.
    pub(super) fn aside(&self, number: usize, name: &OsStr) -> io::Result<PathBuf> {
        let folder = self.path.join(format!("{OLD}{number}"));
        fs::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }

    /// What was moved out of the way.
    pub(super) fn olds(&self) -> Vec<PathBuf> {
        let is_old = |path: &PathBuf| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(OLD));
        let mut folders: Vec<PathBuf> = entries(&self.path).into_iter().filter(is_old).collect();
        folders.sort();
        folders.iter().flat_map(|folder| entries(folder)).collect()
    }

    /// What lies where the folder in the making was.
    pub(super) fn news(&self) -> Vec<PathBuf> {
        entries(&self.path.join(NEW))
    }

    pub(super) fn is_whole(&self) -> bool {
        self.path.join(WHOLE).exists()
    }

    /// From here on what lies in it may be somebody's report.
    pub(super) fn mark_whole(&self) -> Result<(), Fault> {
        let marker = self.path.join(WHOLE);
        File::create(&marker).map_err(|e| broken(&marker, &e))?;
        super::sync::folder(&self.path)
    }

    /// From here on nothing in it is of use to anybody.
    pub(super) fn mark_spent(&self) -> io::Result<()> {
        fs::remove_file(self.path.join(WHOLE))
    }

    pub(super) fn parent(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Removes it, the lock last but for the folder, so that whoever dies here leaves something that can be swept. What cannot be removed stays for
    /// the next start.
    pub(super) fn remove(self) {
        for path in entries(&self.path) {
            if path.file_name() == Some(OsStr::new(LOCK)) {
                continue;
            }
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
        if entries(&self.path).len() == 1 {
            let _ = fs::remove_file(self.path.join(LOCK));
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Makes and takes the lock of a folder that was just made; nothing where somebody who sweeps was faster.
fn lock_new(path: &Path) -> io::Result<Option<File>> {
    let place = path.join(LOCK);
    let lock = match File::options().write(true).create_new(true).open(&place) {
        Ok(lock) => lock,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => return Ok(None),
        Err(e) => return Err(e),
    };
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        // A file system without locks: there nobody can take one over either, and what the dead leave stays.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    Ok(place.exists().then_some(lock))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// Never part of any output: only so that two writers do not meet.
fn random() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
