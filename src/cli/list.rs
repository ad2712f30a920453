//! `rotate list`: what reports there are.

use std::path::PathBuf;

use clap::Args;

use crate::cli::latest::REPORTS;
use crate::cli::look::look;
use crate::cli::options::{Common, Format};
use crate::fault::Fault;
use crate::report::list;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// The folder that the reports lie in.
    #[arg(value_name = "DIR", default_value = REPORTS)]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let all = list::read(&arguments.dir)?;
    Ok(match common.format {
        Format::Json => serde_json::to_string_pretty(&all).expect("plain values") + "\n",
        Format::Text => list::text(&arguments.dir, &all, look()),
    })
}
