//! How far a Sharpe ratio can be believed. Everything here is per period, not annualised. Definitions: `fidelity.md` section 3.

use core::f64::consts::E;
use std::collections::BTreeSet;

use crate::metrics::DAYS_PER_YEAR;
use crate::metrics::normal;
use crate::metrics::returns::{deviation, finite, kurtosis, sharpe, skew};

const EULER_MASCHERONI: f64 = 0.577_215_664_901_532_9;

/// How many were tried before one was looked at, and how far their Sharpe ratios lay apart: what the best of them owes to luck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trials {
    /// Those that have a Sharpe ratio: only they could have been picked.
    pub count: usize,
    /// Of their Sharpe ratios, per day, ddof 1.
    pub variance: f64,
}

impl Trials {
    /// One strategy, tried once.
    pub(crate) const ALONE: Self = Self { count: 1, variance: 0.0 };

    /// From Sharpe ratios per day, each a trial of its own; one without a ratio does not count.
    #[must_use]
    pub fn of(sharpes: &[Option<f64>]) -> Self {
        let known: Vec<f64> = sharpes.iter().copied().flatten().collect();
        deviation(&known).map_or(Self::ALONE, |spread| Self { count: known.len(), variance: spread * spread })
    }

    /// From Sharpe ratios a year and the returns behind each. The same ratio to the last bit of as many returns is the same curve, shown or
    /// tried a second time: it counts once.
    #[must_use]
    pub fn of_annual(tried: &[(Option<f64>, usize)]) -> Self {
        Self::of(&distinct(tried).iter().map(|ratio| ratio.map(per_day)).collect::<Vec<_>>())
    }

    /// From the daily returns of each that was tried.
    #[must_use]
    pub fn of_days<'a>(all: impl IntoIterator<Item = &'a [f64]>) -> Self {
        Self::of(&distinct(&all.into_iter().map(|days| (sharpe(days, 0.0, 1.0), days.len())).collect::<Vec<_>>()))
    }

    /// The Sharpe ratio per day that the best of so many reaches by luck alone: `√V · E_N`.
    #[must_use]
    pub fn luck(&self) -> f64 {
        self.variance.sqrt() * expected_best(self.count)
    }
}

/// The ratios of the first of each kind, in their order.
fn distinct(tried: &[(Option<f64>, usize)]) -> Vec<Option<f64>> {
    let mut seen = BTreeSet::new();
    tried.iter().filter(|(ratio, returns)| seen.insert((ratio.map(f64::to_bits), *returns))).map(|(ratio, _)| *ratio).collect()
}

/// A yearly Sharpe ratio per day.
#[must_use]
pub fn per_day(annual: f64) -> f64 {
    annual / DAYS_PER_YEAR.sqrt()
}

/// Expected largest of `count` draws from the standard normal distribution: `(1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))`; nought of one.
#[must_use]
pub fn expected_best(count: usize) -> f64 {
    let upper = |share: f64| normal::quantile(share).map_or(0.0, |low| -low);
    match count {
        0 | 1 => 0.0,
        // The quantile of the small lower tail keeps the digits that `1 − 1/N` would lose.
        _ => (1.0 - EULER_MASCHERONI) * upper(1.0 / count as f64) + EULER_MASCHERONI * upper(1.0 / (count as f64 * E)),
    }
}

/// Probability that the true Sharpe ratio lies above what the best of `trials` reaches by luck (Bailey and López de Prado 2014).
#[must_use]
pub fn deflated_sharpe(returns: &[f64], trials: &Trials) -> Option<f64> {
    probabilistic_sharpe(returns, trials.luck())
}

/// Probability that the true Sharpe ratio lies above `benchmark` (per period), from skewness and (not excess) kurtosis of the sample:
/// `Φ[(SR − SR*)·√(T − 1) / √(1 − γ3·SR + (γ4 − 1)/4·SR²)]` (Bailey and López de Prado 2012), with population moments and ddof 1.
/// Two returns have no skewness worth the name: three are asked for.
#[must_use]
pub fn probabilistic_sharpe(returns: &[f64], benchmark: f64) -> Option<f64> {
    if returns.len() < 3 {
        return None;
    }
    let ratio = sharpe(returns, 0.0, 1.0)?;
    probability(ratio, benchmark, returns.len(), skew(returns)?, kurtosis(returns)?)
}

