//! From runs to a folder. Everything is written beside the target and renamed at the end: a run that dies leaves the old report whole.

use std::fs;
use std::path::Path;

use crate::fault::Fault;
use crate::market::Market;
use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::manifest::Manifest;
use crate::report::staging::{BATCH_FILES, Staging};
use crate::report::summary::{Summary, metrics};
use crate::report::{charts, comparison, html, tables};

/// Writes a whole batch to `out`. A target that is not an empty folder or an older report of ours is refused.
pub fn write_batch(out: &Path, market: &Market, runs: &[Run], manifest: &Manifest) -> Result<(), Fault> {
    let staging = Staging::begin(out)?;
    distinct(runs)?;
    parts(runs).iter().try_for_each(|part| write_part(staging.path(), market, runs, part, manifest, false))?;
    staging.finish()
}

/// A part of a report that no other part waits for, so that they may be written side by side.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    Strategy(&'a Run),
    /// What belongs to the whole batch.
    Index,
}

/// The parts that make a whole report. The index, which looks at all runs, is begun first.
#[must_use]
pub fn parts(runs: &[Run]) -> Vec<Part<'_>> {
    std::iter::once(Part::Index).chain(runs.iter().map(Part::Strategy)).collect()
}

/// Writes one part into `dir`; `parquet` asks for the tables in that form too.
pub fn write_part(dir: &Path, market: &Market, runs: &[Run], part: &Part, manifest: &Manifest, parquet: bool) -> Result<(), Fault> {
    match part {
        Part::Strategy(run) => write_strategy(&dir.join(folder_name(&run.strategy)), market, run, parquet),
        Part::Index => write_index(dir, market, runs, manifest),
    }
}

/// Writes the folder of one strategy: tables, summary, pictures, page. Independent of all others, so they may run side by side.
/// `parquet` asks for the tables in that form too.
pub fn write_strategy(dir: &Path, market: &Market, run: &Run, parquet: bool) -> Result<(), Fault> {
    fs::create_dir_all(dir).map_err(|e| broken(dir, &e))?;
    tables::write_tables(dir, market, run, parquet)?;
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
    let metrics: Vec<Metrics> = runs.iter().map(metrics).collect();
    let rows: Vec<_> = runs.iter().zip(&metrics).map(|(run, m)| (run.strategy.clone(), m.named())).collect();
    put(&dir.join("comparison.csv"), &comparison::comparison_csv(&rows)?)?;
    let drawn = drawn(&metrics).into_iter().map(|i| &runs[i]).collect::<Vec<_>>();
    let (equity, drawdown) = charts::overlays(market, &drawn);
    write_picture(dir, "equity", &equity)?;
    write_picture(dir, "drawdown", &drawdown)?;
    put(&dir.join("index.html"), html::index::page(market, runs, &metrics, drawn.len(), [&equity, &drawdown]).as_bytes())?;
    put(&dir.join("manifest.json"), manifest.to_json().as_bytes())
}

/// Lines one can still tell apart in one picture.
const DRAWN: usize = 12;

/// Positions of the runs that are drawn, in the order of the runs: all of a few, of many the best by Sharpe ratio.
fn drawn(metrics: &[Metrics]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..metrics.len()).collect();
    let sharpe = |i: &usize| metrics[*i].sharpe.unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|a, b| sharpe(b).total_cmp(&sharpe(a)));
    order.truncate(DRAWN);
    order.sort_unstable();
    order
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
        if BATCH_FILES.contains(&name.as_str()) {
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

/// Writes one file.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    fs::write(path, bytes).map_err(|e| broken(path, &e))
}

/// What the system said about a file or folder.
pub fn broken(path: &Path, cause: &dyn std::fmt::Display) -> Fault {
    Fault::new(path.display().to_string(), cause.to_string(), "a place that can be written and read", "check permissions and free space")
}
