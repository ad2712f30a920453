//! `rotate compare`: reports side by side.

use std::path::PathBuf;

use clap::Args;

use crate::cli::look::look;
use crate::cli::{Common, Format};
use crate::fault::Fault;
use crate::report::compare;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Folders of reports, or of single strategies in them.
    #[arg(value_name = "DIR", required = true)]
    reports: Vec<PathBuf>,
    /// Write the comparison here: comparison.csv, index.html, overlays.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let told = compare::read(&arguments.reports)?;
    if let Some(out) = &arguments.out {
        compare::write(out, &told)?;
    }
    Ok(match common.format {
        Format::Json => serde_json::to_string_pretty(&compare::to_json(&told)).expect("plain values") + "\n",
        Format::Text => compare::text(&told, look()),
    })
}
