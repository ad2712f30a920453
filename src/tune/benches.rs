//! All markets of a study: a trial is replayed on each of them, and what they give is pooled.

use std::ops::Range;

use crate::batch::check_compatible;
use crate::fault::Fault;
use crate::sampler::observation::Outcome;
use crate::strategy::tuning::Pool;
use crate::strategy::{Strategy, StrategyFile};
use crate::tune::trial::{Bench, Measured};

/// The markets.
pub(super) struct Benches<'a> {
    /// The one that everything which is not pooled is of.
    pub first: Bench<'a>,
    pub others: Vec<Bench<'a>>,
    pub pool: Pool,
}

impl Benches<'_> {
    /// What a strategy gives on every market, and what that comes to on each of the `looks` at the first. Where there are several markets, each is
    /// looked at in-sample only.
    pub fn measure(&self, strategy: &Strategy, looks: &[Vec<Range<usize>>]) -> (Measured, Vec<Outcome>) {
        let (first, outcomes) = self.first.measure(strategy, looks);
        if self.others.is_empty() {
            return (first, outcomes);
        }
        let others = self.others.iter().map(|bench| bench.measure(strategy, &bench.timeline.looks()));
        let (elsewhere, mut all): (Vec<Measured>, Vec<Outcome>) =
            others.map(|(measured, mut outcomes)| (measured, outcomes.remove(0))).unzip();
        all.extend(outcomes);
        (Measured { elsewhere, ..first }, vec![self.first.goals.pooled(&all, self.pool)])
    }

    /// Whether a strategy can be replayed on the others at all.
    ///
    /// # Errors
    /// Why it cannot; names the market.
    pub fn check_others(&self, file: &StrategyFile) -> Result<(), Fault> {
        self.others.iter().try_for_each(|bench| {
            check_compatible(bench.arena.market, file)
                .map_err(|fault| Fault { place: format!("{} on {}", fault.place, bench.arena.market.name), ..fault })
        })
    }
}
