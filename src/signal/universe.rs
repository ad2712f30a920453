//! Who may be considered, as of a close: rank band, tier, age, venue, volume, and whether it trades at all.

use crate::market::{Tier, VenueKind};
use crate::signal::History;
use crate::units::{AssetId, InstrumentId, Span};

/// The gates of a universe. An empty gate lets everybody through, but for `venues`.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// Only these assets.
    pub assets: Option<Vec<AssetId>>,
    pub tiers: Option<Vec<Tier>>,
    /// Market-cap rank, both ends included.
    pub rank: Option<[u32; 2]>,
    pub min_age: Option<Span>,
    /// Listed no longer ago than this: "recently launched". What traded in the first bar of the data is old.
    pub max_age: Option<Span>,
    /// Dollars a day, over the last 30 days.
    pub min_daily_volume: Option<f64>,
    /// Only assets of these venues. `None`: perpetuals of regulated and centralised venues, spot of any.
    pub venues: Option<Vec<VenueKind>>,
}

impl Gates {
    /// Whether an asset is among those that are named, where any are.
    fn names(&self, asset: AssetId) -> bool {
        self.assets.as_ref().is_none_or(|names| names.contains(&asset))
    }
}

/// A gate that stayed shut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refusal {
    /// `trades`, or the name of the field of [`Gates`].
    pub gate: &'static str,
    /// What was measured, where it is a number: a rank, days, dollars a day.
    pub value: Option<f64>,
    /// What it was held to, in the same unit.
    pub limit: Option<f64>,
}

const VOLUME_SPAN: Span = Span::from_seconds(30 * 86_400);

/// Where no rank is known the tier speaks for it, by the middle of its band: large 10, mid 60, small 300.
#[must_use]
pub(crate) fn rank_or_tier(history: &History, asset: AssetId) -> u32 {
    history.rank(asset).unwrap_or_else(|| middle_rank(history.tier(asset)))
}

/// The rank that a tier stands for where none is known.
#[must_use]
pub fn middle_rank(tier: Tier) -> u32 {
    match tier {
        Tier::Large => 10,
        Tier::Mid => 60,
        Tier::Small => 300,
    }
}

/// Perpetuals of unregulated decentralised venues stay out by default; everything must have traded in the last bar.
#[must_use]
pub fn admits(history: &History, gates: &Gates, asset: AssetId, id: InstrumentId) -> bool {
    // The names first: most are not among them, and nothing of the market is read for those.
    gates.names(asset) && refusal(history, gates, asset, id).is_none()
}

/// The first gate that refuses, in the order of cost; `None` admits.
#[must_use]
pub fn refusal(history: &History, gates: &Gates, asset: AssetId, id: InstrumentId) -> Option<Refusal> {
    let by = |gate| Some(Refusal { gate, value: None, limit: None });
    if !history.trades(id) {
        return by("trades");
    }
    if !allows_venue(history, gates, asset, id) {
        return by("venues");
    }
    if !gates.names(asset) {
        return by("assets");
    }
    if gates.tiers.as_ref().is_some_and(|tiers| !tiers.contains(&history.tier(asset))) {
        return by("tiers");
    }
    outside_rank(history, gates, asset).or_else(|| wrong_age(history, gates, id)).or_else(|| too_thin(history, gates, id))
}

fn allows_venue(history: &History, gates: &Gates, asset: AssetId, id: InstrumentId) -> bool {
    let directory = history.directory();
    let venue = directory.venue_kind(asset);
    match &gates.venues {
        Some(kinds) => kinds.contains(&venue),
        None => venue != VenueKind::Dex || directory.perp(asset) != Some(id),
    }
}

fn outside_rank(history: &History, gates: &Gates, asset: AssetId) -> Option<Refusal> {
    let [best, worst] = gates.rank?;
    let rank = rank_or_tier(history, asset);
    let limit = if rank < best { best } else { worst };
    (!(best..=worst).contains(&rank)).then_some(Refusal { gate: "rank", value: Some(f64::from(rank)), limit: Some(f64::from(limit)) })
}

fn wrong_age(history: &History, gates: &Gates, id: InstrumentId) -> Option<Refusal> {
    let age = history.age_in_bars(id).map(|bars| bars as f64 * history.bar_length().days());
    let by = |gate, span: Span| Some(Refusal { gate, value: age, limit: Some(span.days()) });
    match (gates.min_age, gates.max_age) {
        (Some(least), _) if !history.listed_for(id, least) => by("min_age", least),
        (_, Some(most)) if !history.listed_within(id, most) => by("max_age", most),
        _ => None,
    }
}

fn too_thin(history: &History, gates: &Gates, id: InstrumentId) -> Option<Refusal> {
    let floor = gates.min_daily_volume?;
    let volume = history.daily_volume(id, VOLUME_SPAN);
    (!volume.is_some_and(|volume| volume >= floor)).then_some(Refusal { gate: "min_daily_volume", value: volume, limit: Some(floor) })
}
