//! Ratios of a series of simple periodic returns. Definitions and sources: `fidelity.md` section 2.
//!
//! Shapes: `returns` are fractions, one a period; `periods_per_year` is 365 for days of a market that never closes.
//! Undefined is `None`: too few returns, no dispersion, nothing to divide by, a return that is not a number.

/// `Π(1 + r) − 1`; nothing remains of a total loss, whatever follows it.
#[must_use]
pub fn total_return(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 1)?;
    let mut wealth = 1.0;
    for r in returns {
        wealth *= 1.0 + r;
        if wealth <= 0.0 {
            return Some(-1.0);
        }
    }
    finite(wealth - 1.0)
}

/// Yearly growth of one unit that became `1 + total` in `years`; −100 % where nothing was left.
#[must_use]
pub fn cagr(total: f64, years: f64) -> Option<f64> {
    if !(years > 0.0 && total.is_finite()) {
        return None;
    }
    if total <= -1.0 {
        return Some(-1.0);
    }
    finite(libm::pow(1.0 + total, 1.0 / years) - 1.0)
}

/// `sd(r, ddof 1) · √A`.
#[must_use]
pub fn volatility(returns: &[f64], periods_per_year: f64) -> Option<f64> {
    finite(deviation(returns)? * periods_per_year.sqrt())
}

/// `mean(r − rf) / sd(r − rf, ddof 1) · √A`; `risk_free` is per period.
#[must_use]
pub fn sharpe(returns: &[f64], risk_free: f64, periods_per_year: f64) -> Option<f64> {
    let excess: Vec<f64> = returns.iter().map(|r| r - risk_free).collect();
    let spread = deviation(&excess).filter(|_| varies(&excess))?;
    finite(mean(&excess)? / spread * periods_per_year.sqrt())
}

/// `√(mean(min(r − target, 0)²)) · √A`, the mean over all returns, not only the bad ones.
#[must_use]
pub fn downside_deviation(returns: &[f64], target: f64, periods_per_year: f64) -> Option<f64> {
    require_finite(returns, 1)?;
    let squares: f64 = returns.iter().map(|r| (r - target).min(0.0)).map(|d| d * d).sum();
    finite((squares / returns.len() as f64).sqrt() * periods_per_year.sqrt())
}

/// `mean(r − target) · A / downside deviation`.
#[must_use]
pub fn sortino(returns: &[f64], target: f64, periods_per_year: f64) -> Option<f64> {
    require_finite(returns, 2)?;
    let down = downside_deviation(returns, target, periods_per_year)?;
    ratio((mean(returns)? - target) * periods_per_year, down)
}

/// `mean(r) · A`: arithmetic, what Sharpe has above the line.
#[must_use]
pub fn annual_return(returns: &[f64], periods_per_year: f64) -> Option<f64> {
    finite(mean(returns)? * periods_per_year)
}

/// `CAGR / |max drawdown|`.
#[must_use]
pub fn calmar(cagr: f64, max_drawdown: f64) -> Option<f64> {
    ratio(cagr, max_drawdown.abs())
}

/// `Σ max(r − θ, 0) / Σ max(θ − r, 0)`; `threshold` θ is per period.
#[must_use]
pub fn omega(returns: &[f64], threshold: f64) -> Option<f64> {
    require_finite(returns, 2)?;
    let gains: f64 = returns.iter().map(|r| (r - threshold).max(0.0)).sum();
    let losses: f64 = returns.iter().map(|r| (threshold - r).max(0.0)).sum();
    ratio(gains, losses)
}

/// `|P95| / |P5|`.
#[must_use]
pub fn tail_ratio(returns: &[f64]) -> Option<f64> {
    ratio(percentile(returns, 0.95)?.abs(), percentile(returns, 0.05)?.abs())
}

/// The return that one period in twenty falls below: historical, interpolated.
#[must_use]
pub fn value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    percentile(returns, tail)
}

/// Mean of the `⌊tail · (n − 1)⌋ + 1` worst returns.
#[must_use]
pub fn conditional_value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    require_finite(returns, 1)?;
    let sorted = ascending(returns);
    let count = (tail * (sorted.len() - 1) as f64) as usize + 1;
    mean(&sorted[..count])
}

/// Population skewness `m3 / m2^1.5`.
#[must_use]
pub fn skew(returns: &[f64]) -> Option<f64> {
    let (m2, m3, _) = moments(returns)?;
    ratio(m3, m2 * m2.sqrt())
}

/// Population kurtosis `m4 / m2²`; a normal distribution has 3.
#[must_use]
pub fn kurtosis(returns: &[f64]) -> Option<f64> {
    let (m2, _, m4) = moments(returns)?;
    ratio(m4, m2 * m2)
}

