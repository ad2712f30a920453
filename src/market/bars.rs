//! Price bars and mark prices: what their tables look like, which rows are refused, and bars on the market's grid out of finer ones.

use crate::fault::Fault;
use crate::market::csv_rows::ARCHIVE;
use crate::market::files::Source;
use crate::market::parts::Bar;
use crate::market::plausible::{wrong_price, wrong_prices, wrong_volume};
use crate::market::series::{Origin, Recipe, Rows};
use crate::market::sheet::{Layout, Wanted};
use crate::market::wicks::WickLimit;
use crate::units::{Span, Time};

const TIME: &[&str] = &["open_time", "timestamp", "datetime", "date", "time"];

const fn required(names: &'static [&'static str]) -> Wanted {
    Wanted { names, optional: false }
}

const PRICES: Recipe = Recipe {
    layout: &Layout {
        time: TIME,
        columns: &[required(&["open"]), required(&["high"]), required(&["low"]), required(&["close"]), required(&["volume"])],
        headless: &ARCHIVE,
    },
    floor: 1,
    check: |columns, row| match columns {
        [open, high, low, close, volume] => {
            wrong_prices(open[row], high[row], low[row], close[row]).or_else(|| wrong_volume(volume[row], close[row]))
        }
        _ => None,
    },
};

const MARK_BARS: Recipe = Recipe {
    layout: &Layout {
        time: TIME,
        columns: &[required(&["open"]), required(&["high"]), required(&["low"]), required(&["close"])],
        headless: &ARCHIVE,
    },
    floor: 1,
    check: |columns, row| match columns {
        [open, high, low, close] => wrong_prices(open[row], high[row], low[row], close[row]),
        _ => None,
    },
};

const MARK_CLOSES: Recipe = Recipe {
    layout: &Layout { time: TIME, columns: &[required(&["mark_price"])], headless: &[] },
    floor: 1,
    check: |columns, row| wrong_price("mark_price", columns[0][row]),
};

/// One price series on the market's grid.
pub(super) struct Series {
    pub(super) bars: Vec<Bar>,
    pub(super) origin: Origin,
    /// Bars made of fewer finer rows than fit.
    pub(super) holed: usize,
    /// The last row says that it closed before its bar did.
    pub(super) still_open: bool,
    /// Bars in which nothing was traded, left out.
    pub(super) untraded: usize,
    /// Rows whose wicks were cut.
    pub(super) clipped: usize,
    /// Open of the last bar, be it left out or not.
    pub(super) reaches: Option<Time>,
    /// Of prices: no bar has a volume, so that nobody can tell whether the coin still trades.
    pub(super) volumeless: bool,
    /// `(instant, price)` of a series finer than the bar, where something may settle.
    pub(super) fine: Vec<(Time, f64)>,
}

/// Columns side by side become bars.
fn fine_bars(rows: &Rows, [open, high, low, close]: [&Vec<f64>; 4], volume: impl Fn(usize) -> f64) -> Vec<Bar> {
    let bar = |k: usize| Bar { time: rows.time[k], open: open[k], high: high[k], low: low[k], close: close[k], volume: volume(k) };
    (0..rows.time.len()).map(bar).collect()
}

/// What price files are read onto.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub(super) bar: Span,
    pub(super) wicks: Option<WickLimit>,
}

impl Grid {
    /// Rows whose wicks were cut.
    fn limit_wicks(self, rows: &Rows, fine: &mut [Bar]) -> Result<usize, Fault> {
        self.wicks.map_or(Ok(0), |limit| limit.apply(fine, |row| rows.place(row)))
    }
}

/// Reads last-price bars. Of prices finer than the bar, those at instants in which something `settles` are kept.
pub(super) fn prices(sources: &[Source], grid: Grid, settles: impl Fn(Time) -> bool) -> Result<Series, Fault> {
    let rows = Rows::gather(sources, &PRICES)?;
    let [open, high, low, close, volume] = rows.columns.as_slice() else { unreachable!("the layout has five columns") };
    let mut fine = fine_bars(&rows, [open, high, low, close], |k| volume[k]);
    let clipped = grid.limit_wicks(&rows, &mut fine)?;
    let mut series = Series { clipped, ..on_grid(rows, fine, grid.bar, settles)? };
    series.leave_out_untraded();
    Ok(series)
}

