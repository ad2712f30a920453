//! Markets of one perpetual, bar by bar as a law wants them, and strategies that take it once and do not react.

use rotate::market::{
    Asset, Bar, DatedRules, Instrument, Kind, ListingPolicy, MarkBar, Market, MarketParts, RawSettlement, SeriesPart, Tier, TierTable,
    TradingRules, VenueCosts, VenueKind, freeze,
};
use rotate::units::{AssetId, Bracket, InstrumentId, Span, Time};

const HOUR: i64 = 3_600;

/// What a market of one coin says of its venue.
#[derive(Clone, Copy, Debug)]
pub struct TinyVenue {
    pub bar_hours: i64,
    /// Of every taker, of every maker, and half the spread: fractions.
    pub taker: f64,
    pub maker: f64,
    pub half_spread: f64,
    pub tick: f64,
    pub maintenance: f64,
}

impl TinyVenue {
    pub fn brackets(&self) -> [Bracket; 1] {
        [Bracket { floor: 0.0, cap: f64::INFINITY, rate: self.maintenance, max_leverage: 125.0, amount: 0.0 }]
    }

    /// The `t`-th bar of a market that opens at `start` (seconds since 1970).
    pub fn bar(&self, start: i64, t: usize, prices: [f64; 4], volume: f64) -> Bar {
        let [open, high, low, close] = prices;
        Bar { time: Time::from_seconds(start + self.bar_hours * HOUR * t as i64), open, high, low, close, volume }
    }

    /// One perpetual, COIN. `rates` are settled every eight hours from the first bar on, the last again and again; marks where given.
    pub fn market(&self, bars: Vec<Bar>, marks: Vec<MarkBar>, rates: &[f64]) -> Market {
        let (start, end) = (bars[0].time.seconds(), bars[bars.len() - 1].time.seconds() + 24 * HOUR);
        let stamps = (start..end).step_by(8 * HOUR as usize).enumerate();
        let settlements = stamps.map(|(k, at)| RawSettlement {
            time: Time::from_seconds(at),
            rate: rates.get(k).or(rates.last()).copied().unwrap_or(0.0),
            interval_hours: Some(8.0),
        });
        let part = SeriesPart { settlements: settlements.collect(), bars, marks, ..SeriesPart::default() };
        let (asset, id) = (AssetId::new(0), InstrumentId::new(0));
        freeze(MarketParts {
            name: "tiny".to_owned(),
            about: "One perpetual".to_owned(),
            synthetic: true,
            quote: "USDT".to_owned(),
            bar: Span::from_seconds(self.bar_hours * HOUR),
            from: None,
            to: None,
            assets: vec![Asset {
                name: "COIN".to_owned(),
                tier: Tier::Small,
                spot: None,
                perp: Some(id),
                venue: "somewhere".to_owned(),
                venue_kind: VenueKind::Cex,
            }],
            instruments: vec![Instrument { symbol: "COINUSDT".to_owned(), asset, kind: Kind::Perp, contract_size: 1.0 }],
            narratives: Vec::new(),
            memberships: Vec::new(),
            conversions: Vec::new(),
            series: vec![part],
            caps: vec![Vec::new()],
            tiers: vec![vec![TierTable { since: Time::MIN, brackets: self.brackets().to_vec() }]],
            evidence: Vec::new(),
            costs: VenueCosts {
                spot_maker: self.maker,
                spot_taker: self.taker,
                perp_maker: self.maker,
                perp_taker: self.taker,
                half_spread: [self.half_spread; 3],
                min_notional: 0.0,
            },
            spreads: Vec::new(),
            rules: vec![DatedRules { id, since: Time::MIN, rules: TradingRules { tick_size: self.tick, ..TradingRules::default() } }],
            listing: ListingPolicy::default(),
            benchmark: None,
            missing_rate_8h: None,
            inputs: Vec::new(),
            cautions: Vec::new(),
            summaries: Vec::new(),
        })
        .expect("a tiny market is whole")
    }
}
