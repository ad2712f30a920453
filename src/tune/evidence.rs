//! What speaks for the best trial and what against it, from the daily returns of all that were ever replayed in the study.

use std::ops::Range;

use crate::batch::side_by_side;
use crate::luck::cscv::{block_count, cscv_sharpe};
use crate::luck::draws::{self, Draws};
use crate::luck::overfit::{effective_trials, minimum_backtest_years, minimum_track_record_of};
use crate::luck::plateau::plateau;
use crate::luck::reality_check::{Contest, Scale, long_run_variance};
use crate::luck::verdict::{Benchmark, Evidence, Length, Overfitting};
use crate::metrics::DAYS_PER_YEAR;
use crate::metrics::returns::{mean, sharpe};
use crate::metrics::sharpe::{Trials, deflated_sharpe};

/// Histories that are drawn for a test of superiority.
const REPLICATIONS: usize = 1_000;
/// Seeds them.
const SEED: u64 = 1;
/// A record is believed at this confidence.
const CONFIDENCE: f64 = 0.95;
/// A neighbour that loses no more of the best value than this does as well.
const TOLERANCE: f64 = 0.1;
/// Sharpe ratios a year that lie no further apart are the same to anybody, however sure the difference.
const IMMATERIAL: f64 = 0.05;
/// One-sided 5 % of the normal distribution.
const SIGNIFICANT: f64 = 1.644_853_626_951_472_2;

/// Daily returns over the same days, of all that is compared.
pub(super) struct Curves<'a> {
    /// Of every variant that was replayed, each once.
    pub variants: Vec<&'a [f64]>,
    /// Which of them was chosen.
    pub best: usize,
    pub before: &'a [f64],
    pub bitcoin: &'a [f64],
    /// None of a strategy that holds no spot coins.
    pub static_mix: Option<&'a [f64]>,
}

/// What was tried where, with what result: for the neighbours of the best.
pub(super) struct Places {
    /// Coordinates from 0 to 1, of each trial of the table.
    pub points: Vec<Vec<f64>>,
    /// What each comes to, the higher the better; none where it breaks a constraint or is undefined.
    pub merits: Vec<Option<f64>>,
    pub best: usize,
}

/// The evidence. `in_sample` are the days that the best was chosen by, `judged` the returns of the choice on days that it was not chosen by, and
/// `expected` the Sharpe ratio of a day that it had where it was chosen.
pub(super) fn of(curves: &Curves, places: &Places, in_sample: &Range<usize>, judged: Option<(&[f64], f64)>) -> Evidence {
    let inside: Vec<&[f64]> = curves.variants.iter().map(|days| &days[in_sample.clone()]).collect();
    let best = inside[curves.best];
    let trials = Trials::of_days(inside.iter().copied());
    let count = curves.variants.len();
    let against = |benchmark: &Benchmark| match benchmark {
        Benchmark::StaticMix => curves.static_mix,
        Benchmark::HoldBitcoin => Some(curves.bitcoin),
        Benchmark::BeforeTuning => Some(curves.before),
    };
    // What takes longest.
    let p_values = side_by_side(&Benchmark::ALL, |benchmark| superiority(&curves.variants, against(benchmark)?));
    let yearly = sharpe(best, 0.0, DAYS_PER_YEAR);
    Evidence {
        trials: Some(count),
        effective_trials: effective_trials(&inside).map(|trials| trials.effective),
        deflated_sharpe: deflated_sharpe(best, &trials),
        overfitting: overfitting(&curves.variants, curves.before),
        superiority: std::array::from_fn(|at| p_values[at]),
        plateau: plateau(&places.points, &places.merits, places.best, 2 * places.points[0].len(), TOLERANCE),
        kept: judged.and_then(|(days, expected)| Some(sharpe(days, 0.0, 1.0)? / expected).filter(|_| expected > 0.0)),
        track_record: Some(Length { found: best.len() as f64, needed: minimum_track_record_of(best, 0.0, CONFIDENCE) }),
        backtest: yearly.map(|yearly| Length { found: best.len() as f64 / DAYS_PER_YEAR, needed: minimum_backtest_years(count, yearly) }),
    }
}

/// Probability of backtest overfitting; none of one variant, or of too few days.
fn overfitting(variants: &[&[f64]], before: &[f64]) -> Option<Overfitting> {
    let blocks = block_count(variants.first()?.len())?;
    let splits = cscv_sharpe(variants, blocks).ok()?;
    Some(Overfitting { probability: splits.pbo(), behind: splits.share_behind(before).ok() })
}

/// P-value that the best of the variants beats a benchmark by chance alone.
fn superiority(variants: &[&[f64]], benchmark: &[f64]) -> Option<f64> {
    let draws = draws_against(variants, benchmark)?;
    Some(Contest::of(variants, benchmark, &draws, Scale::Studentised).ok()?.spa().consistent)
}

fn draws_against(variants: &[&[f64]], benchmark: &[f64]) -> Option<Draws> {
    let block = draws::mean_block(variants, benchmark)?;
    Draws::seeded(benchmark.len(), block, REPLICATIONS, SEED).ok()
}

/// The variants that are not significantly worse than the best one over the days in-sample, or not by anything that matters: positions, the best
/// among them.
pub(super) fn as_good(curves: &Curves, in_sample: &Range<usize>) -> Vec<usize> {
    let best = &curves.variants[curves.best][in_sample.clone()];
    let is_as_good = |at: &usize| {
        let other = &curves.variants[*at][in_sample.clone()];
        let ratio = |days: &[f64]| sharpe(days, 0.0, DAYS_PER_YEAR);
        if ratio(best).zip(ratio(other)).is_some_and(|(best, other)| (best - other).abs() <= IMMATERIAL) {
            return true;
        }
        let apart: Vec<f64> = best.iter().zip(other).map(|(best, other)| best - other).collect();
        let block = draws::mean_block(&[best], other).unwrap_or(1.0);
        let Some((above, variance)) = mean(&apart).zip(long_run_variance(&apart, block)) else { return true };
        above / (variance / apart.len() as f64).sqrt() < SIGNIFICANT
    };
    let all: Vec<usize> = (0..curves.variants.len()).collect();
    let kept = side_by_side(&all, |at| *at == curves.best || is_as_good(at));
    all.into_iter().filter(|at| kept[*at]).collect()
}
