//! What a command may replace: only what the same command wrote, and only where nothing of anybody else lies among it. How it is replaced is
//! told in [`crate::folder`].

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::bounded::{self, OWN};
use crate::fault::Fault;
use crate::folder::{Ours, broken};
use crate::market::{InputFile, digest};
use crate::report::files::{BATCH_FILES, folder_name};
use crate::report::manifest::PROGRAM;
use crate::report::{tables, timestamp};

/// What a study writes, heat maps apart.
const STUDY_FILES: &[&str] = &["manifest.json", "trials.csv", "trials.parquet", "best.toml", "study.html", "journal.jsonl"];
/// What a study writes for its reader to go on with, who may do so in place.
pub(super) const HAND_MADE: &[&str] = &["best.toml"];
/// What stands in the folder of a strategy beside its tables, pictures without their endings.
const STRATEGY_FILES: &[&str] = &["summary.json", "report.html"];
const STRATEGY_PICTURES: &[&str] = &["equity", "drawdown", "buckets", "narratives"];
/// What file managers leave where they have looked; nobody misses it.
pub(super) const LITTER: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini"];

/// What one command writes, and alone replaces: a run no study, a study no comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of `rotate run`.
    Batch,
    /// Of `rotate tune`.
    Study,
    /// Of `rotate compare`.
    Comparison,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Batch, Self::Study, Self::Comparison];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "report",
            Self::Study => "study",
            Self::Comparison => "comparison",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Batch => "run",
            Self::Study => "tune",
            Self::Comparison => "compare",
        }
    }

    /// What the manifest in a folder says it is; nothing where it is none of ours.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let manifest = manifest(folder)?;
        let words = manifest.get("command")?.as_array()?.iter().filter_map(Value::as_str);
        let verb = words.into_iter().find(|word| *word != PROGRAM)?;
        Self::ALL.into_iter().find(|kind| kind.verb() == verb)
    }

    /// The first thing, by name, in a folder of this kind that its command does not write.
    fn unknown_file(self, report: &Path) -> Result<Option<String>, Fault> {
        for (name, folder) in listed(report)? {
            let found = match (self, folder) {
                (Self::Batch, true) => unknown_file_in_strategy(report, &name)?,
                (_, true) => Some(name),
                (kind, false) => (!kind.writes(&name)).then_some(name),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Whether a file beside the folders of strategies is one that the command writes, or nobody misses.
    fn writes(self, name: &str) -> bool {
        let heat = name.starts_with("heatmap-") && [".svg", ".png"].iter().any(|ending| name.ends_with(ending));
        let own = match self {
            Self::Batch | Self::Comparison => BATCH_FILES.contains(&name),
            Self::Study => heat || STUDY_FILES.contains(&name),
        };
        own || LITTER.contains(&name)
    }
}

impl Ours for Kind {
    fn expected(&self) -> &'static str {
        match self {
            Self::Batch => "a new or empty folder, or an older report of `rotate run`",
            Self::Study => "a new or empty folder, or an older study of `rotate tune`",
            Self::Comparison => "a new or empty folder, or an older comparison of `rotate compare`",
        }
    }

    fn objection(&self, folder: &Path) -> Result<Option<String>, Fault> {
        if !ours(folder) {
            return Ok(Some("a folder that holds something else than a report of this program".to_string()));
        }
        let there = Self::of(folder);
        if there != Some(*self) {
            let verb = there.map_or("another version", Self::verb);
            return Ok(Some(format!("what `rotate {verb}` wrote, and nothing else replaces")));
        }
        if let Some(name) = self.unknown_file(folder)? {
            return Ok(Some(format!("a report of this program, with `{name}` in it, which the report did not write")));
        }
        Ok(edited(folder).map(|name| format!("a study of this program, with `{name}` in it, which was changed since the study wrote it")))
    }

    /// A report inside a report would be lost with the next run of the outer one.
    fn objection_to_place(&self, parent: &Path) -> Result<Option<String>, Fault> {
        let parent = fs::canonicalize(parent).or_else(|_| std::path::absolute(parent)).map_err(|e| broken(parent, &e))?;
        Ok(parent.ancestors().find(|above| ours(above)).map(|outer| {
            let name = outer.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            format!("a place inside `{name}`, which is a report itself and would be replaced as a whole")
        }))
    }

    fn disposable(&self, folder: &Path) -> bool {
        Self::ALL.iter().any(|kind| matches!(kind.objection(folder), Ok(None)))
    }

    fn is_pointer(&self, link: &Path) -> bool {
        timestamp::is_pointer(link)
    }
}

/// Whether a folder says it is a report, a study or a comparison of this program.
fn ours(folder: &Path) -> bool {
    manifest(folder).is_some()
}

fn manifest(folder: &Path) -> Option<Value> {
    json(&folder.join("manifest.json")).filter(|manifest| manifest.get("program").and_then(Value::as_str) == Some(PROGRAM))
}

/// The first file of a study that is not what its manifest says the study wrote. One that the manifest says nothing of was not written with it.
fn edited(folder: &Path) -> Option<&'static str> {
    HAND_MADE.iter().copied().find(|name| {
        let path = folder.join(name);
        if path.symlink_metadata().is_err() {
            return false;
        }
        // What cannot be read as we would is not as we left it.
        let Ok(bytes) = bounded::bytes(&path, OWN) else { return true };
        let recorded =
            manifest(folder).and_then(|manifest| serde_json::from_value::<Vec<InputFile>>(manifest.get("outputs")?.clone()).ok());
        let own = recorded.and_then(|files| files.into_iter().find(|file| file.path == *name));
        own.is_none_or(|file| file.sha256 != digest::of(&bytes))
    })
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_str(&bounded::text(path, OWN).ok()?).ok()
}

/// The same inside the folder of a strategy, and that folder itself where it is none.
fn unknown_file_in_strategy(report: &Path, name: &str) -> Result<Option<String>, Fault> {
    let inside = report.join(name);
    let summary = json(&inside.join("summary.json")).filter(|summary| summary.get("metrics").is_some_and(Value::is_object));
    let strategy = summary.as_ref().and_then(|summary| summary.get("strategy")).and_then(Value::as_str);
    if strategy.is_none_or(|strategy| folder_name(strategy) != name) {
        return Ok(Some(name.to_string()));
    }
    let strange = |(part, folder): &(String, bool)| *folder || !(ours_to_replace(part) || LITTER.contains(&part.as_str()));
    Ok(listed(&inside)?.into_iter().find(strange).map(|(part, _)| format!("{name}/{part}")))
}

/// What a strategy's folder holds; each table may stand there in either form.
fn ours_to_replace(part: &str) -> bool {
    let table = part.strip_suffix(".parquet").map(|stem| format!("{stem}.csv"));
    let part = table.as_deref().unwrap_or(part);
    let written = tables::of_file(part).is_some();
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
