//! What my allocation should be: the strategy with each share of its futures, from none to a fifth of the equity, over the time that was tuned on.

use crate::metrics::blocks::politis_white;
use crate::metrics::bootstrap::{Interval, Resampler, interval};
use crate::metrics::confidence::{Confidence, LEVEL, SEED};
use crate::metrics::daily::wealth;
use crate::metrics::drawdown::{drawdowns, max_drawdown};
use crate::metrics::{Metrics, Part};
use crate::strategy::{Bucket, Hold, Strategy};
use crate::tune::trial::Bench;

/// Shares of the equity that are put into futures, all their buckets together.
const SHARES: [f64; 9] = [0.0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2];
/// Histories that are drawn for the interval of a drawdown.
const REPLICATIONS: usize = 1_000;
/// A figure, and where 95 % of the histories drawn again have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub value: Option<f64>,
    pub interval: Option<Interval>,
}

/// What one share would have brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Of the equity.
    pub share: f64,
    /// Growth a year.
    pub growth: Spread,
    /// Below nought, of whole days.
    pub drawdown: Spread,
    /// The nearest that a position came to its liquidation, as a share of its price; none where none was held.
    pub liquidation_distance: Option<f64>,
    pub liquidations: usize,
}

/// Every share, the least first.
#[derive(Clone, Debug, PartialEq)]
pub struct Frontier {
    pub steps: Vec<Step>,
    /// The share that the strategy itself has.
    pub own: f64,
    /// The share that it had before tuning.
    pub before: Option<f64>,
}

/// Of the best as a strategy. None where it has no futures, or changes its weights by the regime.
pub(super) fn of(bench: &Bench, before: &Strategy, strategy: &Strategy) -> Option<Frontier> {
    let own = share(strategy).filter(|own| *own > 0.0 && *own < 1.0)?;
    let variants: Vec<(f64, Strategy)> = SHARES.iter().map(|&share| (share, with_share(strategy, own, share))).collect();
    let steps = bench.arena.map_all(&variants, |(share, strategy)| {
        let run = bench.replay(strategy);
        let metrics = Metrics::of_part(&Part::whole(&run));
        let days = bench.days(&run.equity);
        Step {
            share: *share,
            growth: Spread { value: metrics.shown_cagr(), interval: Confidence::of_days(&days).and_then(|of| of.cagr) },
            drawdown: Spread { value: max_drawdown(&drawdowns(&wealth(&days), 1.0)), interval: falls(&days) },
            liquidation_distance: metrics.exposure.min_liquidation_distance,
            liquidations: run.liquidations.len(),
        }
    });
    Some(Frontier { steps, own, before: share(before) })
}

/// Of the equity, all futures together; none where it changes by the regime.
fn share(strategy: &Strategy) -> Option<f64> {
    let futures = strategy.buckets.values().filter(|bucket| is_futures(bucket));
    let share: f64 = futures.map(|bucket| bucket.weight).sum();
    strategy.adaptive.is_none().then_some(share)
}

fn is_futures(bucket: &Bucket) -> bool {
    matches!(bucket.hold, Hold::Perp(_))
}

/// Futures scaled to a share in all, everything else to the rest.
fn with_share(strategy: &Strategy, own: f64, share: f64) -> Strategy {
    let mut turned = strategy.clone();
    for bucket in turned.buckets.values_mut() {
        bucket.weight *= if is_futures(bucket) { share / own } else { (1.0 - share) / (1.0 - own) };
    }
    // A limit that the share lies beyond would sweep it back.
    if turned.limits.futures.as_ref().is_some_and(|limit| !(limit.min..=limit.max).contains(&share)) {
        turned.limits.futures = None;
    }
    turned
}

/// Where the deepest fall from a peak lies, of the days drawn again.
fn falls(days: &[f64]) -> Option<Interval> {
    let block = politis_white(days)?.stationary;
    let mut resampler = Resampler::new(days.len(), block, SEED);
    let drawn = resampler.fold_rows(REPLICATIONS, (1.0_f64, 1.0_f64, 0.0_f64), |(wealth, peak, deepest), at| {
        let wealth = wealth * (1.0 + days[at]);
        let peak = peak.max(wealth);
        (wealth, peak, deepest.min(wealth / peak - 1.0))
    });
    let drawn: Vec<Option<f64>> = drawn.into_iter().map(|(_, _, deepest)| Some(deepest).filter(|fall| fall.is_finite())).collect();
    interval(&drawn, LEVEL)
}
