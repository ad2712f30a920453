//! Liquidation: what is lost, how far away it is.
//!
//! Source: `fidelity.md` 1.3 and 1.4. Prices are [`Isolated::liquidation_price`]'s and
//! [`Pool::liquidation_price`](crate::exchange::cross::Pool::liquidation_price)'s; for decisions there is the inequality, never a price.

use crate::exchange::assumptions::LiquidationRule;
use crate::exchange::margin::Isolated;
use crate::exchange::orders::Bar;
use crate::units::{Bracket, Direction};

/// The price at which the margin is used up: `EP · (1 − s/leverage)`.
#[must_use]
pub fn bankruptcy_price(direction: Direction, entry_price: f64, leverage: f64) -> f64 {
    entry_price * (1.0 - direction.sign() / leverage)
}

/// What a liquidation leaves, in USD. `lost + returned` is the wallet that backed the position (isolated) or the pool (cross).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// What the position is closed at. Under `lose-margin` the bankruptcy price.
    pub price: f64,
    /// Liquidation fee, within `lost`.
    pub fee: f64,
    pub lost: f64,
    pub returned: f64,
}

/// What is left of an isolated position liquidated at a mark price.
///
/// `lose-margin`: the whole wallet is gone; nothing comes back and nothing is owed, wherever the mark went.
/// `exchange-like`: closed at the worse of mark and liquidation price, `fee · notional` paid, the rest returned, never below 0.
/// `liquidation_price` is [`Isolated::liquidation_price`]; `None` leaves the mark.
#[must_use]
pub fn outcome(position: &Isolated, mark: f64, liquidation_price: Option<f64>, rule: LiquidationRule, fee: f64) -> Outcome {
    let s = position.direction.sign();
    match rule {
        LiquidationRule::LoseMargin => {
            Outcome { price: position.bankruptcy_price().max(0.0), fee: 0.0, lost: position.wallet.max(0.0), returned: 0.0 }
        }
        LiquidationRule::ExchangeLike => {
            let price = liquidation_price.map_or(mark, |lp| if s > 0.0 { mark.min(lp) } else { mark.max(lp) });
            let balance = position.balance(price).max(0.0);
            let fee = (fee * position.quantity * price).min(balance);
            let returned = (balance - fee).min(position.wallet.max(0.0));
            Outcome { price, fee, lost: position.wallet.max(0.0) - returned, returned }
        }
    }
}

/// What is left of a cross pool liquidated at marks: `wallet + Σ uPnL` at those prices less `fee` on the whole notional, never below 0;
/// nothing under `lose-margin`.
#[must_use]
pub(crate) fn pool_returns(balance: f64, notional: f64, rule: LiquidationRule, fee: f64) -> f64 {
    match rule {
        LiquidationRule::LoseMargin => 0.0,
        LiquidationRule::ExchangeLike => (balance - fee * notional).max(0.0),
    }
}

/// Auto-deleveraging stress: in a bar that falls by `crash` or more, profitable shorts are closed at the price at which longs opened at
/// the bar's open with `leverage` went bankrupt. Off unless asked for, and named where it is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdlStress {
    /// Fall of the low against the open, a fraction.
    pub crash: f64,
    /// Leverage of the longs that were wiped out.
    pub leverage: f64,
}

impl AdlStress {
    /// The price a short is closed at, within the bar; `None` in a bar that does not crash or where the short is not in profit there.
    #[must_use]
    pub fn closes_short(&self, entry_price: f64, bar: &Bar) -> Option<f64> {
        let crashed = bar.low <= bar.open * (1.0 - self.crash);
        let price = bankruptcy_price(Direction::Long, bar.open, self.leverage).max(bar.low);
        (crashed && price < entry_price).then_some(price)
    }
}

/// How far the mark is from liquidation, as a fraction of the mark: `s · (mark − LP) / mark`. Negative beyond it; `None` where price
/// alone cannot liquidate.
#[must_use]
pub fn distance(direction: Direction, mark: f64, liquidation_price: Option<f64>) -> Option<f64> {
    liquidation_price.map(|price| direction.sign() * (mark - price) / mark)
}

/// What a price is expected to move in `days`, one standard deviation: `daily_volatility · √days`.
#[must_use]
pub fn expected_move(daily_volatility: f64, days: f64) -> f64 {
    daily_volatility * days.sqrt()
}

