//! How far a Sharpe ratio can be believed. Everything here is per period, not annualised. Definitions: `fidelity.md` section 3.

use crate::metrics::normal;
use crate::metrics::returns::{finite, kurtosis, sharpe, skew};

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
    let spread = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe;
    if observations < 2 || spread <= 0.0 {
        return None;
    }
    let z = (sharpe - benchmark) * ((observations - 1) as f64).sqrt() / spread.sqrt();
    finite(z).map(normal::cumulative)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bailey and López de Prado's own example: 24 monthly returns of an annual Sharpe ratio of 1.585.
    #[test]
    fn the_paper_agrees() {
        let found = probability(1.585 / 12.0_f64.sqrt(), 0.0, 24, -2.448, 10.164).unwrap();
        assert!((found - 0.9132).abs() < 5e-5, "{found}");
    }
}
