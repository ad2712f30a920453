//! A folder in the making, and a folder for a while.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::folder::swap::reached;
use crate::folder::sweep::{settle, sweep};
use crate::folder::work::Work;
use crate::folder::{Ours, broken, free_name, is_bare, swap, sync};

/// A folder in the making. Dropped unfinished, it is removed and the target is as it was.
pub struct Staging {
    /// As the user named it.
    named: PathBuf,
    target: PathBuf,
    name: OsString,
    /// Taken when it is settled.
    work: Option<Work>,
    fresh: PathBuf,
    /// Folders above the target that were not there, from the inside out.
    made: Vec<PathBuf>,
    ours: Box<dyn Ours>,
    finished: bool,
}

impl Staging {
    /// Refuses a target that may not be replaced before any work is done, then clears away what the dead left beside it.
    ///
    /// # Errors
    /// The target holds what `ours` does not take for its own, or the place cannot be written.
    pub fn begin(target: &Path, ours: impl Ours + 'static) -> Result<Self, Fault> {
        let ours: Box<dyn Ours> = Box::new(ours);
        let named = target.to_path_buf();
        let target = resolved(target, &*ours)?;
        let name = target.file_name().map(OsString::from).ok_or_else(|| {
            Fault::new(named.display().to_string(), "not the name of a folder", "a folder to write to", "name one, as in reports/latest")
        })?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if let Some(found) = ours.objection_to_place(&parent)? {
            return Err(refusal(&named, found, &*ours));
        }
        may_replace(&target, &named, &*ours)?;
        let mut made = Vec::new();
        for above in parent.ancestors().filter(|above| !above.as_os_str().is_empty()) {
            if above.exists() {
                break;
            }
            made.push(above.to_path_buf());
        }
        fs::create_dir_all(&parent).map_err(|e| {
            take_back(&made);
            broken(&named, &e)
        })?;
        not_a_mount(&target, &parent, &named)?;
        sweep(&parent, &*ours);
        // What a dead one has begun to replace may be there now.
        may_replace(&target, &named, &*ours)?;
        let work = Work::begin(&parent)?;
        let fresh = work.fresh(&name);
        let staging = Self { named, target, name, work: Some(work), fresh, made, ours, finished: false };
        fs::create_dir_all(&staging.fresh).map_err(|e| broken(&staging.named, &e))?;
        Ok(staging)
    }

    /// Where to write.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.fresh
    }

    /// Writes into it; what goes wrong is told of the file as it would have been called, since the one in the making is gone when that is read.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn fill<T>(&self, write: impl FnOnce(&Path) -> Result<T, Fault>) -> Result<T, Fault> {
        write(&self.fresh).map_err(|fault| self.as_named(fault))
    }

    fn as_named(&self, fault: Fault) -> Fault {
        let making = self.fresh.display().to_string();
        match fault.place.strip_prefix(&making) {
            Some(rest) => Fault { place: format!("{}{rest}", self.named.display()), ..fault },
            None => fault,
        }
    }

    /// Puts the new folder in the place of the old one, on the disk.
    ///
    /// # Errors
    /// The disk refuses, or something that this program did not write came into the target meanwhile.
    pub fn finish(mut self) -> Result<(), Fault> {
        sync::tree(&self.fresh).map_err(|fault| self.as_named(fault))?;
        may_replace(&self.target, &self.named, &*self.ours)?;
        let work = self.work.as_ref().expect("settled only at the end");
        reached("mark it whole")?;
        work.mark_whole().map_err(|fault| self.as_named(fault))?;
        swap::put(work, &self.name, &self.target)?;
        self.finished = true;
        reached("sync the parent")?;
        sync::folder(work.parent())?;
        self.keep_what_came_between()?;
        reached("mark it spent")?;
        work.mark_spent().map_err(|e| broken(&self.named, &e))
    }

    /// Nobody else can reach what was replaced by now; what is not ours in spite of both looks before is kept in sight.
    fn keep_what_came_between(&self) -> Result<(), Fault> {
        let work = self.work.as_ref().expect("settled only at the end");
        for old in work.news().into_iter().chain(work.olds()) {
            let Err(fault) = may_replace(&old, &self.named, &*self.ours) else { continue };
            let kept = free_name(&work.parent().join(format!("{}-kept", self.name.to_string_lossy())));
            fs::rename(&old, &kept).map_err(|e| broken(&old, &e))?;
            let fix = format!("the new one is written, and what was there is kept as {}", kept.display());
            return Err(Fault { fix, ..fault });
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            settle(work, &*self.ours);
        }
        if !self.finished && !swap::dead() {
            take_back(&self.made);
        }
    }
}

