//! The market as it looked at the close of one bar: closed bars, settlements already paid, facts already known.

use crate::market::{CapFact, Conversion, Instrument, Kind, Market, Settlement, Tier};
use crate::signal::recent_funding::recent;
use crate::units::{AssetId, InstrumentId, NarrativeId, Span, Time};

/// A window on a market that ends at the close of bar `bar`. Cheap to make and to copy; nothing behind it can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct History<'m> {
    market: &'m Market,
    bar: usize,
}

impl<'m> History<'m> {
    /// The market as known at the close of a bar.
    #[must_use]
    pub fn at_close(market: &'m Market, bar: usize) -> Self {
        Self { market, bar }
    }

    /// The instant of the decision: the close of the last bar.
    #[must_use]
    pub fn now(&self) -> Time {
        self.market.clock.close(self.bar)
    }

    /// The last bar, which has just closed.
    #[must_use]
    pub fn bar(&self) -> usize {
        self.bar
    }

    /// How many bars a span is, at least one.
    #[must_use]
    pub fn bars_in(&self, span: Span) -> usize {
        span.in_bars(self.market.clock.bar)
    }

    /// Whether the instrument traded in the last bar.
    #[must_use]
    pub fn trades(&self, id: InstrumentId) -> bool {
        self.market.panel.trades(id, self.bar)
    }

    /// The same market, `bars` earlier: what was known then. `None` before the first bar.
    #[must_use]
    pub fn earlier(&self, bars: usize) -> Option<Self> {
        Some(Self { market: self.market, bar: self.bar.checked_sub(bars)? })
    }

    /// Bars from the one that an instant lies in to this one, which counts as none; of an instant that is yet to come none.
    #[must_use]
    pub fn bars_since(&self, time: Time) -> usize {
        let passed = self.now().seconds() - time.seconds() - 1;
        usize::try_from(passed.div_euclid(self.market.clock.bar.seconds())).unwrap_or(0)
    }

    /// How long a bar is.
    #[must_use]
    pub fn bar_length(&self) -> Span {
        self.market.clock.bar
    }

    /// Bars in a year of 365 days.
    #[must_use]
    pub fn bars_a_year(&self) -> f64 {
        365.0 / self.market.clock.bar.days()
    }

    /// First bar of the listing in force; what an earlier listing under the same symbol did is another coin's history.
    #[must_use]
    fn listed_since(&self, id: InstrumentId) -> Option<usize> {
        self.market.panel.segment(id, self.bar).map(|segment| segment.first)
    }

    /// First bar of the coin: of the listing in force, or of the one it came of where that began sooner.
    fn born(&self, id: InstrumentId) -> Option<usize> {
        let own = self.listed_since(id)?;
        Some(self.ancestry(id).into_iter().fold(own, usize::min))
    }

    /// First bar of the oldest listing that became this one, of the same kind of market; of announcements made by now.
    fn ancestry(&self, id: InstrumentId) -> Option<usize> {
        let Instrument { asset, kind, .. } = *self.market.instrument(id);
        let known = self.market.conversions_into(asset).filter(|conversion| conversion.known_at <= self.now());
        let first = |conversion: &Conversion| {
            let coin = self.market.asset(conversion.asset);
            let old = if kind == Kind::Spot { coin.spot } else { coin.perp }?;
            let panel = &self.market.panel;
            // The listing of which that was said; under its symbol there may be another coin by now.
            let then = self.market.clock.bar_of(conversion.known_at).and_then(|t| panel.segment(old, t));
            let listing = then.or_else(|| panel.segments[old.index()].first().copied().filter(|segment| segment.first <= self.bar))?;
            Some(self.ancestry(old).map_or(listing.first, |older| older.min(listing.first)))
        };
        known.filter_map(first).min()
    }

    /// Whether the coin has been listed for at least `span`, as itself or as what became it. One that traded in the very first bar of the data, however
    /// long before the window, was listed at an unknown time before it, and counts as old.
    #[must_use]
    pub fn listed_for(&self, id: InstrumentId, span: Span) -> bool {
        self.born(id).is_some_and(|first| first == 0 || self.bar + 1 - first >= self.bars_in(span))
    }

    /// Whether the coin was listed no longer than `span` ago, as itself or as what became it. One that traded in the very first bar of the data counts
    /// as old, as for [`Self::listed_for`].
    #[must_use]
    pub fn listed_within(&self, id: InstrumentId, span: Span) -> bool {
        self.born(id).is_some_and(|first| first > 0 && self.bar + 1 - first <= self.bars_in(span))
    }

    /// Bars since the coin was first listed, as itself or as what became it, the first and the last included.
    #[must_use]
    pub fn age_in_bars(&self, id: InstrumentId) -> Option<usize> {
        self.born(id).map(|first| self.bar + 1 - first)
    }

