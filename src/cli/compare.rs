//! `rotate compare`: reports side by side.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::look::look;
use crate::cli::options::{Common, Format};
use crate::fault::Fault;
use crate::report::compare::Comparison;
use crate::report::loaded::Ranking;
use crate::report::output_guard::apart;
use crate::report::reading::read;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Folders of reports, or of single strategies in them.
    #[arg(value_name = "DIR", required = true)]
    reports: Vec<PathBuf>,
    /// Write the comparison here: comparison.csv, index.html, overlays.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Rank by this metric, named as in comparison.csv.
    #[arg(long, value_name = "METRIC", default_value = "sharpe")]
    by: String,
    /// How many of the best are drawn and compared with each other: 1 to 60.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=60))]
    top: u16,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    if let Some(out) = &arguments.out {
        // A strategy is gone with the report it lies in.
        apart(out, arguments.reports.iter().map(PathBuf::as_path))?;
    }
    let strategies = read(&arguments.reports, &Ranking { by: arguments.by.clone(), top: usize::from(arguments.top) })?;
    let comparison = Comparison::of(&strategies, &arguments.by);
    if let Some(out) = &arguments.out {
        comparison.write(out)?;
    }
    Ok(match common.format {
        Format::Json => {
            let mut value = comparison.to_json();
            if let Some(out) = &arguments.out {
                value["comparison"] = json!(out.display().to_string());
            }
            serde_json::to_string_pretty(&value).expect("plain values") + "\n"
        }
        Format::Text => comparison.text(arguments.out.as_deref(), look()),
    })
}