/// Removes folders that were made for nothing; one with something in it stays.
fn take_back(made: &[PathBuf]) {
    for folder in made {
        let _ = fs::remove_dir(folder);
    }
}

/// A folder of nobody's, removed when it is dropped; what the dead left is swept when the next is made.
pub struct Scratch {
    work: Option<Work>,
    path: PathBuf,
    ours: Box<dyn Ours>,
}

impl Scratch {
    /// One in `parent`.
    ///
    /// # Errors
    /// The place cannot be written.
    pub fn begin(parent: &Path, ours: impl Ours + 'static) -> Result<Self, Fault> {
        sweep(parent, &ours);
        let work = Work::begin(parent)?;
        let path = work.fresh("scratch".as_ref());
        let scratch = Self { work: Some(work), path, ours: Box::new(ours) };
        fs::create_dir_all(&scratch.path).map_err(|e| broken(&scratch.path, &e))?;
        Ok(scratch)
    }

    /// Where to write.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            settle(work, &*self.ours);
        }
    }
}

/// Where a link leads, so that its goal is replaced and not the link, unless the link is a pointer of ours; a link to nothing is refused now
/// rather than after the work.
fn resolved(target: &Path, ours: &dyn Ours) -> Result<PathBuf, Fault> {
    // Without a trailing separator, through which the system would look past the link.
    let plain: PathBuf = target.components().collect();
    if !fs::symlink_metadata(&plain).is_ok_and(|seen| seen.file_type().is_symlink()) || ours.is_pointer(&plain) {
        return Ok(plain);
    }
    fs::canonicalize(&plain).map_err(|_| refusal(target, "a symbolic link that leads nowhere".to_string(), ours))
}

/// Whether what lies at `place` may go; told of the target as the user named it. Where another writer puts its own there while one looks,
/// what was read is of two folders, and one looks again.
fn may_replace(place: &Path, named: &Path, ours: &dyn Ours) -> Result<(), Fault> {
    let mut looks = 0;
    loop {
        let before = identity(place);
        let judged = look(place, named, ours);
        looks += 1;
        if judged.is_ok() || identity(place) == before || looks == MOST_LOOKS {
            return judged;
        }
    }
}

/// Writers that replace one target without a pause are no reason to look for ever.
const MOST_LOOKS: u32 = 1_000;

/// Device and file number; a folder that was put in the place of another has its own.
fn identity(place: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::symlink_metadata(place).ok().map(|seen| (seen.dev(), seen.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = place;
        None
    }
}

fn look(place: &Path, named: &Path, ours: &dyn Ours) -> Result<(), Fault> {
    let seen = match fs::symlink_metadata(place) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        // Something on the way to it is a file.
        Err(e) if e.kind() == ErrorKind::NotADirectory => return Err(refusal(named, "a place below a file".to_string(), ours)),
        other => other.map_err(|e| broken(named, &e))?,
    };
    let found = if seen.is_symlink() {
        // Where it lies once it was moved, a pointer points at nothing: no more can be asked of it.
        let pointer = fs::read_link(place).is_ok_and(|goal| is_bare(&goal));
        (!pointer).then(|| "a symbolic link".to_string())
    } else if !seen.is_dir() {
        Some("a file, not a folder".to_string())
    } else if fs::read_dir(place).map_err(|e| broken(named, &e))?.next().is_none() {
        None
    } else {
        ours.objection(place)?
    };
    found.map_or(Ok(()), |found| Err(refusal(named, found, ours)))
}

fn refusal(target: &Path, found: String, ours: &dyn Ours) -> Fault {
    Fault::new(target.display().to_string(), found, ours.expected(), "choose another --out, or remove it yourself")
}

/// What is mounted cannot be exchanged, which would be found out after the work.
fn not_a_mount(target: &Path, parent: &Path, named: &Path) -> Result<(), Fault> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let device = |path: &Path| fs::symlink_metadata(path).ok().map(|seen| seen.dev());
        let above = fs::metadata(parent).ok().map(|seen| seen.dev());
        if device(target).is_some_and(|own| Some(own) != above) {
            return Err(Fault::new(
                named.display().to_string(),
                "a place where a file system is mounted, which cannot be replaced",
                "a folder to write to",
                format!("name a folder in it, as in {}", named.join("report").display()),
            ));
        }
    }
    let _ = (target, parent, named);
    Ok(())
}
