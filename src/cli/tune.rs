//! `rotate tune`: every combination of a strategy's `[tune]` table.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::batch::Arena;
use crate::cli::options::{Common, Format, MarketArguments, parse_capital, progress};
use crate::cli::run_request::RunRequest;
use crate::cli::strategies;
use crate::cli::strategies::AssumptionArguments;
use crate::fault::Fault;
use crate::folder::Staging;
use crate::report::output_guard::apart;
use crate::report::{Kind, Manifest, study as study_report};
use crate::strategy::StrategyFile;
use crate::tune::{self, Study};
use crate::units::Usd;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// The strategy, with a [tune] table.
    #[arg(value_name = "STRATEGY.toml")]
    strategy: PathBuf,
    #[command(flatten)]
    assumptions: AssumptionArguments,
    #[command(flatten)]
    market: MarketArguments,
    /// Money at the start, in USD.
    #[arg(long, value_name = "USD", default_value = "100000", value_parser = parse_capital)]
    capital: Usd,
    /// Refuse a grid with more combinations than this.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    trials: usize,
    /// Folder of the study.
    #[arg(long, value_name = "DIR", default_value = "reports/study")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let file = arguments.assumptions.apply(StrategyFile::read(&arguments.strategy)?);

    apart(&arguments.out, [arguments.strategy.as_path(), arguments.market.market.as_path()])?;
    // Before the work: hours of trials should not end at a folder that may not be replaced.
    let staging = Staging::begin(&arguments.out, Kind::Study)?;
    let market = arguments.market.load()?;
    let arena = Arena::new(&market);
    let asked = RunRequest::of(&arguments.market, arguments.capital, arguments.assumptions)?;
    let study = staging.fill(|dir| write(&arena, &file, &asked, arguments.trials, common, dir))?;
    staging.finish()?;
    Ok(match common.format {
        Format::Json => {
            let mut closing = study_report::closing_json(&study);
            closing["market"] = json!(market.name);
            closing["synthetic"] = json!(market.synthetic);
            serde_json::to_string_pretty(&closing).expect("plain values") + "\n"
        }
        Format::Text => {
            let synthetic = if market.synthetic { " (SYNTHETIC DATA)" } else { "" };
            let closing = study_report::closing(&study, 10);
            format!("{}{synthetic}\n\n{closing}\nstudy: {}\n", market.name, arguments.out.join("study.html").display())
        }
    })
}

/// Tries every combination and writes every file of the study into `dir`. More than `most` combinations are refused.
pub(super) fn write(
    arena: &Arena,
    file: &StrategyFile,
    asked: &RunRequest,
    most: usize,
    common: Common,
    dir: &Path,
) -> Result<Study, Fault> {
    let combinations =
        file.strategy.tune.as_ref().map_or(0, |tune| tune.keys.values().fold(1_usize, |all, values| all.saturating_mul(values.len())));
    let bar = progress(common, combinations, "trials");
    let study = tune::study(arena, file, asked.capital, most, || bar.inc(1))?;
    bar.finish_and_clear();
    let market = arena.market;
    let settings = json!({
        "market_dir": asked.market_dir,
        "from": asked.window.from.map(|time| time.to_string()),
        "to": asked.window.to.map(|time| time.to_string()),
        "capital": asked.capital.to_string(),
        "assumptions": asked.assumptions.name(),
        "sampler": "grid",
        "by": study.by,
        "out_of_sample_from": study.split,
        "search_space": file.strategy.tune.as_ref().map(|tune| &tune.keys),
    });
    let record = vec![strategies::record(file)];
    let manifest =
        Manifest::new(asked.command("tune", std::slice::from_ref(file)), market.name.clone(), settings, market.inputs.clone(), record);
    study_report::write_study(dir, market, &study, &manifest)?;
    Ok(study)
}
