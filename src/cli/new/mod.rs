//! `rotate new`: a file, or a folder, to begin with.

mod market;
mod schema_file;
mod strategy;
mod template;

use clap::{Args, Subcommand};

use crate::fault::Fault;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Write a strategy of your own: a copy of one that the program brings along, what differs from another, or every key there is.
    #[command(
        after_help = "Examples: rotate new strategy mine --from bull\n          rotate new strategy mine --extends rotation\n          rotate new strategy mine --template"
    )]
    Strategy(strategy::Arguments),
    /// Write the folder of a market without its data: market.toml with every key, and where each file goes.
    #[command(after_help = "Example: rotate new market mine --out data/mine")]
    Market(market::Arguments),
}

pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    match &arguments.what {
        What::Strategy(arguments) => strategy::run(arguments),
        What::Market(arguments) => market::run(arguments),
    }
}
