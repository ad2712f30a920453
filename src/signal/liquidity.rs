//! How much an instrument trades and moves, as known before a bar: what caps an order and what its impact is priced by.
//!
//! Daily volatility and dollars a day are trailing means over the last [`WINDOW`] whole UTC days of the listing in force
//! (`fidelity.md` section 4: impact and sizing use trailing values, never the bar's own). One table a market, shared by all replays.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::market::{Market, Segment, Tier};
use crate::units::InstrumentId;

/// Days looked back on.
pub const WINDOW: usize = 30;

/// Daily returns below which their deviation says nothing, and [`assumed_volatility`] speaks.
const LEAST_RETURNS: usize = 7;

/// What is known of an instrument before a bar opens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trailing {
    /// Sample standard deviation of daily close-to-close returns; `None` for a listing of fewer than eight days.
    pub daily_volatility: Option<f64>,
    /// USD traded a day; 0 where nothing was.
    pub daily_notional: f64,
    /// Contracts traded in the 24 hours up to the last bar that traded; of a younger listing scaled up to a day.
    pub day_volume: f64,
}

/// A daily volatility where a listing is too young to have shown its own. Ours, on the high side of what each tier shows.
#[must_use]
pub fn assumed_volatility(tier: Tier) -> f64 {
    match tier {
        Tier::Large => 0.05,
        Tier::Mid => 0.07,
        Tier::Small => 0.10,
    }
}

/// The trailing table of a market.
#[derive(Debug)]
pub struct Liquidity {
    /// Bars a day.
    per_day: usize,
    /// Bars between the last UTC midnight before the clock and its start.
    offset: usize,
    /// Instrument-major, one an UTC day of the clock: known at that day's midnight.
    days: Vec<Day>,
    /// Days the clock touches.
    count: usize,
    known: KnownBefore,
}

/// What was known before a bar, worked out once for all replays that trade in it: those of a study trade in the same bars.
#[derive(Debug)]
struct KnownBefore {
    /// By bar, as soon as anybody trades in it; then by instrument.
    rows: Vec<OnceLock<Row>>,
    instruments: usize,
    /// How many more rows there is room for.
    left: AtomicUsize,
}

type Row = Box<[OnceLock<Trailing>]>;

impl KnownBefore {
    /// What rows may take, in bytes; what is asked of more bars is worked out each time.
    const MOST: usize = 32 << 20;

    fn of(instruments: usize, bars: usize, most: usize) -> Self {
        let row = instruments.max(1) * size_of::<OnceLock<Trailing>>();
        // A decision at the last close asks of the bar after it.
        let rows = (0..=bars).map(|_| OnceLock::new()).collect();
        Self { rows, instruments, left: AtomicUsize::new(most / row) }
    }

    fn get(&self, id: InstrumentId, t: usize, work_out: impl FnOnce() -> Trailing) -> Trailing {
        let Some(row) = self.row(t) else { return work_out() };
        *row[id.index()].get_or_init(work_out)
    }

    fn row(&self, t: usize) -> Option<&Row> {
        let place = &self.rows[t];
        if place.get().is_none() && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err() {
            return None;
        }
        Some(place.get_or_init(|| (0..self.instruments).map(|_| OnceLock::new()).collect()))
    }
}

#[derive(Clone, Copy, Debug)]
struct Day {
    volatility: f64,
    /// NaN where no whole day lies behind.
    notional: f64,
}

impl Liquidity {
    /// The daily volumes of every instrument of a market.
    #[must_use]
    pub fn of(market: &Market) -> Self {
        let clock = &market.clock;
        let per_day = (86_400 / clock.bar.seconds()) as usize;
        let offset = (clock.start.seconds().rem_euclid(86_400) / clock.bar.seconds()) as usize;
        let count = (offset + clock.bars).div_ceil(per_day) + 1;
        let known = KnownBefore::of(market.instruments.len(), clock.bars, KnownBefore::MOST);
        let mut liquidity = Self { per_day, offset, days: Vec::with_capacity(market.instruments.len() * count), count, known };
        for id in (0..market.instruments.len()).map(InstrumentId::new) {
            let row = liquidity.row(market, id);
            liquidity.days.extend(row);
        }
        liquidity
    }

    /// The UTC day of a bar, counted from the clock's first.
    fn day(&self, t: usize) -> usize {
        (t + self.offset) / self.per_day
    }

