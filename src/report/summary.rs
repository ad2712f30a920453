//! `summary.json`: one run in one page, for machines.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::market::Market;
use crate::metrics::Metrics;
use crate::metrics::confidence::Confidence;
use crate::metrics::sharpe::Trials;
use crate::replay::run::{Attribution, Run};
use crate::units::{Time, Usd};

#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    pub strategy: &'a str,
    pub about: &'a str,
    pub market: &'a str,
    pub synthetic: bool,
    pub from: Time,
    pub to: Time,
    pub bar: String,
    pub capital: Usd,
    pub final_equity: Usd,
    pub benchmark: &'a str,
    pub metrics: Metrics,
    /// How sure Sharpe and growth are; none of a few days.
    pub confidence: Option<Confidence>,
    /// Names to money. Every `by_…` object adds up to final minus initial equity.
    pub attribution: Value,
    pub assumptions: Value,
    /// Of the run, then of the market it stands on.
    pub cautions: Vec<&'a String>,
    pub findings: &'a [String],
}

impl<'a> Summary<'a> {
    /// `trials` are the runs of its batch.
    #[must_use]
    pub fn of(market: &'a Market, run: &'a Run, trials: &Trials) -> Self {
        Self {
            strategy: &run.strategy,
            about: &run.about,
            market: &market.name,
            synthetic: market.synthetic,
            from: run.clock.start,
            to: run.clock.open(run.equity.len()),
            bar: run.clock.bar.to_string(),
            capital: run.capital,
            final_equity: run.final_equity(),
            benchmark: &run.benchmark_name,
            metrics: metrics(run, trials),
            confidence: Confidence::of(run),
            attribution: attribution(&run.attribution),
            assumptions: assumptions(&run.assumptions),
            cautions: run.cautions.iter().chain(&market.cautions).collect(),
            findings: &run.findings,
        }
    }

    /// Pretty-printed, keys in the order of the fields, a newline at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a summary has string keys and finite numbers") + "\n"
    }
}

/// Days a run must span before its growth is told as a yearly one.
const LEAST_DAYS: f64 = 30.0;

/// The metrics of a run as reports tell them: what a few days would make of a year is not said, and what was tried beside it is.
#[must_use]
pub fn metrics(run: &Run, trials: &Trials) -> Metrics {
    let all = Metrics::of(run).among(trials);
    if all.days < LEAST_DAYS { Metrics { cagr: None, calmar: None, cagr_btc: None, ..all } } else { all }
}

pub(super) fn attribution(cuts: &Attribution) -> Value {
    json!({
        "by_source": cuts.by_source,
        "by_bucket": named(&cuts.by_bucket),
        "by_narrative": named(&cuts.by_narrative),
        "by_asset": named(&cuts.by_asset),
        "by_regime": named(&cuts.by_regime),
    })
}

/// Amounts under one name are added, so that no key hides another.
fn named(amounts: &[(String, Usd)]) -> Value {
    let mut sums: Vec<(&String, Usd)> = Vec::new();
    for (name, amount) in amounts {
        match sums.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += *amount,
            None => sums.push((name, *amount)),
        }
    }
    Value::Object(sums.into_iter().map(|(name, sum)| (name.clone(), json!(sum))).collect())
}

pub(super) fn assumptions(list: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in list {
        match map.get_mut(name) {
            Some(Value::String(known)) => *known = format!("{known}; {value}"),
            _ => drop(map.insert(name.clone(), Value::String(value.clone()))),
        }
    }
    Value::Object(map)
}
