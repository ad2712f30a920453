//! Margin of linear perpetuals: what an order needs, what an account can afford, an isolated position and its liquidation.
//!
//! Source: Binance USD-M margin and liquidation protocol, as in `fidelity.md` 1.1 to 1.3. The engine never compares with a precomputed
//! price; it tests the inequality at each price, with the bracket looked up at that price.

pub use crate::exchange::brackets::{
    DEFAULT_BRACKETS, allowed_notional, bracket, leverage_allowed, maintenance_margin, max_leverage, max_leverage_of_margin,
};
use crate::units::{Bracket, Direction};

/// Margin an order or position puts up: `|notional| / leverage`. Order price when checking an order, mark price when valuing an account.
#[must_use]
pub fn initial_margin(notional: f64, leverage: f64) -> f64 {
    notional.abs() / leverage
}

/// `s · quantity · (price − entry)` in USD, `quantity` positive.
#[must_use]
pub fn unrealised_profit(direction: Direction, quantity: f64, entry_price: f64, price: f64) -> f64 {
    direction.sign() * quantity * (price - entry_price)
}

/// A margin pool between orders, in USD.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Account {
    pub wallet: f64,
    /// Of all positions in the pool; 0 for isolated margin, where profit does not back new orders.
    pub unrealised_profit: f64,
    /// Σ initial margin of open positions.
    pub position_margin: f64,
    /// Σ initial margin of open orders.
    pub order_margin: f64,
}

impl Account {
    /// What a new order may use: `wallet + uPnL − Σ IM − open-order margin`, never below 0.
    #[must_use]
    pub fn free(&self) -> f64 {
        (self.wallet + self.unrealised_profit - self.position_margin - self.order_margin).max(0.0)
    }
}

/// An opening order before it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opening {
    pub direction: Direction,
    /// Coins, positive.
    pub quantity: f64,
    /// What is paid per coin, costs in the price included.
    pub price: f64,
    /// Mark price at the same instant.
    pub mark: f64,
    pub leverage: f64,
    /// Fee on notional the order pays.
    pub fee: f64,
    /// Coins of the same position already held, positive: the bracket is that of the notional after the trade.
    pub held: f64,
}

impl Opening {
    /// USD one coin takes from the free margin: initial margin, fee, and the loss it opens with where the price is worse than the mark
    /// (Binance's cost = initial margin + open loss).
    #[must_use]
    pub fn unit_cost(&self) -> f64 {
        let open_loss = (self.direction.sign() * (self.price - self.mark)).max(0.0);
        self.price / self.leverage + self.price * self.fee + open_loss
    }
}

/// What became of an opening order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Admission {
    /// All of it.
    Whole,
    /// This quantity of it, and what bound it.
    Scaled(f64, Bound),
    /// None of it.
    Refused(Bound),
}

/// What bounds an order's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Leverage below 1, or above what the bracket of the post-trade notional allows.
    Bracket,
    /// Free margin.
    Margin,
}

/// The post-trade check of an opening order: `free ≥ quantity · unit_cost` and leverage within the bracket of the post-trade notional.
/// Scaled down to what both allow, or refused; never borrowed.
#[must_use]
pub fn admit(account: &Account, order: &Opening, brackets: &[Bracket]) -> Admission {
    if !(order.leverage >= 1.0 && order.quantity > 0.0 && order.price > 0.0) || brackets.is_empty() {
        return Admission::Refused(Bound::Bracket);
    }
    let wanted = (order.held + order.quantity) * order.price;
    let within = brackets.last().map_or(wanted, |last| wanted.min(last.cap));
    let allowed = largest_at_leverage(brackets, within, order.leverage);
    let by_bracket = if allowed < wanted { (allowed / order.price - order.held).max(0.0) } else { order.quantity };
    let by_margin = account.free() / order.unit_cost();
    let (quantity, bound) = if by_margin < by_bracket { (by_margin, Bound::Margin) } else { (by_bracket, Bound::Bracket) };
    if quantity >= order.quantity {
        Admission::Whole
    } else if quantity > 0.0 {
        Admission::Scaled(quantity, bound)
    } else {
        Admission::Refused(bound)
    }
}

/// The largest notional at most `notional` at which `leverage` is allowed; 0 where no bracket allows it.
#[must_use]
pub fn largest_at_leverage(brackets: &[Bracket], notional: f64, leverage: f64) -> f64 {
    brackets.iter().take_while(|b| leverage <= b.max_leverage).last().map_or(0.0, |b| b.cap.min(notional))
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
    fn an_order_is_scaled_to_margin_and_bracket_or_refused() {
        let account = Account { wallet: 1_000.0, ..Account::default() };
        let order = Opening { direction: Direction::Long, quantity: 20.0, price: 100.0, mark: 100.0, leverage: 4.0, fee: 0.001, held: 0.0 };
        assert_eq!(admit(&account, &order, &DEFAULT_BRACKETS), Admission::Whole);
        let large = Opening { quantity: 100.0, ..order };
        let Admission::Scaled(quantity, Bound::Margin) = admit(&account, &large, &DEFAULT_BRACKETS) else { panic!("not scaled") };
        assert!((quantity * large.unit_cost() - 1_000.0).abs() < 1e-9 && (large.unit_cost() - 25.1).abs() < 1e-12);
        let bold = Opening { leverage: 30.0, ..large };
        let Admission::Scaled(quantity, Bound::Bracket) = admit(&account, &bold, &DEFAULT_BRACKETS) else { panic!("not scaled") };
        assert_eq!(quantity, 50.0, "30x ends at 5,000");
        let more = Opening { held: 60.0, ..bold };
        assert_eq!(admit(&account, &more, &DEFAULT_BRACKETS), Admission::Refused(Bound::Bracket));
        assert_eq!(admit(&account, &Opening { leverage: 0.5, ..order }, &DEFAULT_BRACKETS), Admission::Refused(Bound::Bracket));
        assert_eq!(admit(&Account::default(), &order, &DEFAULT_BRACKETS), Admission::Refused(Bound::Margin));
    }

    #[test]
    fn an_entry_worse_than_the_mark_opens_with_a_loss() {
        let order = Opening { direction: Direction::Short, quantity: 1.0, price: 99.0, mark: 100.0, leverage: 9.0, fee: 0.0, held: 0.0 };
        assert_eq!(order.unit_cost(), 12.0);
        assert_eq!(Opening { price: 101.0, mark: 100.0, ..order }.unit_cost(), 101.0 / 9.0);
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
