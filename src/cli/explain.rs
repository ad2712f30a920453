//! `rotate explain`: the chain of facts, rules and limits behind a position, from the tables of a report. Where it has the short ones alone, the strategy is
//! replayed again over the market of its manifest.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::again::Made;
use crate::cli::look::look;
use crate::cli::options::{Common, Format, parse_instant};
use crate::cli::run_request::RunSettings;
use crate::fault::Fault;
use crate::folder::Scratch;
use crate::report::explain::Tables;
use crate::report::{CsvTables, Kind, opened, story_text, verify};
use crate::units::Time;

#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(group(ArgGroup::new("what").args(["at", "trade"]).required(true)))]
pub(super) struct Arguments {
    /// Folder of one strategy of a report, as in reports/latest/bull.
    #[arg(value_name = "DIR/STRATEGY")]
    strategy: PathBuf,
    /// What was held at an instant, and why.
    #[arg(long, value_name = "DATE", value_parser = parse_instant)]
    at: Option<Time>,
    /// The story of one trade: its row in trades.csv, counted from 1.
    #[arg(long, value_name = "N")]
    trade: Option<usize>,
    /// The facts and the first and last event alone.
    #[arg(long)]
    short: bool,
    /// Folder of the market, where it lies elsewhere than the manifest says; only read where the report was written without its long tables.
    #[arg(long, value_name = "DIR")]
    market: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let tables = read(arguments)?;
    let mut story = match (arguments.at, arguments.trade) {
        (Some(time), _) => tables.at(time)?,
        (None, number) => tables.trade(number.unwrap_or(0))?,
    };
    let left_out = if arguments.short { story_text::shorten(&mut story) } else { 0 };
    Ok(match common.format {
        Format::Json => serde_json::to_string_pretty(&story).expect("plain values") + "\n",
        Format::Text => story_text::story(&story, left_out, look()),
    })
}

fn read(arguments: &Arguments) -> Result<Tables, Fault> {
    let folder = &arguments.strategy;
    let report = opened::report_of(folder);
    if Tables::are_all_there(folder) || RunSettings::read(&report, &verify::manifest(&report)?.0)?.tables.forms(false).csv == CsvTables::All
    {
        return Tables::read(folder, folder);
    }
    let again = Scratch::begin(&std::env::temp_dir(), Kind::Batch)?;
    let made = Made::read(&report, arguments.market.as_deref()).map_err(|fault| Fault {
        fix: format!("{}; or write all tables while the market is there: `rotate tables`", fault.fix),
        ..fault
    })?;
    made.tables_again(folder, again.path())?;
    verify::same_curve(folder, again.path())?;
    Tables::read(folder, again.path())
}
