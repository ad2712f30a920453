//! Which part of the time is tuned on, which is judged by, and which is not looked at: everything in bars of the market's window.

use std::ops::Range;

use crate::fault::Fault;
use crate::luck::splits::{self, Combinatorial, Start, WalkForward};
use crate::strategy::StrategyFile;
use crate::strategy::tuning::Tune;
use crate::units::{Clock, Span, Time};

/// What is tuned on, in order of time, and what it is judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    pub train: Vec<Range<usize>>,
    pub test: Vec<Range<usize>>,
}

/// How the time is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Bars that are replayed for a trial: all before the final window.
    pub tuned: usize,
    /// All bars.
    pub bars: usize,
    /// What trials are ranked on.
    pub in_sample: Range<usize>,
    /// What every trial is judged by, where it was held out from ranking.
    pub out_of_sample: Option<Range<usize>>,
    /// Of a walk-forward or a cross-validation.
    pub folds: Vec<Fold>,
    /// Bars left aside between what is tuned on and what is judged by.
    pub purge: usize,
    /// Of a cross-validation: which fold's test belongs to each path, and when. Empty otherwise.
    pub paths: Vec<Vec<(usize, Range<usize>)>>,
}

impl Timeline {
    /// Of a `[tune]` table. `held` is the longest time that a position was held for, in bars.
    ///
    /// # Errors
    /// Too few bars for the parts asked for; says how many are needed.
    pub fn of(file: &StrategyFile, tune: &Tune, clock: &Clock, held: usize) -> Result<Self, Fault> {
        let bars = clock.bars;
        let tuned = tuned_bars(tune, bars);
        let too_short = |key: &str, why: String| {
            let fix = "take a longer market or window, shorten the parts, or lower `tune.final`";
            Fault::new(
                format!("{}: `tune.{key}`", file.path.display()),
                why,
                format!("more than {tuned} bars of {} to tune on", clock.bar),
                fix,
            )
        };
        let in_bars = |span: Span| (span.seconds() / clock.bar.seconds()).max(1) as usize;
        let purge = tune.purge.map_or_else(|| held.min(tuned / 10), in_bars);
        let whole = Self { tuned, bars, in_sample: 0..tuned, out_of_sample: None, folds: Vec::new(), purge, paths: Vec::new() };
        if let Some(windows) = &tune.walk_forward {
            let lengths = WalkForward {
                train: in_bars(windows.train),
                test: in_bars(windows.test),
                step: in_bars(windows.test),
                purge,
                start: if windows.anchored { Start::Anchored } else { Start::Rolling },
                partial_last: true,
            };
            let windows = splits::walk_forward(tuned, &lengths).map_err(|error| too_short("walk_forward", error.to_string()))?;
            let folds = windows.into_iter().map(|window| Fold { train: vec![window.train], test: vec![window.test] }).collect();
            return Ok(Self { folds, ..whole });
        }
        if let Some(cut) = &tune.cross_validation {
            let cut = Combinatorial { folds: cut.folds, test_folds: cut.test_folds, purge, embargo: cut.embargo.map_or(0, in_bars) };
            let made = splits::combinatorial(tuned, &cut).map_err(|error| too_short("cross_validation", error.to_string()))?;
            let paths = (0..cut.path_count().unwrap_or(0)).map(|path| splits::path(&made, path)).collect();
            let folds = made
                .into_iter()
                .map(|split| Fold { train: split.train, test: split.test.into_iter().map(|fold| fold.periods).collect() })
                .collect();
            return Ok(Self { folds, paths, ..whole });
        }
        // However few the bars, one is left to rank by.
        let split = (tuned - (tuned as f64 * tune.out_of_sample).round() as usize).max(1);
        Ok(Self { in_sample: 0..split, out_of_sample: (split < tuned).then_some(split..tuned), ..whole })
    }

    /// What trials are ranked on, one after the other: in-sample, then what each fold is tuned on.
    #[must_use]
    pub fn looks(&self) -> Vec<Vec<Range<usize>>> {
        [vec![self.in_sample.clone()]].into_iter().chain(self.folds.iter().map(|fold| fold.train.clone())).collect()
    }

    /// The final window; none where nothing was kept for it.
    #[must_use]
    pub fn final_window(&self) -> Option<Range<usize>> {
        (self.tuned < self.bars).then_some(self.tuned..self.bars)
    }

    /// Midnight before a UTC day, by its place in the daily returns of a run from the first bar on.
    #[must_use]
    pub fn midnight(clock: &Clock, at: usize) -> Time {
        Time::from_seconds((day(clock, 0) + at as i64) * Span::DAY.seconds())
    }

    /// The UTC days of some bars, as places in the daily returns of a run from the first bar on. A day belongs to the part that its first bar is of.
    #[must_use]
    pub fn days(clock: &Clock, bars: &Range<usize>) -> Range<usize> {
        let first = day(clock, 0);
        (day(clock, bars.start) - first) as usize..(day(clock, bars.end) - first) as usize
    }
}

/// Bars before the final window, of all; at least one.
pub(super) fn tuned_bars(tune: &Tune, bars: usize) -> usize {
    (bars - (bars as f64 * tune.final_share).round() as usize).max(1)
}

/// Number of the UTC day in which a bar opens, or the next where it does not open with the day and is not the first.
fn day(clock: &Clock, bar: usize) -> i64 {
    let open = clock.open(bar).seconds();
    let day = open.div_euclid(Span::DAY.seconds());
    if bar > 0 && open.rem_euclid(Span::DAY.seconds()) != 0 { day + 1 } else { day }
}
