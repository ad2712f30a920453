//! What crossing the book costs, as known before a bar, and the last of it that was asked.

use std::cell::Cell;

use crate::exchange::costs::{Impact, Maker, Taker};
use crate::units::InstrumentId;

/// The cost of one instrument as known before a bar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    pub taker: Taker,
    pub maker: Maker,
    pub impact: Impact,
    /// Contracts traded in the 24 hours before.
    pub day_volume: f64,
}

/// The last quote of each instrument: an order is sized, met and filled by the same one.
#[derive(Debug)]
pub(super) struct RecentQuotes {
    /// By instrument, with the bar it is of.
    last: Vec<Cell<Option<(usize, Quote)>>>,
}

impl RecentQuotes {
    /// Nothing asked yet, of so many instruments.
    pub fn new(instruments: usize) -> Self {
        Self { last: vec![Cell::new(None); instruments] }
    }

    /// That of an instrument for bar `t`, asked of `fresh` where it is not the last one.
    pub fn of(&self, instrument: InstrumentId, t: usize, fresh: impl FnOnce() -> Quote) -> Quote {
        let last = &self.last[instrument.index()];
        if let Some((_, quote)) = last.get().filter(|&(of, _)| of == t) {
            return quote;
        }
        let quote = fresh();
        last.set(Some((t, quote)));
        quote
    }
}

impl Quote {
    /// What crossing the book with a notional costs beyond the fee, as a fraction of price. An impact nobody can know counts as none here: such an
    /// order is refused when it is sent.
    pub fn crossing(&self, notional: f64) -> f64 {
        self.taker.half_spread + self.impact.of(notional).unwrap_or(0.0)
    }
}
