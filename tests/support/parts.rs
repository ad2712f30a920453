//! The parts of a market made by hand: coins and their bars, and nothing that costs anything.

use rotate::market::{Asset, Bar, Instrument, Kind, ListingPolicy, MarketParts, SeriesPart, Tier, VenueCosts, VenueKind};
use rotate::units::{AssetId, InstrumentId, Span, Time};

/// A market without a coin yet.
pub fn empty(name: &str, about: &str, bar: Span) -> MarketParts {
    MarketParts {
        name: name.to_owned(),
        about: about.to_owned(),
        synthetic: true,
        quote: "USDT".to_owned(),
        bar,
        from: None,
        to: None,
        assets: Vec::new(),
        instruments: Vec::new(),
        narratives: Vec::new(),
        memberships: Vec::new(),
        conversions: Vec::new(),
        series: Vec::new(),
        caps: Vec::new(),
        tiers: Vec::new(),
        evidence: Vec::new(),
        costs: VenueCosts { spot_maker: 0.0, spot_taker: 0.0, perp_maker: 0.0, perp_taker: 0.0, half_spread: [0.0; 3], min_notional: 0.0 },
        spreads: Vec::new(),
        rules: Vec::new(),
        listing: ListingPolicy::default(),
        benchmark: None,
        missing_rate_8h: None,
        inputs: Vec::new(),
        cautions: Vec::new(),
        summaries: Vec::new(),
    }
}

/// A coin, traded nowhere yet.
pub fn coin(parts: &mut MarketParts, name: &str) {
    let (name, venue) = (name.to_owned(), "somewhere".to_owned());
    parts.assets.push(Asset { name, tier: Tier::Small, spot: None, perp: None, venue, venue_kind: VenueKind::Cex });
    parts.caps.push(Vec::new());
}

/// A market of the coin that stands last, from an instant on. Each bar opens at the close before it, the first at its own; a close that is
/// NaN is a missing bar. `volume` is in coins, told the close.
pub fn list(parts: &mut MarketParts, kind: Kind, start: Time, closes: &[f64], volume: impl Fn(f64) -> f64) {
    let (asset, id) = (AssetId::new(parts.assets.len() - 1), InstrumentId::new(parts.instruments.len()));
    let coin = &mut parts.assets[asset.index()];
    *if kind == Kind::Spot { &mut coin.spot } else { &mut coin.perp } = Some(id);
    parts.instruments.push(Instrument { symbol: format!("{}USDT", coin.name), asset, kind, contract_size: 1.0 });
    let (step, mut open) = (parts.bar.seconds(), f64::NAN);
    let bars = closes.iter().zip(0..).filter(|(close, _)| !close.is_nan()).map(|(&close, t)| {
        let from = if open.is_nan() { close } else { open };
        open = close;
        Bar { time: start.plus(t * step), open: from, high: from.max(close), low: from.min(close), close, volume: volume(close) }
    });
    parts.series.push(SeriesPart { bars: bars.collect(), ..SeriesPart::default() });
    parts.tiers.push(Vec::new());
}
