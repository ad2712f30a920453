//! What one market of a study says of the best trial.

use std::ops::Range;

use crate::luck::verdict::Evidence;
use crate::metrics::returns;
use crate::replay::run::Run;
use crate::strategy::Strategy;
use crate::tune::evidence::{self, Curves, Places};
use crate::tune::forward::Forward;
use crate::tune::timeline::Timeline;
use crate::tune::trial::{Bench, Measured};

/// What came of the trials there.
pub(super) struct Seen<'a> {
    /// Daily returns of every variant that was replayed, each once.
    pub variants: Vec<&'a [f64]>,
    /// Which of them was chosen.
    pub best: usize,
    pub places: &'a Places,
    /// Where the time was cut into folds.
    pub forward: Option<&'a Forward>,
}

/// What it says.
pub(super) struct Found {
    /// The strategy as it was, over all that may be looked at; and what it gave.
    pub run: Run,
    pub before: Measured,
    /// Daily returns of its static mix; none of a strategy that holds no spot coins.
    pub static_mix: Option<Vec<f64>>,
    pub evidence: Evidence,
    /// Variants that do as well as the best, by position.
    pub as_good: Vec<usize>,
}

impl Found {
    /// Of the best of what was seen, against `strategy` as it was.
    pub fn of(bench: &Bench, strategy: &Strategy, seen: &Seen) -> Self {
        let clock = bench.arena.market.window();
        let run = bench.replay(strategy);
        let before = bench.measured(&run);
        let coin = bench.days(&run.benchmark);
        let static_mix = strategy.held_statically().map(|held| bench.days(&bench.replay(&held).equity));
        let curves = Curves {
            variants: seen.variants.clone(),
            best: seen.best,
            before: &before.days,
            bitcoin: &coin,
            static_mix: static_mix.as_deref(),
        };
        let inside = Timeline::days(&clock, &bench.timeline.in_sample);
        let outside = bench.timeline.out_of_sample.as_ref().map(|bars| Timeline::days(&clock, bars));
        let judged = judged(seen.forward, seen.variants[seen.best], &inside, outside.as_ref());
        let evidence = evidence::of(&curves, seen.places, &inside, judged);
        let as_good = evidence::as_good(&curves, &inside);
        Self { run, before, static_mix, evidence, as_good }
    }
}

/// Returns that the choice was not made by, and the Sharpe ratio per day that it had where it was chosen.
fn judged<'a>(
    forward: Option<&'a Forward>,
    own: &'a [f64],
    inside: &Range<usize>,
    outside: Option<&Range<usize>>,
) -> Option<(&'a [f64], f64)> {
    match forward {
        Some(forward) => forward.middle().zip(forward.expected),
        None => Some(&own[outside?.clone()]).zip(returns::sharpe(&own[inside.clone()], 0.0, 1.0)),
    }
}
