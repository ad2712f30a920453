//! One bar as the venue's rules read it.

/// Prices of one bar in USD and its volume in coins. `NaN` volume means unknown, and then nothing fills under a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
}

impl Bar {
    /// A bar whose volume does not limit.
    #[must_use]
    pub fn of_prices(open: f64, high: f64, low: f64, close: f64) -> Self {
        Self { open, high, low, close, volume: f64::INFINITY }
    }

    /// Whether it is a bar at all: positive finite prices, the low lowest, the high highest.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.low > 0.0 && self.high.is_finite() && self.low <= self.open.min(self.close) && self.high >= self.open.max(self.close)
    }
}
