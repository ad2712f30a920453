//! Windows that move along one series bar by bar, each step at the same cost however long the window. All begin anew with each listing.

use std::collections::VecDeque;

use crate::market::Market;
use crate::units::InstrumentId;

/// One series, its bars taken in order.
#[derive(Clone, Copy, Debug)]
struct Walk<'m> {
    market: &'m Market,
    id: InstrumentId,
    window: usize,
    listed: Option<usize>,
}

impl Walk<'_> {
    /// Whether another listing has begun in bar `t`.
    fn is_relisted(&mut self, t: usize) -> bool {
        let first = self.market.panel.segment(self.id, t).map(|segment| segment.first);
        std::mem::replace(&mut self.listed, first) != first
    }

    fn close(&self, t: usize) -> Option<f64> {
        Some(self.market.panel.close[self.market.panel.at(self.id, t)]).filter(|close| !close.is_nan())
    }

    /// The bar that leaves the window when bar `t` enters it.
    fn leaving(&self, t: usize) -> Option<usize> {
        t.checked_sub(self.window).filter(|&leaves| self.listed.is_some_and(|first| leaves >= first))
    }

    /// Whether the listing is as old as the window.
    fn is_full(&self, t: usize) -> bool {
        self.listed.is_some_and(|first| t + 1 - first >= self.window)
    }
}

/// The distance of a close from its own trailing mean, by a running sum.
#[derive(Clone, Debug)]
pub(super) struct FromMean<'m> {
    walk: Walk<'m>,
    sum: f64,
    count: usize,
    last: f64,
}

impl<'m> FromMean<'m> {
    pub(super) fn new(market: &'m Market, id: InstrumentId, window: usize) -> Self {
        Self { walk: Walk { market, id, window, listed: None }, sum: 0.0, count: 0, last: f64::NAN }
    }

    /// Takes in bar `t` (bars must come in order): last traded close over the mean of those in the window, less 1; `None` while the
    /// listing is younger than the window.
    pub(super) fn advance(&mut self, t: usize) -> Option<f64> {
        if self.walk.is_relisted(t) {
            (self.sum, self.count) = (0.0, 0);
        }
        if let Some(close) = self.walk.close(t) {
            self.sum += close;
            self.count += 1;
            self.last = close;
        }
        if let Some(close) = self.walk.leaving(t).and_then(|leaves| self.walk.close(leaves)) {
            self.sum -= close;
            self.count -= 1;
        }
        (self.walk.is_full(t) && self.count > 0).then(|| self.last / (self.sum / self.count as f64) - 1.0)
    }
}

/// The distance of a close from the highest of its window.
#[derive(Clone, Debug)]
pub(super) struct FromHigh<'m> {
    walk: Walk<'m>,
    /// Bars that are the highest from themselves on, so that the front is the highest of all.
    highs: VecDeque<(usize, f64)>,
    last: f64,
}

impl<'m> FromHigh<'m> {
    pub(super) fn new(market: &'m Market, id: InstrumentId, window: usize) -> Self {
        Self { walk: Walk { market, id, window, listed: None }, highs: VecDeque::new(), last: f64::NAN }
    }

    /// Takes in bar `t` (bars must come in order): last traded close over the highest close of the window, less 1, at most 0; `None` while
    /// the listing is younger than the window.
    pub(super) fn advance(&mut self, t: usize) -> Option<f64> {
        if self.walk.is_relisted(t) {
            self.highs.clear();
        }
        if let Some(close) = self.walk.close(t) {
            while self.highs.back().is_some_and(|&(_, lower)| lower <= close) {
                self.highs.pop_back();
            }
            self.highs.push_back((t, close));
            self.last = close;
        }
        while self.highs.front().is_some_and(|&(bar, _)| bar + self.walk.window <= t) {
            self.highs.pop_front();
        }
        let &(_, high) = self.highs.front()?;
        self.walk.is_full(t).then(|| self.last / high - 1.0)
    }
}
