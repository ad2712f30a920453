//! The survivorship audit of a market: which listings died, when, and what somebody who looked at the survivors alone would have seen.
//!
//! *Descriptive*: it looks at the whole market from its end and is for reports; no rule may use it.

use crate::market::{Instrument, Kind, Market, Segment};
use crate::units::{AssetId, InstrumentId, Time};

/// A listing that ended before the market did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    pub asset: AssetId,
    pub instrument: InstrumentId,
    /// Close of the last bar that traded.
    pub ended: Time,
    /// When a holder is forced out, after [`crate::market::ListingPolicy::delisted_after`] of silence.
    pub forced_out: Time,
    /// The coin it had become by then.
    pub became: Option<AssetId>,
    /// Another series of the same asset, or of what it became, was alive at the market's end: the coin has left a market, not the world.
    pub coin_lives: bool,
}

/// What holding each listing of the window from its first close there to its end would have returned. A *listing* is a stretch of life of
/// the series that speaks for a coin (of spot and perpetual the one that ends last, spot where both do); one that comes back after its end
/// is another listing. Who holds a coin that becomes another goes on holding that one: the listing ends where that one's does.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    pub listings: usize,
    /// Every ended listing, spot and perpetuals, by time, then instrument. It may outnumber `listings − survivors`, for a coin may lose both.
    pub deaths: Vec<Death>,
    /// Listings alive at the market's end.
    pub survivors: usize,
    /// Mean return of an equal stake in every listing, bought at its first close; the dead sold at their last close less
    /// [`crate::market::ListingPolicy::penalty`]. `None` of no listing.
    pub whole_universe: Option<f64>,
    /// The same over the survivors alone: what a folder of today's coins would have shown.
    pub survivors_only: Option<f64>,
}

impl Survival {
    /// As of the market's end.
    #[must_use]
    pub fn of(market: &Market) -> Self {
        let mut deaths: Vec<Death> = Vec::new();
        for (index, instrument) in market.instruments.iter().enumerate() {
            let id = InstrumentId::new(index);
            let asset = market.asset(instrument.asset);
            let other_lives = [asset.spot, asset.perp].into_iter().flatten().any(|other| other != id && lives(market, other));
            let ended = market.panel.segments[index].iter().filter(|segment| segment.end > market.first);
            let ended = ended.filter_map(|segment| Some((segment, forced_out(market, *segment)?)));
            deaths.extend(ended.map(|(segment, forced_out)| {
                let became = became(market, id, *segment);
                Death {
                    asset: instrument.asset,
                    instrument: id,
                    ended: market.clock.open(segment.end),
                    forced_out: market.clock.open(forced_out),
                    became,
                    coin_lives: other_lives || became.is_some_and(|asset| coin_lives(market, asset)),
                }
            }));
        }
        deaths.sort_by_key(|death| (death.ended, death.instrument));
        let end = |id: &InstrumentId| market.panel.segments[id.index()].last().map_or(0, |last| last.end);
        // Of equals the last is taken, so spot stands last.
        let listings = market.assets.iter().filter_map(|asset| [asset.perp, asset.spot].into_iter().flatten().max_by_key(end));
        let returns: Vec<(f64, bool)> = listings
            .flat_map(|id| market.panel.segments[id.index()].iter().filter_map(move |&segment| held_through(market, id, segment)))
            .collect();
        let alive: Vec<(f64, bool)> = returns.iter().copied().filter(|(_, alive)| *alive).collect();
        Self { listings: returns.len(), deaths, survivors: alive.len(), whole_universe: mean(&returns), survivors_only: mean(&alive) }
    }
}

/// The bar that ends the silence after a listing, which was its end; `None` where the market ended first.
fn forced_out(market: &Market, segment: Segment) -> Option<usize> {
    let bar = segment.end - 1 + market.listing.delisted_after.in_bars(market.clock.bar);
    (bar < market.clock.bars).then_some(bar)
}

fn lives(market: &Market, id: InstrumentId) -> bool {
    market.panel.segments[id.index()].last().is_some_and(|&last| forced_out(market, last).is_none())
}

/// Whether a market of a coin, or of what it became, was alive at the end.
fn coin_lives(market: &Market, asset: AssetId) -> bool {
    let coin = market.asset(asset);
    let end = market.clock.bars - 1;
    let heir = || market.conversion_in_force(asset, end).is_some_and(|conversion| coin_lives(market, conversion.to));
    [coin.spot, coin.perp].into_iter().flatten().any(|id| lives(market, id)) || heir()
}

/// The coin that a listing became at its end: of spot what its holders got, of a perpetual what was announced before it was settled.
fn became(market: &Market, id: InstrumentId, segment: Segment) -> Option<AssetId> {
    let Instrument { asset, kind, .. } = *market.instrument(id);
    match kind {
        Kind::Spot => market.converted_after(id, segment.end - 1).map(|(_, next)| market.instrument(next.instrument).asset),
        Kind::Perp => market.conversion_in_force(asset, forced_out(market, segment)?).map(|conversion| conversion.to),
    }
}

/// Return of a listing from its first close in the window, and whether it is alive at the end; `None` where it ended before the window.
fn held_through(market: &Market, id: InstrumentId, segment: Segment) -> Option<(f64, bool)> {
    let close = |id: InstrumentId, t: usize| market.panel.close[market.panel.at(id, t)];
    let bought = (segment.first.max(market.first)..segment.end).map(|t| close(id, t)).find(|price| !price.is_nan())?;
    let (mut id, mut segment, mut coins) = (id, segment, 1.0 / bought);
    while let Some((bar, next)) = forced_out(market, segment).and_then(|_| market.converted_after(id, segment.end - 1)) {
        (id, coins) = (next.instrument, coins * next.ratio);
        segment = market.panel.segment(id, bar).expect("it trades in that bar");
    }
    let growth = coins * close(id, segment.end - 1);
    Some(match (forced_out(market, segment), became(market, id, segment)) {
        (None, _) => (growth - 1.0, true),
        // A contract is settled at its last price.
        (Some(_), Some(coin)) => (growth - 1.0, coin_lives(market, coin)),
        (Some(_), None) => (growth * (1.0 - market.listing.penalty) - 1.0, false),
    })
}

fn mean(returns: &[(f64, bool)]) -> Option<f64> {
    (!returns.is_empty()).then(|| returns.iter().map(|(r, _)| r).sum::<f64>() / returns.len() as f64)
}
