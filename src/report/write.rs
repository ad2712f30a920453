//! From evaluated runs to a folder. How it comes to its place, whatever happens meanwhile, is told in [`crate::folder`].

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use crate::evaluate::{Evaluation, deflated};
use crate::fault::Fault;
use crate::folder::{Staging, broken};
use crate::market::Market;
use crate::replay::run::Run;
use crate::report::files::{distinct, folder_name, put, write_picture};
use crate::report::input::{Forms, ReportInput};
use crate::report::kinds::Kind;
use crate::report::manifest::Manifest;
use crate::report::summary::Summary;
use crate::report::tables::{Source, write_tables};
use crate::report::{charts, comparison, html};
use crate::stress::Stress;

/// Writes a whole batch to `out`, its runs seen against nothing. A target that is not an empty folder or an older report of ours is refused.
pub fn write_batch(out: &Path, market: &Market, runs: &[Run], manifest: &Manifest) -> Result<(), Fault> {
    let staging = Staging::begin(out, Kind::Batch)?;
    distinct(runs.iter().map(|run| run.strategy.as_str()))?;
    let evaluations = deflated(runs.iter().map(|run| Evaluation::with(market, run, Stress::default())).collect());
    let batch = Batch { market, evaluations: &evaluations, manifest, forms: Forms::PLAIN };
    staging.fill(|dir| batch.parts().into_iter().try_for_each(|part| batch.write(dir, part)))?;
    staging.finish()
}

/// A whole report: what it tells of, and how.
pub struct Batch<'a> {
    pub market: &'a Market,
    /// Each deflated by all others.
    pub evaluations: &'a [Evaluation<'a>],
    pub manifest: &'a Manifest,
    pub forms: Forms,
}

/// A part of a report that no other part waits for, so that they may be written side by side.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// What people look at of one strategy, by its place among the runs: summary, pictures, page.
    Pages(usize),
    /// The tables of one strategy.
    Tables(usize),
    /// What belongs to the whole batch.
    Index,
}

impl Batch<'_> {
    /// The parts that make it whole. The index, which looks at all runs, is begun first.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let strategies = (0..self.evaluations.len()).flat_map(|at| [Part::Pages(at), Part::Tables(at)]);
        std::iter::once(Part::Index).chain(strategies).collect()
    }

    /// Writes one part into `dir`.
    pub fn write(&self, dir: &Path, part: Part) -> Result<(), Fault> {
        match part {
            Part::Pages(at) => self.of_strategy(at, dir, write_pages),
            Part::Tables(at) => self.of_strategy(at, dir, |folder, input| {
                write_tables(folder, &Source { market: input.market, evaluation: input.evaluation }, input.forms)
            }),
            Part::Index => self.write_index(dir),
        }
    }

    /// Writes something of one strategy into its folder.
    fn of_strategy(&self, at: usize, dir: &Path, write: impl FnOnce(&Path, &ReportInput) -> Result<(), Fault>) -> Result<(), Fault> {
        let evaluation = &self.evaluations[at];
        let folder = dir.join(folder_name(&evaluation.run.strategy));
        fs::create_dir_all(&folder).map_err(|e| broken(&folder, &e))?;
        let record = self.manifest.strategies.iter().find(|record| record.name == evaluation.run.strategy);
        let extends = record.and_then(|record| record.extends.as_ref());
        write(&folder, &ReportInput { market: self.market, evaluation, extends, forms: self.forms })
    }

    /// What belongs to all of it: manifest, comparison, overlays, index.
    fn write_index(&self, dir: &Path) -> Result<(), Fault> {
        fs::create_dir_all(dir).map_err(|e| broken(dir, &e))?;
        let rows: Vec<_> = self.evaluations.iter().map(|one| (one.run.strategy.as_str(), Cow::Owned(one.metrics.named()))).collect();
        put(&dir.join("comparison.csv"), &comparison::comparison_csv(&rows)?)?;
        let index = html::index::Index::of(self.market, self.evaluations, self.manifest);
        let drawn: Vec<&Run> = index.drawn().iter().map(|&at| self.evaluations[at].run).collect();
        let (equity, drawdown) = charts::overlays(self.market, &drawn);
        write_picture(dir, "equity", &equity, self.forms.png)?;
        write_picture(dir, "drawdown", &drawdown, self.forms.png)?;
        put(&dir.join("index.html"), index.page([&equity, &drawdown]).as_bytes())?;
        put(&dir.join("manifest.json"), self.manifest.to_json().as_bytes())
    }
}

/// Writes what people look at of one strategy. Independent of its tables and of all others, so that they may run side by side.
fn write_pages(dir: &Path, input: &ReportInput) -> Result<(), Fault> {
    let &ReportInput { market, evaluation, .. } = input;
    let summary = Summary::of(market, evaluation);
    put(&dir.join("summary.json"), summary.to_json().as_bytes())?;
    let pictures = charts::Pictures::of(market, evaluation.run);
    for (name, svg) in pictures.named() {
        write_picture(dir, name, svg, input.forms.png && charts::Pictures::AS_PNG.contains(&name))?;
    }
    put(&dir.join("report.html"), html::sheet::page(input, &summary, &pictures).as_bytes())
}
