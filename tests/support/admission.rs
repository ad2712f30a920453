//! The post-trade check of one order as venues describe it, one account and one order at a time: what the engine's affordability is held against.

use rotate::units::{Bracket, Direction};

/// Margin an order or position puts up: `|notional| / leverage`. Order price when checking an order, mark price when valuing an account.
pub fn initial_margin(notional: f64, leverage: f64) -> f64 {
    notional.abs() / leverage
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
pub fn largest_at_leverage(brackets: &[Bracket], notional: f64, leverage: f64) -> f64 {
    brackets.iter().take_while(|b| leverage <= b.max_leverage).last().map_or(0.0, |b| b.cap.min(notional))
}