/// Linear interpolation between order statistics at `share · (n − 1)`.
#[must_use]
pub fn percentile(values: &[f64], share: f64) -> Option<f64> {
    require_finite(values, 1)?;
    let mut values = values.to_vec();
    let place = share * (values.len() - 1) as f64;
    // The one below the place, and the least of all that are above it: nobody asks for the order of the others.
    let (_, below, others) = values.select_nth_unstable_by(place as usize, f64::total_cmp);
    let above = others.iter().copied().min_by(f64::total_cmp).unwrap_or(*below);
    finite(*below + (above - *below) * place.fract())
}

/// The arithmetic mean; `None` of no values, or where one is not finite.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    require_finite(values, 1)?;
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample standard deviation, ddof 1.
#[must_use]
pub fn deviation(values: &[f64]) -> Option<f64> {
    require_finite(values, 2)?;
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    finite((squares / (values.len() - 1) as f64).sqrt())
}

/// `part / whole`, unless there is nothing to divide by.
#[must_use]
pub fn ratio(part: f64, whole: f64) -> Option<f64> {
    if whole == 0.0 { None } else { finite(part / whole) }
}

/// A gain below this part of the capital is the rounding of money (microdollars of a dollar), not a gain.
pub(crate) const LEAST_GAIN: f64 = 1e-6;

/// A gain worth the name: a fraction of the capital of `LEAST_GAIN` or more.
#[must_use]
pub fn gain(value: Option<f64>) -> Option<f64> {
    value.filter(|value| *value >= LEAST_GAIN)
}

/// Share of a gain that is left, both fractions of one capital; of a loss, or of nothing (`LEAST_GAIN`), no share can be told.
#[must_use]
pub fn share_of_gain(now: Option<f64>, of: Option<f64>) -> Option<f64> {
    ratio(now?, gain(of)?)
}

/// The value, where it is finite.
#[must_use]
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// More than the noise of the last bit lies between the smallest and the largest. A constant series has a computed deviation
/// of some 1e-18, and a ratio over it is nonsense (the oracles answer 8e16).
#[must_use]
pub(crate) fn varies(values: &[f64]) -> bool {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    high - low > 8.0 * f64::EPSILON * high.abs().max(low.abs())
}

/// At least `count` values, all of them numbers. A hole in a series is an input error and is never dropped silently.
pub(super) fn require_finite(values: &[f64], count: usize) -> Option<()> {
    (values.len() >= count && values.iter().all(|v| v.is_finite())).then_some(())
}

pub(super) fn ascending(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn moments(values: &[f64]) -> Option<(f64, f64, f64)> {
    let centre = mean(values)?;
    if !varies(values) {
        return None;
    }
    let n = values.len() as f64;
    let (m2, m3, m4) = values.iter().map(|v| v - centre).fold((0.0, 0.0, 0.0), |(m2, m3, m4), d| {
        let square = d * d;
        (m2 + square, m3 + square * d, m4 + square * square)
    });
    Some((m2 / n, m3 / n, m4 / n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_of_nothing_are_nothing() {
        assert_eq!(sharpe(&[], 0.0, 365.0), None);
        assert_eq!(sharpe(&[0.01], 0.0, 365.0), None);
        assert_eq!(sharpe(&[0.01; 10], 0.0, 365.0), None);
        assert_eq!(sortino(&[0.01, 0.02], 0.0, 365.0), None);
        assert_eq!(sharpe(&[0.01, f64::NAN, 0.02], 0.0, 365.0), None);
        assert_eq!(tail_ratio(&[0.0, 0.0]), None);
    }

    #[test]
    fn a_share_of_a_loss_or_of_nothing_is_not_told() {
        assert_eq!(share_of_gain(Some(0.3), Some(0.6)), Some(0.5));
        assert_eq!(share_of_gain(Some(-0.3), Some(0.6)), Some(-0.5));
        assert_eq!(share_of_gain(None, Some(0.6)), None);
        // An alpha that is the rounding of its sums: seven times 4e-17 are left of 1e-16.
        for nothing in [-0.6, 0.0, 1e-16, 0.999e-6] {
            assert_eq!(share_of_gain(Some(2.86e-16), Some(nothing)), None, "{nothing}");
        }
        assert_eq!(share_of_gain(Some(1e-6), Some(1e-6)), Some(1.0));
    }

    #[test]
    fn nothing_returns_after_a_total_loss() {
        assert_eq!(total_return(&[0.5, -1.0, 3.0]), Some(-1.0));
        assert_eq!(cagr(-1.0, 2.0), Some(-1.0));
    }

    #[test]
    fn growth_in_no_time_is_none() {
        assert_eq!((cagr(0.1, 0.0), cagr(-1.0, 0.0), cagr(0.1, -1.0), cagr(f64::NAN, 1.0)), (None, None, None, None));
        assert_eq!(cagr(-1.0, 2.0), Some(-1.0));
    }

    #[test]
    fn doubling_in_half_a_year_is_three_hundred_per_cent_a_year() {
        assert_eq!(cagr(1.0, 0.5), Some(3.0));
        assert_eq!(cagr(1.0, 0.0), None);
    }
}
