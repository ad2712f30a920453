//! A market as it might have been: the same coins, facts and clock with other prices, rates or trading hours. Everything that follows from prices
//! follows anew, so that a replay knows no difference.

use std::ops::Range;
use std::sync::Arc;

use crate::market::align::{list, of_columns};
use crate::market::panel::Column;
use crate::market::{Market, Panel};

/// What is other. Bars are those of the market's clock.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Every funding rate is so many times itself; below nought, who paid receives.
    Funding(f64),
    /// All prices fall by this fraction within a bar, and stay there: the bar opens as it did, and its low and close have the fall.
    Crash { bar: usize, fall: f64 },
    /// Log prices lie so many times as far from their own even growth as they did, first and last price as they were.
    Volatility(f64),
    /// In these bars the quote currency is worth so many dollars, so that everything else costs more of it.
    Depeg { bars: Range<usize>, worth: f64 },
    /// In these bars nobody trades anything.
    Halt { bars: Range<usize> },
}

/// Prices of one bar: open, high, low, close.
type Prices = [f64; 4];

impl Market {
    /// This market with one thing other.
    #[must_use]
    pub fn changed(&self, change: &Change) -> Self {
        let mut market = self.clone();
        match change {
            Change::Funding(times) => market.funding.each(|_, settlement| settlement.rate *= times),
            Change::Halt { bars } => {
                market.panel = self.priced(|_, bar, prices| if bars.contains(&bar) { [f64::NAN; 4] } else { prices });
                // Prices alone begin and end no listing; bars that nobody traded in may.
                list(&mut market.panel, self.clock.bar, &self.listing);
            }
            Change::Crash { bar, fall } => {
                let left = 1.0 - fall;
                market.panel = self.priced(|_, at, [open, high, low, close]| match at {
                    _ if at < *bar => [open, high, low, close],
                    _ if at == *bar => [open, high, low * left, close * left],
                    _ => [open, high, low, close].map(|price| price * left),
                });
                let opens = self.clock.open(*bar);
                market.funding.each(|_, settlement| settlement.mark *= if settlement.time > opens { left } else { 1.0 });
            }
            Change::Depeg { bars, worth } => {
                let dearer = |inside: bool, price: f64| if inside { price / worth } else { price };
                market.panel = self.priced(|_, bar, prices| prices.map(|price| dearer(bars.contains(&bar), price)));
                let clock = self.clock;
                market.funding.each(|_, settlement| {
                    let inside = clock.bar_of(settlement.time).is_some_and(|bar| bars.contains(&bar));
                    settlement.mark = dearer(inside, settlement.mark);
                });
            }
            Change::Volatility(times) => {
                let lines: Vec<Option<Line>> = (0..self.instruments.len()).map(|id| Line::of(&self.panel, id)).collect();
                let apart = |id: usize, bar: usize, price: f64| lines[id].map_or(price, |line| line.apart(bar, price, *times));
                market.panel = self.priced(|id, bar, prices| prices.map(|price| apart(id, bar, price)));
                let clock = self.clock;
                market.funding.each(|id, settlement| {
                    let bar = clock.bar_of(settlement.time);
                    settlement.mark = bar.map_or(settlement.mark, |bar| apart(id, bar, settlement.mark));
                });
            }
        }
        market
    }

    /// The panel with other prices, and what follows from them; listings begin and end as they did. `of` gives the prices of an instrument in a bar, of
    /// last prices and of marks alike.
    fn priced(&self, of: impl Fn(usize, usize, Prices) -> Prices) -> Panel {
        let old = &self.panel;
        let (instruments, bars) = (old.instruments, old.bars);
        let all = |columns: [&Column; 4]| -> [Column; 4] {
            let mut new = columns.map(|column| column.to_vec());
            for cell in 0..instruments * bars {
                let prices = of(cell / bars, cell % bars, columns.map(|column| column[cell]));
                for (column, price) in new.iter_mut().zip(prices) {
                    column[cell] = price;
                }
            }
            new.map(Arc::from)
        };
        let [open, high, low, close] = all([&old.open, &old.high, &old.low, &old.close]);
        let own_marks = !Arc::ptr_eq(&old.mark_close, &old.close);
        let marks = if own_marks {
            all([&old.mark_open, &old.mark_high, &old.mark_low, &old.mark_close])
        } else {
            [&open, &high, &low, &close].map(Arc::clone)
        };
        let volume = close.iter().zip(old.volume.iter()).map(|(close, volume)| if close.is_nan() { f64::NAN } else { *volume }).collect();
        let mut panel = of_columns(instruments, bars, [open, high, low, close, volume], marks);
        panel.index_extremes();
        Panel { segments: old.segments.clone(), marked_bars: old.marked_bars.clone(), ..panel }
    }
}

