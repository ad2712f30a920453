//! WHAT IT COMES TO: everything that is said of a run, computed once and handed to whoever shows it: the folder, the index, the terminal, machines.
//!
//! A run → its curves → its metrics → what it is seen against ([`Stress`]) → an [`Evaluation`]; those of one batch are then held against the luck
//! of having tried all of them ([`deflated`]).

use crate::batch::Arena;
use crate::lookahead::SelfTest;
use crate::market::Market;
use crate::metrics::Metrics;
use crate::metrics::confidence::Confidence;
use crate::metrics::curves::Curves;
use crate::metrics::gains::{Gain, gains};
use crate::metrics::sharpe::Trials;
use crate::replay::run::Run;
use crate::strategy::Strategy;
use crate::stress::{Stress, Tested};
use crate::units::{InstrumentId, Time};

/// One run, measured.
#[derive(Clone, Debug)]
pub struct Evaluation<'a> {
    pub run: &'a Run,
    /// What it is seen against.
    pub stress: Stress,
    pub curves: Curves,
    /// As they are shown, with what the run was seen against among them.
    pub metrics: Metrics,
    /// How sure Sharpe ratio and growth are; none of a few days.
    pub confidence: Option<Confidence>,
    /// Realised by selling, of all buckets.
    pub gains: Vec<Gain>,
    /// Where it was asked for.
    pub self_test: Option<SelfTest>,
}

impl<'a> Evaluation<'a> {
    /// The run of `strategy` in `arena`, seen against its benchmarks, and against what is `tested`.
    #[must_use]
    pub fn of(arena: &Arena, strategy: &Strategy, run: &'a Run, tested: Tested) -> Self {
        let curves = Curves::of(run);
        let own = Metrics::of_curves(run, &curves);
        let stress = Stress::of(arena, strategy, run, &own, &curves.days, tested);
        Self::measured(arena.market, run, curves, own, stress)
    }

    /// A run that is seen against `stress`, which was made elsewhere.
    #[must_use]
    pub fn with(market: &Market, run: &'a Run, stress: Stress) -> Self {
        let curves = Curves::of(run);
        let own = Metrics::of_curves(run, &curves);
        Self::measured(market, run, curves, own, stress)
    }

    fn measured(market: &Market, run: &'a Run, curves: Curves, own: Metrics, stress: Stress) -> Self {
        Self {
            run,
            metrics: Metrics { tests: stress.metrics(), ..own.shown() },
            confidence: Confidence::of_days(&curves.days),
            gains: gains(run, |_| true, value_at_close(market)),
            self_test: None,
            stress,
            curves,
        }
    }
}

/// Runs of one batch, each of which was tried beside all others: their Sharpe ratios are deflated by that.
#[must_use]
pub fn deflated(all: Vec<Evaluation>) -> Vec<Evaluation> {
    let trials = Trials::of_days(all.iter().map(|one| one.curves.days.as_slice()));
    all.into_iter().map(|one| Evaluation { metrics: one.metrics.among(&trials), ..one }).collect()
}

/// What a contract was worth at a close, as the run itself values what it holds.
pub fn value_at_close(market: &Market) -> impl Fn(InstrumentId, Time) -> Option<f64> {
    |id, close| {
        let bar = market.clock.bar_of(close.plus(-1)).filter(|bar| *bar < market.panel.bars)?;
        Some(market.panel.value_at(id, bar)).filter(|price| price.is_finite())
    }
}
