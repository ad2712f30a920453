//! The curve measured in the benchmark instead of dollars: what the money would buy of it. Only told where the benchmark is bitcoin.

use crate::metrics::part::Part;
use crate::metrics::returns::{cagr, sharpe, volatility};
use crate::metrics::{DAYS_PER_YEAR, drawdown, growth};

/// The asset one can think in.
const BITCOIN: &str = "BTC";

/// Fractions; all undefined where the benchmark is another coin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InBitcoin {
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    pub volatility: Option<f64>,
    pub sharpe: Option<f64>,
    pub max_drawdown: Option<f64>,
}

impl InBitcoin {
    /// `days` and `against` are the daily returns of the run and of its benchmark over the same days; `years` is how long it lasted.
    pub(super) fn of(run: &Part, years: f64, days: &[f64], against: &[f64]) -> Self {
        if run.benchmark_name == BITCOIN { Self::measured(&wealth(run), years, days, against) } else { Self::default() }
    }

    fn measured(wealth: &[f64], years: f64, days: &[f64], against: &[f64]) -> Self {
        let daily: Vec<f64> = days.iter().zip(against).map(|(own, coin)| (1.0 + own) / (1.0 + coin) - 1.0).collect();
        let total_return = growth(wealth, 1.0);
        Self {
            total_return,
            cagr: total_return.and_then(|total| cagr(total, years)),
            volatility: volatility(&daily, DAYS_PER_YEAR),
            sharpe: sharpe(&daily, 0.0, DAYS_PER_YEAR),
            max_drawdown: drawdown::max_drawdown(&drawdown::drawdowns(wealth, 1.0)),
        }
    }
}

/// Equity over what the same capital in the coin was worth, at each close: 1 at the start.
fn wealth(run: &Part) -> Vec<f64> {
    run.equity.iter().zip(run.benchmark.iter()).map(|(own, coin)| own.to_f64() / coin.to_f64()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dollars: 100, 120, 120, 180. The coin doubles, halves and stands: 100, 200, 100, 100. In coins: 1, 0.6, 1.2, 1.8.
    #[test]
    fn by_pencil() {
        let close = |found: Option<f64>, wanted: f64| assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?}, not {wanted}");
        let found = InBitcoin::measured(&[0.6, 1.2, 1.8], 1.0, &[0.2, 0.0, 0.5], &[1.0, -0.5, 0.0]);
        close(found.total_return, 0.8);
        close(found.cagr, 0.8);
        close(found.max_drawdown, -0.4);
        // Days of −40 %, +100 %, +50 %: a mean of 11/30.
        let squares: f64 = [-0.4, 1.0, 0.5].map(|day: f64| (day - 11.0 / 30.0) * (day - 11.0 / 30.0)).iter().sum();
        let spread = (squares / 2.0).sqrt();
        close(found.volatility, spread * 365.0_f64.sqrt());
        close(found.sharpe, 11.0 / 30.0 / spread * 365.0_f64.sqrt());
    }

    /// Holding the coin is standing still: no return, no fall, and no ratio.
    #[test]
    fn the_coin_itself_stands_still() {
        let found = InBitcoin::measured(&[1.0, 1.0, 1.0], 1.0, &[0.2, -0.1, 0.5], &[0.2, -0.1, 0.5]);
        assert_eq!(
            found,
            InBitcoin { total_return: Some(0.0), cagr: Some(0.0), volatility: Some(0.0), sharpe: None, max_drawdown: Some(0.0) }
        );
    }

    #[test]
    fn a_coin_worth_nothing_measures_nothing() {
        let found = InBitcoin::measured(&[f64::INFINITY], 1.0, &[0.1], &[-1.0]);
        assert_eq!(found, InBitcoin::default());
    }
}
