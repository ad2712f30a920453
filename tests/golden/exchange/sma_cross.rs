//! A whole run of backtesting.py on real daily prices: SMA 20 above SMA 50 at the close holds 100 coins from the next open, 0.1 % on
//! notional each side. The prices stay outside.

use rotate::exchange::costs::Taker;
use rotate::exchange::orders::{Kind, OrderSpec, Side, Venue, fill_in_bar};
use rotate::units::Direction;

use super::profit::RoundTrip;
use super::rows::{Row, outside};

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_trades_and_the_equity_are_theirs() {
    let (Some(prices), Some(expected), Some(equity)) =
        (outside("btc_daily_ohlcv.csv"), outside("e2e_sma_btc_trades.csv"), outside("e2e_sma_btc_equity.csv"))
    else {
        return;
    };
    let bars: Vec<_> = prices.iter().map(Row::bar).collect();
    let closes: Vec<f64> = bars.iter().map(|bar| bar.close).collect();
    let venue = Venue { taker: Taker { fee: 0.001, half_spread: 0.0 }, ..Venue::frictionless() };
    let (mut cash, mut held, mut opened) = (2_000_000.0, 0.0, None);
    let mut trades: Vec<(usize, usize, f64, f64, f64)> = Vec::new();
    for t in 51..bars.len() {
        // Decided on the close before, from bar 50 on; the open trade is closed at the open of the last bar.
        let wants = mean(&closes[t - 20..t]) > mean(&closes[t - 50..t]) && t + 1 < bars.len();
        let side = match (wants, held > 0.0) {
            (true, false) => Some(Side::Buy),
            (false, true) => Some(Side::Sell),
            _ => None,
        };
        if let Some(side) = side {
            let reduces = (side == Side::Sell).then_some(held);
            let order = OrderSpec { side, kind: Kind::Market, quantity: 100.0, reduces };
            let filled = fill_in_bar(&order, &bars[t], &venue).expect("a fill");
            cash -= side.sign() * filled.quantity * filled.price + filled.fee;
            held += side.sign() * filled.quantity;
            match (side, opened) {
                (Side::Sell, Some((from, open_price))) => {
                    let trip = RoundTrip {
                        direction: Direction::Long,
                        quantity: 100.0,
                        open_price,
                        close_price: filled.price,
                        leverage: 1.0,
                        open_fee: 0.001,
                        close_fee: 0.001,
                        funding: 0.0,
                    };
                    trades.push((from, t, open_price, filled.price, trip.profit()));
                }
                _ => opened = Some((t, filled.price)),
            }
        }
        // Their last row closes at the open without being marked again.
        if t + 1 < bars.len() {
            let (ours, theirs) = (cash + held * closes[t], equity[t].number("equity"));
            assert!((ours - theirs).abs() <= 1e-9 * theirs, "bar {t}: {ours} for {theirs}");
        }
    }
    assert_eq!(trades.len(), expected.len());
    for (ours, row) in trades.iter().zip(&expected) {
        let theirs =
            (row.number("entry_bar") as usize, row.number("exit_bar") as usize, row.number("entry_price"), row.number("exit_price"));
        assert_eq!((ours.0, ours.1, ours.2, ours.3), theirs);
        let profit = row.number("pnl_after_commission");
        assert!((ours.4 - profit).abs() <= 1e-9 * profit.abs(), "{} for {profit}", ours.4);
    }
}
