//! The dense columns of a market: bars of all instruments on one clock.

use std::sync::Arc;

use rayon::prelude::*;

use crate::units::InstrumentId;

/// One number for each bar of each instrument. Two columns of the same numbers may be one.
pub(super) type Column = Arc<[f64]>;

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
#[derive(Clone, Debug, Default)]
pub struct Panel {
    pub instruments: usize,
    pub bars: usize,
    /// Last-price bars; NaN where the bar is missing.
    pub open: Column,
    pub high: Column,
    pub low: Column,
    pub close: Column,
    /// In the instrument's own units (contracts); NaN where missing.
    pub volume: Column,
    /// Mark prices where the market has them, else last prices; NaN where the bar is missing. In a market without any, the columns of the last prices.
    pub mark_open: Column,
    pub mark_high: Column,
    pub mark_low: Column,
    pub mark_close: Column,
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
        let own = |(mark, last): (&Column, &Column)| if Arc::ptr_eq(mark, last) { 0 } else { mark.len() };
        let marks: usize = [(mark_open, open), (mark_high, high), (mark_low, low), (mark_close, close)].map(own).iter().sum();
        let prices = [open, high, low, close, volume].map(|column| column.len());
        let numbers = prices.iter().sum::<usize>() + marks + value.len() + block_low.len() + block_high.len();
        (numbers * size_of::<f64>() + self.last_traded.len() * size_of::<u32>()) as u64
    }

    /// Blocks an instrument has.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.bars.div_ceil(BLOCK)
    }

    /// Fills the block extremes from the bars; missing bars (NaN) count for nothing.
    pub fn index_extremes(&mut self) {
        let below = |cell: f64, best: f64| cell < best;
        let above = |cell: f64, best: f64| cell > best;
        self.block_low = extremes([&self.low, &self.mark_low, &self.mark_open], self.bars, f64::INFINITY, below);
        self.block_high = extremes([&self.high, &self.mark_high, &self.mark_open], self.bars, f64::NEG_INFINITY, above);
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

/// Of each block of each series of `bars` the cell of the columns that is `beyond` all others, or `start`.
fn extremes(columns: [&Column; 3], bars: usize, start: f64, beyond: impl Fn(f64, f64) -> bool + Sync) -> Vec<f64> {
    let series: Vec<usize> = (0..columns[0].len()).step_by(bars.max(1)).collect();
    let blocks = series.into_par_iter().flat_map_iter(|from| {
        let end = from + bars;
        (from..end).step_by(BLOCK).map(move |from| from..(from + BLOCK).min(end))
    });
    blocks.map(|block| columns.iter().fold(start, |best, column| extreme(&column[block.clone()], best, &beyond))).collect()
}

/// The cell that is `beyond` all others, or `start`; missing ones (NaN) are beyond nothing.
fn extreme(cells: &[f64], start: f64, beyond: impl Fn(f64, f64) -> bool) -> f64 {
    let pick = |best: f64, cell: f64| if beyond(cell, best) { cell } else { best };
    // Eight side by side, as processors compare them.
    let (eights, rest) = cells.as_chunks::<8>();
    let best = eights.iter().fold([start; 8], |best, eight| std::array::from_fn(|k| pick(best[k], eight[k])));
    best.iter().chain(rest).copied().fold(start, pick)
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

    #[test]
    fn a_block_has_the_extremes_of_its_columns_and_series_share_none() {
        let bars = BLOCK + 3;
        let column = |of: fn(usize) -> f64| (0..2 * bars).map(of).collect::<Column>();
        let mut low = column(|cell| 100.0 + cell as f64);
        Arc::make_mut(&mut low)[0] = f64::NAN;
        let mark_open = column(|cell| if cell == 5 { 7.0 } else { f64::NAN });
        let high = column(|cell| cell as f64);
        let mut panel = Panel { bars, mark_low: Arc::clone(&low), mark_high: Arc::clone(&high), low, high, mark_open, ..Panel::default() };
        panel.index_extremes();
        let [end, next] = [BLOCK as f64, bars as f64];
        assert_eq!(panel.block_low, [7.0, 100.0 + end, 100.0 + next, 100.0 + next + end]);
        assert_eq!(panel.block_high, [end - 1.0, end + 2.0, next + end - 1.0, next + end + 2.0]);
        let nothing: Column = [f64::NAN; 4].into();
        let [low, high, mark_low, mark_high, mark_open] = [(); 5].map(|()| Arc::clone(&nothing));
        let mut panel = Panel { bars: 4, low, high, mark_low, mark_high, mark_open, ..Panel::default() };
        panel.index_extremes();
        assert_eq!((panel.block_low, panel.block_high), (vec![f64::INFINITY], vec![f64::NEG_INFINITY]));
    }
}
