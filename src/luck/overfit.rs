//! What the number of trials, the length of the record and the step out of the sample leave of a ratio. The expected best of many, the
//! probabilistic and the deflated Sharpe ratio stand in `metrics/sharpe.rs`.

use crate::metrics::normal;
use crate::metrics::returns::{finite, kurtosis, mean, sharpe, skew, varies};
use crate::metrics::sharpe::expected_best;

/// Minimum track record length in observations: how many returns it takes until a Sharpe ratio (per period) lies above `benchmark` with
/// `confidence` (0 to 1): `1 + (1 − γ3·SR + (γ4 − 1)/4·SR²)·(Φ⁻¹(p) / (SR − SR*))²` (Bailey and López de Prado 2012, *The Sharpe Ratio
/// Efficient Frontier*), `kurtosis` not excess. None where no length is enough: the ratio is not above the benchmark.
#[must_use]
pub fn minimum_track_record(sharpe: f64, benchmark: f64, skew: f64, kurtosis: f64, confidence: f64) -> Option<f64> {
    let spread = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe;
    let above = finite(sharpe - benchmark).filter(|above| *above > 0.0)?;
    // Below one half the formula would ask for more the less is asked of it.
    let reach = normal::quantile(confidence)?.max(0.0) / above;
    finite(1.0 + spread * reach * reach).filter(|_| spread > 0.0)
}

/// The same of a series of returns, by its own ratio, skewness and kurtosis. None also of fewer than three returns or of constant ones.
#[must_use]
pub fn minimum_track_record_of(returns: &[f64], benchmark: f64, confidence: f64) -> Option<f64> {
    if returns.len() < 3 {
        return None;
    }
    minimum_track_record(sharpe(returns, 0.0, 1.0)?, benchmark, skew(returns)?, kurtosis(returns)?, confidence)
}

/// Minimum backtest length in years: over fewer, the best of `trials` without any skill is expected to reach `annual_sharpe`:
/// `(E_N / SR)²` (Bailey, Borwein, López de Prado and Zhu 2014, *Pseudo-Mathematics and Financial Charlatanism*). None where no length is
/// enough: a ratio of nought or less.
#[must_use]
pub fn minimum_backtest_years(trials: usize, annual_sharpe: f64) -> Option<f64> {
    let times = expected_best(trials) / finite(annual_sharpe).filter(|ratio| *ratio > 0.0)?;
    finite(times * times)
}

/// How many independent trials so many correlated ones are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectiveTrials {
    /// `ρ̄ + (1 − ρ̄)·N`, between 1 and N.
    pub effective: f64,
    /// N: the trials whose returns vary. The others have no Sharpe ratio and could not have been picked.
    pub trials: usize,
    /// ρ̄, over all pairs; nought of one trial.
    pub average_correlation: f64,
}

impl EffectiveTrials {
    /// Whole trials, rounded up: what the expected best of many is asked of.
    #[must_use]
    pub fn rounded_up(&self) -> usize {
        self.effective.ceil() as usize
    }
}

/// Effective number of trials by their average correlation, `ρ̄ + (1 − ρ̄)·N` (Bailey and López de Prado 2014, *The Deflated Sharpe
/// Ratio*, appendix 3). Of k groups of m equal trials it says N − m + 1 where k would be true: never fewer, so that it never flatters.
/// `trials` are series of returns over the same periods. None where they are not, or none of them varies.
#[must_use]
pub fn effective_trials<S: AsRef<[f64]>>(trials: &[S]) -> Option<EffectiveTrials> {
    crate::luck::input::common_length(trials).ok()?;
    let moving: Vec<&[f64]> = trials.iter().map(AsRef::as_ref).filter(|returns| varies(returns)).collect();
    let mut sum = vec![0.0; moving.first()?.len()];
    for returns in &moving {
        // Around its mean and of length one: products of such series are correlations.
        let centre = mean(returns)?;
        let length = returns.iter().map(|r| (r - centre) * (r - centre)).sum::<f64>().sqrt();
        sum.iter_mut().zip(*returns).for_each(|(sum, r)| *sum += (r - centre) / length);
    }
    let count = moving.len() as f64;
    // The square of the sum has every pair twice, and each trial with itself once.
    let pairs = sum.iter().map(|s| s * s).sum::<f64>() - count;
    let average = if moving.len() < 2 { 0.0 } else { finite(pairs / (count * (count - 1.0)))?.min(1.0) };
    let effective = (average + (1.0 - average) * count).clamp(1.0, count);
    Some(EffectiveTrials { effective, trials: moving.len(), average_correlation: average })
}

/// The line through what was found in-sample and what came of it out-of-sample, by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degradation {
    /// Out-of-sample for one more in-sample: 1 is no degradation, nought or less says that the choice is worth nothing.
    pub slope: f64,
    pub intercept: f64,
    /// Share of the variance out-of-sample that the line explains.
    pub r_squared: f64,
}

/// Regression of `out_of_sample` on `in_sample`, pair by pair (trials, or splits; any one statistic). None of fewer than two pairs, of
/// numbers that are not finite, or where in-sample all are equal.
#[must_use]
pub fn degradation(in_sample: &[f64], out_of_sample: &[f64]) -> Option<Degradation> {
    if in_sample.len() != out_of_sample.len() || in_sample.len() < 2 || !varies(in_sample) {
        return None;
    }
    let (x_mean, y_mean) = (mean(in_sample)?, mean(out_of_sample)?);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in in_sample.iter().zip(out_of_sample).map(|(x, y)| (x - x_mean, y - y_mean)) {
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    let slope = finite(xy / xx)?;
    // A line through equal values explains nothing, since there is nothing to explain.
    let r_squared = if varies(out_of_sample) { finite(xy * xy / (xx * yy))?.min(1.0) } else { 0.0 };
    Some(Degradation { slope, intercept: y_mean - slope * x_mean, r_squared })
}

/// Share of the results out-of-sample below nought. None of no results, or where one is not finite.
#[must_use]
pub fn probability_of_loss(out_of_sample: &[f64]) -> Option<f64> {
    let losses = out_of_sample.iter().filter(|value| **value < 0.0).count();
    mean(out_of_sample).map(|_| losses as f64 / out_of_sample.len() as f64)
}
