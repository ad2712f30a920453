//! From runs to a folder. How it comes to its place, whatever happens meanwhile, is told in [`crate::folder`].

use std::fs;
use std::path::Path;

use crate::fault::Fault;
use crate::folder::Staging;
pub use crate::folder::broken;
use crate::market::Market;
use crate::metrics::sharpe::Trials;
use crate::replay::run::Run;
use crate::report::kinds::{BATCH_FILES, Kind};
use crate::report::manifest::Manifest;
use crate::report::summary::{Summary, by_name, metrics};
use crate::report::{charts, comparison, html, rungs, tables};
use crate::stress::Stress;

/// Writes a whole batch to `out`. A target that is not an empty folder or an older report of ours is refused.
pub fn write_batch(out: &Path, market: &Market, runs: &[Run], manifest: &Manifest) -> Result<(), Fault> {
    let staging = Staging::begin(out, Kind::Batch)?;
    distinct(runs.iter().map(|run| run.strategy.as_str()))?;
    let stresses = vec![Stress::default(); runs.len()];
    let batch = Batch::new(market, runs, &stresses, manifest, false);
    staging.fill(|dir| batch.parts().into_iter().try_for_each(|part| batch.write(dir, part)))?;
    staging.finish()
}

/// A whole report: what it tells of, and how.
pub struct Batch<'a> {
    market: &'a Market,
    runs: &'a [Run],
    /// What each run is seen against, in the order of the runs.
    stresses: &'a [Stress],
    trials: Trials,
    manifest: &'a Manifest,
    /// Whether every table is written as Parquet too.
    parquet: bool,
}

/// A part of a report that no other part waits for, so that they may be written side by side.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// One strategy, by its place among the runs.
    Strategy(usize),
    /// What belongs to the whole batch.
    Index,
}

impl<'a> Batch<'a> {
    #[must_use]
    pub fn new(market: &'a Market, runs: &'a [Run], stresses: &'a [Stress], manifest: &'a Manifest, parquet: bool) -> Self {
        Self { market, runs, stresses, trials: Trials::of_runs(runs), manifest, parquet }
    }

    /// The parts that make it whole. The index, which looks at all runs, is begun first.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        std::iter::once(Part::Index).chain((0..self.runs.len()).map(Part::Strategy)).collect()
    }

    /// Writes one part into `dir`.
    pub fn write(&self, dir: &Path, part: Part) -> Result<(), Fault> {
        match part {
            Part::Strategy(at) => {
                let (run, stress) = (&self.runs[at], &self.stresses[at]);
                let told = Told { market: self.market, run, stress, trials: &self.trials, parquet: self.parquet };
                write_strategy(&dir.join(folder_name(&run.strategy)), &told)
            }
            Part::Index => self.write_index(dir),
        }
    }

    /// What belongs to all of it: manifest, comparison, overlays, index.
    fn write_index(&self, dir: &Path) -> Result<(), Fault> {
        fs::create_dir_all(dir).map_err(|e| broken(dir, &e))?;
        let (market, runs) = (self.market, self.runs);
        let named = |(run, stress): (&Run, &Stress)| by_name(&metrics(run, &self.trials), stress);
        let metrics: Vec<_> = runs.iter().zip(self.stresses).map(named).collect();
        let rows: Vec<_> = runs.iter().map(|run| run.strategy.clone()).zip(metrics.iter().cloned()).collect();
        put(&dir.join("comparison.csv"), &comparison::comparison_csv(&rows)?)?;
        let index = html::index::Index::of(market, runs, metrics, self.manifest);
        let drawn: Vec<&Run> = index.drawn().iter().map(|&at| &runs[at]).collect();
        let (equity, drawdown) = charts::overlays(market, &drawn);
        write_picture(dir, "equity", &equity)?;
        write_picture(dir, "drawdown", &drawdown)?;
        put(&dir.join("index.html"), index.page(market, runs, [&equity, &drawdown]).as_bytes())?;
        put(&dir.join("manifest.json"), self.manifest.to_json().as_bytes())
    }
}

/// What the folder of one strategy tells.
pub struct Told<'a> {
    pub market: &'a Market,
    pub run: &'a Run,
    /// What it is seen against.
    pub stress: &'a Stress,
    /// All runs of its batch.
    pub trials: &'a Trials,
    /// Whether every table is written as Parquet too.
    pub parquet: bool,
}

/// Writes the folder of one strategy: tables, summary, pictures, page. Independent of all others, so they may run side by side.
pub fn write_strategy(dir: &Path, told: &Told) -> Result<(), Fault> {
    let &Told { market, run, stress, trials, parquet } = told;
    fs::create_dir_all(dir).map_err(|e| broken(dir, &e))?;
    tables::write_tables(dir, tables::tables(market, run).into_iter().chain(rungs::tables(run, stress)), parquet)?;
    let summary = Summary::of(market, run, stress, trials);
    put(&dir.join("summary.json"), summary.to_json().as_bytes())?;
    let pictures = charts::Pictures::of(market, run);
    for (name, svg) in pictures.named() {
        if charts::Pictures::AS_PNG.contains(&name) {
            write_picture(dir, name, svg)?;
        } else {
            put(&dir.join(format!("{name}.svg")), svg.as_bytes())?;
        }
    }
    put(&dir.join("report.html"), html::sheet::page(told, &summary, &pictures).as_bytes())
}

/// One picture in both forms.
pub fn write_picture(dir: &Path, name: &str, svg: &str) -> Result<(), Fault> {
    put(&dir.join(format!("{name}.svg")), svg.as_bytes())?;
    put(&dir.join(format!("{name}.png")), &charts::bitmap::render(svg))
}

/// The name of a strategy as a folder: letters, digits, `-`, `_` and inner dots stay, anything else becomes `-`.
#[must_use]
pub fn folder_name(strategy: &str) -> String {
    let safe: String = strategy.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let trimmed = safe.trim_matches('.');
    if trimmed.is_empty() { "strategy".to_string() } else { trimmed.to_string() }
}

/// Two strategies must not share a folder, nor one take the name of a file of the batch.
///
/// # Errors
/// Names the first two that would, or the one that would.
pub fn distinct<'a>(strategies: impl IntoIterator<Item = &'a str>) -> Result<(), Fault> {
    let strategies: Vec<&str> = strategies.into_iter().collect();
    for (i, strategy) in strategies.iter().enumerate() {
        let name = folder_name(strategy).to_lowercase();
        let twin = strategies[..i].iter().find(|other| folder_name(other).to_lowercase() == name);
        if let Some(twin) = twin {
            return Err(Fault::new(
                "strategies",
                format!("`{twin}` and `{strategy}` would both be written to the folder `{name}`"),
                "names that differ in letters, digits, `-` or `_`",
                "rename one of them",
            ));
        }
        if BATCH_FILES.contains(&name.as_str()) {
            return Err(Fault::new(
                "strategies",
                format!("`{strategy}` is the name of a file of the report itself"),
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
