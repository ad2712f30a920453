//! `rotate explain`: the chain of facts, rules and limits behind a position, from the tables of a report.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::look::look;
use crate::cli::options::{Common, Format, parse_instant};
use crate::fault::Fault;
use crate::report::{explain::Tables, story_text};
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
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let tables = Tables::read(&arguments.strategy)?;
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
