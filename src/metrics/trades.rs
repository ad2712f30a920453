//! Statistics of flat-to-flat trades, funding, fees and slippage included.

use crate::metrics::periods::kelly;
use crate::metrics::returns::{deviation, mean, ratio, varies};
use crate::replay::run::Trade;
use crate::units::{Direction, NarrativeId, Usd};

/// Money in USD, time in days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TradeStats {
    pub total: usize,
    pub long: usize,
    pub short: usize,
    /// What winning trades gained together.
    pub gross_profit: f64,
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
    pub average_winner_days: Option<f64>,
    pub average_loser_days: Option<f64>,
    /// Van Tharp's system quality number: `√n · mean(pnl) / sd(pnl, ddof 1)`.
    pub sqn: Option<f64>,
    pub kelly: Option<f64>,
    /// Longest runs in the order in which trades closed; an even trade ends both.
    pub consecutive_wins: usize,
    pub consecutive_losses: usize,
    pub long_pnl: f64,
    pub short_pnl: f64,
}

/// The statistics of closed trades.
#[must_use]
pub(crate) fn trade_stats(trades: &[Trade]) -> TradeStats {
    let pnl: Vec<f64> = trades.iter().map(|trade| trade.pnl.to_f64()).collect();
    let (gains, wins) = total(pnl.iter().copied().filter(|p| *p > 0.0));
    let (losses, lost) = total(pnl.iter().copied().filter(|p| *p < 0.0));
    let average_win = ratio(gains, wins);
    let average_loss = ratio(losses, lost);
    let count = trades.len() as f64;
    let win_rate = ratio(wins, wins + lost);
    let payoff = average_win.zip(average_loss).and_then(|(win, loss)| ratio(win, -loss));
    let days = |wanted: fn(&Trade) -> bool| {
        let held = trades.iter().filter(|t| wanted(t)).map(|t| (t.closed.seconds() - t.opened.seconds()) as f64 / 86_400.0);
        let (days, count) = total(held);
        ratio(days, count)
    };
    let side = |wanted: Direction| trades.iter().filter(|t| t.direction == wanted).map(|t| t.pnl).sum::<Usd>().to_f64();
    TradeStats {
        total: trades.len(),
        long: trades.iter().filter(|t| t.direction == Direction::Long).count(),
        short: trades.iter().filter(|t| t.direction == Direction::Short).count(),
        gross_profit: gains,
        win_rate,
        profit_factor: ratio(gains, -losses),
        expectancy: ratio(gains + losses, count),
        payoff,
        average_win,
        average_loss,
        best: pnl.iter().copied().reduce(f64::max),
        worst: pnl.iter().copied().reduce(f64::min),
        average_days: days(|_| true),
        average_winner_days: days(|t| t.pnl.is_positive()),
        average_loser_days: days(|t| t.pnl.is_negative()),
        sqn: sqn(&pnl),
        kelly: win_rate.zip(payoff).and_then(|(rate, payoff)| kelly(rate, payoff)),
        consecutive_wins: longest_run(trades, |t| t.pnl.is_positive()),
        consecutive_losses: longest_run(trades, |t| t.pnl.is_negative()),
        long_pnl: side(Direction::Long),
        short_pnl: side(Direction::Short),
    }
}

fn total(amounts: impl Iterator<Item = f64>) -> (f64, f64) {
    amounts.fold((0.0, 0.0), |(sum, count), amount| (sum + amount, count + 1.0))
}

/// `√n · mean(pnl) / sd(pnl, ddof 1)` over trades.
#[must_use]
pub(crate) fn sqn(pnl: &[f64]) -> Option<f64> {
    let spread = deviation(pnl).filter(|_| varies(pnl))?;
    ratio(mean(pnl)? * (pnl.len() as f64).sqrt(), spread)
}

