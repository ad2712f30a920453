//! `summary.json`: one run in one page, for machines.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::evaluate::Evaluation;
use crate::market::Market;
use crate::metrics::confidence::Confidence;
use crate::replay::run::{Assumption, Attribution, Beyond, Excess, FundingLines, Run};
use crate::report::charts::glyphs;
use crate::report::stress_json;
use crate::report::{self_test_text, shock_text, sleeve};
use crate::units::{Time, Usd};

/// The content of `summary.json`.
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
    /// Only of a run that ended before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Value>,
    pub benchmark: &'a str,
    /// The verdict on its futures, by what they added; only of a strategy that may hold any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub futures: Option<Value>,
    /// By name, with what the run was seen against.
    pub metrics: Map<String, Value>,
    /// How sure Sharpe and growth are; none of a few days.
    pub confidence: Option<&'a Confidence>,
    /// What it is measured against, each with its own numbers and the run's against it.
    pub benchmarks: Value,
    /// Only of a run with `--ladder`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Value>,
    /// Only of a run with `--stress`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shocks: Option<Value>,
    /// Only of a run with `--self-test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_test: Option<Value>,
    /// Names to money. Every `by_…` object adds up to final minus initial equity.
    pub attribution: Value,
    /// Of the source `funding`: what was received, paid (negative), and received less paid at an assumed rate.
    pub funding: FundingLines,
    pub assumptions: Value,
    /// Of the run, then of the market it stands on.
    pub cautions: Vec<Cow<'a, str>>,
    /// How many of them, the last, are the market's.
    pub market_cautions: usize,
    pub findings: Vec<String>,
}

impl<'a> Summary<'a> {
    /// The summary of a run as evaluated.
    #[must_use]
    pub fn of(market: &'a Market, evaluation: &'a Evaluation) -> Self {
        let (run, stress) = (evaluation.run, &evaluation.stress);
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
            stopped: stopped(run),
            benchmark: &run.benchmark_name,
            futures: stress.futures.map(sleeve::value),
            metrics: evaluation.metrics.named(),
            confidence: evaluation.confidence.as_ref(),
            benchmarks: stress_json::benchmarks(stress),
            ladder: stress.ladder.as_ref().map(stress_json::ladder),
            shocks: stress.shocks.as_ref().map(shock_text::value),
            self_test: evaluation.self_test.as_ref().map(self_test_text::value),
            attribution: attribution(&run.attribution),
            funding: run.attribution.funding,
            assumptions: assumptions(&run.assumptions),
            cautions: own_cautions(market, run).chain(market.cautions.iter().map(|text| Cow::Borrowed(text.as_str()))).collect(),
            market_cautions: market.cautions.len(),
            findings: run.findings.iter().map(ToString::to_string).collect(),
        }
    }

    /// Pretty-printed, keys in the order of the fields, a newline at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a summary has string keys and finite numbers") + "\n"
    }
}

/// When a run ended before its time, of what there would have been too much, and how much.
pub(super) fn stopped(run: &Run) -> Option<Value> {
    let (of, amount) = match run.stopped?.why {
        Beyond::Books(Excess::Held(amount)) => ("held", amount),
        Beyond::Books(Excess::Moved(amount)) => ("moved", amount),
        Beyond::Benchmark(amount) => ("benchmark", amount),
    };
    Some(json!({ "at": run.clock.open(run.equity.len()), "beyond": of, "usd": amount, "most_usd": Usd::MOST }))
}

pub(super) fn attribution(cuts: &Attribution) -> Value {
    json!({
        "by_source": cuts.by_source,
        "by_bucket": named(&cuts.by_bucket),
        "by_narrative": named(&cuts.by_narrative),
        "by_asset": named(&cuts.by_asset),
        "by_regime": named(&cuts.by_regime),
        "by_month": named(&cuts.by_month),
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

pub(super) fn assumptions(list: &[Assumption]) -> Value {
    Value::Object(list.iter().map(|assumption| (assumption.name().to_string(), json!(assumption.to_string()))).collect())
}

/// Names that stand in the pictures of a run.
pub(super) fn drawn_names<'a>(market: &'a Market, run: &'a Run) -> impl Iterator<Item = &'a str> {
    let held = run.trades.iter().flat_map(|trade| {
        let instrument = market.instrument(trade.instrument);
        [market.asset(instrument.asset).name.as_str(), instrument.symbol.as_str()]
    });
    let names = [market.name.as_str(), &run.strategy].into_iter();
    names.chain(run.buckets.iter().map(String::as_str)).chain(market.narratives.iter().map(String::as_str)).chain(held)
}

/// What the run warns of, and the letters of names that its pictures cannot show.
fn own_cautions<'a>(market: &'a Market, run: &'a Run) -> impl Iterator<Item = Cow<'a, str>> {
    let names = drawn_names(market, run);
    run.cautions.iter().map(|caution| Cow::Owned(caution.to_string())).chain(glyphs::caution(names).map(Cow::Owned))
}
