//! `rotate sample`: the synthetic market, from a seed.

use std::path::PathBuf;

use clap::Args;

use crate::fault::Fault;
use crate::market::sample;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// The same seed makes the same bytes.
    #[arg(long, default_value_t = sample::DEFAULT_SEED)]
    seed: u64,
    /// Folder of the market; only an empty folder or a market that this command made is replaced.
    #[arg(long, value_name = "DIR", default_value = "data/sample")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    sample::write_sample(&arguments.out, arguments.seed)?;
    Ok(format!("synthetic market, seed {}: {}\n", arguments.seed, arguments.out.display()))
}
