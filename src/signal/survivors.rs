//! The survivorship audit of a market: which listings died, when, and what somebody who looked at the survivors alone would have seen.
//!
//! *Descriptive*: it looks at the whole market from its end and is for reports; no rule may use it.

use crate::market::{Market, Segment};
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
    /// Another series of the same asset was alive at the market's end: the coin has left a market, not the world.
    pub coin_lives: bool,
}

/// What holding each listing of the window from its first close there to its end would have returned. A *listing* is a stretch of life of
/// the series that speaks for a coin (of spot and perpetual the one that ends last, spot where both do); one that comes back after its end
/// is another listing.
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
        let lives = |id: InstrumentId| market.panel.segments[id.index()].last().is_some_and(|&last| forced_out(market, last).is_none());
        let mut deaths: Vec<Death> = Vec::new();
        for (index, instrument) in market.instruments.iter().enumerate() {
            let id = InstrumentId::new(index);
            let asset = market.asset(instrument.asset);
            let coin_lives = [asset.spot, asset.perp].into_iter().flatten().any(|other| other != id && lives(other));
            let ended = market.panel.segments[index].iter().filter(|segment| segment.end > market.first);
            let ended = ended.filter_map(|segment| Some((segment, forced_out(market, *segment)?)));
            deaths.extend(ended.map(|(segment, forced_out)| Death {
                asset: instrument.asset,
                instrument: id,
                ended: market.clock.open(segment.end),
                forced_out,
                coin_lives,
            }));
        }
        deaths.sort_by_key(|death| (death.ended, death.instrument));
        let end = |id: &InstrumentId| market.panel.segments[id.index()].last().map_or(0, |last| last.end);
        // Of equals the last is taken, so spot stands last.
        let listings = market.assets.iter().filter_map(|asset| [asset.perp, asset.spot].into_iter().flatten().max_by_key(end));
        let returns: Vec<(f64, bool)> = listings
            .flat_map(|id| market.panel.segments[id.index()].iter().filter_map(move |&segment| held(market, id, segment)))
            .collect();
        let alive: Vec<(f64, bool)> = returns.iter().copied().filter(|(_, alive)| *alive).collect();
        Self { listings: returns.len(), deaths, survivors: alive.len(), whole_universe: mean(&returns), survivors_only: mean(&alive) }
    }
}

/// When the silence after a listing became its end; `None` where the market ended first.
fn forced_out(market: &Market, segment: Segment) -> Option<Time> {
    let bar = segment.end - 1 + market.listing.delisted_after.in_bars(market.clock.bar);
    (bar < market.clock.bars).then(|| market.clock.open(bar))
}

/// Return of a listing from its first close in the window, and whether it is alive at the end; `None` where it ended before the window.
fn held(market: &Market, id: InstrumentId, segment: Segment) -> Option<(f64, bool)> {
    let close = |t: usize| market.panel.close[market.panel.at(id, t)];
    let bought = (segment.first.max(market.first)..segment.end).map(close).find(|price| !price.is_nan())?;
    let growth = close(segment.end - 1) / bought;
    Some(match forced_out(market, segment) {
        None => (growth - 1.0, true),
        Some(_) => (growth * (1.0 - market.listing.penalty) - 1.0, false),
    })
}

fn mean(returns: &[(f64, bool)]) -> Option<f64> {
    (!returns.is_empty()).then(|| returns.iter().map(|(r, _)| r).sum::<f64>() / returns.len() as f64)
}