/// The largest notional in USD at `price` for which an isolated position with this margin stands at least `distance` (a fraction of
/// price) from liquidation. Solves `margin = q·price·d + MM(q·P) + q·P·fee` at `P = price·(1 − s·d)`, the bracket found at `P`.
///
/// 0 without margin; a distance of 0 or less asks for nothing and gives infinity. Whether the leverage
/// this makes is allowed is [`leverage_allowed`](crate::exchange::brackets::leverage_allowed)'s question.
#[must_use]
pub fn size_for_distance(direction: Direction, margin: f64, brackets: &[Bracket], closing_fee: f64, distance: f64) -> f64 {
    if margin.is_nan() || margin <= 0.0 {
        return 0.0;
    }
    if distance <= 0.0 {
        return f64::INFINITY;
    }
    // Notional at the tested price per dollar of notional now.
    let there = 1.0 - direction.sign() * distance;
    if there <= 0.0 {
        return margin / distance;
    }
    let last = brackets.len().saturating_sub(1);
    let tested = brackets.iter().enumerate().find_map(|(place, b)| {
        let notional = (margin + b.amount) / (distance / there + b.rate + closing_fee);
        (notional <= b.cap || place == last).then_some(notional.max(b.floor))
    });
    tested.map_or(margin / (distance + there * closing_fee), |notional| notional / there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::brackets::DEFAULT_BRACKETS;

    fn isolated(direction: Direction) -> Isolated {
        Isolated { direction, quantity: 10.0, entry_price: 100.0, wallet: 200.0 }
    }

    #[test]
    fn lose_margin_loses_all_and_no_more() {
        let got = outcome(&isolated(Direction::Long), 60.0, Some(82.0), LiquidationRule::LoseMargin, 0.0125);
        assert_eq!((got.price, got.lost, got.returned, got.fee), (80.0, 200.0, 0.0, 0.0));
    }

    #[test]
    fn exchange_like_returns_what_is_left() {
        let got = outcome(&isolated(Direction::Long), 83.0, Some(82.0), LiquidationRule::ExchangeLike, 0.01);
        assert_eq!(got.price, 82.0, "the worse of mark and liquidation price");
        assert!((got.fee - 8.2).abs() < 1e-12 && (got.returned - 11.8).abs() < 1e-12 && (got.lost - 188.2).abs() < 1e-12);
        let wiped_out = outcome(&isolated(Direction::Short), 140.0, Some(118.0), LiquidationRule::ExchangeLike, 0.01);
        assert_eq!((wiped_out.price, wiped_out.returned, wiped_out.lost), (140.0, 0.0, 200.0));
        assert_eq!(pool_returns(50.0, 1_000.0, LiquidationRule::ExchangeLike, 0.01), 40.0);
        assert_eq!(pool_returns(5.0, 1_000.0, LiquidationRule::ExchangeLike, 0.01), 0.0);
    }

    #[test]
    fn adl_takes_winning_shorts_in_a_crash() {
        let stress = AdlStress { crash: 0.2, leverage: 5.0 };
        let bar = Bar::of_prices(100.0, 101.0, 60.0, 70.0);
        assert_eq!(stress.closes_short(110.0, &bar), Some(80.0));
        assert_eq!(stress.closes_short(75.0, &bar), None, "not in profit at that price");
        assert_eq!(stress.closes_short(110.0, &Bar::of_prices(100.0, 101.0, 90.0, 95.0)), None);
        assert_eq!(AdlStress { crash: 0.2, leverage: 2.0 }.closes_short(110.0, &bar), Some(60.0), "never below the bar");
    }

    #[test]
    fn the_size_stands_at_its_distance() {
        for direction in [Direction::Long, Direction::Short] {
            for margin in [50.0, 900.0, 5_000.0, 70_000.0, 400_000.0] {
                for distance in [0.02, 0.1, 0.35, 0.8] {
                    for fee in [0.0, 0.0005] {
                        let price = 20.0;
                        let notional = size_for_distance(direction, margin, &DEFAULT_BRACKETS, fee, distance);
                        let position = Isolated { direction, quantity: notional / price, entry_price: price, wallet: margin };
                        let liquidation = position.liquidation_price(&DEFAULT_BRACKETS, fee);
                        let found = super::distance(direction, price, liquidation).unwrap();
                        assert!((found - distance).abs() < 1e-9, "{direction:?} {margin} {distance}: {found}");
                    }
                }
            }
        }
        assert_eq!(size_for_distance(Direction::Long, 100.0, &DEFAULT_BRACKETS, 0.0, 1.0), 100.0);
        assert_eq!(size_for_distance(Direction::Long, 0.0, &DEFAULT_BRACKETS, 0.0, 0.1), 0.0);
        assert_eq!(size_for_distance(Direction::Long, 100.0, &DEFAULT_BRACKETS, 0.0, 0.0), f64::INFINITY);
        assert_eq!(size_for_distance(Direction::Long, 0.0, &DEFAULT_BRACKETS, 0.0, 0.0), 0.0, "without margin there is nothing");
    }
}
