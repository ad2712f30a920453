//! Isolated margin of linear perpetuals: brackets, the liquidation inequality, the prices derived from it.
//!
//! Source: Binance USD-M tiered maintenance margin and liquidation protocol, as in `fidelity.md` 1.2 and 1.3. The engine never
//! compares with a precomputed price; it tests the inequality at each price, with the bracket looked up at that price.

use crate::units::{Bracket, Direction};

/// Brackets assumed where a market knows none: the shape of small-cap perpetuals on a large venue in 2024, on the cautious side.
/// Amounts obey `amount[n] = amount[n−1] + floor[n]·(rate[n] − rate[n−1])`.
pub const DEFAULT_BRACKETS: [Bracket; 6] = [
    Bracket { floor: 0.0, cap: 5_000.0, rate: 0.015, max_leverage: 50.0, amount: 0.0 },
    Bracket { floor: 5_000.0, cap: 50_000.0, rate: 0.025, max_leverage: 20.0, amount: 50.0 },
    Bracket { floor: 50_000.0, cap: 250_000.0, rate: 0.05, max_leverage: 10.0, amount: 1_300.0 },
    Bracket { floor: 250_000.0, cap: 1_000_000.0, rate: 0.10, max_leverage: 5.0, amount: 13_800.0 },
    Bracket { floor: 1_000_000.0, cap: 3_000_000.0, rate: 0.125, max_leverage: 4.0, amount: 38_800.0 },
    Bracket { floor: 3_000_000.0, cap: f64::INFINITY, rate: 0.25, max_leverage: 2.0, amount: 413_800.0 },
];

/// The bracket of a notional in USD: the one with `floor < notional ≤ cap`; beyond the last cap the last one, at or below the
/// first floor the first. `None` only for an empty table.
#[must_use]
pub fn bracket(brackets: &[Bracket], notional: f64) -> Option<&Bracket> {
    let place = brackets.partition_point(|bracket| bracket.cap < notional);
    brackets.get(place.min(brackets.len().saturating_sub(1)))
}

/// Maintenance margin in USD: `notional · rate − amount`, never below zero. It does not depend on the chosen leverage.
#[must_use]
pub fn maintenance_margin(brackets: &[Bracket], notional: f64) -> f64 {
    bracket(brackets, notional).map_or(0.0, |b| (notional * b.rate - b.amount).max(0.0))
}

/// The largest leverage the venue allows at a notional.
#[must_use]
pub fn max_leverage(brackets: &[Bracket], notional: f64) -> f64 {
    bracket(brackets, notional).map_or(1.0, |b| b.max_leverage)
}

/// The largest notional at most `notional` that may be opened with `margin · leverage` behind it: where the bracket of the
/// notional allows less leverage than asked for, the size shrinks until the bracket allows it.
#[must_use]
pub fn allowed_notional(brackets: &[Bracket], notional: f64, leverage: f64) -> f64 {
    let margin = notional / leverage;
    // Highest bracket first: in each the most one may hold is margin · max_leverage, capped by the bracket itself.
    brackets
        .iter()
        .rev()
        .filter(|b| b.floor < notional)
        .map(|b| (margin * b.max_leverage).min(b.cap).min(notional))
        .zip(brackets.iter().rev().filter(|b| b.floor < notional))
        .find(|(allowed, b)| *allowed > b.floor)
        .map_or(notional, |(allowed, _)| allowed)
}

/// One isolated position in plain numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Isolated {
    pub direction: Direction,
    /// Positive, in contracts.
    pub quantity: f64,
    pub entry_price: f64,
    /// Wallet balance backing the position in USD: margin put in, plus funding received, less funding paid.
    pub wallet: f64,
}

impl Isolated {
    /// Margin balance at a mark price: wallet plus unrealised profit.
    #[must_use]
    pub fn balance(&self, mark: f64) -> f64 {
        self.wallet + self.direction.sign() * self.quantity * (mark - self.entry_price)
    }

