//! The one step, or where there is none the two, in which a folder takes the place of another.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::fault::Fault;
use crate::folder::broken;
use crate::folder::work::Work;

/// Times that others may take or clear the place between two looks at it.
const TRIES: usize = 100;

/// Puts what `work` has made in the place of `target`. What was there lies in `work` afterwards. On an error the old one is at its place, or
/// can be put there by [`super::sweep::settle`].
pub(super) fn put(work: &Work, name: &OsStr, target: &Path) -> Result<(), Fault> {
    let fresh = work.fresh(name);
    for number in 1..=TRIES {
        reached("put")?;
        let taken = fs::symlink_metadata(target).is_ok();
        let done = if taken { exchange(&fresh, target) } else { fs::rename(&fresh, target) };
        match done {
            Ok(()) => return Ok(()),
            Err(e) if changed(&e) => continue,
            Err(e) if !(taken && matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported)) => return Err(broken(target, &e)),
            Err(_) => {}
        }
        let aside = work.aside(number, name).map_err(|e| broken(target, &e))?;
        reached("move the old one away")?;
        match fs::rename(target, &aside) {
            Ok(()) => {}
            Err(e) if changed(&e) => continue,
            Err(e) => return Err(broken(target, &e)),
        }
        reached("put the new one there")?;
        match fs::rename(&fresh, target) {
            Ok(()) => return Ok(()),
            Err(e) if changed(&e) => {}
            Err(e) => {
                // Best effort: the first error is the one to tell.
                let _ = fs::rename(&aside, target);
                return Err(broken(target, &e));
            }
        }
    }
    Err(broken(target, &"others write to it all the time"))
}

/// Whether somebody else has taken or cleared the place since it was looked at.
fn changed(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if !fate::exchanges() {
        return Err(ErrorKind::Unsupported.into());
    }
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(io::Error::from)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

pub(super) use fate::{dead, reached};

/// What tests do to a writer; to the program itself nothing ever happens.
#[cfg(not(test))]
mod fate {
    use crate::fault::Fault;

    /// A step of a writer; outside tests it always succeeds.
    #[allow(clippy::unnecessary_wraps, reason = "in tests it is where a writer dies")]
    pub fn reached(_: &'static str) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether the file system may exchange two names; outside tests it may be tried.
    pub fn exchanges() -> bool {
        true
    }

    /// Whether the writer has died; outside tests never.
    pub fn dead() -> bool {
        false
    }
}

#[cfg(test)]
pub(super) mod fate {
    use std::cell::{Cell, RefCell};

    use crate::fault::Fault;

    thread_local! {
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
        static EXCHANGES: Cell<bool> = const { Cell::new(true) };
        static STEPS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    /// A step of the next writer; it dies where its steps are used up, and nothing of it runs any more.
    pub fn reached(step: &'static str) -> Result<(), Fault> {
        if LEFT.get() == Some(0) {
            return Err(Fault::new("", "killed", "", ""));
        }
        LEFT.set(LEFT.get().map(|left| left - 1));
        STEPS.with_borrow_mut(|steps| steps.push(step));
        Ok(())
    }

    /// Whether the file system of the test exchanges two names.
    pub fn exchanges() -> bool {
        EXCHANGES.get()
    }

    /// Whether the writer of the test has died.
    pub fn dead() -> bool {
        LEFT.get() == Some(0)
    }

    /// The steps that `work` takes if it dies after so many, on a file system with or without an exchange.
    pub fn after<T>(steps: Option<usize>, exchanges: bool, work: impl FnOnce() -> T) -> (T, Vec<&'static str>) {
        LEFT.set(steps);
        EXCHANGES.set(exchanges);
        STEPS.with_borrow_mut(Vec::clear);
        let done = work();
        LEFT.set(None);
        EXCHANGES.set(true);
        (done, STEPS.take())
    }
}
