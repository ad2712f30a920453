//! HOW A FOLDER IS REPLACED: one way for every command, so that at no moment, whatever is killed, there is neither the old nor the new.
//!
//! A writer makes itself a work folder beside the target, under a random name, and holds a lock on a file in it for as long as it lives:
//!
//! | in `.rotate-<16 hex digits>/` | what |
//! |---|---|
//! | `lock` | held open by the writer; the system lets go of it when the writer dies, however it dies |
//! | `new/<name>` | the folder in the making, and after the exchange the old one |
//! | `old-<n>/<name>` | the old one, where the file system cannot exchange two folders in one step |
//! | `whole` | there from when all of `new` is on the disk until the old one was looked at and may go |
//!
//! Then every file is put on the disk (`fsync`), and the two folders exchange their names in one step of the system (`renameat2` with
//! `RENAME_EXCHANGE`; macOS has it too). Where that is not offered the old one is moved into the work folder and the new one into its
//! place; a writer that dies between the two leaves both, and the next start beside it ends what was begun.
//!
//! A work folder is swept by the next start beside it if its lock is free, which no process id could tell: two containers have the same ones.
//! What was in the target is removed only if [`Ours`] says that this program wrote all of it, asked before the work, right before the
//! exchange and once more after it, when nobody else can reach it; what somebody put there in between is kept beside, under `<name>-kept`.

mod link;
mod staging;
mod swap;
mod sweep;
mod sync;
#[cfg(test)]
mod tests;
mod work;

use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

pub use link::{is_bare, point};
pub use staging::{Scratch, Staging};

/// What a command takes for its own, and so may replace.
pub trait Ours {
    /// The targets it takes, in words: what a refusal says was expected.
    fn expected(&self) -> &'static str;

    /// Why a folder with something in it may not be replaced; nothing where every file in it is one that this command wrote.
    ///
    /// # Errors
    /// The folder cannot be read.
    fn objection(&self, folder: &Path) -> Result<Option<String>, Fault>;

    /// Why nothing may be written in `parent`; the folder need not be there yet.
    ///
    /// # Errors
    /// The place cannot be read.
    fn objection_to_place(&self, _parent: &Path) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    /// Whether any command of this program wrote every file of what a dead process left, so that it may go.
    fn disposable(&self, folder: &Path) -> bool {
        matches!(self.objection(folder), Ok(None))
    }

    /// Whether a link is one that this program made to point at a folder: then the link is replaced, and what it leads to stays.
    fn is_pointer(&self, _link: &Path) -> bool {
        false
    }
}

/// A name beside it that nothing has: the path itself, else with `-2`, `-3` … after it.
#[must_use]
pub fn free_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |n: u32| if n == 1 { path.to_path_buf() } else { path.with_file_name(format!("{name}-{n}")) };
    (1..=u32::MAX).map(numbered).find(|path| fs::symlink_metadata(path).is_err()).expect("four thousand million names")
}

/// What the system said about a file or folder.
pub fn broken(path: &Path, cause: &dyn std::fmt::Display) -> Fault {
    Fault::new(path.display().to_string(), cause.to_string(), "a place that can be written and read", "check permissions and free space")
}
