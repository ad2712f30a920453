//! A series of returns against another of the same periods. Definitions: `fidelity.md` section 2.

use crate::metrics::returns::{deviation, finite, mean, ratio, varies};

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

/// Sample covariance, ddof 1.
fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let (mean_a, mean_b) = (mean(a)?, mean(b)?);
    let products: f64 = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
    finite(products / (a.len() - 1) as f64)
}
