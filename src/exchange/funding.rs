//! Funding: cash between longs and shorts at each settlement.
//!
//! Source: `fidelity.md` 1.5. Rates are the exchange's settled ones; intervals are [`crate::funding_interval`]'s.

/// `−quantity · mark · rate` in USD; `quantity` is signed (negative is short), positive is received. A positive rate makes longs pay.
/// Leverage plays no part: the base is mark notional (Binance, Bybit; `fidelity.md` 1.5).
#[must_use]
pub fn payment(quantity: f64, mark: f64, rate: f64) -> f64 {
    -quantity * mark * rate
}