impl Series {
    /// A bar without volume at one price is what venues write when nobody traded, for years after a perpetual is gone: it is a missing bar, and a long
    /// stretch of them ends the listing as silence does. Where no bar has a volume they cannot be told from others, and all stay.
    fn leave_out_untraded(&mut self) {
        let untraded = |bar: &Bar| bar.volume == 0.0 && bar.low == bar.high;
        self.volumeless = self.bars.iter().all(|bar| bar.volume == 0.0);
        if !self.volumeless {
            let before = self.bars.len();
            self.bars.retain(|bar| !untraded(bar));
            self.untraded = before - self.bars.len();
        }
    }
}

/// Reads mark prices: bars, or one column, the close of the bar that opens at its stamp. Keeps what [`prices`] keeps.
pub(super) fn marks(sources: &[Source], grid: Grid, settles: impl Fn(Time) -> bool) -> Result<Series, Fault> {
    if !one_column(&sources[0])? {
        let rows = Rows::gather(sources, &MARK_BARS)?;
        let [open, high, low, close] = rows.columns.as_slice() else { unreachable!("the layout has four columns") };
        let mut fine = fine_bars(&rows, [open, high, low, close], |_| 0.0);
        let clipped = grid.limit_wicks(&rows, &mut fine)?;
        return Ok(Series { clipped, ..on_grid(rows, fine, grid.bar, settles)? });
    }
    let rows = Rows::gather(sources, &MARK_CLOSES)?;
    let (step, close) = (step_of(&rows.time, grid.bar), &rows.columns[0]);
    let mut loose = Vec::new();
    let fine = (0..rows.time.len()).map(|k| {
        // The bar before closed where this one opens, if it was there.
        let before = k.checked_sub(1).filter(|&before| rows.time[k].seconds() - rows.time[before].seconds() == step);
        if before.is_none() {
            loose.push(rows.time[k]);
        }
        let open = before.map_or(close[k], |before| close[before]);
        Bar { time: rows.time[k], open, high: open.max(close[k]), low: open.min(close[k]), close: close[k], volume: 0.0 }
    });
    let fine = fine.collect();
    // Where the bar before is missing, the price at the stamp is not known: the close lies in the future.
    on_grid(rows, fine, grid.bar, |time| settles(time) && loose.binary_search(&time).is_err())
}

fn one_column(source: &Source) -> Result<bool, Fault> {
    let (bytes, _) = source.read()?;
    Ok(crate::market::frame::has_column(source, &bytes, "mark_price"))
}

