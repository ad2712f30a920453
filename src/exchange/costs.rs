//! What a market order pays: fee on notional, half the spread, always adverse.

/// The cost of crossing the book, as fractions of notional.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taker {
    pub fee: f64,
    pub half_spread: f64,
}

impl Taker {
    /// The price paid when the reference (mid) is `reference`: above it when buying, below it when selling.
    /// `side` is `+1` for a buy, `−1` for a sell.
    #[must_use]
    pub fn price(&self, side: f64, reference: f64) -> f64 {
        reference * (1.0 + side * self.half_spread)
    }

    /// Fee in USD on a notional.
    #[must_use]
    pub fn fee(&self, notional: f64) -> f64 {
        notional.abs() * self.fee
    }

    /// Cash needed per dollar of reference value when buying.
    #[must_use]
    pub fn gross_up(&self) -> f64 {
        (1.0 + self.half_spread) * (1.0 + self.fee)
    }
}
