//! Regimes as folds: what would have been chosen on the days of all other regimes, and what it gave in the days of one. Whether a choice works in a
//! bear market too.

use crate::metrics::returns::sharpe;
use crate::replay::run::{Regime, Run};
use crate::tune::timeline::Timeline;

/// Fewer days than this, in a regime or outside it, tell nothing.
const LEAST_DAYS: usize = 30;

/// One regime, and what was chosen without it.
#[derive(Clone, Debug, PartialEq)]
pub struct InRegime {
    pub regime: Regime,
    /// UTC days, of all that may be looked at.
    pub days: usize,
    /// Which variant has the best Sharpe ratio on all other days, by the number of its trial among all of the study; none where none has one.
    pub chosen: Option<usize>,
    /// Its Sharpe ratio per day on those days.
    pub expected: Option<f64>,
    /// What the days of the regime gave: that choice, the best of the study, and the strategy before tuning.
    pub of_chosen: Option<Gave>,
    pub of_best: Gave,
    pub of_before: Gave,
}

/// What some days gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gave {
    /// Sharpe ratio per day; none where nothing moved.
    pub sharpe: Option<f64>,
    /// Growth over all of them, compounded: 0.1 is ten per cent.
    pub growth: f64,
}

impl Gave {
    fn of(days: &[f64], places: &[usize]) -> Self {
        let days: Vec<f64> = places.iter().map(|at| days[*at]).collect();
        Self { sharpe: sharpe(&days, 0.0, 1.0), growth: days.iter().fold(1.0, |wealth, day| wealth * (1.0 + day)) - 1.0 }
    }
}

/// Of the daily returns of each `variant`, by the number of its trial, over the same days. A run that ended early has no regime afterwards.
pub(super) fn of(run: &Run, variants: &[(usize, &[f64])], best: &[f64], before: &[f64]) -> Vec<InRegime> {
    let labels = labels(run, before.len());
    let fold = |regime: Regime| {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..labels.len()).partition(|day| labels[*day] == regime);
        if inside.len() < LEAST_DAYS || outside.len() < LEAST_DAYS {
            return None;
        }
        let mut chosen: Option<(f64, usize, &[f64])> = None;
        for (number, days) in variants {
            let ratio = Gave::of(days, &outside).sharpe;
            if let Some(ratio) = ratio.filter(|ratio| chosen.is_none_or(|(most, ..)| *ratio > most)) {
                chosen = Some((ratio, *number, days));
            }
        }
        Some(InRegime {
            regime,
            days: inside.len(),
            chosen: chosen.map(|(_, number, _)| number),
            expected: chosen.map(|(ratio, ..)| ratio),
            of_chosen: chosen.map(|(.., days)| Gave::of(days, &inside)),
            of_best: Gave::of(best, &inside),
            of_before: Gave::of(before, &inside),
        })
    };
    [Regime::Bull, Regime::Bear, Regime::Sideways].into_iter().filter_map(fold).collect()
}

/// The regime of each day, as it was known when the day began.
fn labels(run: &Run, days: usize) -> Vec<Regime> {
    let mut labels = vec![Regime::Unknown; days];
    for bar in 1..run.regime.len() {
        // Of all bars that count as one day the last opens it.
        let day = Timeline::days(&run.clock, &(bar..bar)).start;
        if let Some(label) = labels.get_mut(day) {
            *label = run.regime[bar - 1];
        }
    }
    labels
}