/// The even growth of one series between its first and its last close, in logarithms.
#[derive(Clone, Copy)]
struct Line {
    first: usize,
    start: f64,
    per_bar: f64,
}

impl Line {
    /// `None` of a series without two closes.
    fn of(panel: &Panel, id: usize) -> Option<Self> {
        let closes = &panel.close[id * panel.bars..][..panel.bars];
        let first = closes.iter().position(|close| !close.is_nan())?;
        let last = closes.iter().rposition(|close| !close.is_nan()).filter(|last| *last > first)?;
        let start = libm::log(closes[first]);
        Some(Self { first, start, per_bar: (libm::log(closes[last]) - start) / (last - first) as f64 })
    }

    /// A price of a bar, so many times as far from the line. What is not a number stays none.
    fn apart(self, bar: usize, price: f64, times: f64) -> f64 {
        let line = self.start + self.per_bar * (bar as f64 - self.first as f64);
        libm::exp(line + times * (libm::log(price) - line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use crate::market::Window;

    fn sample_market() -> Market {
        Market::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample"), Window::default()).unwrap()
    }

    #[test]
    fn nothing_else_is_other() {
        let market = sample_market();
        let end = market.clock.bars;
        for change in [Change::Funding(1.0), Change::Volatility(1.0), Change::Halt { bars: 0..0 }, Change::Depeg { bars: 9..9, worth: 0.9 }]
        {
            let same = market.changed(&change);
            let close = |of: &Market| of.panel.close.iter().map(|close| close.to_bits()).collect::<Vec<_>>();
            if !matches!(change, Change::Volatility(_)) {
                assert_eq!(close(&same), close(&market), "{change:?}");
            }
            assert_eq!((same.panel.segments, same.panel.last_traded), (market.panel.segments.clone(), market.panel.last_traded.clone()));
        }
        let crash = market.changed(&Change::Crash { bar: end - 2, fall: 0.5 });
        let closes = |of: &Market, bar: usize| of.panel.close[bar];
        assert_eq!(closes(&crash, end - 3), closes(&market, end - 3));
        assert_eq!(crash.panel.open[end - 2], market.panel.open[end - 2]);
        assert_eq!([end - 2, end - 1].map(|bar| closes(&crash, bar)), [end - 2, end - 1].map(|bar| closes(&market, bar) * 0.5));
        assert!(crash.panel.low[end - 2] <= crash.panel.close[end - 2]);
    }

    #[test]
    fn swings_are_wider_and_ends_the_same() {
        let market = sample_market();
        let wide = market.changed(&Change::Volatility(1.5));
        let (bars, old, new) = (market.clock.bars, &market.panel.close, &wide.panel.close);
        assert!((new[0] / old[0] - 1.0).abs() < 1e-12 && (new[bars - 1] / old[bars - 1] - 1.0).abs() < 1e-12);
        let spread = |closes: &[f64]| {
            let steps: Vec<f64> = closes.windows(2).map(|pair| libm::log(pair[1] / pair[0])).filter(|step| step.is_finite()).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            (steps.iter().map(|step| (step - mean) * (step - mean)).sum::<f64>() / steps.len() as f64).sqrt()
        };
        assert!((spread(&new[..bars]) / spread(&old[..bars]) - 1.5).abs() < 1e-6);
        for cell in 0..new.len() {
            let panel = &wide.panel;
            assert!(panel.close[cell].is_nan() || (panel.low[cell] <= panel.close[cell] && panel.close[cell] <= panel.high[cell]));
        }
    }

    #[test]
    fn a_halt_trades_nothing_and_carries_the_last_price() {
        let market = sample_market();
        let halted = market.changed(&Change::Halt { bars: 100..124 });
        let id = crate::units::InstrumentId::new(0);
        assert!((100..124).all(|bar| !halted.panel.trades(id, bar) && halted.panel.last_traded(id, bar) == Some(99)));
        assert_eq!(halted.panel.value_at(id, 110), market.panel.value_at(id, 99));
        assert_eq!(halted.panel.segments.len(), market.panel.segments.len());
    }

    #[test]
    fn rates_and_what_is_seen_of_them_turn_together() {
        let market = sample_market();
        let turned = market.changed(&Change::Funding(-2.0));
        for id in (0..market.instruments.len()).map(crate::units::InstrumentId::new) {
            let pairs = market.funding.by_instrument[id.index()].iter().zip(&turned.funding.by_instrument[id.index()]);
            assert!(pairs.into_iter().all(|(old, new)| new.rate == old.rate * -2.0 && new.mark == old.mark));
            let seen = market.funding.observed(id).iter().zip(turned.funding.observed(id));
            assert!(seen.into_iter().all(|(old, new)| new.rate == old.rate * -2.0));
        }
    }
}
