//! What was traded, held and paid.

use crate::metrics::returns::{finite, ratio};
use crate::replay::run::FundingPayment;
use crate::units::Usd;

/// `Σ|traded notional| / mean equity` per year; purchases and sales both count.
#[must_use]
pub fn turnover(traded: f64, mean_equity: f64, years: f64) -> Option<f64> {
    ratio(traded, mean_equity).and_then(|times| ratio(times, years))
}

/// Mean over the bars in which there was equity to divide by.
#[must_use]
pub fn average_exposure(exposure: &[f64]) -> Option<f64> {
    let known: Vec<f64> = exposure.iter().copied().filter(|e| e.is_finite()).collect();
    ratio(known.iter().sum(), known.len() as f64)
}

#[must_use]
pub fn max_exposure(gross: &[f64]) -> Option<f64> {
    gross.iter().copied().filter(|e| e.is_finite()).reduce(f64::max).and_then(finite)
}

/// Funding `(received, paid)`, both positive.
#[must_use]
pub fn funding_sums(payments: &[FundingPayment]) -> (Usd, Usd) {
    payments.iter().fold((Usd::ZERO, Usd::ZERO), |(received, paid), p| {
        if p.payment.is_negative() { (received, paid - p.payment) } else { (received + p.payment, paid) }
    })
}
