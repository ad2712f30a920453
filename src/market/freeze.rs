//! From loose series to one frozen market: one clock, dense columns, segments, settlements with their mark prices.
//! Loaders, tests and benchmarks all come through [`freeze`], so there is one place where a market is made.

use crate::fault::Fault;
use crate::market::{
    Asset, CapFact, Evidence, InputFile, Instrument, ListingPolicy, Market, Membership, SeriesSummary, TierTable, VenueCosts,
};
use crate::units::{InstrumentId, Span, Time};

/// Everything a market is made of, before alignment.
#[derive(Debug)]
pub struct MarketParts {
    pub name: String,
    pub about: String,
    pub synthetic: bool,
    pub quote: String,
    pub bar: Span,
    /// First bar open at or after this; `None`: the earliest bar of any series.
    pub from: Option<Time>,
    /// Bars must open before this; `None`: just past the last bar of any series.
    pub to: Option<Time>,
    pub assets: Vec<Asset>,
    pub instruments: Vec<Instrument>,
    pub narratives: Vec<String>,
    pub memberships: Vec<Membership>,
    /// One per instrument, same order; already aggregated to `bar`.
    pub series: Vec<SeriesPart>,
    pub caps: Vec<Vec<CapFact>>,
    pub tiers: Vec<Vec<TierTable>>,
    pub evidence: Vec<Evidence>,
    pub costs: VenueCosts,
    pub listing: ListingPolicy,
    pub missing_rate_8h: Option<f64>,
    pub inputs: Vec<InputFile>,
    pub cautions: Vec<String>,
    pub summaries: Vec<SeriesSummary>,
}

/// One instrument's bars, ascending in time, on the grid of the market's bar length.
#[derive(Debug, Default)]
pub struct SeriesPart {
    pub bars: Vec<Bar>,
    /// Mark-price bars on the same grid; empty where none exist.
    pub marks: Vec<MarkBar>,
    /// Raw settlements of a perpetual, ascending, floored to the minute.
    pub settlements: Vec<RawSettlement>,
    /// `(instant, mark price)` from a series finer than the bar, ascending: what a settlement inside a bar is valued at.
    pub fine_marks: Vec<(Time, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub time: Time,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkBar {
    pub time: Time,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawSettlement {
    pub time: Time,
    pub rate: f64,
    /// As the file says; `None` is inferred from consecutive stamps.
    pub interval_hours: Option<f64>,
}

/// Aligns all series on one clock.
///
/// # Errors
/// A market without a single bar, or a perpetual whose funding history has a hole inside its listed life while
/// `missing_rate_8h` is absent (names symbol and dates).
pub fn freeze(parts: MarketParts) -> Result<Market, Fault> {
    let _ = (parts, InstrumentId(0));
    unimplemented!()
}
