//! `rotate verify`: a report or a study made again from its manifest alone, and compared byte for byte.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::batch::Arena;
use crate::cli::run::{stress, write};
use crate::cli::strategies::AssumptionArguments;
use crate::cli::{Common, Format, parse_capital, progress, tune};
use crate::fault::Fault;
use crate::market::{Market, Window, digest};
use crate::report::verify::{self, Confirmed, Made};
use crate::report::{Batch, Manifest, Staging};
use crate::strategy::{Strategy, StrategyFile};
use crate::units::Time;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Folder of a report that `rotate run` wrote, or of a study of `rotate tune`; only read.
    #[arg(value_name = "DIR")]
    report: PathBuf,
    /// Folder of the market, where it lies elsewhere than the manifest says.
    #[arg(long, value_name = "DIR")]
    market: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let (manifest, made) = verify::manifest(&arguments.report)?;
    let settings = Settings::of(&arguments.report, &manifest)?;
    let folder = arguments.market.clone().unwrap_or_else(|| PathBuf::from(&settings.market));
    if !folder.is_dir() {
        return Err(Fault::new(
            folder.display().to_string(),
            "no folder",
            format!("the market `{}`, as the manifest names it", manifest.market),
            "say where it lies with --market DIR",
        ));
    }
    // Before the work: another input explains whatever else would differ.
    manifest.inputs.iter().try_for_each(|input| digest::confirm(&folder, input))?;
    let market = Market::load(&folder, settings.window)?;
    verify::same_inputs(&folder, &manifest.inputs, &market.inputs)?;
    let strategies = strategies(&arguments.report, &manifest, settings.assumptions)?;

    // A folder of nobody's, removed when this returns.
    let staging = Staging::begin(&std::env::temp_dir().join(format!("rotate-verify-{}", std::process::id())))?;
    let arena = Arena::new(&market);
    let again = match made {
        Made::Run => run_again(&arena, &strategies, &manifest, &settings, common, staging.path())?,
        Made::Tune => tune_again(&arena, &strategies, &manifest, &settings, common, staging.path())?,
    };
    let (files, bytes) = verify::same_bytes(&arguments.report, staging.path())?;
    let confirmed = Confirmed { inputs: manifest.inputs.len(), files, bytes };
    Ok(match common.format {
        Format::Json => {
            let said = json!({ "verified": true, "report": arguments.report.display().to_string(), "confirmed": confirmed });
            serde_json::to_string_pretty(&said).expect("plain values") + "\n"
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
    arena: &Arena,
    files: &[StrategyFile],
    manifest: &Manifest,
    settings: &Settings,
    common: Common,
    dir: &Path,
) -> Result<String, Fault> {
    let bar = progress(common, files.len(), "replaying");
    let all: Vec<&Strategy> = files.iter().map(|file| &file.strategy).collect();
    let runs = arena.replay_all(&all, settings.capital, || bar.inc(1));
    bar.finish_and_clear();
    let again = Manifest { inputs: arena.market.inputs.clone(), ..manifest.clone() };
    let stresses = stress(arena, &all, &runs, settings.ladder, common);
    write(arena, &Batch::new(arena.market, &runs, &stresses, &again, settings.parquet), common, dir)?;
    Ok(format!("{} strategies run again", runs.len()))
}

/// Makes the study again in `dir`; says what was done.
fn tune_again(
    arena: &Arena,
    files: &[StrategyFile],
    manifest: &Manifest,
    settings: &Settings,
    common: Common,
    dir: &Path,
) -> Result<String, Fault> {
    let [file] = files else {
        let found = format!("{} strategies", files.len());
        return Err(Fault::new("manifest.json", found, "the one strategy of a study", "make the study again with `rotate tune`"));
    };
    let asked = tune::Asked {
        command: manifest.command.clone(),
        market_dir: settings.market.clone(),
        window: settings.window,
        capital: settings.capital,
        assumptions: settings.assumptions,
        most: usize::MAX,
    };
    let study = tune::write(arena, file, &asked, common, dir)?;
    Ok(format!("{} combinations tried again", study.trials.len()))
}

/// What the manifest says beside inputs and strategies.
struct Settings {
    market: String,
    window: Window,
    capital: crate::units::Usd,
    parquet: bool,
    ladder: bool,
    assumptions: AssumptionArguments,
}

impl Settings {
    fn of(report: &Path, manifest: &Manifest) -> Result<Self, Fault> {
        let missing = |key: &str| {
            Fault::new(
                report.join("manifest.json").display().to_string(),
                format!("`settings.{key}` is missing or of another kind"),
                "the settings of the run",
                "run the report again",
            )
        };
        let word = |key: &str| manifest.settings.get(key).and_then(Value::as_str);
        let time = |key: &str| match manifest.settings.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_str().and_then(Time::parse).map(Some).ok_or_else(|| missing(key)),
        };
        Ok(Self {
            market: word("market_dir").ok_or_else(|| missing("market_dir"))?.to_owned(),
            window: Window { from: time("from")?, to: time("to")? },
            capital: word("capital").and_then(|text| parse_capital(text).ok()).ok_or_else(|| missing("capital"))?,
            assumptions: match manifest.settings.get("assumptions") {
                None | Some(Value::Null) => AssumptionArguments { assumptions: None },
                Some(name) => {
                    let preset = name.as_str().and_then(|name| name.parse().ok());
                    AssumptionArguments { assumptions: Some(preset.ok_or_else(|| missing("assumptions"))?) }
                }
            },
            parquet: manifest.settings.get("tables").is_some_and(|tables| tables == "parquet"),
            ladder: manifest.settings.get("ladder").is_some_and(|ladder| ladder == true),
        })
    }
}

/// The strategies as understood, which must be what their text says, under the named assumptions, where nothing was replaced on top.
fn strategies(report: &Path, manifest: &Manifest, assumptions: AssumptionArguments) -> Result<Vec<StrategyFile>, Fault> {
    let replaced = manifest.settings.get("set").and_then(Value::as_array).is_some_and(|set| !set.is_empty());
    let place = report.join("manifest.json");
    let mut all = Vec::new();
    for record in &manifest.strategies {
        let fault = |found: String| {
            Fault::new(
                format!("{}: strategy `{}`", place.display(), record.name),
                found,
                "a strategy in full, as written and as understood",
                "run the report again",
            )
        };
        let strategy: Strategy =
            serde_json::from_value(record.resolved.clone()).map_err(|e| fault(format!("`resolved` cannot be read: {e}")))?;
        let written = serde_json::to_value(&strategy).expect("a strategy has string keys");
        if written != record.resolved || strategy.name != record.name {
            return Err(fault("`resolved` says something else when read back".to_owned()));
        }
        let within = PathBuf::from(format!("{}: strategy `{}`", place.display(), record.name));
        if !replaced {
            let file = assumptions.apply(StrategyFile::parse(&within, record.source.clone())?);
            if serde_json::to_value(&file.strategy).expect("a strategy has string keys") != record.resolved {
                return Err(fault("`source` and `resolved` are not the same strategy".to_owned()));
            }
        }
        all.push(StrategyFile { path: within, text: record.source.clone(), overrides: Vec::new(), strategy });
    }
    Ok(all)
}
