//! What the dead left, ended or cleared away.

use std::fs;
use std::path::Path;

use crate::folder::Ours;
use crate::folder::swap::{dead, reached};
use crate::folder::work::Work;

/// Settles every work folder in `parent` whose writer is dead. Best effort: what cannot be swept stays for the next start.
pub(super) fn sweep(parent: &Path, ours: &dyn Ours) {
    let mut left: Vec<_> = fs::read_dir(parent).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    left.sort();
    for work in left.iter().filter_map(|path| Work::adopt(path)) {
        settle(work, ours);
    }
}

/// Ends what a writer has begun, alive or dead: a target that is nowhere but in the work folder gets its folder, whatever this program wrote goes, and
/// what it may not have written stays where it is.
pub(super) fn settle(work: Work, ours: &dyn Ours) {
    if dead() {
        return;
    }
    if !work.is_whole() {
        let _ = reached("clear");
        if !dead() {
            work.remove();
        }
        return;
    }
    for old in work.olds() {
        let Some(name) = old.file_name() else { continue };
        let target = work.parent().join(name);
        if fs::symlink_metadata(&target).is_err() {
            // Died between its two renames: the new one was whole by then.
            let whole = work.fresh(name);
            let _ = fs::rename(if whole.exists() { &whole } else { &old }, &target);
        }
    }
    let remains: Vec<_> = work.news().into_iter().chain(work.olds()).collect();
    let goes = |path: &Path| match fs::symlink_metadata(path) {
        Ok(seen) if seen.is_dir() => fs::read_dir(path).is_ok_and(|mut inside| inside.next().is_none()) || ours.disposable(path),
        Ok(seen) => seen.is_symlink(),
        Err(_) => false,
    };
    if remains.iter().all(|path| goes(path)) && work.mark_spent().is_ok() {
        work.remove();
    }
}
