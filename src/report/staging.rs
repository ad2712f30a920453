//! A folder in the making beside its target, renamed into its place at the end. What may be replaced is asked before any work is done:
//! only what this program wrote, and only where nothing of anybody else lies among it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fault::Fault;
use crate::report::manifest::PROGRAM;
use crate::report::write::{broken, folder_name};
use crate::report::{rungs, tables};

/// What a batch or a comparison writes beside the folders of its strategies.
pub const BATCH_FILES: &[&str] =
    &["manifest.json", "comparison.csv", "index.html", "equity.svg", "equity.png", "drawdown.svg", "drawdown.png"];
/// What a study writes, heat maps apart.
const STUDY_FILES: &[&str] = &["trials.csv", "trials.parquet", "best.toml", "study.html"];
/// What stands in the folder of a strategy beside its tables, pictures without their endings.
const STRATEGY_FILES: &[&str] = &["summary.json", "report.html"];
const STRATEGY_PICTURES: &[&str] = &["equity", "drawdown", "buckets", "narratives"];
/// What file managers leave where they have looked; nobody misses it.
pub(super) const LITTER: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini"];

/// A folder in the making. Dropped unfinished, it is removed and the target is as it was.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    temporary: PathBuf,
    aside: PathBuf,
    finished: bool,
}

