//! The assumption ladder: one strategy under ever less kind assumptions, and at ever higher costs.

use crate::batch::{Arena, side_by_side};
use crate::exchange::assumptions::Preset;
use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::strategy::Strategy;
use crate::stress::capacity::Capacity;

/// What a rung turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The named set, in place of the run's own assumptions.
    Assumptions,
    /// Fees, spreads, impact and the slippage of stops of the run's own assumptions, so many times.
    Costs,
}

impl Kind {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assumptions => "assumptions",
            Self::Costs => "costs",
        }
    }
}

/// One replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    pub kind: Kind,
    /// `optimistic`, `realistic`, `pessimistic`; `0x` to `3x`.
    pub name: String,
    pub metrics: Metrics,
    /// Its total return over that of the rung before; of the first, and where the one before made none, not told.
    pub of_step: Option<f64>,
    /// Its total return over that of the first of its kind (of costs: of `1x`).
    pub survives: Option<f64>,
}

/// All rungs of one strategy and what they come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    pub rungs: Vec<Rung>,
    pub capacity: Capacity,
}

/// Costs tried, as multiples.
const COSTS: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

impl Ladder {
    /// `run` is the strategy's own run: the rung of costs at `1x`.
    #[must_use]
    pub fn of(arena: &Arena, strategy: &Strategy, run: &Run) -> Self {
        let mut tried: Vec<(Kind, String, Strategy)> =
            Preset::ALL.iter().map(|preset| (Kind::Assumptions, preset.name().to_owned(), strategy.under(*preset))).collect();
        tried.extend(COSTS.iter().map(|times| (Kind::Costs, format!("{times}x"), strategy.with_costs(*times))));
        let own = Metrics::of(run);
        let metrics = side_by_side(&tried, |(kind, name, strategy)| {
            if (*kind, name.as_str()) == (Kind::Costs, "1x") { own.clone() } else { Metrics::of(&arena.replay(strategy, run.capital)) }
        });
        let names = tried.into_iter().map(|(kind, name, _)| (kind, name));
        let rungs = compared(&names.zip(metrics).map(|((kind, name), metrics)| (kind, name, metrics)).collect::<Vec<_>>());
        let gross = rungs.iter().find(|rung| rung.kind == Kind::Costs && rung.name == "0x").expect("a rung of its own");
        let capacity = Capacity::of(arena, strategy, run.capital, &gross.metrics, &own);
        Self { rungs, capacity }
    }

    #[must_use]
    pub fn rung(&self, kind: Kind, name: &str) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.kind == kind && rung.name == name)
    }

    /// Share of the return that is left on a rung.
    #[must_use]
    pub fn survives(&self, kind: Kind, name: &str) -> Option<f64> {
        self.rung(kind, name)?.survives
    }
}

/// Each rung against the one before it and against the first of its kind.
fn compared(rungs: &[(Kind, String, Metrics)]) -> Vec<Rung> {
    let base = |kind: Kind| {
        let wanted = if kind == Kind::Costs { "1x" } else { Preset::Optimistic.name() };
        rungs.iter().find(|(other, name, _)| *other == kind && name == wanted).and_then(|(.., metrics)| metrics.total_return)
    };
    let mut all: Vec<Rung> = Vec::new();
    for (kind, name, metrics) in rungs {
        let before = all.last().filter(|last| last.kind == *kind).and_then(|last| last.metrics.total_return);
        let (of_step, survives) = (kept(metrics.total_return, before), kept(metrics.total_return, base(*kind)));
        all.push(Rung { kind: *kind, name: name.clone(), metrics: metrics.clone(), of_step, survives });
    }
    all
}

/// Share of a gain that is left; of a loss, or of nothing, no share can be told.
fn kept(now: Option<f64>, of: Option<f64>) -> Option<f64> {
    of.filter(|of| *of > 0.0).zip(now).map(|(of, now)| now / of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_loss_is_not_told() {
        assert_eq!(kept(Some(0.3), Some(0.6)), Some(0.5));
        assert_eq!(kept(Some(-0.3), Some(0.6)), Some(-0.5));
        assert_eq!(kept(Some(0.3), Some(-0.6)), None);
        assert_eq!(kept(Some(0.3), Some(0.0)), None);
        assert_eq!(kept(None, Some(0.6)), None);
    }
}
