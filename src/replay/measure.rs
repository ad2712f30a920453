//! What a run is measured against, bar by bar: a coin's price or an index of the market.

use std::ops::Range;

use crate::market::{Benchmark, Index, Market};
use crate::signal::History;
use crate::units::InstrumentId;

pub(super) enum Measure<'a> {
    Instrument(InstrumentId),
    Index(&'a Index),
}

impl<'a> Measure<'a> {
    /// What the market declares; else the coin that everything is measured against.
    pub fn of(market: &'a Market) -> Self {
        match &market.benchmark {
            Some(Benchmark::Index(index)) => Self::Index(index),
            Some(Benchmark::Instrument(id)) => Self::Instrument(*id),
            None => Self::Instrument(History::at_close(market, 0).directory().benchmark()),
        }
    }

    /// What it is called: a coin, or an index of the market.
    pub fn name(&self, market: &'a Market) -> &'a str {
        match self {
            Self::Instrument(id) => &market.asset(market.instrument(*id).asset).name,
            Self::Index(index) => &index.name,
        }
    }

    /// Its value at the close of a bar, the last one known; NaN before the first.
    pub fn value(&self, market: &Market, t: usize) -> f64 {
        match self {
            Self::Instrument(id) => market.panel.value_at(*id, t),
            Self::Index(index) => index.at(market.clock.close(t)),
        }
    }

    /// The first and the last bar of some in which it has a value of its own: a price, or a value made known up to its close.
    pub fn known_range(&self, market: &Market, bars: &Range<usize>) -> Option<(usize, usize)> {
        match self {
            Self::Instrument(id) => {
                let trades = |t: &usize| !market.panel.close[market.panel.at(*id, *t)].is_nan();
                Some((bars.clone().find(trades)?, bars.clone().rfind(trades)?))
            }
            Self::Index(index) => {
                // An index is published when it is published: every day, every month. It ends with its last value.
                let (from, to) = index.extent();
                let first = bars.clone().find(|&t| market.clock.close(t) >= from)?;
                let last = bars.clone().rfind(|&t| market.clock.open(t) <= to)?;
                Some((first, last))
            }
        }
    }
}
