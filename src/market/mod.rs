//! WHAT HAPPENED: files become one frozen [`Market`]. This room knows prices, rates and dated facts; it must never know
//! strategies, money or time later than the file says.

mod align;
mod bars;
mod benchmark;
mod careful;
mod caution;
mod cite;
pub mod columns;
mod conversions;
pub mod digest;
mod facts;
mod files;
mod frame;
mod freeze;
mod funding_book;
mod future;
mod jobs;
mod labels;
mod load;
mod manifest;
mod names;
mod odd;
mod pages;
mod panel;
mod parquet;
mod parts;
mod plausible;
mod rates;
mod roster;
pub mod sample;
mod series;
mod settle;
mod sheet;
mod stamp;
mod successor;
mod table;
mod threads;
mod tiers;
mod unpack;
mod venue;
mod wicks;

pub use benchmark::{Benchmark, Index};
pub use conversions::Conversion;
pub use freeze::freeze;
pub use funding_book::FundingBook;
pub use future::FactKind;
pub use labels::Labels;
pub use load::Window;
pub use manifest::manifest_schema;
pub use panel::{BLOCK, Panel, Segment};
pub use parts::{Bar, MarkBar, MarketParts, RawSettlement, SeriesPart};
pub use successor::Successor;
pub use venue::{DatedRules, DatedSpread, ListingPolicy, SpreadOf, TradingRules, VenueCosts};
pub use wicks::{LONG_WICK, in_long_wick};

use std::ops::Range;

use crate::funding_interval::per_8h;
pub use crate::units::Bracket;
use crate::units::{AssetId, Clock, InstrumentId, NarrativeId, Time};

/// One clock, dense columns, dated facts. Immutable once made; shared by all replays.
#[derive(Debug)]
pub struct Market {
    pub name: String,
    pub about: String,
    /// A synthetic market is named so in every report and picture.
    pub synthetic: bool,
    pub quote: String,
    /// Every bar of the data up to the end of the window: what rules may look back on.
    pub clock: Clock,
    /// The first bar of the window. Those before it warm up signals and ages; nothing trades, pays or is told there.
    pub first: usize,
    pub assets: Vec<Asset>,
    pub instruments: Vec<Instrument>,
    pub narratives: Vec<String>,
    /// Those of the file in its order, then what coins inherit from those that became them.
    pub memberships: Vec<Membership>,
    /// How those are found.
    pub labels: Labels,
    /// Coins that became others; at most one of each asset, ascending in asset, and none leads back.
    pub conversions: Vec<Conversion>,
    pub panel: Panel,
    pub funding: FundingBook,
    /// Market caps and ranks per asset, ascending in `known_at`.
    pub caps: Vec<Vec<CapFact>>,
    /// Maintenance-margin tables per instrument, ascending in `since`; empty where none is known.
    pub tiers: Vec<Vec<TierTable>>,
    /// Ascending in `known_at`.
    pub evidence: Vec<Evidence>,
    pub costs: VenueCosts,
    /// Half-spreads that `costs` does not hold: ascending in whose they are, then `since`.
    pub spreads: Vec<DatedSpread>,
    /// Ascending in instrument, then `since`; empty where the market gives none.
    pub rules: Vec<DatedRules>,
    pub listing: ListingPolicy,
    /// What runs are measured against, where `market.toml` says so.
    pub benchmark: Option<Benchmark>,
    /// Constant paid where the funding history has holes; `None` means such a market was refused at load.
    pub missing_rate_8h: Option<f64>,
    /// Every file read, relative to the market folder, with the SHA-256 of its bytes; sorted by path.
    pub inputs: Vec<InputFile>,
    /// What was odd but carried on with, in plain sentences; sorted.
    pub cautions: Vec<String>,
    /// What `rotate check` prints, one per series.
    pub series: Vec<SeriesSummary>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Large,
    Mid,
    Small,
}

