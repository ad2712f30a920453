//! Margin of linear perpetuals: an isolated position and its liquidation. What orders need and how they share is [`crate::exchange::affordability`]'s.
//!
//! Source: Binance USD-M margin and liquidation protocol, as in `fidelity.md` 1.1 to 1.3. The engine never compares with a precomputed
//! price; it tests the inequality at each price, with the bracket looked up at that price.

pub use crate::exchange::brackets::{
    DEFAULT_BRACKETS, bracket, leverage_allowed, maintenance_margin, max_leverage, max_leverage_of_margin,
};
use crate::units::{Bracket, Direction};

/// `s · quantity · (price − entry)` in USD, `quantity` positive.
#[must_use]
pub fn unrealised_profit(direction: Direction, quantity: f64, entry_price: f64, price: f64) -> f64 {
    direction.sign() * quantity * (price - entry_price)
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
        let last = brackets.len().saturating_sub(1);
        let roots = brackets.iter().enumerate().filter_map(|(place, b)| {
            let price = (self.wallet + b.amount - s * q * self.entry_price) / (q * (b.rate + closing_fee) - s * q);
            let notional = q * price;
            // A hair of slack: at a bracket's edge both neighbours give the same price.
            let slack = 1e-9 * notional.abs();
            // Beyond its last cap a table goes on as in its last bracket.
            let below_cap = place == last || notional <= b.cap + slack;
            (price > 0.0 && price.is_finite() && notional + slack >= b.floor && below_cap).then_some(price)
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
    use crate::exchange::brackets::allowed_notional;

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