    fn row(&self, market: &Market, id: InstrumentId) -> Vec<Day> {
        let panel = &market.panel;
        let mut days = vec![Day { volatility: f64::NAN, notional: f64::NAN }; self.count];
        let mut closes = vec![f64::NAN; self.count];
        let mut traded = vec![0.0; self.count];
        for segment in &panel.segments[id.index()] {
            for t in segment.first..segment.end {
                let (close, volume) = (panel.close[panel.at(id, t)], panel.volume[panel.at(id, t)]);
                if !close.is_nan() {
                    closes[self.day(t)] = close;
                    traded[self.day(t)] += close * volume.max(0.0);
                }
            }
            let first = self.day(segment.first);
            let last = self.day(segment.end - 1);
            // What is known at a midnight stands until the next listing, which has its own first day.
            for (day, slot) in days.iter_mut().enumerate().skip(first + 1) {
                let from = day.saturating_sub(WINDOW).max(first);
                slot.notional = traded[from..day].iter().sum::<f64>() / (day - from) as f64;
                // As many returns as days: the close before the first of them is one more.
                slot.volatility = deviation(&closes[day.saturating_sub(WINDOW + 1).max(first)..day]);
            }
            // The coin that comes after under the same symbol starts from nothing.
            closes[first..=last].fill(f64::NAN);
            traded[first..=last].fill(0.0);
        }
        days
    }

    /// What was known of an instrument when bar `t` opened; all unknown before its listing. `market` is the one that this was made of.
    #[must_use]
    pub fn before(&self, market: &Market, id: InstrumentId, t: usize) -> Trailing {
        self.known.get(id, t, || self.work_out(market, id, t))
    }

    fn work_out(&self, market: &Market, id: InstrumentId, t: usize) -> Trailing {
        let none = Trailing { daily_volatility: None, daily_notional: 0.0, day_volume: 0.0 };
        let Some(segment) = t.checked_sub(1).and_then(|last| market.panel.segment(id, last)) else { return none };
        let known = self.days[id.index() * self.count + self.day(t)];
        let young = self.day(segment.first) == self.day(t);
        let (day_volume, day_notional) = self.last_day(market, id, segment, t);
        Trailing {
            daily_volatility: Some(known.volatility).filter(|v| !v.is_nan() && !young),
            daily_notional: if !young && known.notional > 0.0 { known.notional } else { day_notional },
            day_volume,
        }
    }

    /// Contracts and USD of a day's bars before bar `t`, scaled up where the listing is younger. The day ends with the last bar that traded: a silence
    /// says nothing of what trades when it is over, and a stop that fires then must not wait for what nobody traded.
    fn last_day(&self, market: &Market, id: InstrumentId, segment: Segment, t: usize) -> (f64, f64) {
        let panel = &market.panel;
        let traded = |bar: &usize| !panel.close[panel.at(id, *bar)].is_nan() && panel.volume[panel.at(id, *bar)] > 0.0;
        let Some(last) = (segment.first..t).rev().find(traded) else { return (0.0, 0.0) };
        let t = last + 1;
        let from = t.saturating_sub(self.per_day).max(segment.first);
        let (mut volume, mut notional) = (0.0, 0.0);
        for at in panel.at(id, from)..panel.at(id, from) + (t - from) {
            if !panel.close[at].is_nan() {
                volume += panel.volume[at].max(0.0);
                notional += panel.volume[at].max(0.0) * panel.close[at];
            }
        }
        let whole = self.per_day as f64 / (t - from) as f64;
        (volume * whole, notional * whole)
    }
}

/// Sample standard deviation of the returns between the closes that are there; NaN with too few.
fn deviation(closes: &[f64]) -> f64 {
    let traded: Vec<f64> = closes.iter().copied().filter(|close| !close.is_nan()).collect();
    let returns: Vec<f64> = traded.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    if returns.len() < LEAST_RETURNS {
        return f64::NAN;
    }
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let squares: f64 = returns.iter().map(|r| (r - mean) * (r - mean)).sum();
    (squares / (returns.len() - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_worked_out_once_as_far_as_there_is_room() {
        let row = 2 * size_of::<OnceLock<Trailing>>();
        let known = KnownBefore::of(2, 3, 2 * row - 1);
        let asked = std::cell::Cell::new(0);
        let ask = |id: u16, t: usize| {
            let work_out = || {
                asked.set(asked.get() + 1);
                Trailing { daily_volatility: None, daily_notional: f64::from(id), day_volume: t as f64 }
            };
            let found = known.get(InstrumentId(id), t, work_out);
            assert_eq!((found.daily_notional, found.day_volume), (f64::from(id), t as f64));
            asked.get()
        };
        assert_eq!([ask(0, 3), ask(1, 3), ask(0, 3), ask(1, 3)], [1, 2, 2, 2], "one row has room");
        assert_eq!([ask(0, 1), ask(0, 1)], [3, 4], "another has none");
    }
}
