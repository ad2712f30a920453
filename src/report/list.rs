//! The reports in a folder with their key figures, newest first. Works on their manifests and summaries alone.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::bounded::{self, OWN};
use crate::fault::Fault;
use crate::report::files::folder_name;
use crate::report::kinds::Kind;
use crate::report::metric_words::metric_text;
use crate::report::terminal::{Look, paragraph};

/// A report, a study or a comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// The name of its folder.
    pub report: String,
    pub kind: &'static str,
    /// Whether `latest` leads to it.
    pub latest: bool,
    /// The version of the program that wrote it.
    pub version: String,
    /// None of a comparison, which may be of several.
    pub market: Option<String>,
    /// Of a report its runs, of a study the strategy that was tried, of a comparison nothing.
    pub strategies: Vec<ListedRun>,
}

/// One strategy; of a study only its name is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListedRun {
    pub strategy: String,
    pub synthetic: Option<bool>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub total_return: Option<f64>,
    pub max_drawdown: Option<f64>,
    pub sharpe: Option<f64>,
}

/// Every folder of this program in `dir`, newest first; of the same moment by name. What else lies there is passed over.
///
/// # Errors
/// `dir` cannot be read.
pub fn read(dir: &Path) -> Result<Vec<Listed>, Fault> {
    let missing = |e: std::io::Error| {
        Fault::new(dir.display().to_string(), e.to_string(), "a folder with reports in it", "name it, or make a report: rotate run")
    };
    let latest = fs::read_link(dir.join("latest")).ok();
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).map_err(missing)?.filter_map(Result::ok) {
        let name = entry.file_name();
        // A link is its goal once more; a work folder is none yet.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) || name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let Some(kind) = Kind::of(&entry.path()) else { continue };
        let newest = latest.as_deref().is_some_and(|goal| goal.as_os_str() == name);
        let written = fs::metadata(entry.path().join("manifest.json")).and_then(|seen| seen.modified()).ok();
        all.push((Reverse(written), listed(&entry.path(), kind, newest)));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.report.cmp(&b.1.report)));
    Ok(all.into_iter().map(|(_, listed)| listed).collect())
}

fn json(path: &Path) -> Value {
    bounded::text(path, OWN).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn word(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn listed(folder: &Path, kind: Kind, latest: bool) -> Listed {
    let manifest = json(&folder.join("manifest.json"));
    let names = manifest.get("strategies").and_then(Value::as_array).into_iter().flatten().filter_map(|record| word(record, "name"));
    Listed {
        report: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        kind: kind.name(),
        latest,
        version: word(&manifest, "version").unwrap_or_default(),
        market: word(&manifest, "market"),
        strategies: names.map(|name| run(folder, name)).collect(),
    }
}

fn run(folder: &Path, strategy: String) -> ListedRun {
    let summary = json(&folder.join(folder_name(&strategy)).join("summary.json"));
    let metric = |name: &str| summary.get("metrics")?.get(name)?.as_f64();
    ListedRun {
        strategy,
        synthetic: summary.get("synthetic").and_then(Value::as_bool),
        from: word(&summary, "from"),
        to: word(&summary, "to"),
        total_return: metric("total_return"),
        max_drawdown: metric("max_drawdown"),
        sharpe: metric("sharpe"),
    }
}

/// For a terminal: a line a report, and one below it for each of its strategies.
#[must_use]
pub fn text(dir: &Path, all: &[Listed], look: Look) -> String {
    if all.is_empty() {
        return format!("no report in {}: rotate run makes one\n", dir.display());
    }
    let wide = all.iter().flat_map(|listed| &listed.strategies).map(|run| run.strategy.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for listed in all {
        let mut head = format!("{}{}: {}", listed.report, if listed.latest { " (latest)" } else { "" }, listed.kind);
        let has_figures = |run: &&ListedRun| run.total_return.is_some();
        if let Some(tried) = listed.strategies.first().filter(|run| !has_figures(run)) {
            let _ = write!(head, " of {}", tried.strategy);
        }
        if let Some(market) = &listed.market {
            let synthetic = listed.strategies.iter().any(|run| run.synthetic == Some(true));
            let _ = write!(head, " on {market}{}", if synthetic { " (SYNTHETIC DATA)" } else { "" });
        }
        if let Some((from, to)) = listed.strategies.first().and_then(|run| run.from.as_deref().zip(run.to.as_deref())) {
            let day = |time: &str| time.split('T').next().unwrap_or(time).to_owned();
            let _ = write!(head, ", {} to {}", day(from), day(to));
        }
        let _ = writeln!(out, "{}", paragraph(&head, look).trim_end());
        for run in listed.strategies.iter().filter(has_figures) {
            let figures = [("return", "total_return", run.total_return), ("max drawdown", "max_drawdown", run.max_drawdown)];
            let figures = figures.into_iter().chain([("Sharpe", "sharpe", run.sharpe)]);
            let cells = figures
                .filter(|(_, _, value)| value.is_some())
                .map(|(head, name, value)| format!("  {head} {:>9}", metric_text(name, value)));
            let _ = writeln!(out, "{}", format!("  {:<wide$}{}", run.strategy, cells.collect::<String>()).trim_end());
        }
    }
    out
}
