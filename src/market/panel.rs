//! The dense columns of a market: bars of all instruments on one clock.

use crate::units::InstrumentId;

/// A stretch of bars in which an instrument is listed: `first..end` are bar indices, gaps inside are shorter than
/// [`super::ListingPolicy::delisted_after`] and no bar opens further than [`super::ListingPolicy::jump`] from the last close. `end` is one past
/// the last bar that traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub first: usize,
    pub end: usize,
}

/// Prices and volumes of `instruments` × `bars`. Series are instrument-major (`id · bars + t`), because indicators and fills walk
/// along one series; `value` lies in lines of [`LINE`] bars (`(t / LINE · instruments + id) · LINE + t % LINE`), because valuing a book walks across
/// some bars of whatever it holds.
#[derive(Debug, Default)]
pub struct Panel {
    pub instruments: usize,
    pub bars: usize,
    /// Last-price bars; NaN where the bar is missing.
    pub open: Vec<f64>,
    pub high: Vec<f64>,
    pub low: Vec<f64>,
    pub close: Vec<f64>,
    /// In the instrument's own units (contracts); NaN where missing.
    pub volume: Vec<f64>,
    /// Mark prices where the market has them, else last prices; NaN where the bar is missing.
    pub mark_open: Vec<f64>,
    pub mark_high: Vec<f64>,
    pub mark_low: Vec<f64>,
    pub mark_close: Vec<f64>,
    /// Valuation price at the bar's close: `mark_close`, carried over missing bars; NaN before the first bar. In lines, the last one filled up with NaN.
    pub value: Vec<f64>,
    /// The last bar at or before each bar that traded, `u32::MAX` before the first. Instrument-major.
    pub last_traded: Vec<u32>,
    /// Listed segments per instrument, ascending.
    pub segments: Vec<Vec<Segment>>,
    /// Bars of the window per instrument for which a real mark price was there.
    pub marked_bars: Vec<usize>,
    /// Lowest low and highest high (last and mark) of each block of [`BLOCK`] bars, instrument-major: whether a price level was
    /// reached in a block can be answered without looking at its bars.
    pub block_low: Vec<f64>,
    pub block_high: Vec<f64>,
}

/// Bars a block.
pub const BLOCK: usize = 64;

/// Bars a line of valuation prices: eight doubles are what a processor fetches at once.
pub const LINE: usize = 8;

impl Panel {
    /// Where bar `t` of an instrument stands in the instrument-major columns.
    #[inline]
    #[must_use]
    pub fn at(&self, id: InstrumentId, t: usize) -> usize {
        id.index() * self.bars + t
    }

    /// Whether the instrument traded in bar `t`.
    #[inline]
    #[must_use]
    pub fn trades(&self, id: InstrumentId, t: usize) -> bool {
        !self.close[self.at(id, t)].is_nan()
    }

    /// The last bar at or before `t` in which the instrument traded, in whatever listing; `None` before the first.
    #[inline]
    #[must_use]
    pub fn last_traded(&self, id: InstrumentId, t: usize) -> Option<usize> {
        let last = self.last_traded[self.at(id, t)];
        (last != u32::MAX).then_some(last as usize)
    }

    /// Bytes that the columns take in memory.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let Self { open, high, low, close, volume, mark_open, mark_high, mark_low, mark_close, value, block_low, block_high, .. } = self;
        let prices = [open, high, low, close, volume, mark_open, mark_high, mark_low, mark_close, value, block_low, block_high];
        let numbers: usize = prices.map(Vec::len).iter().sum();
        (numbers * size_of::<f64>() + self.last_traded.len() * size_of::<u32>()) as u64
    }

    /// Blocks an instrument has.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.bars.div_ceil(BLOCK)
    }

    /// Fills the block extremes from the bars; missing bars (NaN) count for nothing.
    pub fn index_extremes(&mut self) {
        let bars = self.bars.max(1);
        let fold = |columns: [&[f64]; 3], start: f64, pick: fn(f64, f64) -> f64| -> Vec<f64> {
            let [last, mark, open] = columns.map(|column| column.chunks(bars).flat_map(|series| series.chunks(BLOCK)));
            last.zip(mark).zip(open).map(|((last, mark), open)| last.iter().chain(mark).chain(open).copied().fold(start, pick)).collect()
        };
        self.block_low = fold([&self.low, &self.mark_low, &self.mark_open], f64::INFINITY, f64::min);
        self.block_high = fold([&self.high, &self.mark_high, &self.mark_open], f64::NEG_INFINITY, f64::max);
    }

    /// The valuation prices of bar `t` and its neighbours: of each instrument the [`LINE`] bars from `t / LINE · LINE` on.
    #[inline]
    #[must_use]
    pub fn value_line(&self, t: usize) -> &[f64] {
        let width = self.instruments * LINE;
        &self.value[t / LINE * width..][..width]
    }

    /// Where [`Self::value`] holds an instrument at the close of bar `t`.
    #[inline]
    #[must_use]
    pub fn value_cell(&self, id: usize, t: usize) -> usize {
        (t / LINE * self.instruments + id) * LINE + t % LINE
    }

    /// The valuation price of an instrument at the close of bar `t`; NaN before its first bar.
    #[inline]
    #[must_use]
    pub fn value_at(&self, id: InstrumentId, t: usize) -> f64 {
        self.value[self.value_cell(id.index(), t)]
    }

    /// The listed segment in force at bar `t`, as far as could be known then: the last one that began at or before `t`.
    #[must_use]
    pub fn segment(&self, id: InstrumentId, t: usize) -> Option<Segment> {
        let all = &self.segments[id.index()];
        let begun = all.partition_point(|segment| segment.first <= t);
        begun.checked_sub(1).map(|last| all[last])
    }

    /// The bar at whose open a holder since bar `t` is forced out, beyond the last bar where that never happens: `silence` bars after the
    /// last one that traded, or the first bar of the next listing where that comes sooner. To be acted upon in that bar, when both the
    /// silence and the jump of the price can be seen, and not before.
    #[must_use]
    pub fn forced_out(&self, id: InstrumentId, t: usize, silence: usize) -> usize {
        let all = &self.segments[id.index()];
        let next = all.partition_point(|segment| segment.first <= t);
        let end = next.checked_sub(1).map_or(self.bars, |last| all[last].end);
        let silent = end - 1 + silence;
        all.get(next).map_or(silent, |next| silent.min(next.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_leaves_after_the_silence_or_when_the_next_coin_comes() {
        let segments = vec![Segment { first: 0, end: 3 }, Segment { first: 3, end: 6 }, Segment { first: 9, end: 12 }];
        let panel = Panel { instruments: 1, bars: 20, segments: vec![segments], ..Panel::default() };
        let out = |t: usize| panel.forced_out(InstrumentId(0), t, 3);
        // The first listing ends by a jump into bar 3; the second is silent from bar 6, which bar 8 tells; the third from bar 12.
        assert_eq!([0, 2, 3, 5, 7, 9, 11].map(out), [3, 3, 8, 8, 8, 14, 14]);
        assert_eq!(panel.forced_out(InstrumentId(0), 9, 30), 41);
    }
}