/// The same from the statistics themselves; `observations` is the number of returns.
#[must_use]
pub fn probability(sharpe: f64, benchmark: f64, observations: usize, skew: f64, kurtosis: f64) -> Option<f64> {
    let spread = spread(sharpe, observations, skew, kurtosis)?;
    let z = (sharpe - benchmark) * ((observations - 1) as f64).sqrt() / spread.sqrt();
    finite(z).map(normal::cumulative)
}

/// Standard error of a Sharpe ratio per period: `√[(1 − γ3·SR + (γ4 − 1)/4·SR²) / (T − 1)]` (Mertens 2002; Bailey and López de Prado 2012).
#[must_use]
pub fn standard_error(sharpe: f64, observations: usize, skew: f64, kurtosis: f64) -> Option<f64> {
    let spread = spread(sharpe, observations, skew, kurtosis)?;
    finite((spread / (observations - 1) as f64).sqrt())
}

/// Variance of the estimate of a Sharpe ratio, times one less than the number of returns.
fn spread(sharpe: f64, observations: usize, skew: f64, kurtosis: f64) -> Option<f64> {
    let spread = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe;
    (observations >= 2 && spread > 0.0).then_some(spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_needs_two_returns_and_a_spread() {
        assert_eq!(probability(0.1, 0.0, 1, 0.0, 3.0), None);
        // 1 − 2·1 + (1 − 1)/4 is below nought, and 1 − 1·1 is nought.
        assert_eq!((probability(1.0, 0.0, 10, 2.0, 1.0), probability(1.0, 0.0, 10, 1.0, 1.0)), (None, None));
        assert_eq!(probability(0.0, 0.0, 2, 0.0, 3.0), Some(0.5));
        assert_eq!((standard_error(0.1, 1, 0.0, 3.0), standard_error(0.0, 101, 0.0, 3.0)), (None, Some(0.1)));
        // Lo (2002): √[(1 + SR²/2) / T] of normal returns.
        assert!((standard_error(0.5, 226, 0.0, 3.0).unwrap() - (1.125_f64 / 225.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn the_best_of_two_is_a_little_lucky() {
        // Φ⁻¹(1/2) is nought; Φ⁻¹(1 − 1/2e) is 0.9005.
        assert!((expected_best(2) - EULER_MASCHERONI * 0.900_5).abs() < 1e-4, "{}", expected_best(2));
        assert_eq!((expected_best(0), expected_best(1)), (0.0, 0.0));
        let trials = Trials::of(&[Some(0.1), None, Some(0.3)]);
        assert_eq!(trials.count, 2);
        assert!((trials.variance - 0.02).abs() < 1e-15);
        assert_eq!(Trials::of(&[Some(0.1), None]), Trials::ALONE);
        let days = [0.01, -0.02, 0.03, 0.01];
        assert_eq!(deflated_sharpe(&days, &Trials::ALONE), probabilistic_sharpe(&days, 0.0));
        assert!(deflated_sharpe(&days, &trials) < probabilistic_sharpe(&days, 0.0));
    }

    #[test]
    fn a_curve_shown_twice_was_tried_once() {
        let tried = [(Some(1.5), 100), (Some(0.5), 100), (None, 100)];
        let once = Trials::of_annual(&tried);
        assert_eq!(once.count, 2);
        assert_eq!(Trials::of_annual(&[tried[0], tried[0], tried[1], tried[2], tried[2], tried[1]]), once);
        // The same ratio over other days is another curve.
        assert_eq!(Trials::of_annual(&[tried[0], tried[1], (Some(1.5), 99)]).count, 3);
        assert_eq!(Trials::of_annual(&[tried[0], tried[0]]), Trials::ALONE);
    }

    /// Bailey and López de Prado's own example: 24 monthly returns of an annual Sharpe ratio of 1.585.
    #[test]
    fn the_paper_agrees() {
        let found = probability(1.585 / 12.0_f64.sqrt(), 0.0, 24, -2.448, 10.164).unwrap();
        assert!((found - 0.9132).abs() < 5e-5, "{found}");
    }
}
