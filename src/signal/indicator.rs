//! Trailing indicators on plain slices that end now: the value as of the last element, `None` where the slice is too short or the
//! answer is undefined. Definitions as in `fidelity.md` 5; held against TA-Lib and pandas in `tests/golden/signals.rs`.
//!
//! Slices hold no missing values. [`atr`] at the end reads a [`History`], where bars may be missing and are skipped.

use crate::market::Market;
use crate::signal::History;
use crate::units::{InstrumentId, Span};

/// The last `n` values.
fn last_of(values: &[f64], n: usize) -> Option<&[f64]> {
    (n > 0).then(|| values.get(values.len().checked_sub(n)?..)).flatten()
}

/// Mean and sample standard deviation (divisor `n − 1`); `None` for fewer than two values, or where all are equal.
pub(super) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let first = *values.first()?;
    // Equal values have no spread, whatever rounding their mean leaves.
    if values.len() < 2 || values.iter().all(|&value| value == first) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some((mean, (squares / (values.len() - 1) as f64).sqrt()))
}

/// Simple moving average of the last `n` values.
#[must_use]
pub fn sma(values: &[f64], n: usize) -> Option<f64> {
    Some(last_of(values, n)?.iter().sum::<f64>() / n as f64)
}

/// Exponential moving average with weight `2 / (n + 1)`, begun with the mean of the first `n` values (TA-Lib).
#[must_use]
pub fn ema(values: &[f64], n: usize) -> Option<f64> {
    let begun = sma(values.get(..n)?, n)?;
    let weight = 2.0 / (n + 1) as f64;
    Some(values[n..].iter().fold(begun, |average, value| average + weight * (value - average)))
}

/// Wilder's smoothing: the mean of the first `n` values, then `(n − 1) / n` of the old and `1 / n` of the new.
#[derive(Clone, Copy, Debug)]
struct Wilder {
    n: usize,
    seen: usize,
    value: f64,
}

impl Wilder {
    fn new(n: usize) -> Self {
        Self { n, seen: 0, value: 0.0 }
    }

    fn push(&mut self, value: f64) {
        let n = self.n as f64;
        self.seen += 1;
        self.value = match self.seen {
            seen if seen < self.n => self.value + value,
            seen if seen == self.n => (self.value + value) / n,
            _ => (self.value * (n - 1.0) + value) / n,
        };
    }

    fn get(&self) -> Option<f64> {
        (self.n > 0 && self.seen >= self.n).then_some(self.value)
    }
}

/// Wilder's relative strength index, 0 to 100, from `n` changes on; `None` where price never moved.
#[must_use]
pub fn rsi(closes: &[f64], n: usize) -> Option<f64> {
    let (mut gains, mut losses) = (Wilder::new(n), Wilder::new(n));
    for pair in closes.windows(2) {
        let change = pair[1] - pair[0];
        gains.push(change.max(0.0));
        losses.push((-change).max(0.0));
    }
    let (gain, loss) = (gains.get()?, losses.get()?);
    (gain + loss > 0.0).then(|| 100.0 * gain / (gain + loss))
}

/// Wilder's average true range over bars given as `(high, low, close)`, in units of price; the first bar only lends its close, so that
/// `n + 1` bars are needed.
#[must_use]
pub fn average_true_range(bars: impl IntoIterator<Item = (f64, f64, f64)>, n: usize) -> Option<f64> {
    let mut range = Wilder::new(n);
    let mut before: Option<f64> = None;
    for (high, low, close) in bars {
        if let Some(before) = before {
            range.push(high.max(before) - low.min(before));
        }
        before = Some(close);
    }
    range.get()
}

/// Rate of change over `k` steps: `x_t / x_{t−k} − 1`.
#[must_use]
pub fn roc(values: &[f64], k: usize) -> Option<f64> {
    let then = *values.get(values.len().checked_sub(k + 1)?)?;
    Some(values.last()? / then - 1.0)
}

/// Simple returns from each value to the next, one fewer than values.
#[must_use]
pub fn returns(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect()
}

