//! Strategies as they are compared: read back from the folders of reports, or those of a batch that is being written.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::metrics::table::least_first;
use crate::report::settings::Settings;
use crate::units::Time;

/// One strategy of a report, as read from its folder.
#[derive(Clone, Debug)]
pub struct LoadedStrategy {
    /// As shown: the strategy, with its report before it where two reports have one of that name.
    pub name: String,
    pub strategy: String,
    pub folder: PathBuf,
    /// The address of its tear sheet from the page it is shown on, where that is known.
    pub page: Option<String>,
    pub market: String,
    pub synthetic: bool,
    pub from: Time,
    pub to: Time,
    pub capital: f64,
    pub metrics: Map<String, Value>,
    /// Of the run itself.
    pub cautions: Vec<String>,
    /// Of the market it stands on.
    pub market_cautions: Vec<String>,
    /// What the manifest says was set; empty of those that are not drawn.
    pub settings: Settings,
    /// Closes of bars in seconds, and the equity there; empty of those that are not drawn.
    pub times: Vec<f64>,
    pub equity: Vec<f64>,
    /// What was held against it: its name, and its worth at the same closes.
    pub benchmark: Option<(String, Vec<f64>)>,
}

/// By which metric strategies are ranked, and how many of the best are drawn and compared with each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    pub by: String,
    pub top: usize,
}

impl Default for Ranking {
    fn default() -> Self {
        Self { by: "sharpe".to_string(), top: 12 }
    }
}

/// Positions from best to worst; equals and unknowns keep their order, unknowns last.
#[must_use]
pub fn ranked(all: &[LoadedStrategy], by: &str) -> Vec<usize> {
    let sign = if least_first(by) { 1.0 } else { -1.0 };
    let key = |i: &usize| all[*i].metrics.get(by).and_then(Value::as_f64).map_or(f64::INFINITY, |value| sign * value);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|a, b| key(a).total_cmp(&key(b)));
    order
}
