//! How an asset moves with Bitcoin, and how far it has left: beta, correlation, the residual of a return against beta, and price against
//! its own trailing value. For shorts of the overvalued and decoupled, and for hedges by beta.
//!
//! Returns are simple, between closes `step` apart counted back from now; a pair counts only where both series traded at both of its
//! ends. Against the benchmark of [`crate::signal::Directory::benchmark`].

use crate::signal::together::Together;
use crate::signal::{History, indicator, score};
use crate::units::{InstrumentId, Span};

/// Pairs of returns of the asset and the benchmark.
fn together(history: &History, id: InstrumentId, span: Span, step: Span) -> Option<Together> {
    let benchmark = history.directory().benchmark();
    let (bars, step) = (history.bars_in(span), history.bars_in(step));
    let (own, other) = (history.closes(id, bars + 1)?, history.closes(benchmark, bars + 1)?);
    // Counted back from the last close, so that the pairs end now. A missing bar is NaN, and so is what is made of it.
    let pairs = (0..bars / step).map(|k| (bars - k * step, bars - (k + 1) * step));
    let pairs = pairs.map(|(to, from)| (own[to] / own[from] - 1.0, other[to] / other[from] - 1.0));
    let mut traded = Vec::with_capacity(bars / step);
    traded.extend(pairs.filter(|(own, other)| !own.is_nan() && !other.is_nan()));
    Together::of(&traded)
}

/// Beta to the benchmark over the span: `cov / var` of returns over `step` (a day, or a bar). `None` for a listing younger than the span,
/// fewer than ten pairs of returns, or a benchmark that stood still.
#[must_use]
pub fn beta(history: &History, id: InstrumentId, span: Span, step: Span) -> Option<f64> {
    together(history, id, span, step)?.beta()
}

/// Correlation (Pearson) with the benchmark over the span, in `[−1, 1]`; `None` as for [`beta`], or where the asset stood still.
#[must_use]
pub fn correlation(history: &History, id: InstrumentId, span: Span, step: Span) -> Option<f64> {
    together(history, id, span, step)?.correlation()
}

/// What the asset returned over `span` beyond beta times the benchmark's return: `r − β · r_benchmark`. Positive: dearer than its
/// beta explains. Beta is of the `estimated` span, in daily steps, and ends where the return begins, so that a run-away coin does not
/// explain itself.
#[must_use]
pub fn residual(history: &History, id: InstrumentId, span: Span, estimated: Span) -> Option<f64> {
    let then = history.earlier(history.bars_in(span))?;
    let beta = beta(&then, id, estimated, Span::DAY)?;
    let own = score::momentum(history, id, span)?;
    let benchmark = score::momentum(history, history.directory().benchmark(), span)?;
    Some(own - beta * benchmark)
}

/// Last traded close over the mean close of the span, less 1: 1.0 is twice its trailing value. Missing bars are skipped; `None` for a
/// listing younger than the span.
#[must_use]
pub fn over_trailing_value(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let traded: Vec<f64> = history.closes(id, history.bars_in(span))?.iter().copied().filter(|close| !close.is_nan()).collect();
    Some(traded.last()? / indicator::sma(&traded, traded.len())? - 1.0)
}
