//! Out-of-sample by walking forward or crossing folds: what was best where it was tuned, on the time after it or beside it.

use std::ops::Range;

use crate::luck::plateau::best_of;
use crate::metrics::returns::{mean, sharpe};
use crate::tune::timeline::Timeline;
use crate::units::Clock;

/// What a fold chose.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Number of the trial, among all of the study.
    pub trial: usize,
    /// Sharpe ratio per day of the choice where it was tuned, and where it is judged.
    pub inside: Option<f64>,
    pub outside: Option<f64>,
}

/// All folds, and what they come to end to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// Of each fold; none where no trial had a value.
    pub choices: Vec<Option<Choice>>,
    /// Days that the choices are judged by, in order, as places in the daily returns of a trial: of each test window.
    pub windows: Vec<Range<usize>>,
    /// Daily returns of the choices over these days, end to end: one curve of a walk-forward, one of each path of a cross-validation.
    pub curves: Vec<Vec<f64>>,
    /// Mean of the Sharpe ratios per day where folds were tuned.
    pub expected: Option<f64>,
}

impl Forward {
    /// Sharpe ratio per day of the stitched curve; of several the middle one.
    #[must_use]
    pub fn middle(&self) -> Option<&[f64]> {
        let mut by_ratio: Vec<(f64, &Vec<f64>)> =
            self.curves.iter().map(|curve| (sharpe(curve, 0.0, 1.0).unwrap_or(f64::NEG_INFINITY), curve)).collect();
        by_ratio.sort_by(|a, b| a.0.total_cmp(&b.0));
        by_ratio.get((by_ratio.len().max(1) - 1) / 2).map(|(_, curve)| curve.as_slice())
    }
}

/// `merits` are what the trials of each fold come to where it was tuned (by number of the trial, the higher the better), `days` the daily returns of
/// a trial by its number. None where the time was not cut into folds.
pub(super) fn of<'a>(
    timeline: &Timeline,
    clock: &Clock,
    merits: &[Vec<(usize, Option<f64>)>],
    days: &impl Fn(usize) -> Option<&'a [f64]>,
) -> Option<Forward> {
    if timeline.folds.is_empty() {
        return None;
    }
    let on = |bars: &[Range<usize>]| bars.iter().map(|bars| Timeline::days(clock, bars)).collect::<Vec<_>>();
    let mut choices = Vec::new();
    for (fold, merits) in timeline.folds.iter().zip(merits) {
        let values: Vec<Option<f64>> = merits.iter().map(|(_, merit)| *merit).collect();
        let chosen = best_of(&values).map(|at| merits[at].0);
        let choice = chosen.and_then(|trial| {
            let returns = days(trial)?;
            let of = |parts: &[Range<usize>]| sharpe(&joined(returns, parts), 0.0, 1.0);
            Some(Choice { trial, inside: of(&on(&fold.train)), outside: of(&on(&fold.test)) })
        });
        choices.push(choice);
    }
    let walked: Vec<Vec<(usize, Range<usize>)>> = if timeline.paths.is_empty() {
        vec![timeline.folds.iter().enumerate().flat_map(|(at, fold)| fold.test.iter().map(move |bars| (at, bars.clone()))).collect()]
    } else {
        timeline.paths.clone()
    };
    let curve = |path: &Vec<(usize, Range<usize>)>| -> Vec<f64> {
        let of_fold = |(fold, bars): &(usize, Range<usize>)| {
            let test = Timeline::days(clock, bars);
            match &choices[*fold] {
                Some(choice) => days(choice.trial).expect("what was chosen was replayed")[test].to_vec(),
                // Nothing was chosen: the money waits.
                None => vec![0.0; test.len()],
            }
        };
        path.iter().flat_map(of_fold).collect()
    };
    let curves: Vec<Vec<f64>> = walked.iter().map(curve).collect();
    let windows = walked.first().map(|path| path.iter().map(|(_, bars)| Timeline::days(clock, bars)).collect()).unwrap_or_default();
    let known: Vec<f64> = choices.iter().flatten().filter_map(|choice| choice.inside).collect();
    let expected = mean(&known);
    Some(Forward { choices, windows, curves, expected })
}

fn joined(days: &[f64], parts: &[Range<usize>]) -> Vec<f64> {
    parts.iter().flat_map(|part| days[part.clone()].iter().copied()).collect()
}