/// Annualised volatility: sample standard deviation of the last `n` simple returns times `√bars_per_year` (365 for days).
/// Zero for a price that stood still.
#[must_use]
pub fn volatility(closes: &[f64], n: usize, bars_per_year: f64) -> Option<f64> {
    let moves = returns(last_of(closes, n + 1)?);
    (n >= 2).then(|| moments(&moves).map_or(0.0, |(_, sd)| sd) * bars_per_year.sqrt())
}

/// Exponentially weighted variance of returns, `v_t = λ v_{t−1} + (1 − λ) r_t²`, begun with the first squared return (`RiskMetrics`).
#[must_use]
pub fn ewma_variance(returns: &[f64], lambda: f64) -> Option<f64> {
    let (first, rest) = returns.split_first()?;
    Some(rest.iter().fold(first * first, |variance, r| lambda * variance + (1.0 - lambda) * r * r))
}

/// The highest of the last `n` values.
#[must_use]
pub fn highest(values: &[f64], n: usize) -> Option<f64> {
    last_of(values, n).map(|window| window.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// Distance from the highest of the last `n` closes, at most 0: −0.2 is 20 % below.
#[must_use]
pub fn drawdown(closes: &[f64], n: usize) -> Option<f64> {
    Some(closes.last()? / highest(closes, n)? - 1.0)
}

/// The last value in standard deviations from the mean of the last `n`, itself among them.
#[must_use]
pub fn z_score(values: &[f64], n: usize) -> Option<f64> {
    let (mean, sd) = moments(last_of(values, n)?)?;
    Some((values.last()? - mean) / sd)
}

/// The last value in standard deviations from the mean of the `n` before it.
#[must_use]
pub(crate) fn z_against_previous(values: &[f64], n: usize) -> Option<f64> {
    let (last, before) = values.split_last()?;
    let (mean, sd) = moments(last_of(before, n)?)?;
    Some((last - mean) / sd)
}

/// Rank of the last value among the last `n` as a share, in `(0, 1]`; equals share their mean rank (pandas).
#[must_use]
pub fn percentile_rank(values: &[f64], n: usize) -> Option<f64> {
    let window = last_of(values, n)?;
    let last = *values.last()?;
    let below = window.iter().filter(|&&value| value < last).count() as f64;
    let equal = window.iter().filter(|&&value| value == last).count() as f64;
    Some((below + f64::midpoint(equal, 1.0)) / n as f64)
}

/// Average true range (Wilder) over the bars of the listing in force, in units of price a bar; `span` is the length of the smoothing.
/// Missing bars are skipped: the range of the bar after a gap reaches back to the last close before it.
///
/// Reads the listing from its first bar, for Wilder's average never quite forgets; who asks often asks [`TrueRanges`].
#[must_use]
pub fn atr(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let age = history.listed_bars(id)?;
    let (highs, lows, closes) = (history.highs(id, age)?, history.lows(id, age)?, history.closes(id, age)?);
    let bars = highs.iter().zip(lows).zip(closes).map(|((&high, &low), &close)| (high, low, close));
    average_true_range(bars.filter(|(.., close)| !close.is_nan()), history.bars_in(span))
}

/// [`atr`] of one span for all instruments and bars of a market: made once, shared, and read up to a close.
#[derive(Clone, Debug)]
pub struct TrueRanges {
    bars: usize,
    /// Instrument-major; NaN where there is none.
    ranges: Vec<f64>,
}

impl TrueRanges {
    /// The average true ranges of a whole market, smoothed over `span`.
    #[must_use]
    pub fn of(market: &Market, span: Span) -> Self {
        let (panel, n) = (&market.panel, span.in_bars(market.clock.bar));
        let mut ranges = vec![f64::NAN; panel.instruments * panel.bars];
        for id in (0..panel.instruments).map(InstrumentId::new) {
            let (mut range, mut before) = (Wilder::new(n), None);
            let mut listings = panel.segments[id.index()].iter().map(|segment| segment.first).peekable();
            for t in 0..panel.bars {
                let at = panel.at(id, t);
                if listings.next_if_eq(&t).is_some() {
                    (range, before) = (Wilder::new(n), None);
                }
                if panel.trades(id, t)
                    && let Some(before) = before.replace(panel.close[at])
                {
                    range.push(panel.high[at].max(before) - panel.low[at].min(before));
                }
                ranges[at] = range.get().unwrap_or(f64::NAN);
            }
        }
        Self { bars: panel.bars, ranges }
    }

    /// The average true range known at the close `history` stands at, in units of price a bar.
    #[must_use]
    pub fn at(&self, history: &History, id: InstrumentId) -> Option<f64> {
        Some(self.ranges[id.index() * self.bars + history.bar()]).filter(|range| !range.is_nan())
    }
}

/// Annualised volatility of bar returns over the span: `sd · √(365 · bars a day)`; missing bars are skipped.
#[must_use]
pub fn annual_volatility(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let traded: Vec<f64> = history.closes(id, history.bars_in(span) + 1)?.iter().copied().filter(|close| !close.is_nan()).collect();
    volatility(&traded, traded.len().checked_sub(1)?, history.bars_a_year())
}

/// Distance of the last traded close from the highest close of the span, at most 0; `None` for a listing younger than the span.
#[must_use]
pub fn drawdown_from_high(history: &History, id: InstrumentId, span: Span) -> Option<f64> {
    let traded: Vec<f64> = history.closes(id, history.bars_in(span))?.iter().copied().filter(|close| !close.is_nan()).collect();
    drawdown(&traded, traded.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_by_head() {
        assert_eq!(sma(&[9.0, 1.0, 2.0, 3.0], 3), Some(2.0));
        assert_eq!(sma(&[1.0], 2), None);
        assert_eq!(sma(&[1.0], 0), None);
        // Begun with (1 + 3) / 2 = 2, then two thirds of the way to 5.
        assert_eq!(ema(&[1.0, 3.0, 5.0], 2), Some(4.0));
        assert_eq!(highest(&[9.0, 1.0, 2.0], 2), Some(2.0));
        assert_eq!(drawdown(&[10.0, 8.0], 2), Some(8.0 / 10.0 - 1.0));
        assert_eq!(roc(&[4.0, 5.0, 6.0], 2), Some(0.5));
    }

    #[test]
    fn strength_is_the_share_of_what_was_gained() {
        // +2, −1: a mean gain of 1 and a mean loss of one half.
        assert_eq!(rsi(&[10.0, 12.0, 11.0], 2), Some(100.0 / 1.5));
        assert_eq!(rsi(&[10.0, 10.0, 10.0], 2), None);
        assert_eq!(rsi(&[10.0, 11.0], 2), None);
    }

    #[test]
    fn the_true_range_reaches_over_a_gap_between_bars() {
        // 12 − 9 = 3, then from the close of 11 up to 15: 4, then a smoothed (3.5 + 1) / 2.
        let bars = [(10.0, 8.0, 9.0), (12.0, 10.0, 11.0), (15.0, 13.0, 14.0), (14.5, 13.5, 14.0)];
        assert_eq!(average_true_range(bars[..3].to_vec(), 2), Some(3.5));
        assert_eq!(average_true_range(bars, 2), Some(2.25));
        assert_eq!(average_true_range(bars[..2].to_vec(), 2), None);
    }

    #[test]
    fn a_value_among_its_own() {
        assert_eq!(z_score(&[1.0, 2.0, 3.0], 3), Some(1.0));
        // Of 1 and 3 the mean is 2 and the standard deviation √2.
        assert_eq!(z_against_previous(&[1.0, 3.0, 2.0 + 2.0_f64.sqrt()], 2).map(|z| (z * 1e12).round()), Some(1e12));
        assert_eq!(z_score(&[0.1; 30], 30), None);
        assert_eq!(percentile_rank(&[5.0, 1.0, 2.0, 2.0], 4), Some(2.5 / 4.0));
        assert_eq!(percentile_rank(&[1.0, 9.0], 2), Some(1.0));
    }

    #[test]
    fn variance_forgets() {
        assert_eq!(ewma_variance(&[0.1], 0.94), Some(0.1 * 0.1));
        assert_eq!(ewma_variance(&[1.0, 0.0], 0.94), Some(0.94));
        assert_eq!(volatility(&[1.0, 1.0, 1.0], 2, 365.0), Some(0.0));
        assert_eq!(volatility(&[1.0, 1.0], 1, 365.0), None);
    }
}
