//! Funding: cash between longs and shorts at each settlement.

/// `−quantity · mark · rate` in USD; `quantity` is signed (negative is short), positive is received. A positive rate makes longs pay.
/// Leverage plays no part: the base is mark notional (Binance, Bybit; `fidelity.md` 1.5).
#[must_use]
pub fn payment(quantity: f64, mark: f64, rate: f64) -> f64 {
    -quantity * mark * rate
}

/// A rate per `interval_hours` as its eight-hour equivalent, the only form in which rates compare.
#[must_use]
pub fn per_8h(rate: f64, interval_hours: f64) -> f64 {
    rate * 8.0 / interval_hours
}

/// Simple annual rate: three settlements of eight hours a day, 365 days.
#[must_use]
pub fn annual_simple(rate_8h: f64) -> f64 {
    rate_8h * 1_095.0
}
