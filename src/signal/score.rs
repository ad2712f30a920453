//! Scores: one number per instrument as of a close, higher means more of what the rule's name says.

use crate::signal::History;
use crate::units::{InstrumentId, Span};

/// Time-series momentum: `C_t / C_{t−k} − 1` (Moskowitz, Ooi and Pedersen 2012). `None` for a listing younger than the span.
#[must_use]
pub fn momentum(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let then = history.close_before(id, history.bars_in(span))?;
    Some(history.close(id)? / then - 1.0)
}

/// Return against the benchmark over the same span: how far it has decoupled.
#[must_use]
pub fn against_benchmark(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let benchmark = momentum(history, history.directory().benchmark(), span)?;
    Some(momentum(history, id, span)? - benchmark)
}

/// Sample standard deviation of bar returns over the span, not annualised; missing bars are skipped.
#[must_use]
pub fn volatility(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let closes = history.closes(id, history.bars_in(span) + 1)?;
    let traded: Vec<f64> = closes.iter().copied().filter(|close| !close.is_nan()).collect();
    let returns: Vec<f64> = traded.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    if returns.len() < 2 {
        return None;
    }
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let variance = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (returns.len() - 1) as f64;
    Some(variance.sqrt())
}
