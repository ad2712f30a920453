//! Markets about which the truth is known: either nobody can earn in them, or narratives run as the idea says they do.

use rotate::market::{
    Asset, Bar, CapFact, Instrument, Kind, Market, MarketParts, Membership, RawSettlement, SeriesPart, Tier, VenueCosts, VenueKind, freeze,
};
use rotate::units::{AssetId, InstrumentId, NarrativeId, Span, Time};

use crate::chance::Chance;
use crate::parts;

const START: i64 = 1_640_995_200;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
pub const DAYS: usize = 1_095;
/// Steps of a price inside a day, from which its high and low are taken.
const STEPS: usize = 24;
const NARRATIVES: usize = 6;
const COINS_OF_EACH: usize = 4;

/// What is known of the prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Truth {
    /// Every price is a martingale, funding is noise about nothing: whatever a strategy does, it is expected to earn minus its costs.
    RandomWalk,
    /// Narratives run in turn: for sixty days the coins of one drift up by this fraction a day, all together; else as above.
    Planted { drift: f64 },
}

/// One coin: its rank by market cap, its narrative, how much it moves a day.
struct Coin {
    name: String,
    rank: u32,
    narrative: Option<usize>,
    volatility: f64,
}

fn coins() -> Vec<Coin> {
    let coin = |name: String, rank, narrative, volatility| Coin { name, rank, narrative, volatility };
    let large = [("BTC", 1, 0.025), ("ETH", 2, 0.03)].map(|(name, rank, volatility)| coin(name.to_owned(), rank, None, volatility));
    let mid = (0..10).map(|k| coin(format!("MID{k}"), 10 + 8 * k, None, 0.04));
    let small = (0..NARRATIVES * COINS_OF_EACH).map(|k| coin(format!("SMALL{k}"), 110 + 10 * k as u32, Some(k / COINS_OF_EACH), 0.05));
    large.into_iter().chain(mid).chain(small).collect()
}

/// What moves prices beside their drift.
struct Noise<'a> {
    factor: &'a [f64],
    sign: f64,
}

/// Approximately normal, mean 0, standard deviation 1.
fn normal(chance: &mut Chance) -> f64 {
    (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0
}

/// Whether a narrative runs on a day: sixty days of each 240, each narrative at another time.
fn runs(narrative: usize, day: usize) -> bool {
    (day + narrative * 40) % 240 < 60
}

/// Three years of days; the same for the same seed. Seeds come in pairs: what rises in an even one falls in the odd one after it, so that the luck of a few
/// seeds cancels (antithetic variates).
pub fn market(truth: Truth, seed: u64) -> Market {
    let mut parts = bare();
    let (pair, sign) = (seed / 2, if seed.is_multiple_of(2) { 1.0 } else { -1.0 });
    let mut common = Chance::new(pair);
    // The factor that all share, step by step.
    let factor: Vec<f64> = (0..DAYS * STEPS).map(|_| sign * normal(&mut common)).collect();
    for (index, coin) in coins().into_iter().enumerate() {
        let mut chance = Chance::new(pair * 1_000 + index as u64 + 1);
        add(&mut parts, index, &coin, truth, &Noise { factor: &factor, sign }, &mut chance);
    }
    freeze(parts).expect("a made-up market is whole")
}

fn bare() -> MarketParts {
    MarketParts {
        narratives: (0..NARRATIVES).map(|n| format!("narrative {n}")).collect(),
        costs: VenueCosts {
            spot_maker: 0.001,
            spot_taker: 0.001,
            perp_maker: 0.0002,
            perp_taker: 0.0005,
            half_spread: [0.0003, 0.0008, 0.002],
            min_notional: 5.0,
        },
        ..parts::empty("experiment", "A market whose truth is known", Span::DAY)
    }
}

fn add(parts: &mut MarketParts, index: usize, coin: &Coin, truth: Truth, noise: &Noise, chance: &mut Chance) {
    let asset = AssetId::new(index);
    let bars = walk(coin, truth, noise, chance);
    let settlements = (0..DAYS as i64 * 3).map(|k| RawSettlement {
        time: Time::from_seconds(START + k * 8 * HOUR),
        rate: 0.000_05 * normal(chance),
        interval_hours: Some(8.0),
    });
    let (symbol, first) = (format!("{}USDT", coin.name), parts.instruments.len());
    for (kind, settlements) in [(Kind::Spot, Vec::new()), (Kind::Perp, settlements.collect())] {
        parts.instruments.push(Instrument { symbol: symbol.clone(), asset, kind, contract_size: 1.0 });
        parts.series.push(SeriesPart { bars: bars.clone(), settlements, ..SeriesPart::default() });
        parts.tiers.push(Vec::new());
    }
    let since = Time::from_seconds(START);
    parts.assets.push(Asset {
        name: coin.name.clone(),
        tier: Tier::of_rank(coin.rank),
        spot: Some(InstrumentId::new(first)),
        perp: Some(InstrumentId::new(first + 1)),
        venue: "nowhere".to_owned(),
        venue_kind: VenueKind::Cex,
    });
    parts.caps.push(vec![CapFact { known_at: since, cap_usd: 1e12 / f64::from(coin.rank * coin.rank), rank: Some(coin.rank) }]);
    if let Some(narrative) = coin.narrative {
        let narrative = NarrativeId::new(narrative);
        parts.memberships.push(Membership { asset, narrative, since, until: None, source: "made up".to_owned() });
    }
}

/// Each step multiplies the price by `exp(x − variance / 2)`, so that without a drift its expectation is the price before.
fn walk(coin: &Coin, truth: Truth, noise: &Noise, chance: &mut Chance) -> Vec<Bar> {
    let step = coin.volatility / (STEPS as f64).sqrt();
    let shared: f64 = 0.6;
    let own = (1.0 - shared * shared).sqrt();
    let mut price = 100.0;
    let mut bars = Vec::with_capacity(DAYS);
    for day in 0..DAYS {
        let drift = match (truth, coin.narrative) {
            (Truth::Planted { drift }, Some(narrative)) if runs(narrative, day) => drift / STEPS as f64,
            _ => 0.0,
        };
        let open = price;
        let (mut high, mut low) = (open, open);
        for at in day * STEPS..(day + 1) * STEPS {
            let move_ = step * (shared * noise.factor[at] + own * noise.sign * normal(chance));
            price *= libm::exp(move_ - step * step / 2.0 + drift);
            (high, low) = (f64::max(high, price), f64::min(low, price));
        }
        let time = Time::from_seconds(START + DAY * day as i64);
        // Some fifty million dollars a day, busier in a run.
        let volume = 5e7 * chance.between(0.7, 1.3) * if drift > 0.0 { 3.0 } else { 1.0 } / price;
        bars.push(Bar { time, open, high, low, close: price, volume });
    }
    bars
}
