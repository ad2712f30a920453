//! A series of returns against another of the same periods. Definitions: `fidelity.md` section 2.

use crate::metrics::returns::{cagr, deviation, finite, mean, ratio, total_return, varies};

/// `cov(r, b) / var(b)`.
#[must_use]
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if !varies(benchmark) {
        return None;
    }
    ratio(covariance(returns, benchmark)?, covariance(benchmark, benchmark)?)
}

/// Per-period `mean(r) − β · mean(b)`, times the periods of a year: simple, not compounded.
#[must_use]
pub fn alpha(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    let beta = beta(returns, benchmark)?;
    finite((mean(returns)? - beta * mean(benchmark)?) * periods_per_year)
}

/// Pearson's correlation.
#[must_use]
pub fn correlation(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if !(varies(returns) && varies(benchmark)) {
        return None;
    }
    let spread = covariance(returns, returns)?.sqrt() * covariance(benchmark, benchmark)?.sqrt();
    ratio(covariance(returns, benchmark)?, spread).map(|c| c.clamp(-1.0, 1.0))
}

/// `mean(r − b) / sd(r − b, ddof 1) · √A`.
#[must_use]
pub fn information_ratio(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
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
    if returns.len() != benchmark.len() {
        return None;
    }
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
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

/// Share of periods that were better than the benchmark's.
#[must_use]
pub fn batting_average(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if returns.len() != benchmark.len() || returns.iter().chain(benchmark).any(|r| !r.is_finite()) {
        return None;
    }
    ratio(returns.iter().zip(benchmark).filter(|(r, b)| r > b).count() as f64, returns.len() as f64)
}

fn capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64, counts: impl Fn(f64) -> bool) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let pairs = || returns.iter().zip(benchmark).filter(|(_, b)| counts(**b));
    let yearly = |side: Vec<f64>| cagr(total_return(&side)?, side.len() as f64 / periods_per_year);
    ratio(yearly(pairs().map(|(r, _)| *r).collect())?, yearly(pairs().map(|(_, b)| *b).collect())?)
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
