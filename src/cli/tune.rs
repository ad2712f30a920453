//! tune
use crate::cli::Common;
use crate::fault::Fault;
use clap::Args;
#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {}
pub(super) fn run(_arguments: &Arguments, _common: Common) -> Result<String, Fault> {
    Ok(String::new())
}
