//! The market that everything else looks at, made once and never changed.

use std::ops::Range;

use crate::market::{
    Asset, Bar, Benchmark, CapFact, Conversion, DatedRules, DatedSpread, Evidence, FundingBook, InputFile, Instrument, Labels,
    ListingPolicy, MarkBar, Membership, Panel, RawSettlement, SeriesSummary, Tier, TierTable, VenueCosts,
};
use crate::units::{AssetId, Bracket, Clock, InstrumentId, NarrativeId, Time};

/// One clock, dense columns, dated facts. Immutable once made; shared by all replays.
#[derive(Clone, Debug)]
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

    /// The asset of an id of this market.
    #[must_use]
    pub fn asset(&self, id: AssetId) -> &Asset {
        &self.assets[id.index()]
    }

    /// The instrument of an id of this market.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> &Instrument {
        &self.instruments[id.index()]
    }

    /// The name of a narrative of this market.
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
