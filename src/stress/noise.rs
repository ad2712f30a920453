//! The noise floor of a ladder: how far total return spreads when nothing changes but the very prices at which market orders are filled.

use crate::batch::{Arena, side_by_side};
use crate::exchange::jitter::Jitter;
use crate::metrics::Metrics;
use crate::metrics::returns::{deviation, percentile};
use crate::metrics::total_return;
use crate::replay::run::Run;
use crate::strategy::Strategy;

/// Replays, each with a seed of its own, from 1 on.
pub const SEEDS: u64 = 100;
/// A quarter of the way from the open to a point drawn evenly from the bar: enough for a rule at its threshold to fall to the other side, too little
/// to be another market.
const SHARE: f64 = 0.25;

/// Of total return, fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Replays that went on for as long as the run itself.
    pub seeds: usize,
    /// Sample deviation.
    pub deviation: f64,
    /// The 5th and the 95th percentile.
    pub low: f64,
    pub high: f64,
}

impl Noise {
    /// None where fewer than two replays went on for as long as the run itself.
    pub(super) fn of(arena: &Arena, strategy: &Strategy, run: &Run) -> Option<Self> {
        let seeds: Vec<u64> = (1..=SEEDS).collect();
        let returns = side_by_side(&seeds, |&seed| {
            let again = arena.replay_jittered(strategy, run.capital, Jitter { seed, share: SHARE });
            if again.equity.len() == run.equity.len() { total_return(&again) } else { None }
        });
        Self::among(&returns.into_iter().flatten().collect::<Vec<f64>>())
    }

    fn among(returns: &[f64]) -> Option<Self> {
        let of = |share| percentile(returns, share);
        Some(Self { seeds: returns.len(), deviation: deviation(returns)?, low: of(0.05)?, high: of(0.95)? })
    }

    /// How far apart nine in ten of the replays lie.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether two scenarios are further apart than chance alone puts nine in ten replays of one and the same.
    pub(super) fn differs(&self, scenario: &Metrics, other: &Metrics) -> Option<bool> {
        let apart = (scenario.returns.total_return? - other.returns.total_return?).abs();
        (scenario.returns.days == other.returns.days).then_some(apart > self.width())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_what_lies_between_the_percentiles() {
        let returns: Vec<f64> = (0..=100).map(|i| f64::from(i) / 100.0).collect();
        let noise = Noise::among(&returns).expect("many");
        assert!((noise.low - 0.05).abs() < 1e-12 && (noise.high - 0.95).abs() < 1e-12 && noise.seeds == 101, "{noise:?}");
        assert!((noise.deviation - 0.293).abs() < 1e-3 && (noise.width() - 0.9).abs() < 1e-12, "{noise:?}");
        assert_eq!((Noise::among(&[0.1]), Noise::among(&[])), (None, None));
        assert_eq!(Noise::among(&[0.1, 0.1]).map(|noise| (noise.deviation, noise.width())), Some((0.0, 0.0)));
    }
}
