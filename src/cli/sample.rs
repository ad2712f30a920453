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
    /// Folder of the market; only an empty folder or another synthetic market is replaced.
    #[arg(long, value_name = "DIR", default_value = "data/sample")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    let out = arguments.out.display().to_string();
    sample::write_sample(&arguments.out, arguments.seed).map_err(|error| {
        Fault::new(out.clone(), format!("cannot be written: {error}"), "a folder to write the sample market to", "choose another --out")
    })?;
    Ok(format!("synthetic market, seed {}: {out}\n", arguments.seed))
}
