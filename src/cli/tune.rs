//! `rotate tune`: every combination of a strategy's `[tune]` table.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::batch::Arena;
use crate::cli::strategies::AssumptionArguments;
use crate::cli::{Common, Format, MarketArguments, nameable, parse_capital, progress, strategies};
use crate::fault::Fault;
use crate::market::Window;
use crate::report::apart::apart;
use crate::report::{self, Manifest, study as told};
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
    let staging = report::Staging::begin(&arguments.out)?;
    let market = arguments.market.load()?;
    let arena = Arena::new(&market);
    let market_dir = nameable(&arguments.market.market);
    let mut command = vec!["rotate".to_owned(), "tune".to_owned(), nameable(&file.path), "--market".to_owned(), market_dir.clone()];
    for (flag, time) in [("--from", arguments.market.from), ("--to", arguments.market.to)] {
        command.extend(time.map(|time| [flag.to_owned(), time.to_string()]).into_iter().flatten());
    }
    command.extend(["--capital".to_owned(), arguments.capital.to_string()]);
    command.extend(arguments.assumptions.words());
    let asked = Asked {
        command,
        market_dir,
        window: arguments.market.window()?,
        capital: arguments.capital,
        assumptions: arguments.assumptions,
        most: arguments.trials,
    };
    let study = write(&arena, &file, &asked, common, staging.path())?;
    staging.finish()?;
    Ok(match common.format {
        Format::Json => {
            let mut closing = told::closing_json(&study);
            closing["market"] = json!(market.name);
            closing["synthetic"] = json!(market.synthetic);
            serde_json::to_string_pretty(&closing).expect("plain values") + "\n"
        }
        Format::Text => {
            let synthetic = if market.synthetic { " (SYNTHETIC DATA)" } else { "" };
            let closing = told::closing(&study, 10);
            format!("{}{synthetic}\n\n{closing}\nstudy: {}\n", market.name, arguments.out.join("study.html").display())
        }
    })
}

/// What decides the outcome of a study beside its strategy and its market.
pub(super) struct Asked {
    pub command: Vec<String>,
    pub market_dir: String,
    pub window: Window,
    pub capital: Usd,
    pub assumptions: AssumptionArguments,
    /// Combinations allowed; in no file.
    pub most: usize,
}

/// Tries every combination and writes every file of the study into `dir`.
pub(super) fn write(arena: &Arena, file: &StrategyFile, asked: &Asked, common: Common, dir: &Path) -> Result<Study, Fault> {
    let combinations =
        file.strategy.tune.as_ref().map_or(0, |tune| tune.keys.values().fold(1_usize, |all, values| all.saturating_mul(values.len())));
    let bar = progress(common, combinations, "trials");
    let study = tune::study(arena, file, asked.capital, asked.most, || bar.inc(1))?;
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
    let manifest = Manifest::new(asked.command.clone(), market.name.clone(), settings, market.inputs.clone(), record);
    told::write_study(dir, market, &study, &manifest)?;
    Ok(study)
}
