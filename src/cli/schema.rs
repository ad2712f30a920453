//! `rotate schema`: the JSON Schema of what a user writes, from the types that read it.

use clap::{Args, ValueEnum};

use crate::fault::Fault;
use crate::market;
use crate::strategy::{Strategy, overlay_schema};

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Which kind of file.
    #[arg(value_enum, default_value_t = Of::Strategy)]
    of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// A strategy file.
    Strategy,
    /// A strategy file that extends another one.
    Overlay,
    /// The market.toml of a market folder.
    Market,
}

#[allow(clippy::unnecessary_wraps, reason = "all commands have one shape")]
pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    let schema = match arguments.of {
        Of::Strategy => schemars::schema_for!(Strategy),
        Of::Overlay => overlay_schema(),
        Of::Market => market::manifest_schema(),
    };
    Ok(serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n")
}
