//! A part of a run, as a run: what happened in some bars, starting from the equity before them.

use std::ops::Range;

use crate::replay::run::{Attribution, Run};
use crate::units::{Clock, Usd};

/// The bars `range` of a run. Trades count where they opened and closed: one that
/// straddles the edge belongs to neither side, since part of its profit was made on the other. Attribution is left empty: it belongs to the whole.
///
/// # Panics
/// When the range is empty or reaches beyond the run.
#[must_use]
pub fn window(run: &Run, range: Range<usize>) -> Run {
    assert!(!range.is_empty() && range.end <= run.equity.len(), "bars {range:?} of {}", run.equity.len());
    let (from, to) = (run.clock.open(range.start), run.clock.open(range.end));
    let inside = |time| from <= time && time < to;
    let before = |column: &[Usd]| range.start.checked_sub(1).map_or(run.capital, |last| column[last]);
    let capital = before(&run.equity);
    // The benchmark starts from the same money as the strategy does here.
    let scale = capital.to_f64() / before(&run.benchmark).to_f64();
    let buckets = run.buckets.len();
    Run {
        strategy: run.strategy.clone(),
        about: run.about.clone(),
        capital,
        clock: Clock { start: from, bar: run.clock.bar, bars: range.len() },
        stopped: run.stopped,
        equity: run.equity[range.clone()].to_vec(),
        benchmark: run.benchmark[range.clone()].iter().map(|worth| Usd::round(worth.to_f64() * scale)).collect(),
        benchmark_name: run.benchmark_name.clone(),
        gross_exposure: run.gross_exposure[range.clone()].to_vec(),
        net_exposure: run.net_exposure[range.clone()].to_vec(),
        margin_used: run.margin_used[range.clone()].to_vec(),
        regime: run.regime[range.clone()].to_vec(),
        buckets: run.buckets.clone(),
        criteria: run.criteria.clone(),
        hedges: run.hedges.clone(),
        tax: run.tax.clone(),
        bucket_values: run.bucket_values[range.start * buckets..range.end * buckets].to_vec(),
        fills: run.fills.iter().filter(|row| inside(row.time)).cloned().collect(),
        trades: run.trades.iter().filter(|row| inside(row.opened) && inside(row.closed)).cloned().collect(),
        funding: run.funding.iter().filter(|row| inside(row.time)).cloned().collect(),
        liquidations: run.liquidations.iter().filter(|row| inside(row.time)).cloned().collect(),
        yields: run.yields.iter().filter(|row| inside(row.time)).cloned().collect(),
        flows: run.flows.iter().filter(|row| inside(row.time)).cloned().collect(),
        decisions: run.decisions.iter().filter(|row| inside(row.time)).cloned().collect(),
        exposure: run.exposure.iter().filter(|row| from < row.time && row.time <= to).cloned().collect(),
        rotations: run.rotations.iter().filter(|row| inside(row.time)).cloned().collect(),
        narratives: Vec::new(),
        attribution: Attribution::default(),
        assumptions: run.assumptions.clone(),
        cautions: run.cautions.clone(),
        findings: Vec::new(),
    }
}
