//! `rotate verify`: a report or a study made again from its manifest alone, and compared byte for byte.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::batch::{Arena, check_compatible};
use crate::cli::meant;
use crate::cli::named::found;
use crate::cli::options::{Common, Format, progress};
use crate::cli::other_markets::OtherMarkets;
use crate::cli::run::{evaluate, frozen, write};
use crate::cli::run_request::{self, RunRequest, RunSettings};
use crate::cli::strategies::AssumptionArguments;
use crate::cli::study_journal::about;
use crate::cli::tune::{self, StudySettings};
use crate::fault::Fault;
use crate::folder::Scratch;
use crate::market::{MarketParts, digest};
use crate::report::verify::{self, Confirmed, Made};
use crate::report::{Batch, Kind, Manifest, folder_name};
use crate::strategy::{Override, Strategy, StrategyFile};
use crate::tune::{FinalWindow, Journal, Request};

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Folder of a report that `rotate run` wrote, or of a study of `rotate tune`; only read.
    #[arg(value_name = "DIR")]
    report: PathBuf,
    /// Folder of the market, where it lies elsewhere than the manifest says.
    #[arg(long, value_name = "DIR")]
    market: Option<PathBuf>,
    /// Folders of the other markets of a study, all of them in its order, where they lie elsewhere than the manifest says.
    #[arg(long, value_name = "DIR")]
    also: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let (manifest, made) = verify::manifest(&arguments.report)?;
    let asked = RunRequest::read(&arguments.report, &manifest)?;
    let recorded = || {
        let name = PathBuf::from(&asked.market_dir);
        found(&name).unwrap_or(name)
    };
    let folder = arguments.market.clone().unwrap_or_else(recorded);
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

    let scratch = Scratch::begin(&std::env::temp_dir(), Kind::Batch)?;
    let arena = Arena::new(&market);
    let again = match made {
        Made::Run => run_again((&arena, parts.as_ref()), &arguments.report, &manifest, common, scratch.path())?,
        Made::Tune => tune_again(&arena, arguments, &manifest, &asked, common, scratch.path())?,
    };
    let (files, bytes) = verify::same_bytes(&arguments.report, scratch.path()).map_err(|fault| {
        // An edited summary is what it is; anything else may differ because the market does.
        let summary = manifest.strategies.first().map(|first| arguments.report.join(folder_name(&first.name)).join("summary.json"));
        let unedited = summary.filter(|summary| !fault.place.starts_with(&summary.display().to_string()));
        unedited.and_then(|summary| verify::another_caution(&summary, &folder, &market.cautions)).unwrap_or(fault)
    })?;
    let confirmed = Confirmed { inputs: manifest.inputs.len(), files, bytes };
    Ok(match common.format {
        Format::Json => {
            let outcome = json!({ "verified": true, "report": arguments.report.display().to_string(), "confirmed": confirmed });
            serde_json::to_string_pretty(&outcome).expect("plain values") + "\n"
        }
        Format::Text => format!(
            "{}: verified. {} inputs are the same; {again} gave the same {} files, {} bytes.\n",
            arguments.report.display(),
            confirmed.inputs,
            confirmed.files,
            confirmed.bytes
        ),
    })
}

/// Makes the report again in `dir`; says what was done.
fn run_again(
    (arena, parts): (&Arena, Option<&MarketParts>),
    report: &Path,
    manifest: &Manifest,
    common: Common,
    dir: &Path,
) -> Result<String, Fault> {
    let asked = RunSettings::read(report, manifest)?;
    let files = strategies(report, manifest, &asked.set, asked.asked.assumptions)?;
    files.iter().try_for_each(|file| check_compatible(arena.market, file))?;
    let bar = progress(common, files.len(), "replaying");
    let all: Vec<&Strategy> = files.iter().map(|file| &file.strategy).collect();
    let runs = arena.replay_all(&all, asked.asked.capital, || bar.inc(1));
    bar.finish_and_clear();
    let again = asked.manifest(&files, arena.market);
    let evaluations = evaluate((arena, parts), &all, &runs, asked.tested, common)?;
    let forms = asked.tables.forms(asked.png);
    write(arena, &Batch { market: arena.market, evaluations: &evaluations, manifest: &again, forms }, common, dir)?;
    Ok(format!("{} strategies run again", runs.len()))
}

/// Makes the study again in `dir`; says what was done.
fn tune_again(
    arena: &Arena,
    arguments: &Arguments,
    manifest: &Manifest,
    asked: &RunRequest,
    common: Common,
    dir: &Path,
) -> Result<String, Fault> {
    let report = &arguments.report;
    if let Some(shard) = manifest.settings.get("shard") {
        let fix = "join the parts with --merge, and verify the study";
        return Err(Fault::new(report.display().to_string(), format!("part {shard} of a study"), "a whole study", fix));
    }
    let words = |value: &Value| value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let set = run_request::setting(report, manifest, "set", words)?;
    let spent = run_request::setting(report, manifest, "final_spent_after", |value| Some(value.as_u64().map(|after| after as usize)))?;
    let files = strategies(report, manifest, &set, asked.assumptions)?;
    let [file] = &files[..] else {
        let found = format!("{} strategies", files.len());
        return Err(Fault::new("manifest.json", found, "the one strategy of a study", "make the study again with `rotate tune`"));
    };
    let final_window = spent.map_or(FinalWindow::Keep, FinalWindow::SpentAfter);
    let others = OtherMarkets::read(report, manifest, &arguments.also, arena.market)?;
    let also = others.arenas();
    let request = Request { file, capital: asked.capital, final_window, also: &also };
    let settings = StudySettings { asked: asked.clone(), set, also: others.records.clone() };
    let mut journal = Journal::nowhere(about(arena.market, file, &settings));
    let study = tune::write(arena, &request, &settings, &mut journal, common, dir)?;
    Ok(format!("{} trials made again", study.trials.len()))
}

/// The strategies that their texts say, with what the command replaced in them and under the assumptions it named, which must be the
/// strategies as understood.
fn strategies(report: &Path, manifest: &Manifest, set: &[String], assumptions: AssumptionArguments) -> Result<Vec<StrategyFile>, Fault> {
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
            Ok(StrategyFile { path: name.clone(), ..assumptions.apply(file) })
        };
        let is_same = |file: &StrategyFile| serde_json::to_value(&file.strategy).expect("a strategy has string keys") == record.resolved;
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