fn longest_run(trades: &[Trade], counts: impl Fn(&Trade) -> bool) -> usize {
    let mut order: Vec<&Trade> = trades.iter().collect();
    order.sort_by_key(|t| t.closed);
    let (mut longest, mut run) = (0, 0);
    for trade in order {
        run = if counts(trade) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Mean length in days of the stretches in which a narrative was held by any trade; trades that touch or overlap are one stretch.
#[must_use]
pub(crate) fn average_narrative_days(trades: &[Trade]) -> Option<f64> {
    let mut held: Vec<(NarrativeId, i64, i64)> =
        trades.iter().filter_map(|t| Some((t.narrative?, t.opened.seconds(), t.closed.seconds()))).collect();
    held.sort_unstable();
    let mut stretches: Vec<(NarrativeId, i64, i64)> = Vec::new();
    for (narrative, from, to) in held {
        match stretches.last_mut().filter(|last| last.0 == narrative && from <= last.2) {
            Some(last) => last.2 = last.2.max(to),
            None => stretches.push((narrative, from, to)),
        }
    }
    mean(&stretches.iter().map(|(_, from, to)| (to - from) as f64 / 86_400.0).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::run::Reason;
    use crate::units::{BucketId, InstrumentId, Time};

    fn trade(narrative: Option<u16>, opened: i64, closed: i64, pnl: f64) -> Trade {
        Trade {
            instrument: InstrumentId(0),
            bucket: BucketId(0),
            narrative: narrative.map(NarrativeId),
            direction: Direction::Long,
            opened: Time::from_seconds(opened * 86_400),
            closed: Time::from_seconds(closed * 86_400),
            quantity: 1.0,
            entry_price: 1.0,
            exit_price: 1.0,
            price_pnl: Usd::round(pnl),
            funding: Usd::ZERO,
            fees: Usd::ZERO,
            slippage: Usd::ZERO,
            pnl: Usd::round(pnl),
            return_on_margin: None,
            exit_reason: Reason::Stop,
        }
    }

    #[test]
    fn runs_follow_the_closing_and_an_even_trade_ends_them() {
        let pnl = [(4, 1.0), (1, 1.0), (2, 1.0), (3, 0.0), (5, -1.0), (6, -2.0)];
        let stats = trade_stats(&pnl.map(|(closed, pnl)| trade(None, 0, closed, pnl)));
        assert_eq!((stats.consecutive_wins, stats.consecutive_losses), (2, 2));
        assert_eq!((stats.average_winner_days, stats.average_loser_days), (Some(7.0 / 3.0), Some(5.5)));
        assert_eq!((stats.long_pnl, stats.short_pnl, stats.win_rate), (0.0, 0.0, Some(0.6)));
        // Won 3 in 5 at 1 to 1.5.
        assert!((stats.kelly.unwrap() - (0.6 - 0.4 * 1.5)).abs() < 1e-12);
        assert_eq!(sqn(&[1.0, 3.0]), Some(2.0));
        assert_eq!(sqn(&[1.0, 1.0]), None);
    }

    /// Won 6 and 2, lost 1 and 3: 8 to 4, 4 to 2 on average, 1 of expectancy in 4.
    #[test]
    fn what_was_won_and_lost_keeps_its_sign() {
        let stats = trade_stats(&[(1, 6.0), (2, -1.0), (3, 2.0), (4, -3.0)].map(|(closed, pnl)| trade(None, 0, closed, pnl)));
        assert_eq!((stats.gross_profit, stats.profit_factor, stats.payoff), (8.0, Some(2.0), Some(2.0)));
        assert_eq!((stats.average_win, stats.average_loss, stats.expectancy), (Some(4.0), Some(-2.0), Some(1.0)));
        assert_eq!((stats.best, stats.worst, stats.win_rate, stats.total), (Some(6.0), Some(-3.0), Some(0.5), 4));
        assert_eq!((stats.average_days, stats.average_winner_days, stats.average_loser_days), (Some(2.5), Some(2.0), Some(3.0)));
        let short = Trade { direction: Direction::Short, ..trade(None, 0, 1, 5.0) };
        let stats = trade_stats(&[short, trade(None, 0, 2, -2.0)]);
        assert_eq!((stats.long, stats.short, stats.long_pnl, stats.short_pnl), (1, 1, -2.0, 5.0));
        // Nothing lost: a factor of nothing is not told.
        assert_eq!((trade_stats(&[trade(None, 0, 1, 1.0)]).profit_factor, trade_stats(&[]).win_rate), (None, None));
    }

    #[test]
    fn a_narrative_is_held_while_any_of_its_coins_is() {
        let all = [trade(Some(1), 0, 4, 0.0), trade(Some(1), 2, 6, 0.0), trade(Some(1), 10, 12, 0.0), trade(Some(2), 0, 1, 0.0)];
        assert_eq!(average_narrative_days(&all), Some(3.0));
        // One that is left at the instant in which the next is entered: eight days, not twice four.
        assert_eq!(average_narrative_days(&[trade(Some(1), 0, 4, 0.0), trade(Some(1), 4, 8, 0.0)]), Some(8.0));
        assert_eq!(average_narrative_days(&[trade(None, 0, 4, 0.0)]), None);
    }
}