/// Seconds between rows: the most frequent distance, the shorter of two equally frequent ones. The bar's own length when there are
/// no two rows.
fn step_of(time: &[Time], bar: Span) -> i64 {
    let mut counts = std::collections::BTreeMap::<i64, usize>::new();
    for pair in time.windows(2) {
        *counts.entry(pair[1].seconds() - pair[0].seconds()).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map_or(bar.seconds(), |(step, _)| step)
}

/// Checks the grid, and aggregates what is finer: first, max, min, last, sum.
fn on_grid(rows: Rows, fine: Vec<Bar>, bar: Span, settles: impl Fn(Time) -> bool) -> Result<Series, Fault> {
    let (step, length) = (step_of(&rows.time, bar), bar.seconds());
    let shortest = rows.time.windows(2).map(|pair| pair[1].seconds() - pair[0].seconds()).min().unwrap_or(length);
    let finer = step < length && length % step == 0;
    let grid = if finer { step } else { length };
    if let Some(row) = (0..fine.len()).find(|&row| fine[row].time.seconds().rem_euclid(grid) != 0) {
        return Err(Fault::new(
            rows.place(row),
            format!("a bar at {}, off the grid", fine[row].time),
            format!("bars stamped at their open, at whole multiples of {} since midnight UTC", Span::from_seconds(grid)),
            "mend the stamps, or remove this line",
        ));
    }
    // Three rows and no two of them adjacent is no accident of missing bars.
    if shortest > length && rows.time.len() >= 3 {
        return Err(Fault::new(
            rows.place(0),
            format!("bars of {}", Span::from_seconds(shortest)),
            format!("bars of {bar} or finer"),
            format!("get the finer series, or set `bar` in market.toml to {}", Span::from_seconds(shortest)),
        ));
    }
    let still_open = rows.last_close.is_some_and(|close| {
        let opened = fine.last().map_or(close, |last| last.time);
        close >= opened && close.seconds() + 60 < opened.seconds() + grid
    });
    let origin = rows.origin();
    if !finer {
        let reaches = fine.last().map(|bar| bar.time);
        return Ok(Series {
            bars: fine,
            origin,
            holed: 0,
            still_open,
            reaches,
            untraded: 0,
            clipped: 0,
            volumeless: false,
            fine: Vec::new(),
        });
    }
    let prices = fine.iter().filter(|bar| settles(bar.time)).map(|bar| (bar.time, bar.open)).collect();
    let (bars, holed) = aggregate(&fine, step, length);
    let reaches = bars.last().map(|bar| bar.time);
    Ok(Series { bars, origin, holed, still_open, reaches, untraded: 0, clipped: 0, volumeless: false, fine: prices })
}

/// Bars of `length` seconds out of finer ones of `step` seconds, and how many of them have a hole inside. Incomplete ones at the start and at the end of the series
/// are dropped.
fn aggregate(fine: &[Bar], step: i64, length: i64) -> (Vec<Bar>, usize) {
    let open_of = |bar: &Bar| bar.time.seconds() - bar.time.seconds().rem_euclid(length);
    let (Some(first), Some(last)) = (fine.first(), fine.last()) else { return (Vec::new(), 0) };
    let late_start = (first.time.seconds() != open_of(first)).then(|| open_of(first));
    let early_end = (last.time.seconds() + step != open_of(last) + length).then(|| open_of(last));
    let mut bars = Vec::with_capacity(fine.len() / (length / step) as usize + 2);
    let mut holed = 0;
    for group in fine.chunk_by(|a, b| open_of(a) == open_of(b)) {
        let open = open_of(&group[0]);
        if Some(open) == late_start || Some(open) == early_end {
            continue;
        }
        holed += usize::from((group.len() as i64) < length / step);
        bars.push(Bar {
            time: Time::from_seconds(open),
            open: group[0].open,
            high: group.iter().map(|bar| bar.high).fold(f64::MIN, f64::max),
            low: group.iter().map(|bar| bar.low).fold(f64::MAX, f64::min),
            close: group[group.len() - 1].close,
            volume: group.iter().map(|bar| bar.volume).sum(),
        });
    }
    (bars, holed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(hour: i64, price: f64) -> Bar {
        Bar { time: Time::from_seconds(hour * 3_600), open: price, high: price + 2.0, low: price - 2.0, close: price + 1.0, volume: price }
    }

    #[test]
    fn aggregation_takes_first_max_min_last_sum() {
        // 4 h rows into 12 h bars: the first bar starts late, the third has a hole, the fourth ends early.
        let fine: Vec<Bar> =
            [(4, 9.0), (8, 9.0), (12, 10.0), (16, 30.0), (20, 20.0), (24, 5.0), (32, 6.0), (36, 7.0)].map(|(h, p)| bar(h, p)).into();
        let (bars, holed) = aggregate(&fine, 4 * 3_600, 12 * 3_600);
        let expected = [
            Bar { time: Time::from_seconds(12 * 3_600), open: 10.0, high: 32.0, low: 8.0, close: 21.0, volume: 60.0 },
            Bar { time: Time::from_seconds(24 * 3_600), open: 5.0, high: 8.0, low: 3.0, close: 7.0, volume: 11.0 },
        ];
        assert_eq!((bars.as_slice(), holed), (expected.as_slice(), 1));
    }

    #[test]
    fn the_step_is_the_most_frequent_distance() {
        let times = |hours: &[i64]| hours.iter().map(|h| Time::from_seconds(h * 3_600)).collect::<Vec<_>>();
        assert_eq!(step_of(&times(&[0, 1, 2, 7, 8, 9]), Span::DAY), 3_600);
        assert_eq!(step_of(&times(&[0, 8, 20]), Span::DAY), 8 * 3_600);
        assert_eq!(step_of(&times(&[3]), Span::DAY), 86_400);
    }
}
