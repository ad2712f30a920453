//! Profit of one round trip in a linear contract or on spot, fees and funding included.
//!
//! Source: `fidelity.md` 1.1; the return on margin is freqtrade's.

use rotate::units::Direction;

/// A position opened once and closed once. Fees are fractions of notional, funding USD (positive received).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundTrip {
    pub direction: Direction,
    /// Coins, positive.
    pub quantity: f64,
    pub open_price: f64,
    pub close_price: f64,
    pub leverage: f64,
    pub open_fee: f64,
    pub close_fee: f64,
    pub funding: f64,
}

impl RoundTrip {
    /// What the opening is worth with its fee: paid by a long, received by a short.
    pub fn open_value(&self) -> f64 {
        self.quantity * self.open_price * (1.0 + self.direction.sign() * self.open_fee)
    }

    /// What the closing is worth with its fee: received by a long, paid by a short.
    pub fn close_value(&self) -> f64 {
        self.quantity * self.close_price * (1.0 - self.direction.sign() * self.close_fee)
    }

    /// USD after fees and funding. Leverage plays no part.
    pub fn profit(&self) -> f64 {
        self.direction.sign() * (self.close_value() - self.open_value()) + self.funding
    }

    /// `profit / open_value · leverage`, the opening fee in the open value.
    pub fn return_on_margin(&self) -> f64 {
        self.profit() / self.open_value() * self.leverage
    }
}