    /// The exact test: `wallet + s·q·(mark − entry) ≤ MM(q·mark) + q·mark·closing_fee`.
    /// `closing_fee` 0 is the mark-notional form, the taker rate the form with closing fee.
    #[must_use]
    pub fn is_liquidated(&self, brackets: &[Bracket], mark: f64, closing_fee: f64) -> bool {
        let notional = self.quantity * mark;
        self.balance(mark) <= maintenance_margin(brackets, notional) + notional * closing_fee
    }

    /// The price at which the inequality turns: `(WB + cum − s·q·EP) / (q·(mmr + fee) − s·q)`, solved per bracket, keeping the
    /// root whose notional lies in its bracket. `None`: price alone cannot liquidate it.
    #[must_use]
    pub fn liquidation_price(&self, brackets: &[Bracket], closing_fee: f64) -> Option<f64> {
        let s = self.direction.sign();
        let q = self.quantity;
        let roots = brackets.iter().filter_map(|b| {
            let price = (self.wallet + b.amount - s * q * self.entry_price) / (q * (b.rate + closing_fee) - s * q);
            let notional = q * price;
            // A hair of slack: at a bracket's edge both neighbours give the same price.
            let slack = 1e-9 * notional.abs();
            (price > 0.0 && notional + slack >= b.floor && notional <= b.cap + slack).then_some(price)
        });
        match self.direction {
            Direction::Long => roots.reduce(f64::max),
            Direction::Short => roots.reduce(f64::min),
        }
    }

    /// The price at which the wallet is used up: `EP − s·WB/q` (Bybit's `EP·(1 − s/L)` with `WB = q·EP/L`).
    #[must_use]
    pub fn bankruptcy_price(&self) -> f64 {
        self.entry_price - self.direction.sign() * self.wallet / self.quantity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_brackets_obey_the_recursion() {
        for pair in DEFAULT_BRACKETS.windows(2) {
            assert_eq!(pair[0].cap, pair[1].floor);
            let amount = pair[0].amount + pair[1].floor * (pair[1].rate - pair[0].rate);
            assert!((pair[1].amount - amount).abs() < 1e-9, "{amount}");
        }
    }

    #[test]
    fn the_price_is_where_the_inequality_turns() {
        for direction in [Direction::Long, Direction::Short] {
            for leverage in [2.0, 3.0, 5.0, 8.0] {
                for notional in [900.0, 7_000.0, 60_000.0, 240_000.0, 900_000.0] {
                    let position = Isolated { direction, quantity: notional / 40.0, entry_price: 40.0, wallet: notional / leverage };
                    let price = position.liquidation_price(&DEFAULT_BRACKETS, 0.0).expect("leveraged");
                    let worse = price - direction.sign() * price * 1e-7;
                    let better = price + direction.sign() * price * 1e-7;
                    assert!(position.is_liquidated(&DEFAULT_BRACKETS, worse, 0.0), "{position:?} at {worse}");
                    assert!(!position.is_liquidated(&DEFAULT_BRACKETS, better, 0.0), "{position:?} at {better}");
                }
            }
        }
    }

    #[test]
    fn an_unleveraged_long_cannot_be_liquidated_by_price() {
        let position = Isolated { direction: Direction::Long, quantity: 1.0, entry_price: 100.0, wallet: 100.0 };
        assert_eq!(position.liquidation_price(&DEFAULT_BRACKETS, 0.0), None);
    }

    #[test]
    fn size_shrinks_to_what_the_bracket_allows() {
        // 100,000 at 15x: its bracket allows 10x, so 66,667 of notional on the same margin.
        let allowed = allowed_notional(&DEFAULT_BRACKETS, 100_000.0, 15.0);
        assert!((allowed - 66_666.666_666).abs() < 1e-3, "{allowed}");
        assert_eq!(allowed_notional(&DEFAULT_BRACKETS, 4_000.0, 5.0), 4_000.0);
        // 60,000 at 20x with 3,000 of margin: at 10x only 30,000, which is a lower bracket allowing 20x up to 50,000.
        assert_eq!(allowed_notional(&DEFAULT_BRACKETS, 60_000.0, 20.0), 50_000.0);
    }
}
