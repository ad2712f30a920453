//! Other conventions for the bad tail than the one reports use ([`returns::value_at_risk`]): named, so that numbers of other programs can
//! be compared like with like. They stand in no report: the golden tables hold them. All are returns, negative where money is lost; `tail` is the share that is bad, 0.05 for "95 %".
//!
//! [`returns::value_at_risk`]: crate::metrics::returns::value_at_risk

use crate::metrics::normal;
use crate::metrics::returns::{ascending, deviation, finite, mean, percentile, require_finite};

/// `μ + σ·Φ⁻¹(tail)`: what quantstats calls value at risk.
#[must_use]
pub fn gaussian_value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    let spread = deviation(returns).filter(|spread| *spread > 0.0)?;
    finite(mean(returns)? + spread * normal::quantile(tail)?)
}

/// `μ − σ·φ(Φ⁻¹(tail)) / tail`: the mean of a normal distribution below its value at risk.
#[must_use]
pub fn gaussian_conditional_value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    let spread = deviation(returns)?;
    finite(mean(returns)? - spread * normal::density(normal::quantile(tail)?) / tail)
}

/// Mean of all returns not above the interpolated percentile (quantstats, `historical`).
#[must_use]
pub fn mean_below_value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    let edge = percentile(returns, tail)?;
    mean(&returns.iter().copied().filter(|r| *r <= edge).collect::<Vec<_>>())
}

/// The order statistic at `⌊tail · n⌋`, without interpolation (skfolio).
#[must_use]
pub fn ordered_value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    require_finite(returns, 1)?;
    let sorted = ascending(returns);
    sorted.get((tail * sorted.len() as f64) as usize).copied()
}

/// Mean of exactly `tail · n` of the worst returns, the last of them in part (Rockafellar and Uryasev 2000; skfolio).
#[must_use]
pub fn fractional_conditional_value_at_risk(returns: &[f64], tail: f64) -> Option<f64> {
    require_finite(returns, 1)?;
    let sorted = ascending(returns);
    let wanted = tail * sorted.len() as f64;
    let whole = wanted as usize;
    let part = sorted.get(whole).map_or(0.0, |next| next * (wanted - whole as f64));
    finite((sorted[..whole].iter().sum::<f64>() + part) / wanted)
}