impl Tier {
    /// large ≤ 20, mid ≤ 100, small beyond (`formats.md` section 1).
    #[must_use]
    pub fn of_rank(rank: u32) -> Self {
        match rank {
            0..=20 => Self::Large,
            21..=100 => Self::Mid,
            _ => Self::Small,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Mid => "mid",
            Self::Small => "small",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VenueKind {
    Regulated,
    Cex,
    Dex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Spot,
    Perp,
}

impl Kind {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Perp => "perp",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Asset {
    pub name: String,
    /// The fallback where no rank is known as of the bar.
    pub tier: Tier,
    pub spot: Option<InstrumentId>,
    pub perp: Option<InstrumentId>,
    pub venue: String,
    pub venue_kind: VenueKind,
}

#[derive(Clone, Debug)]
pub struct Instrument {
    pub symbol: String,
    pub asset: AssetId,
    pub kind: Kind,
    /// Coins per contract (1000PEPE: 1000). Quantities and prices stay in the venue's own contracts everywhere.
    pub contract_size: f64,
}

#[derive(Clone, Debug)]
pub struct Membership {
    pub asset: AssetId,
    pub narrative: NarrativeId,
    pub since: Time,
    /// The first instant at which it no longer belongs.
    pub until: Option<Time>,
    pub source: String,
}

impl Membership {
    #[must_use]
    pub fn holds(&self, now: Time) -> bool {
        self.since <= now && self.until.is_none_or(|until| now < until)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapFact {
    pub known_at: Time,
    pub cap_usd: f64,
    pub rank: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct TierTable {
    pub since: Time,
    pub brackets: Vec<Bracket>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Narrative(NarrativeId),
    Asset(AssetId),
}

#[derive(Clone, Debug)]
pub struct Evidence {
    pub known_at: Time,
    pub subject: Subject,
    pub metric: String,
    pub value: f64,
}

/// One funding settlement: `payment = −side · quantity · mark · rate`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settlement {
    /// Floored to the minute.
    pub time: Time,
    pub rate: f64,
    pub interval_hours: f64,
    /// The mark price at that instant, from the finest series the market has; else the open of its bar.
    pub mark: f64,
    /// The rate is the declared constant, not an observation: it is paid and counted, and no rule knows it.
    pub assumed: bool,
}

impl Settlement {
    /// The rate scaled to eight hours, the only form in which rates of different intervals compare.
    #[must_use]
    pub fn rate_8h(&self) -> f64 {
        per_8h(self.rate, self.interval_hours)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InputFile {
    pub path: String,
    pub sha256: String,
}

/// What is there and what is missing in one series.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SeriesSummary {
    pub asset: String,
    /// `spot`, `perp`, `mark`, `funding`, `cap`; of whole tables `narrative`, `conversion`, `tiers`, `evidence`.
    pub kind: String,
    pub symbol: String,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub bars: usize,
    pub missing: usize,
    pub files: Vec<String>,
    /// Funding intervals seen, in hours, ascending.
    pub intervals: Vec<f64>,
}

impl Market {
    /// The bars that are replayed, as a clock of their own: what a run, a report or a study is about.
    #[must_use]
    pub fn window(&self) -> Clock {
        self.clock.from_bar(self.first)
    }

    /// The same bars as places on the whole clock.
    #[must_use]
    pub fn trading(&self) -> Range<usize> {
        self.first..self.clock.bars
    }

    #[must_use]
    pub fn asset(&self, id: AssetId) -> &Asset {
        &self.assets[id.index()]
    }

    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> &Instrument {
        &self.instruments[id.index()]
    }

    #[must_use]
    pub fn narrative(&self, id: NarrativeId) -> &str {
        &self.narratives[id.index()]
    }

    /// Bytes of its prices and settlements.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let FundingBook { by_instrument, in_time, bar_start, seen } = &self.funding;
        let settlements: usize = by_instrument.iter().map(|list| size_of_val(list.as_slice())).sum();
        let observed: usize = seen.iter().flatten().map(|list| size_of_val(list.as_slice())).sum();
        self.panel.bytes() + (settlements + observed + size_of_val(in_time.as_slice()) + size_of_val(bar_start.as_slice())) as u64
    }

    /// Bytes of the rows of its files, which stand beside the market while it is made of them: the most that loading takes but for the largest
    /// tables.
    #[must_use]
    pub fn bytes_of_rows(&self) -> u64 {
        let of = |series: &SeriesSummary| match series.kind.as_str() {
            "spot" | "perp" => series.bars * size_of::<Bar>(),
            "mark" => series.bars * size_of::<MarkBar>(),
            "funding" => series.bars * size_of::<RawSettlement>(),
            _ => 0,
        };
        self.series.iter().map(of).sum::<usize>() as u64
    }

    /// The market-cap fact in force at `now`.
    #[must_use]
    pub fn cap_at(&self, asset: AssetId, now: Time) -> Option<CapFact> {
        let facts = &self.caps[asset.index()];
        let known = facts.partition_point(|fact| fact.known_at <= now);
        known.checked_sub(1).map(|last| facts[last])
    }

    /// Tier by the rank known at `now`, else the fallback of `assets.csv`.
    #[must_use]
    pub fn tier_at(&self, asset: AssetId, now: Time) -> Tier {
        self.cap_at(asset, now).and_then(|fact| fact.rank).map_or(self.asset(asset).tier, Tier::of_rank)
    }

    /// The margin table in force at `now`, if any is known.
    #[must_use]
    pub fn tiers_at(&self, id: InstrumentId, now: Time) -> Option<&[Bracket]> {
        let tables = &self.tiers[id.index()];
        let known = tables.partition_point(|table| table.since <= now);
        known.checked_sub(1).map(|last| tables[last].brackets.as_slice())
    }

    /// All labels of an asset, past and future, in file order.
    pub fn memberships_of(&self, asset: AssetId) -> impl Iterator<Item = &Membership> {
        self.labels.of_asset(&self.memberships, asset)
    }

    /// Narratives an asset belongs to at `now`, in file order.
    pub fn narratives_of(&self, asset: AssetId, now: Time) -> impl Iterator<Item = NarrativeId> {
        self.memberships_of(asset).filter(move |label| label.holds(now)).map(|label| label.narrative)
    }

    /// Members of a narrative at `now`, in file order.
    pub fn members(&self, narrative: NarrativeId, now: Time) -> impl Iterator<Item = AssetId> {
        self.labels.of_narrative(&self.memberships, narrative).filter(move |label| label.holds(now)).map(|label| label.asset)
    }
}
