//! Loose bars onto the clock: the dense panel and the listed segments.

use crate::market::{Panel, Segment, SeriesPart};
use crate::units::{Clock, Span};

/// Fills a [`Panel`] of `series.len()` instruments. Bars outside the clock are left out; one stamp, one cell.
pub(super) fn align(clock: &Clock, series: &[SeriesPart], delisted_after: Span) -> Panel {
    let (instruments, bars) = (series.len(), clock.bars);
    let column = || vec![f64::NAN; instruments * bars];
    let mut panel = Panel {
        instruments,
        bars,
        open: column(),
        high: column(),
        low: column(),
        close: column(),
        volume: column(),
        mark_open: column(),
        mark_high: column(),
        mark_low: column(),
        mark_close: column(),
        value: column(),
        last_traded: vec![u32::MAX; instruments * bars],
        segments: Vec::with_capacity(instruments),
        marked_bars: Vec::with_capacity(instruments),
        block_low: Vec::new(),
        block_high: Vec::new(),
    };
    for (id, part) in series.iter().enumerate() {
        let base = id * bars;
        for bar in &part.bars {
            let Some(t) = clock.bar_of(bar.time) else { continue };
            let cell = base + t;
            (panel.open[cell], panel.high[cell], panel.low[cell], panel.close[cell]) = (bar.open, bar.high, bar.low, bar.close);
            (panel.mark_open[cell], panel.mark_high[cell], panel.mark_low[cell], panel.mark_close[cell]) =
                (bar.open, bar.high, bar.low, bar.close);
            panel.volume[cell] = bar.volume;
        }
        let mut marked = 0;
        for mark in &part.marks {
            let Some(t) = clock.bar_of(mark.time) else { continue };
            let cell = base + t;
            // A mark price in a bar that did not trade changes nothing: the bar is missing and carried.
            if panel.close[cell].is_nan() {
                continue;
            }
            (panel.mark_open[cell], panel.mark_high[cell], panel.mark_low[cell], panel.mark_close[cell]) =
                (mark.open, mark.high, mark.low, mark.close);
            marked += 1;
        }
        panel.marked_bars.push(marked);
        let (mut carried, mut last_traded) = (f64::NAN, u32::MAX);
        for t in 0..bars {
            let mark = panel.mark_close[base + t];
            if !mark.is_nan() {
                carried = mark;
            }
            panel.value[t * instruments + id] = carried;
            if !panel.close[base + t].is_nan() {
                last_traded = t as u32;
            }
            panel.last_traded[base + t] = last_traded;
        }
        panel.segments.push(segments(&panel.close[base..base + bars], delisted_after.in_bars(clock.bar)));
    }
    panel
}

/// Stretches of listed life in one series of closes: `silence` missing bars in a row end one, the next bar begins another.
fn segments(close: &[f64], silence: usize) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    for t in (0..close.len()).filter(|&t| !close[t].is_nan()) {
        match found.last_mut() {
            Some(last) if t - last.end < silence => last.end = t + 1,
            _ => found.push(Segment { first: t, end: t + 1 }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_as_long_as_the_policy_ends_a_segment() {
        let x = f64::NAN;
        let close = [x, 1.0, x, x, 2.0, x, x, x, 3.0, 4.0, x, x, x, x];
        assert_eq!(segments(&close, 3), [Segment { first: 1, end: 5 }, Segment { first: 8, end: 10 }]);
        assert_eq!(segments(&close, 4), [Segment { first: 1, end: 10 }]);
        assert_eq!(segments(&[x, x], 1), []);
    }
}
