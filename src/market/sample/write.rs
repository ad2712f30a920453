//! The sample onto disk, whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::readme::market_toml;
use crate::bounded::{self, BY_HAND};
use crate::fault::Fault;
use crate::folder::{Ours, Staging, broken};
use crate::market::files::MANIFEST;

/// Writes the complete sample market of `seed` to `dir`.
///
/// # Errors
/// Where `dir` holds anything but what an earlier call wrote (an empty folder is fine), and where the disk refuses.
pub fn write_sample(dir: &Path, seed: u64) -> Result<(), Fault> {
    // What may be replaced is asked with the names alone, which are the same for every seed.
    let files = super::sample_files(seed);
    let staging = Staging::begin(dir, Sample { names: files.keys().cloned().collect() })?;
    staging.fill(|fresh| put(fresh, &files))?;
    staging.finish()
}

fn put(fresh: &Path, files: &BTreeMap<String, String>) -> Result<(), Fault> {
    for (path, text) in files {
        let path = fresh.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| broken(&path, &e))?;
        }
        fs::write(&path, text).map_err(|e| broken(&path, &e))?;
    }
    Ok(())
}

/// A market of ours: its `market.toml` is to the letter what some seed makes, and no file is in it that the sample does not have. That it is
/// synthetic is not enough: so may be a market that somebody made with much work.
struct Sample {
    /// Of every file, as paths in the market.
    names: Vec<String>,
}

impl Sample {
    /// The first thing, by name, that the sample does not have.
    fn unknown_file(&self, folder: &Path, within: &str) -> Result<Option<String>, Fault> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(|e| broken(folder, &e))? {
            let entry = entry.map_err(|e| broken(folder, &e))?;
            let kind = entry.file_type().map_err(|e| broken(&entry.path(), &e))?;
            entries.push((entry.file_name().to_string_lossy().into_owned(), kind.is_dir()));
        }
        entries.sort();
        for (name, is_folder) in entries {
            let path = format!("{within}{name}");
            let known = self.names.iter().any(|known| if is_folder { known.starts_with(&format!("{path}/")) } else { *known == path });
            if !known {
                return Ok(Some(path));
            }
            if let Some(deeper) = if is_folder { self.unknown_file(&folder.join(&name), &format!("{path}/"))? } else { None } {
                return Ok(Some(deeper));
            }
        }
        Ok(None)
    }
}

impl Ours for Sample {
    fn expected(&self) -> &'static str {
        "a new or empty folder, or a market that `rotate sample` made"
    }

    fn objection(&self, folder: &Path) -> Result<Option<String>, Fault> {
        let manifest = bounded::text(&folder.join(MANIFEST), BY_HAND).unwrap_or_default();
        let seed = manifest.split_once("made from seed ").and_then(|(_, rest)| rest.split(':').next()?.parse().ok());
        if seed.is_none_or(|seed| market_toml(seed) != manifest) {
            return Ok(Some("a folder whose market.toml `rotate sample` did not write".to_owned()));
        }
        Ok(self.unknown_file(folder, "")?.map(|name| format!("a sample market with `{name}` in it, which the sample does not have")))
    }
}
