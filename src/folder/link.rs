//! A link that points at a folder beside it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path};

use crate::fault::Fault;
use crate::folder::work::Work;
use crate::folder::{broken, sync};

/// Whether a link leads to something beside itself: a single name.
#[must_use]
pub fn is_bare(goal: &Path) -> bool {
    let mut parts = goal.components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}

/// Makes `link` lead to `goal`, a name beside it, in one step: a link that is there is replaced, anything else is not.
///
/// # Errors
/// Something else is there, or the file system has no links.
pub fn point(link: &Path, goal: &OsStr) -> Result<(), Fault> {
    let (Some(parent), Some(name)) = (link.parent(), link.file_name()) else {
        return Err(broken(link, &"not the name of a link"));
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    match fs::read_link(link) {
        Ok(there) if there.as_os_str() == goal => return Ok(()),
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(broken(link, &e)),
    }
    let work = Work::begin(parent)?;
    let fresh = work.fresh(name);
    let made = (|| {
        fs::create_dir_all(fresh.parent().unwrap_or(parent))?;
        symlink(goal, &fresh)?;
        fs::rename(&fresh, link)
    })();
    work.remove();
    made.map_err(|e| broken(link, &e))?;
    sync::folder(parent)
}

#[cfg(unix)]
fn symlink(goal: &OsStr, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(goal, link)
}

#[cfg(windows)]
fn symlink(goal: &OsStr, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(goal, link)
}

#[cfg(not(any(unix, windows)))]
fn symlink(_: &OsStr, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
