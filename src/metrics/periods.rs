//! Counts and sums over single periods (days): how often it went up, by how much more than down, how evenly. Trades have statistics of
//! their own ([`crate::metrics::trades`]); these look at the curve alone, and most serve to hold the golden tables of other programs. `returns` are fractions, one a period.

use crate::metrics::relative::correlation;
use crate::metrics::returns::{finite, mean, ratio, require_finite, varies};

/// Periods up over periods that moved. Reports tell that of trades; this one is held to the golden tables.
#[must_use]
pub fn win_rate(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 1)?;
    let up = returns.iter().filter(|r| **r > 0.0).count() as f64;
    let down = returns.iter().filter(|r| **r < 0.0).count() as f64;
    ratio(up, up + down)
}

/// `Σ gains / |Σ losses|`; none without losses. For the golden tables, as [`win_rate`].
#[must_use]
pub fn profit_factor(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 1)?;
    ratio(returns.iter().map(|r| r.max(0.0)).sum(), -returns.iter().map(|r| r.min(0.0)).sum::<f64>())
}

/// Mean gain over mean loss of the periods that moved. For the golden tables, as [`win_rate`].
#[must_use]
pub fn payoff_ratio(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 1)?;
    let up: Vec<f64> = returns.iter().copied().filter(|r| *r > 0.0).collect();
    let down: Vec<f64> = returns.iter().copied().filter(|r| *r < 0.0).collect();
    ratio(mean(&up)?, -mean(&down)?)
}

/// Kelly's share of wealth `(b·p − (1 − p)) / b` for a bet won with `win_rate` p at `payoff` b: a bound, no advice.
#[must_use]
pub fn kelly(win_rate: f64, payoff: f64) -> Option<f64> {
    ratio(payoff * win_rate - (1.0 - win_rate), payoff)
}

/// `Σ r / |Σ losses|` (Schwager's gain to pain).
#[must_use]
pub fn gain_to_pain(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 1)?;
    ratio(returns.iter().sum(), -returns.iter().map(|r| r.min(0.0)).sum::<f64>())
}

/// `Σ r / |max drawdown|`: simple, not compounded; negative where money was lost (quantstats drops the sign).
#[must_use]
pub fn recovery_factor(returns: &[f64], max_drawdown: f64) -> Option<f64> {
    require_finite(returns, 1)?;
    ratio(returns.iter().sum(), max_drawdown.abs())
}

/// Share of periods that moved at all. For the golden tables: reports tell the share of bars in which something was held.
#[must_use]
pub fn time_in_market(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 1)?;
    ratio(returns.iter().filter(|r| **r != 0.0).count() as f64, returns.len() as f64)
}

/// R² of cumulated log returns on time: 1 is a straight line on log paper. None after a total loss.
#[must_use]
pub fn stability(returns: &[f64]) -> Option<f64> {
    require_finite(returns, 2)?;
    if returns.iter().any(|r| *r <= -1.0) {
        return None;
    }
    let mut sum = 0.0;
    let grown: Vec<f64> = returns
        .iter()
        .map(|r| {
            sum += libm::log1p(*r);
            sum
        })
        .collect();
    let time: Vec<f64> = (0..returns.len()).map(|i| i as f64).collect();
    varies(&grown).then(|| correlation(&time, &grown)).flatten().and_then(|c| finite(c * c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_bet_at_two_to_one_takes_a_quarter() {
        assert_eq!(kelly(0.5, 2.0), Some(0.25));
        assert_eq!(kelly(0.5, 0.0), None);
    }

    #[test]
    fn a_loss_stays_a_loss() {
        assert_eq!(recovery_factor(&[-0.5, 0.25], -0.5), Some(-0.5));
        assert_eq!((gain_to_pain(&[0.1]), recovery_factor(&[0.1], 0.0)), (None, None));
    }
}
