//! Onto the disk: a folder that is renamed before its files are there is, after a power cut, a folder of empty files.

use std::fs::{self, File};
use std::path::Path;

use crate::fault::Fault;
use crate::folder::broken;

/// Every file below `folder`, then the folders themselves.
pub(super) fn tree(folder: &Path) -> Result<(), Fault> {
    for entry in fs::read_dir(folder).map_err(|e| broken(folder, &e))? {
        let entry = entry.map_err(|e| broken(folder, &e))?;
        let path = entry.path();
        if entry.file_type().map_err(|e| broken(&path, &e))?.is_dir() {
            tree(&path)?;
        } else {
            // Windows lets only a writer ask for it.
            let file = File::options().read(true).write(true).open(&path).map_err(|e| broken(&path, &e))?;
            file.sync_all().map_err(|e| broken(&path, &e))?;
        }
    }
    self::folder(folder)
}

/// The names in a folder. Only Unix opens folders.
pub(super) fn folder(folder: &Path) -> Result<(), Fault> {
    if cfg!(unix) {
        File::open(folder).and_then(|opened| opened.sync_all()).map_err(|e| broken(folder, &e))?;
    }
    Ok(())
}
