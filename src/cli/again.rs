//! What a manifest tells, made again: the market it names, confirmed file by file, and the strategies as they were.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::batch::{Arena, check_compatible};
use crate::cli::meant;
use crate::cli::named::found;
use crate::cli::options::{Common, progress};
use crate::cli::run::{evaluate, frozen, write};
use crate::cli::run_request::{self, RunRequest, RunSettings, Tables};
use crate::evaluate::Evaluation;
use crate::fault::Fault;
use crate::market::{Market, MarketParts, digest};
use crate::report::tables::{Source, write_tables};
use crate::report::verify::{self, Verb};
use crate::report::{Batch, Forms, Manifest, opened};
use crate::strategy::{Override, Strategy, StrategyFile};
use crate::stress::Stress;

/// A report or a study by its manifest, over the market it was made of.
pub(super) struct Made {
    report: PathBuf,
    pub manifest: Manifest,
    /// The command that wrote it.
    pub by: Verb,
    pub asked: RunRequest,
    /// Where the market lies now.
    pub folder: PathBuf,
    pub market: Market,
    /// What the market is made of, where the run tests itself.
    parts: Option<MarketParts>,
}

impl Made {
    /// Reads the manifest in `report` and its market: in `market`, or else where the manifest says.
    ///
    /// # Errors
    /// The manifest is not one of this version's `run` or `tune`; the market is not there, or is no longer the one it was made of.
    pub(super) fn read(report: &Path, market: Option<&Path>) -> Result<Self, Fault> {
        let (manifest, by) = verify::manifest(report)?;
        let asked = RunRequest::read(report, &manifest)?;
        let recorded = || {
            let name = PathBuf::from(&asked.market_dir);
            found(&name).unwrap_or(name)
        };
        let folder = market.map_or_else(recorded, Path::to_path_buf);
        if !folder.is_dir() {
            let expected = format!("the market `{}`, as the manifest names it", manifest.market);
            return Err(meant::no_market(folder.display().to_string(), &folder, expected, "say where it lies with --market DIR"));
        }
        // Before the work: another input explains whatever else would differ.
        manifest.inputs.iter().try_for_each(|input| digest::confirm(&folder, input))?;
        // A study does not test itself; a run without the setting is refused further down.
        let tests_itself = manifest.settings.get("self_test").and_then(Value::as_bool).unwrap_or(false);
        let (market, parts) = frozen(MarketParts::load(&folder, asked.window)?, &folder, tests_itself)?;
        verify::same_inputs(&folder, &manifest.inputs, &market.inputs)?;
        Ok(Self { report: report.to_path_buf(), manifest, by, asked, folder, market, parts })
    }

    /// Makes the report of a run again, in each of the forms in its own folder; says of how many strategies.
    ///
    /// # Errors
    /// As [`Self::strategies`]; a file that cannot be written.
    pub(super) fn run_again(&self, arena: &Arena, asked: &RunSettings, forms: &[(Tables, &Path)], common: Common) -> Result<usize, Fault> {
        let files = self.strategies(&asked.set)?;
        files.iter().try_for_each(|file| check_compatible(arena.market, file))?;
        let bar = progress(common, files.len(), "replaying");
        let all: Vec<&Strategy> = files.iter().map(|file| &file.strategy).collect();
        let runs = arena.replay_all(&all, asked.asked.capital, || bar.inc(1));
        bar.finish_and_clear();
        let evaluations = evaluate((arena, self.parts.as_ref()), &all, &runs, asked.tested, common)?;
        for &(tables, dir) in forms {
            let asked = RunSettings { tables, ..asked.clone() };
            let manifest = asked.manifest(&files, arena.market);
            let forms = tables.forms(asked.png);
            write(arena, &Batch { market: arena.market, evaluations: &evaluations, manifest: &manifest, forms }, common, dir)?;
        }
        Ok(runs.len())
    }

    /// Makes the tables of one strategy of a run again in `dir`, all as CSV; `folder` is its folder in the report.
    ///
    /// # Errors
    /// As [`Self::strategies`]; the folder is of none of them; a file that cannot be written.
    pub(super) fn tables_again(&self, folder: &Path, dir: &Path) -> Result<(), Fault> {
        let files = self.strategies(&RunSettings::read(&self.report, &self.manifest)?.set)?;
        let summary = opened::summary(folder)?;
        let name = summary["strategy"].as_str().unwrap_or_default();
        let Some(file) = files.iter().find(|file| file.strategy.name == name) else {
            let place = folder.join("summary.json").display().to_string();
            let found = format!("strategy `{name}`, of which the manifest knows nothing");
            return Err(Fault::new(place, found, "a strategy of the report", "run the report again"));
        };
        check_compatible(&self.market, file)?;
        let run = Arena::new(&self.market).replay(&file.strategy, self.asked.capital);
        let evaluation = Evaluation::with(&self.market, &run, Stress::default());
        write_tables(dir, &Source { market: &self.market, evaluation: &evaluation }, Forms::PLAIN)
    }

    /// The strategies that their texts say, with what the command replaced in them and under the assumptions it named, which must be the
    /// strategies as understood.
    pub(super) fn strategies(&self, set: &[String]) -> Result<Vec<StrategyFile>, Fault> {
        let Self { report, manifest, asked, .. } = self;
        let place = report.join("manifest.json").display().to_string();
        let names: Vec<PathBuf> = run_request::paths(manifest).collect();
        if names.len() != manifest.strategies.len() {
            return Err(Fault::new(
                place,
                format!("`command` names {} strategy files, `strategies` has {}", names.len(), manifest.strategies.len()),
                "a strategy for each file",
                "run the report again",
            ));
        }
        let sets = set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>, _>>()?;
        let written = manifest.strategies.iter().map(|record| {
            let within = format!("{place}: strategy `{}`", record.name);
            let bases = record.extends.iter().flat_map(|extends| &extends.bases);
            let bases: Vec<(&str, &str)> = bases.map(|base| (base.name.as_str(), base.source.as_str())).collect();
            StrategyFile::parse_over(Path::new(&within), record.source.clone(), &bases)
        });
        let written = written.collect::<Result<Vec<_>, _>>()?;
        // A strategy that the command did not name takes fewer keys than one it did: which it was, no manifest says.
        let [some, every] = [false, true].map(|named| Override::meant_for(&sets, &written, named));
        let mut all = Vec::new();
        for (at, (record, name)) in manifest.strategies.iter().zip(names).enumerate() {
            let again = |sets: &Vec<Override>| -> Result<StrategyFile, Fault> {
                let file = if sets.is_empty() { written[at].clone() } else { written[at].with_all(sets)? };
                Ok(StrategyFile { path: name.clone(), ..asked.assumptions.apply(file) })
            };
            let is_same =
                |file: &StrategyFile| serde_json::to_value(&file.strategy).expect("a strategy has string keys") == record.resolved;
            let found = [&some[at], &every[at]]
                .into_iter()
                .map(again)
                .filter_map(Result::ok)
                .find(|file| is_same(file) && file.strategy.name == record.name);
            all.push(found.ok_or_else(|| {
                let with = if set.is_empty() { String::new() } else { format!(" with {}", set.join(", ")) };
                Fault::new(
                    format!("{place}: strategy `{}`", record.name),
                    format!("`source`{with} and `resolved` are not the same strategy"),
                    "a strategy in full, as written and as understood",
                    "run the report again",
                )
            })?);
        }
        Ok(all)
    }
}