    /// Bars since the listing in force began, the first and the last included: of these it has prices of its own.
    #[must_use]
    pub fn listed_bars(&self, id: InstrumentId) -> Option<usize> {
        self.listed_since(id).map(|first| self.bar + 1 - first)
    }

    /// Last traded close.
    #[must_use]
    pub fn close(&self, id: InstrumentId) -> Option<f64> {
        self.close_before(id, 0)
    }

    /// The close `back` bars ago, or the last one traded before that; `None` before the listing.
    #[must_use]
    pub fn close_before(&self, id: InstrumentId, back: usize) -> Option<f64> {
        let first = self.listed_since(id)?;
        let asked = self.bar.checked_sub(back)?;
        let panel = &self.market.panel;
        let traded = panel.last_traded(id, asked).filter(|&traded| traded >= first)?;
        Some(panel.close[panel.at(id, traded)])
    }

    /// Closes of the last `bars` bars, NaN where one is missing; `None` when the listing is younger.
    #[must_use]
    pub fn closes(&self, id: InstrumentId, bars: usize) -> Option<&'m [f64]> {
        self.last_bars(&self.market.panel.close, id, bars)
    }

    /// Opens, likewise.
    #[must_use]
    pub fn opens(&self, id: InstrumentId, bars: usize) -> Option<&'m [f64]> {
        self.last_bars(&self.market.panel.open, id, bars)
    }

    /// Highs, likewise.
    #[must_use]
    pub fn highs(&self, id: InstrumentId, bars: usize) -> Option<&'m [f64]> {
        self.last_bars(&self.market.panel.high, id, bars)
    }

    /// Lows, likewise.
    #[must_use]
    pub fn lows(&self, id: InstrumentId, bars: usize) -> Option<&'m [f64]> {
        self.last_bars(&self.market.panel.low, id, bars)
    }

    fn last_bars(&self, column: &'m [f64], id: InstrumentId, bars: usize) -> Option<&'m [f64]> {
        let first = self.listed_since(id)?;
        let from = (self.bar + 1).checked_sub(bars).filter(|&from| from >= first)?;
        let panel = &self.market.panel;
        Some(&column[panel.at(id, from)..=panel.at(id, self.bar)])
    }

    /// Dollar volume a day over the last `span`, missing bars counted as none; `None` when the listing is younger.
    #[must_use]
    pub fn daily_volume(&self, id: InstrumentId, span: Span) -> Option<f64> {
        let bars = self.bars_in(span);
        let closes = self.closes(id, bars)?;
        let panel = &self.market.panel;
        let end = panel.at(id, self.bar) + 1;
        let volumes = &panel.volume[end - bars..end];
        let traded: f64 = closes.iter().zip(volumes).filter(|(close, _)| !close.is_nan()).map(|(close, volume)| close * volume).sum();
        Some(traded / (bars as f64 * self.market.clock.bar.days()))
    }

    /// Dollars traded in the last `span`; of a younger listing what it has traded so far.
    #[must_use]
    pub fn traded(&self, id: InstrumentId, span: Span) -> f64 {
        let Some(first) = self.listed_since(id) else { return 0.0 };
        let panel = &self.market.panel;
        let from = (self.bar + 1).saturating_sub(self.bars_in(span)).max(first);
        let bars = panel.at(id, from)..=panel.at(id, self.bar);
        let dollars = bars.filter(|&at| !panel.close[at].is_nan()).map(|at| panel.close[at] * panel.volume[at].max(0.0));
        dollars.sum()
    }

    /// Observed settlements of the listing in force stamped strictly before the decision, oldest first. One stamped at the very instant is not
    /// known yet, and one that the market only assumes is never known: this is the one door through which rules see funding.
    #[must_use]
    pub fn settlements(&self, id: InstrumentId) -> &'m [Settlement] {
        let settled = self.market.funding.observed_before(id, self.now());
        let listed = self.listed_since(id).map_or(self.now(), |first| self.market.clock.open(first));
        &settled[settled.partition_point(|settlement| settlement.time < listed)..]
    }

    /// The last `count` settlements known, all of the listing in force; `None` with fewer, and where they are [not recent](recent).
    #[must_use]
    pub fn last_settlements(&self, id: InstrumentId, count: usize) -> Option<&'m [Settlement]> {
        let known = self.settlements(id);
        recent(known, count, self.now())
    }

    /// The market-cap fact in force now.
    #[must_use]
    pub fn cap(&self, asset: AssetId) -> Option<CapFact> {
        self.market.cap_at(asset, self.now())
    }

    /// Market-cap rank known by now.
    #[must_use]
    pub fn rank(&self, asset: AssetId) -> Option<u32> {
        self.cap(asset).and_then(|fact| fact.rank)
    }

    /// The tier of an asset now.
    #[must_use]
    pub fn tier(&self, asset: AssetId) -> Tier {
        self.market.tier_at(asset, self.now())
    }

    /// The members of a narrative now, in file order.
    pub fn members(&self, narrative: NarrativeId) -> impl Iterator<Item = AssetId> + use<'m> {
        self.market.members(narrative, self.now())
    }

    /// The narratives an asset belongs to now, in file order.
    pub fn narratives_of(&self, asset: AssetId) -> impl Iterator<Item = NarrativeId> + use<'m> {
        self.market.narratives_of(asset, self.now())
    }

    /// What does not change in time: names, which asset has which instruments.
    #[must_use]
    pub fn directory(&self) -> Directory<'m> {
        Directory { market: self.market }
    }
}

