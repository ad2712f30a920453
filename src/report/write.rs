//! From runs to a folder. Everything is written beside the target and renamed at the end: a run that dies leaves the old report whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::market::Market;
use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::manifest::{Manifest, PROGRAM};
use crate::report::summary::Summary;
use crate::report::{charts, comparison, html, tables};

/// Writes a whole batch to `out`. A target that is not an empty folder or an older report of ours is refused.
pub fn write_batch(out: &Path, market: &Market, runs: &[Run], manifest: &Manifest) -> Result<(), Fault> {
    let staging = Staging::begin(out)?;
    distinct(runs)?;
    for run in runs {
        write_strategy(&staging.path().join(folder_name(&run.strategy)), market, run)?;
    }
    write_index(staging.path(), market, runs, manifest)?;
    staging.finish()
}

/// Writes the folder of one strategy: tables, summary, pictures, page. Independent of all others, so they may run side by side.
pub fn write_strategy(dir: &Path, market: &Market, run: &Run) -> Result<(), Fault> {
    fs::create_dir_all(dir).map_err(|e| broken(dir, &e))?;
    tables::write_tables(dir, market, run)?;
    let summary = Summary::of(market, run);
    put(&dir.join("summary.json"), summary.to_json().as_bytes())?;
    let pictures = charts::Pictures::of(market, run);
    for (name, svg) in pictures.named() {
        write_picture(dir, name, svg)?;
    }
    put(&dir.join("report.html"), html::sheet::page(market, run, &summary, &pictures).as_bytes())
}

/// Writes what belongs to the batch: manifest, comparison, overlays, index.
pub fn write_index(dir: &Path, market: &Market, runs: &[Run], manifest: &Manifest) -> Result<(), Fault> {
    fs::create_dir_all(dir).map_err(|e| broken(dir, &e))?;
    let metrics: Vec<Metrics> = runs.iter().map(Metrics::of).collect();
    let rows: Vec<_> = runs.iter().zip(&metrics).map(|(run, m)| (run.strategy.clone(), comparison::named(m))).collect();
    put(&dir.join("comparison.csv"), &comparison::comparison_csv(&rows)?)?;
    let (equity, drawdown) = charts::overlays(market, runs);
    write_picture(dir, "equity", &equity)?;
    write_picture(dir, "drawdown", &drawdown)?;
    put(&dir.join("index.html"), html::index::page(market, runs, &metrics, &equity, &drawdown).as_bytes())?;
    put(&dir.join("manifest.json"), manifest.to_json().as_bytes())
}

/// One picture in both forms.
pub fn write_picture(dir: &Path, name: &str, svg: &str) -> Result<(), Fault> {
    put(&dir.join(format!("{name}.svg")), svg.as_bytes())?;
    put(&dir.join(format!("{name}.png")), &charts::png::render(svg))
}

/// The name of a strategy as a folder: letters, digits, `-`, `_` and inner dots stay, anything else becomes `-`.
#[must_use]
pub fn folder_name(strategy: &str) -> String {
    let safe: String = strategy.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let trimmed = safe.trim_matches('.');
    if trimmed.is_empty() { "strategy".to_string() } else { trimmed.to_string() }
}

/// Two strategies must not share a folder, nor one take the name of a file of the batch.
pub fn distinct(runs: &[Run]) -> Result<(), Fault> {
    const TAKEN: &[&str] = &["manifest.json", "comparison.csv", "index.html", "equity.svg", "equity.png", "drawdown.svg", "drawdown.png"];
    for (i, run) in runs.iter().enumerate() {
        let name = folder_name(&run.strategy).to_lowercase();
        let twin = runs[..i].iter().find(|other| folder_name(&other.strategy).to_lowercase() == name);
        if let Some(twin) = twin {
            return Err(Fault::new(
                "strategies",
                format!("`{}` and `{}` would both be written to the folder `{name}`", twin.strategy, run.strategy),
                "names that differ in letters, digits, `-` or `_`",
                "rename one of them",
            ));
        }
        if TAKEN.contains(&name.as_str()) {
            return Err(Fault::new(
                "strategies",
                format!("`{}` is the name of a file of the report itself", run.strategy),
                "another name",
                "rename the strategy",
            ));
        }
    }
    Ok(())
}

/// A folder in the making beside its target. Dropped unfinished, it is removed and the target is as it was.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    temporary: PathBuf,
    aside: PathBuf,
    finished: bool,
}

impl Staging {
    /// Refuses a target that holds something else than a report of ours, before any work is done.
    pub fn begin(target: &Path) -> Result<Self, Fault> {
        replaceable(target)?;
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).ok_or_else(|| {
            Fault::new(target.display().to_string(), "not the name of a folder", "a folder to write to", "name one, as in reports/latest")
        })?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
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
        Ok(Self { target: target.to_path_buf(), temporary, aside, finished: false })
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

fn replaceable(target: &Path) -> Result<(), Fault> {
    let foreign = |found: &str| {
        Err(Fault::new(
            target.display().to_string(),
            found.to_string(),
            "a new or empty folder, or an older report of this program",
            "choose another --out, or remove it yourself",
        ))
    };
    let entries = match fs::read_dir(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => return foreign("a file, not a folder"),
        other => other.map_err(|e| broken(target, &e))?,
    };
    if entries.count() == 0 {
        return Ok(());
    }
    let ours = fs::read_to_string(target.join("manifest.json"))
        .ok()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .is_some_and(|manifest| manifest.get("program").and_then(serde_json::Value::as_str) == Some(PROGRAM));
    if ours { Ok(()) } else { foreign("a folder that holds something else than a report of this program") }
}

/// Writes one file.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    fs::write(path, bytes).map_err(|e| broken(path, &e))
}

/// What the system said about a file or folder.
pub fn broken(path: &Path, cause: &dyn std::fmt::Display) -> Fault {
    Fault::new(path.display().to_string(), cause.to_string(), "a place that can be written and read", "check permissions and free space")
}
