//! Statistics of flat-to-flat trades, funding, fees and slippage included.

use crate::metrics::returns::ratio;
use crate::replay::run::Trade;
use crate::units::Direction;

/// Money in USD, time in days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TradeStats {
    pub total: usize,
    pub long: usize,
    pub short: usize,
    /// Wins over trades that were not exactly even.
    pub win_rate: Option<f64>,
    /// `Σ gains / |Σ losses|`; none without losses.
    pub profit_factor: Option<f64>,
    pub expectancy: Option<f64>,
    pub payoff: Option<f64>,
    pub average_win: Option<f64>,
    pub average_loss: Option<f64>,
    pub best: Option<f64>,
    pub worst: Option<f64>,
    pub average_days: Option<f64>,
}

#[must_use]
pub fn trade_stats(trades: &[Trade]) -> TradeStats {
    let pnl: Vec<f64> = trades.iter().map(|trade| trade.pnl.to_f64()).collect();
    let (gains, wins) = total(pnl.iter().copied().filter(|p| *p > 0.0));
    let (losses, lost) = total(pnl.iter().copied().filter(|p| *p < 0.0));
    let average_win = ratio(gains, wins);
    let average_loss = ratio(losses, lost);
    let count = trades.len() as f64;
    let days: f64 = trades.iter().map(|t| (t.closed.seconds() - t.opened.seconds()) as f64 / 86_400.0).sum();
    TradeStats {
        total: trades.len(),
        long: trades.iter().filter(|t| t.direction == Direction::Long).count(),
        short: trades.iter().filter(|t| t.direction == Direction::Short).count(),
        win_rate: ratio(wins, wins + lost),
        profit_factor: ratio(gains, -losses),
        expectancy: ratio(gains + losses, count),
        payoff: average_win.zip(average_loss).and_then(|(win, loss)| ratio(win, -loss)),
        average_win,
        average_loss,
        best: pnl.iter().copied().reduce(f64::max),
        worst: pnl.iter().copied().reduce(f64::min),
        average_days: ratio(days, count),
    }
}

fn total(amounts: impl Iterator<Item = f64>) -> (f64, f64) {
    amounts.fold((0.0, 0.0), |(sum, count), amount| (sum + amount, count + 1.0))
}
