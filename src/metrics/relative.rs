//! A series of returns against another of the same periods. Definitions: `fidelity.md` section 2.
//!
//! A benchmark that is not known on some days (NaN) is compared on the others; a return that is not a number is an input error everywhere.

use std::borrow::Cow;

use crate::metrics::returns::{cagr, deviation, finite, mean, ratio, total_return, varies};

/// `cov(r, b) / var(b)`.
#[must_use]
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    let (returns, benchmark) = &known(returns, benchmark)?;
    if !varies(benchmark) {
        return None;
    }
    ratio(covariance(returns, benchmark)?, covariance(benchmark, benchmark)?)
}

/// Per-period `mean(r) − β · mean(b)`, times the periods of a year: simple, not compounded.
#[must_use]
pub fn alpha(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    let (returns, benchmark) = &known(returns, benchmark)?;
    let beta = beta(returns, benchmark)?;
    finite((mean(returns)? - beta * mean(benchmark)?) * periods_per_year)
}

/// Pearson's correlation.
#[must_use]
pub fn correlation(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    let (returns, benchmark) = &known(returns, benchmark)?;
    if !(varies(returns) && varies(benchmark)) {
        return None;
    }
    let spread = covariance(returns, returns)?.sqrt() * covariance(benchmark, benchmark)?.sqrt();
    ratio(covariance(returns, benchmark)?, spread).map(|c| c.clamp(-1.0, 1.0))
}

/// `mean(r − b) / sd(r − b, ddof 1) · √A`.
#[must_use]
pub fn information_ratio(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    let active = active(returns, benchmark)?;
    let spread = deviation(&active).filter(|_| varies(&active))?;
    finite(mean(&active)? / spread * periods_per_year.sqrt())
}

/// Squared correlation: the share of the variance that the benchmark explains.
#[must_use]
pub fn r_squared(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    correlation(returns, benchmark).map(|c| c * c)
}

/// `sd(r − b, ddof 1) · √A`.
#[must_use]
pub fn tracking_error(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    let active = active(returns, benchmark)?;
    finite(deviation(&active)? * periods_per_year.sqrt())
}

/// Total return over beta: what was earned for each unit of the benchmark's risk. Not annualised, risk-free 0.
#[must_use]
pub fn treynor(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    ratio(total_return(returns)?, beta(returns, benchmark)?)
}

/// Yearly growth in the periods in which the benchmark rose, over the benchmark's own there.
#[must_use]
pub fn up_capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    capture(returns, benchmark, periods_per_year, |b| b > 0.0)
}

/// Yearly growth in the periods in which the benchmark fell, over the benchmark's own there; below 1 is less than its losses.
#[must_use]
pub fn down_capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    capture(returns, benchmark, periods_per_year, |b| b < 0.0)
}

/// Mean return in the periods whose benchmark counts, over the benchmark's own mean there: unlike the compounded captures it does not run into a bound
/// where days swing widely.
#[must_use]
pub(crate) fn mean_capture(returns: &[f64], benchmark: &[f64], counts: impl Fn(f64) -> bool) -> Option<f64> {
    let (returns, benchmark) = &known(returns, benchmark)?;
    let (own, other): (Vec<f64>, Vec<f64>) =
        returns.iter().zip(benchmark.iter()).filter(|(_, b)| counts(**b)).map(|(r, b)| (*r, *b)).unzip();
    ratio(mean(&own)?, mean(&other)?)
}

/// Share of periods that were better than the benchmark's. In no report: it is held to the golden tables.
#[must_use]
pub fn batting_average(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    let active = active(returns, benchmark)?;
    ratio(active.iter().filter(|more| **more > 0.0).count() as f64, active.len() as f64)
}

fn capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64, counts: impl Fn(f64) -> bool) -> Option<f64> {
    let (returns, benchmark) = &known(returns, benchmark)?;
    let pairs = || returns.iter().zip(benchmark.iter()).filter(|(_, b)| counts(**b));
    let yearly = |side: Vec<f64>| cagr(total_return(&side)?, side.len() as f64 / periods_per_year);
    ratio(yearly(pairs().map(|(r, _)| *r).collect())?, yearly(pairs().map(|(_, b)| *b).collect())?)
}

/// What was earned beyond the benchmark in each period in which that is known.
fn active(returns: &[f64], benchmark: &[f64]) -> Option<Vec<f64>> {
    let (returns, benchmark) = &known(returns, benchmark)?;
    Some(returns.iter().zip(benchmark.iter()).map(|(r, b)| r - b).collect())
}

/// Both in the periods in which the benchmark is known.
type Pair<'a> = (Cow<'a, [f64]>, Cow<'a, [f64]>);

fn known<'a>(returns: &'a [f64], benchmark: &'a [f64]) -> Option<Pair<'a>> {
    if returns.len() != benchmark.len() || returns.iter().any(|r| !r.is_finite()) {
        return None;
    }
    if !benchmark.iter().any(|b| b.is_nan()) {
        return Some((Cow::Borrowed(returns), Cow::Borrowed(benchmark)));
    }
    let (own, other): (Vec<f64>, Vec<f64>) = returns.iter().zip(benchmark).filter(|(_, b)| !b.is_nan()).map(|(r, b)| (*r, *b)).unzip();
    Some((own.into(), other.into()))
}

/// Sample covariance, ddof 1.
fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let (mean_a, mean_b) = (mean(a)?, mean(b)?);
    let products: f64 = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
    finite(products / (a.len() - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_capture_is_the_mean_of_its_days_over_the_benchmarks() {
        // Up days 2 % and 4 % of the benchmark gave 1 % and 5 %; its one down day of −2 % cost 1 %.
        let (own, other) = ([0.01, -0.01, 0.05], [0.02, -0.02, 0.04]);
        assert!((mean_capture(&own, &other, |b| b > 0.0).unwrap() - 1.0).abs() < 1e-12);
        assert!((mean_capture(&own, &other, |b| b < 0.0).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(mean_capture(&own[..1], &other[..1], |b| b < 0.0), None);
    }
}