/// The timeless part of a market, for rules: identities and which kinds of facts there are, never prices. What there is says nothing of when: no rule
/// decides by it, a plan warns of what is missing.
#[derive(Clone, Copy, Debug)]
pub struct Directory<'m> {
    market: &'m Market,
}

impl<'m> Directory<'m> {
    /// The directory of a market.
    #[must_use]
    pub fn of(market: &'m Market) -> Self {
        Self { market }
    }

    /// The asset of a name.
    #[must_use]
    pub fn asset_named(&self, name: &str) -> Option<AssetId> {
        self.market.assets.iter().position(|asset| asset.name == name).map(AssetId::new)
    }

    /// All assets, in file order.
    pub fn assets(&self) -> impl ExactSizeIterator<Item = AssetId> + use<'m> {
        (0..self.market.assets.len()).map(AssetId::new)
    }

    /// The name of an asset.
    #[must_use]
    pub fn asset(&self, id: AssetId) -> &'m str {
        &self.market.asset(id).name
    }

    /// The spot market of an asset.
    #[must_use]
    pub fn spot(&self, asset: AssetId) -> Option<InstrumentId> {
        self.market.asset(asset).spot
    }

    /// The perpetual of an asset.
    #[must_use]
    pub fn perp(&self, asset: AssetId) -> Option<InstrumentId> {
        self.market.asset(asset).perp
    }

    /// The asset of an instrument.
    #[must_use]
    pub fn asset_of(&self, id: InstrumentId) -> AssetId {
        self.market.instrument(id).asset
    }

    /// The kind of venue that lists an asset.
    #[must_use]
    pub fn venue_kind(&self, asset: AssetId) -> crate::market::VenueKind {
        self.market.asset(asset).venue_kind
    }

    /// The symbol of an instrument.
    #[must_use]
    pub fn symbol(&self, id: InstrumentId) -> &'m str {
        &self.market.instrument(id).symbol
    }

    /// The name of a narrative.
    #[must_use]
    pub fn narrative(&self, id: NarrativeId) -> &'m str {
        self.market.narrative(id)
    }

    /// All narratives, in file order.
    pub fn narratives(&self) -> impl Iterator<Item = NarrativeId> + use<'m> {
        (0..self.market.narratives.len()).map(NarrativeId::new)
    }

    /// Whether somebody has labelled an asset with a narrative.
    #[must_use]
    pub fn has_narratives(&self) -> bool {
        !self.market.memberships.is_empty()
    }

    /// Whether a market cap is known of any asset, at whatever time.
    #[must_use]
    pub fn has_caps(&self) -> bool {
        self.market.caps.iter().any(|facts| !facts.is_empty())
    }

    /// Whether anybody publishes a metric, about whatever, at whatever time.
    #[must_use]
    pub fn has_evidence(&self, metric: &str) -> bool {
        self.market.evidence.iter().any(|fact| fact.metric == metric)
    }

    /// Whether an observed settlement of any perpetual, times `sign`, ever was at or above a rate per 8 h.
    #[must_use]
    pub fn ever_settles_at(&self, rate_8h: f64, sign: f64) -> bool {
        let perpetuals = (0..self.market.instruments.len()).map(InstrumentId::new);
        perpetuals.flat_map(|id| self.market.funding.observed(id)).any(|settlement| settlement.rate_8h() * sign >= rate_8h)
    }

    /// The tier of `assets.csv`, which speaks where no rank is known.
    #[must_use]
    pub fn tier(&self, asset: AssetId) -> Tier {
        self.market.asset(asset).tier
    }

    /// The asset everything is measured against: BTC, else the first with a spot series, else the first.
    #[must_use]
    pub fn benchmark(&self) -> InstrumentId {
        let named = self.asset_named("BTC").and_then(|asset| self.spot(asset).or(self.perp(asset)));
        let first_spot = || self.market.assets.iter().find_map(|asset| asset.spot);
        named.or_else(first_spot).unwrap_or(InstrumentId(0))
    }
}
