//! What a market is made of before it is frozen: series, facts, terms, each as loaded.

use crate::market::{
    Asset, Benchmark, CapFact, Conversion, DatedRules, DatedSpread, Evidence, InputFile, Instrument, ListingPolicy, Membership,
    SeriesSummary, TierTable, VenueCosts,
};
use crate::units::{Span, Time};

/// Everything a market is made of, before alignment.
#[derive(Clone, Debug)]
pub struct MarketParts {
    pub name: String,
    pub about: String,
    pub synthetic: bool,
    pub quote: String,
    pub bar: Span,
    /// The first bar that trades opens at or after this; `None`: the earliest bar of any series. What is older is history.
    pub from: Option<Time>,
    /// Bars must open before this; `None`: just past the last bar of any series.
    pub to: Option<Time>,
    pub assets: Vec<Asset>,
    pub instruments: Vec<Instrument>,
    pub narratives: Vec<String>,
    pub memberships: Vec<Membership>,
    /// In any order; at most one of each asset, and none leads back.
    pub conversions: Vec<Conversion>,
    /// One per instrument, same order; already aggregated to `bar`.
    pub series: Vec<SeriesPart>,
    pub caps: Vec<Vec<CapFact>>,
    pub tiers: Vec<Vec<TierTable>>,
    pub evidence: Vec<Evidence>,
    pub costs: VenueCosts,
    /// In any order, as `rules`.
    pub spreads: Vec<DatedSpread>,
    pub rules: Vec<DatedRules>,
    pub listing: ListingPolicy,
    /// What runs are measured against; `None`: BTC, else the first asset with a spot series.
    pub benchmark: Option<Benchmark>,
    pub missing_rate_8h: Option<f64>,
    pub inputs: Vec<InputFile>,
    pub cautions: Vec<String>,
    pub summaries: Vec<SeriesSummary>,
}

/// One instrument's bars, ascending in time, on the grid of the market's bar length.
#[derive(Clone, Debug, Default)]
pub struct SeriesPart {
    pub bars: Vec<Bar>,
    /// Open of the last bar of its files, where nobody traded in that one: the clock goes on to it.
    pub reaches: Option<Time>,
    /// Mark-price bars on the same grid; empty where none exist.
    pub marks: Vec<MarkBar>,
    /// Raw settlements of a perpetual, ascending, floored to the minute.
    pub settlements: Vec<RawSettlement>,
    /// `(instant, mark price)` from a series finer than the bar, ascending: what a settlement inside a bar is valued at.
    pub fine_marks: Vec<(Time, f64)>,
}

impl SeriesPart {
    /// Lets go of the memory of what the panel holds by now; when the series began is asked later.
    pub(super) fn forget_aligned(&mut self) {
        self.bars.truncate(1);
        self.bars.shrink_to_fit();
        self.marks = Vec::new();
    }
}

/// Last prices of one bar in the quote currency, its open time, and its volume in the instrument's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub time: Time,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
}

/// Mark prices of one bar, and its open time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkBar {
    pub time: Time,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
}

impl MarkBar {
    pub(super) fn of(bar: &Bar) -> Self {
        Self { time: bar.time, open: bar.open, high: bar.high, low: bar.low, close: bar.close }
    }
}

/// One funding settlement as its file has it: the rate is a fraction of notional for its own interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawSettlement {
    pub time: Time,
    pub rate: f64,
    /// As the file says; `None` is inferred from consecutive stamps.
    pub interval_hours: Option<f64>,
}
