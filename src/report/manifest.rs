//! `manifest.json`: what is needed to make the same report again. No clock, no host, no path of the machine.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::market::InputFile;

/// What a folder must say to be ours; nothing else is replaced.
pub(crate) const PROGRAM: &str = "rotate";

/// All that a report is made of: the command, its settings, the market's files and the strategies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub program: String,
    pub version: String,
    /// The command as words, paths as the caller chose to name them.
    pub command: Vec<String>,
    pub market: String,
    /// Whatever else decided the outcome: window, capital, overrides.
    #[serde(default)]
    pub settings: Value,
    /// Every file read, with the SHA-256 of its bytes.
    pub inputs: Vec<InputFile>,
    pub strategies: Vec<StrategyRecord>,
    /// Files of the folder that its reader may go on to edit, as they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<InputFile>,
}

/// A strategy in full: as written, and as understood with all defaults filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrategyRecord {
    pub name: String,
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<Extends>,
    #[serde(default)]
    pub resolved: Value,
}

/// What a strategy extends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extends {
    /// The file it names first, then what that one extends, and so on.
    pub bases: Vec<BaseRecord>,
    pub changes: Vec<ChangeRecord>,
}

/// A file that another one extends, in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseRecord {
    pub name: String,
    pub source: String,
}

/// A key by which a strategy differs from what it extends; null where one of the two lacks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRecord {
    pub key: String,
    pub base: Option<String>,
    pub own: Option<String>,
}

impl Manifest {
    /// This program's own name and version are filled in.
    #[must_use]
    pub fn new(
        command: Vec<String>,
        market: impl Into<String>,
        settings: Value,
        inputs: Vec<InputFile>,
        strategies: Vec<StrategyRecord>,
    ) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_string();
        Self { program: PROGRAM.to_string(), version, command, market: market.into(), settings, inputs, strategies, outputs: Vec::new() }
    }

    /// The text of `manifest.json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest has string keys") + "\n"
    }
}
