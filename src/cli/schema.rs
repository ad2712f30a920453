//! `rotate schema`: the JSON Schema of strategy files, from the types that read them.

use crate::fault::Fault;
use crate::strategy::Strategy;

#[allow(clippy::unnecessary_wraps, reason = "all commands have one shape")]
pub(super) fn run() -> Result<String, Fault> {
    let schema = schemars::schema_for!(Strategy);
    Ok(serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n")
}