impl Staging {
    /// Refuses a target that holds something else than a report of ours, or lies in one, before any work is done. Then clears away what
    /// processes that died left beside it.
    pub fn begin(target: &Path) -> Result<Self, Fault> {
        let target = resolved(target)?;
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).ok_or_else(|| {
            Fault::new(target.display().to_string(), "not the name of a folder", "a folder to write to", "name one, as in reports/latest")
        })?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        outside_of_reports(&target, &parent)?;
        replaceable(&target)?;
        sweep(&target, &parent, &name)?;
        // The process id keeps two runs that write at the same time apart; it appears in no output.
        let own = std::process::id();
        let temporary = parent.join(format!(".{name}.new-{own}"));
        let aside = parent.join(format!(".{name}.old-{own}"));
        for leftover in [&temporary, &aside] {
            if leftover.exists() {
                fs::remove_dir_all(leftover).map_err(|e| broken(leftover, &e))?;
            }
        }
        fs::create_dir_all(&temporary).map_err(|e| broken(&temporary, &e))?;
        Ok(Self { target, temporary, aside, finished: false })
    }

    /// Where to write.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Puts the new folder in the place of the old one.
    pub fn finish(mut self) -> Result<(), Fault> {
        let replaced = self.target.exists();
        if replaced {
            fs::rename(&self.target, &self.aside).map_err(|e| broken(&self.target, &e))?;
        }
        if let Err(e) = fs::rename(&self.temporary, &self.target) {
            if replaced {
                // Best effort: the first error is the one to tell.
                let _ = fs::rename(&self.aside, &self.target);
            }
            return Err(broken(&self.target, &e));
        }
        self.finished = true;
        if replaced {
            fs::remove_dir_all(&self.aside).map_err(|e| broken(&self.aside, &e))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

/// Where a link leads, so that its goal is replaced and not the link; a link to nothing is refused now rather than after the work.
fn resolved(target: &Path) -> Result<PathBuf, Fault> {
    // Without a trailing separator, through which the system would look past the link.
    let plain: PathBuf = target.components().collect();
    if !fs::symlink_metadata(&plain).is_ok_and(|seen| seen.file_type().is_symlink()) {
        return Ok(plain);
    }
    fs::canonicalize(&plain).map_err(|_| refusal(target, "a symbolic link that leads nowhere".to_string()))
}

/// A report inside a report would be lost with the next run of the outer one.
fn outside_of_reports(target: &Path, parent: &Path) -> Result<(), Fault> {
    let parent = fs::canonicalize(parent).or_else(|_| std::path::absolute(parent)).map_err(|e| broken(parent, &e))?;
    match parent.ancestors().find(|above| ours(above)) {
        None => Ok(()),
        Some(outer) => {
            let name = outer.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            Err(refusal(target, format!("a place inside `{name}`, which is a report itself and would be replaced as a whole")))
        }
    }
}

fn replaceable(target: &Path) -> Result<(), Fault> {
    let entries = match fs::read_dir(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => return Err(refusal(target, "a file, not a folder".to_string())),
        other => other.map_err(|e| broken(target, &e))?,
    };
    if entries.count() == 0 {
        return Ok(());
    }
    if !ours(target) {
        return Err(refusal(target, "a folder that holds something else than a report of this program".to_string()));
    }
    match stranger(target)? {
        None => Ok(()),
        Some(name) => Err(refusal(target, format!("a report of this program, with `{name}` in it, which the report did not write"))),
    }
}

fn refusal(target: &Path, found: String) -> Fault {
    Fault::new(
        target.display().to_string(),
        found,
        "a new or empty folder, or an older report of this program",
        "choose another --out, or remove it yourself",
    )
}

/// Whether a folder says it is a report, a study or a comparison of this program.
fn ours(folder: &Path) -> bool {
    json(&folder.join("manifest.json")).is_some_and(|manifest| manifest.get("program").and_then(Value::as_str) == Some(PROGRAM))
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// The first thing, by name, in a report of ours that no report writes.
fn stranger(report: &Path) -> Result<Option<String>, Fault> {
    for (name, folder) in listed(report)? {
        if !folder {
            let heat = name.starts_with("heatmap-") && [".svg", ".png"].iter().any(|ending| name.ends_with(ending));
            if !(heat || [BATCH_FILES, STUDY_FILES, LITTER].iter().any(|known| known.contains(&name.as_str()))) {
                return Ok(Some(name));
            }
            continue;
        }
        let inside = report.join(&name);
        let told = json(&inside.join("summary.json")).filter(|summary| summary.get("metrics").is_some_and(Value::is_object));
        let strategy = told.as_ref().and_then(|summary| summary.get("strategy")).and_then(Value::as_str);
        if strategy.is_none_or(|strategy| folder_name(strategy) != name) {
            return Ok(Some(name));
        }
        for (part, folder) in listed(&inside)? {
            if folder || !(ours_to_replace(&part) || LITTER.contains(&part.as_str())) {
                return Ok(Some(format!("{name}/{part}")));
            }
        }
    }
    Ok(None)
}

/// What a strategy's folder holds; each table may stand there in either form.
fn ours_to_replace(part: &str) -> bool {
    let table = part.strip_suffix(".parquet").map(|stem| format!("{stem}.csv"));
    let part = table.as_deref().unwrap_or(part);
    let written = tables::HEADERS.iter().chain(rungs::HEADERS).any(|(file, _)| *file == part);
    let drawn = [".svg", ".png"].iter().any(|ending| part.strip_suffix(ending).is_some_and(|name| STRATEGY_PICTURES.contains(&name)));
    written || drawn || STRATEGY_FILES.contains(&part)
}

/// Names in a folder in order, and whether each is a folder itself.
fn listed(folder: &Path) -> Result<Vec<(String, bool)>, Fault> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| broken(folder, &e))? {
        let entry = entry.map_err(|e| broken(folder, &e))?;
        let is_folder = entry.file_type().map_err(|e| broken(&entry.path(), &e))?.is_dir();
        all.push((entry.file_name().to_string_lossy().into_owned(), is_folder));
    }
    all.sort();
    Ok(all)
}

/// Removes what processes that are no more left beside the target. Where one died between its two renames, the old report is put back.
fn sweep(target: &Path, parent: &Path, name: &str) -> Result<(), Fault> {
    let Ok(entries) = fs::read_dir(parent) else { return Ok(()) };
    let mut left: Vec<(PathBuf, bool)> = Vec::new();
    for entry in entries.filter_map(Result::ok) {
        let file_name = entry.file_name();
        let Some(rest) = file_name.to_str().and_then(|n| n.strip_prefix('.')).and_then(|n| n.strip_prefix(name)) else { continue };
        let aside = rest.strip_prefix(".old-");
        let Some(pid) = aside.or_else(|| rest.strip_prefix(".new-")).and_then(|pid| pid.parse::<u32>().ok()) else { continue };
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && gone(pid) {
            left.push((entry.path(), aside.is_some()));
        }
    }
    left.sort();
    for (folder, aside) in left {
        if aside && !target.exists() && ours(&folder) {
            fs::rename(&folder, target).map_err(|e| broken(&folder, &e))?;
            replaceable(target)?;
        } else {
            fs::remove_dir_all(&folder).map_err(|e| broken(&folder, &e))?;
        }
    }
    Ok(())
}

/// Whether a process is known to be no more; only Linux tells without asking the system in ways that need `unsafe`.
fn gone(pid: u32) -> bool {
    cfg!(target_os = "linux") && Path::new("/proc/self").exists() && !Path::new("/proc").join(pid.to_string()).exists()
}
