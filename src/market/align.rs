//! Loose bars onto the clock: the dense panel and the listed segments.

use std::iter::repeat_n;
use std::sync::Arc;

use rayon::prelude::*;

use crate::market::panel::Column;
use crate::market::{LINE, ListingPolicy, Panel, Segment, SeriesPart};
use crate::units::{Clock, Span};

/// Fills a [`Panel`] of `series.len()` instruments. Bars outside the clock are left out; one stamp, one cell. `first` is the first bar that trades.
pub(super) fn align(clock: &Clock, first: usize, series: &[SeriesPart], listing: &ListingPolicy) -> Panel {
    let last = last_prices(clock, series);
    let [open, high, low, close, _] = &last;
    let (marks, marked_bars) = mark_prices(clock, first, series, [open, high, low, close]);
    let mut panel = Panel { marked_bars, ..of_columns(series.len(), clock.bars, last, marks) };
    list(&mut panel, clock.bar, listing);
    panel
}

/// A panel of open, high, low, close and volume and of the four marks, with what follows from them but for extremes of blocks and listings.
pub(super) fn of_columns(instruments: usize, bars: usize, last: [Column; 5], marks: [Column; 4]) -> Panel {
    let ([open, high, low, close, volume], [mark_open, mark_high, mark_low, mark_close]) = (last, marks);
    let mut panel = Panel {
        instruments,
        bars,
        open,
        high,
        low,
        close,
        volume,
        mark_open,
        mark_high,
        mark_low,
        mark_close,
        value: rayon::iter::repeat_n(f64::NAN, bars.div_ceil(LINE) * LINE * instruments).collect(),
        last_traded: rayon::iter::repeat_n(u32::MAX, instruments * bars).collect(),
        ..Panel::default()
    };
    carry_over(&mut panel);
    panel
}

/// Finds the listed life of each series.
pub(super) fn list(panel: &mut Panel, bar: Span, listing: &ListingPolicy) {
    let of = |(open, close): (&[f64], &[f64])| segments(open, close, listing.delisted_after.in_bars(bar), listing.jump);
    panel.segments = panel.open.par_chunks(panel.bars).zip(panel.close.par_chunks(panel.bars)).map(of).collect();
}

/// Columns that are nobody else's yet, to be filled.
fn own<const N: usize>(columns: &mut [Column; N]) -> [&mut [f64]; N] {
    columns.each_mut().map(|column| Arc::get_mut(column).expect("a column that was just made"))
}

/// Open, high, low, close and volume.
fn last_prices(clock: &Clock, series: &[SeriesPart]) -> [Column; 5] {
    // To be handed the memory takes longer than to fill it: each thread asks for some.
    let column = |_| repeat_n(f64::NAN, series.len() * clock.bars).collect();
    let columns: Vec<Column> = (0..5).into_par_iter().map(column).collect();
    let mut columns = columns.try_into().expect("five columns");
    let [open, high, low, close, volume] = own(&mut columns).map(|column| column.par_chunks_mut(clock.bars));
    (series, open, high, low, close, volume).into_par_iter().for_each(|(part, open, high, low, close, volume)| {
        for bar in &part.bars {
            let Some(t) = clock.bar_of(bar.time) else { continue };
            (open[t], high[t], low[t], close[t], volume[t]) = (bar.open, bar.high, bar.low, bar.close, bar.volume);
        }
    });
    columns
}

/// Open, high, low and close of the mark, and how many bars of the window each instrument has a mark price of. In a market without any the columns are
/// those of the last prices.
fn mark_prices(clock: &Clock, first: usize, series: &[SeriesPart], last: [&Column; 4]) -> ([Column; 4], Vec<usize>) {
    let mut marked = vec![0; series.len()];
    if series.iter().all(|part| part.marks.is_empty()) {
        return (last.map(Arc::clone), marked);
    }
    let mut columns = last.map(|column| Arc::from(&**column));
    let [open, high, low, close] = own(&mut columns);
    for (id, part) in series.iter().enumerate() {
        for mark in &part.marks {
            let Some(t) = clock.bar_of(mark.time) else { continue };
            let cell = id * clock.bars + t;
            // A mark price in a bar that did not trade changes nothing: the bar is missing and carried.
            if close[cell].is_nan() {
                continue;
            }
            (open[cell], high[cell], low[cell], close[cell]) = (mark.open, mark.high, mark.low, mark.close);
            marked[id] += usize::from(t >= first);
        }
    }
    (columns, marked)
}

