//! The sample onto disk, whole or not at all.

use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Writes the complete sample market of `seed` to `dir`: first to a folder beside it, renamed when all of it is there.
///
/// # Errors
/// Where `dir` holds anything but a synthetic market (an empty folder is fine), and where the disk refuses.
pub fn write_sample(dir: &Path, seed: u64) -> Result<()> {
    may_replace(dir)?;
    let name = dir.file_name().ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("{} names no folder", dir.display())))?;
    let beside = |ending: &str| -> PathBuf { dir.with_file_name(format!(".{}.{ending}", name.to_string_lossy())) };
    let (fresh, old) = (beside("new"), beside("old"));
    for stale in [&fresh, &old] {
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    for (path, text) in super::sample_files(seed) {
        let path = fresh.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    if dir.exists() {
        fs::rename(dir, &old)?;
    }
    fs::rename(&fresh, dir)?;
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    Ok(())
}

/// Only what this program could make again is overwritten.
fn may_replace(dir: &Path) -> Result<()> {
    if !dir.exists() || (dir.is_dir() && fs::read_dir(dir)?.next().is_none()) {
        return Ok(());
    }
    let manifest = fs::read_to_string(dir.join("market.toml")).ok().and_then(|text| text.parse::<toml::Table>().ok());
    if manifest.is_some_and(|table| table.get("synthetic").and_then(toml::Value::as_bool) == Some(true)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::AlreadyExists, format!("{} is no synthetic market and is left alone: name another folder", dir.display())))
}
