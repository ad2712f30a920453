//! Who may be considered, as of a close: rank band, tier, age, venue, and whether it trades at all.

use crate::market::{Tier, VenueKind};
use crate::signal::History;
use crate::units::{AssetId, InstrumentId, Span};

/// The gates of a universe. An empty gate lets everybody through.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// Only these assets.
    pub assets: Option<Vec<AssetId>>,
    pub tiers: Option<Vec<Tier>>,
    /// Market-cap rank, both ends included.
    pub rank: Option<[u32; 2]>,
    pub min_age: Option<Span>,
    /// Dollars a day, over the last 30 days.
    pub min_daily_volume: Option<f64>,
}

/// Where no rank is known the tier speaks for it, by the middle of its band: large 10, mid 60, small 300.
fn rank_or_tier(history: &History, asset: AssetId, band: [u32; 2]) -> bool {
    let rank = history.rank(asset).unwrap_or(match history.tier(asset) {
        Tier::Large => 10,
        Tier::Mid => 60,
        Tier::Small => 300,
    });
    (band[0]..=band[1]).contains(&rank)
}

/// Perpetuals of unregulated decentralised venues stay out by default; everything must have traded in the last bar.
#[must_use]
pub fn admits(history: &History, gates: &Gates, asset: AssetId, id: InstrumentId) -> bool {
    let directory = history.directory();
    let perp = directory.perp(asset) == Some(id);
    history.trades(id)
        && !(perp && directory.venue_kind(asset) == VenueKind::Dex)
        && gates.assets.as_ref().is_none_or(|names| names.contains(&asset))
        && gates.tiers.as_ref().is_none_or(|tiers| tiers.contains(&history.tier(asset)))
        && gates.rank.is_none_or(|band| rank_or_tier(history, asset, band))
        && gates.min_age.is_none_or(|span| history.listed_for(id, span))
        && gates
            .min_daily_volume
            .is_none_or(|floor| history.daily_volume(id, Span::from_seconds(30 * 86_400)).is_some_and(|volume| volume >= floor))
}