/// Notes the last bar that traded, of which the valuation price is carried over those that are missing.
fn carry_over(panel: &mut Panel) {
    let Panel { instruments, bars, close, mark_close, value, last_traded, .. } = panel;
    let (instruments, bars) = (*instruments, *bars);
    last_traded.par_chunks_mut(bars).zip(close.par_chunks(bars)).for_each(|(last_traded, close)| {
        let mut last = u32::MAX;
        for (t, (note, close)) in last_traded.iter_mut().zip(close).enumerate() {
            last = if close.is_nan() { last } else { t as u32 };
            *note = last;
        }
    });
    value.par_chunks_mut(instruments * LINE).enumerate().for_each(|(line, values)| {
        for (id, values) in values.chunks_mut(LINE).enumerate() {
            let first = line * LINE;
            for (value, t) in values.iter_mut().zip(first..bars) {
                let last = last_traded[id * bars + t];
                if last != u32::MAX {
                    *value = mark_close[id * bars + last as usize];
                }
            }
        }
    });
}

/// Stretches of listed life in one series: `silence` missing bars in a row end one, and so does an open that [`jumps`] away from the last
/// traded close; the bar after begins another.
fn segments(open: &[f64], close: &[f64], silence: usize, jump: f64) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    for t in (0..close.len()).filter(|&t| !close[t].is_nan()) {
        match found.last_mut() {
            Some(last) if t - last.end < silence && !jumps(close[last.end - 1], open[t], jump) => last.end = t + 1,
            _ => found.push(Segment { first: t, end: t + 1 }),
        }
    }
    found
}

/// Whether `open` is more than `jump` times `close`, or less than its `jump`-th part.
pub(super) fn jumps(close: f64, open: f64, jump: f64) -> bool {
    open > jump * close || open * jump < close
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_as_long_as_the_policy_ends_a_segment() {
        let x = f64::NAN;
        let close = [x, 1.0, x, x, 2.0, x, x, x, 3.0, 4.0, x, x, x, x];
        let split = |silence| segments(&close, &close, silence, 10.0);
        assert_eq!(split(3), [Segment { first: 1, end: 5 }, Segment { first: 8, end: 10 }]);
        assert_eq!(split(4), [Segment { first: 1, end: 10 }]);
        assert_eq!(segments(&[x, x], &[x, x], 1, 10.0), []);
    }

    #[test]
    fn an_open_far_from_the_last_close_ends_a_segment_and_a_fall_inside_bars_does_not() {
        // LUNA of 2022: each bar opens where the last one closed, however far it falls.
        let fall = [(80.0, 30.0), (30.0, 1.0), (1.0, 0.000_1)];
        let split = |then: &[(f64, f64)], jump: f64| {
            let (open, close): (Vec<f64>, Vec<f64>) = fall.iter().chain(then).copied().unzip();
            segments(&open, &close, 7, jump)
        };
        let whole = |end| vec![Segment { first: 0, end }];
        assert_eq!(split(&[], 10.0), whole(3));
        // The new coin of that name opens at 9; one that opens at just ten times the last close is still the old one.
        assert_eq!(split(&[(9.0, 8.0), (8.0, 9.0)], 10.0), [Segment { first: 0, end: 3 }, Segment { first: 3, end: 5 }]);
        assert_eq!(split(&[(0.001, 0.001)], 10.0), whole(4));
        assert_eq!(split(&[(0.001_1, 0.001)], 10.0), [Segment { first: 0, end: 3 }, Segment { first: 3, end: 4 }]);
        assert_eq!(split(&[(0.000_009, 0.001)], 10.0).len(), 2);
        assert_eq!(split(&[(0.000_01, 0.001)], 10.0), whole(4));
        // A short gap hides no jump, and a wide bound lets it pass.
        let x = f64::NAN;
        assert_eq!(split(&[(x, x), (9.0, 9.0)], 10.0), [Segment { first: 0, end: 3 }, Segment { first: 4, end: 5 }]);
        assert_eq!(split(&[(0.9, 0.9)], 10_000.0), whole(4));
    }
}
