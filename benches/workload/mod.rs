//! The workload of the comparison with peers: 50 assets × 35,064 hourly bars, 20 spot and 30 perpetuals with eight-hour funding,
//! weekly rebalancing, full equity curve. Seeded, so every run measures the same numbers. Also of other sizes, to see what grows with what.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rotate::market::{
    Asset, Bar, Instrument, Kind, ListingPolicy, Market, MarketParts, RawSettlement, SeriesPart, Tier, VenueCosts, VenueKind, freeze,
};
use rotate::strategy::{Strategy, StrategyFile};
use rotate::units::{AssetId, InstrumentId, Span, Time};

pub const BARS: usize = 35_064;
pub const FOUNDATION: usize = 5;
pub const MIDS: usize = 15;
pub const PERPS: usize = 30;
pub const ASSETS: usize = FOUNDATION + MIDS + PERPS;
pub const START: i64 = 1_609_459_200;
pub const HOUR: i64 = 3_600;
pub const WEEK: i64 = 604_800;
pub const FEE: f64 = 0.001;

/// A number in (0, 1).
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    ((random.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * uniform(random).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(random)).cos()
}

/// How large a market is: bars, and how many times the assets of the comparison it holds.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub bars: usize,
    pub times: usize,
}

impl Size {
    /// That of the comparison with peers.
    pub const WHOLE: Self = Self { bars: BARS, times: 1 };

    /// Assets in all, and where mid-caps and perpetuals begin among them.
    fn of_assets(self) -> (usize, usize, usize) {
        (ASSETS * self.times, FOUNDATION * self.times, (FOUNDATION + MIDS) * self.times)
    }
}

fn series(asset: usize, perp: bool, common: &[f64]) -> SeriesPart {
    let count = common.len();
    let mut random = ChaCha8Rng::seed_from_u64(1_000 + asset as u64);
    let mut close = 1.0 + 400.0 * uniform(&mut random);
    let mut bars = Vec::with_capacity(count);
    for (t, shock) in common.iter().enumerate() {
        let open = close;
        let step = (0.8 * shock + 0.006 * normal(&mut random)).clamp(-0.2, 0.2);
        close = open * (1.0 + step);
        let wick = |x: f64| 0.003 * x.abs();
        let high = open.max(close) * (1.0 + wick(normal(&mut random)));
        let low = open.min(close) * (1.0 - wick(normal(&mut random)));
        bars.push(Bar { time: Time::from_seconds(START + t as i64 * HOUR), open, high, low, close, volume: 1e6 });
    }
    let settlements = (0..count / 8)
        .map(|k| RawSettlement {
            time: Time::from_seconds(START + k as i64 * 8 * HOUR),
            rate: 1e-4 + 5e-5 * normal(&mut random),
            interval_hours: Some(8.0),
        })
        .collect();
    SeriesPart { bars, settlements: if perp { settlements } else { Vec::new() }, ..SeriesPart::default() }
}

/// Random walks, seeded.
pub fn market(size: Size) -> Market {
    let Size { bars, .. } = size;
    let (assets, _, first_perp) = size.of_assets();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let common: Vec<f64> = (0..bars).map(|_| 0.005 * normal(&mut random)).collect();
    let perp = |asset: usize| asset >= first_perp;
    let id = |asset: usize| Some(InstrumentId::new(asset));
    freeze(MarketParts {
        name: "workload".to_owned(),
        about: "seeded random walks".to_owned(),
        synthetic: true,
        quote: "USDT".to_owned(),
        bar: Span::from_seconds(3_600),
        from: None,
        to: None,
        assets: (0..assets)
            .map(|asset| Asset {
                name: format!("A{asset:02}"),
                tier: Tier::Small,
                spot: id(asset).filter(|_| !perp(asset)),
                perp: id(asset).filter(|_| perp(asset)),
                venue: "bench".to_owned(),
                venue_kind: VenueKind::Cex,
            })
            .collect(),
        instruments: (0..assets)
            .map(|asset| Instrument {
                symbol: format!("A{asset:02}USDT"),
                asset: AssetId::new(asset),
                kind: if perp(asset) { Kind::Perp } else { Kind::Spot },
                contract_size: 1.0,
            })
            .collect(),
        narratives: Vec::new(),
        memberships: Vec::new(),
        conversions: Vec::new(),
        series: (0..assets).map(|asset| series(asset, perp(asset), &common)).collect(),
        caps: vec![Vec::new(); assets],
        tiers: vec![Vec::new(); assets],
        evidence: Vec::new(),
        costs: VenueCosts { spot_maker: FEE, spot_taker: FEE, perp_maker: FEE, perp_taker: FEE, half_spread: [0.0; 3], min_notional: 0.0 },
        spreads: Vec::new(),
        rules: Vec::new(),
        listing: ListingPolicy::default(),
        benchmark: None,
        missing_rate_8h: None,
        inputs: Vec::new(),
        cautions: Vec::new(),
        summaries: Vec::new(),
    })
    .expect("the workload is sound")
}

/// How much of the venue a replay of the workload meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Venue {
    /// Market orders at half-spread and fee, without impact or caps.
    Plain,
    /// Market orders as a run sends them by default.
    Default,
    /// Limits that are put anew, trailing and margin stops, take-profits, leverage kept away from liquidation, impact and caps.
    Full,
}

/// How often buckets are brought back to their weights: weekly, or never, so that every bar but the first two is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    Weekly,
    Never,
}

/// Three buckets over all assets of a market of that size, and cash.
pub fn strategy(venue: Venue, rhythm: Rhythm, size: Size) -> Strategy {
    file(venue, rhythm, size).strategy
}

/// The same as the file that it could have been read from.
pub fn file(venue: Venue, rhythm: Rhythm, size: Size) -> StrategyFile {
    let (assets, first_mid, first_perp) = size.of_assets();
    let names = |range: std::ops::Range<usize>| range.map(|asset| format!("\"A{asset:02}\"")).collect::<Vec<_>>().join(", ");
    let full = venue == Venue::Full;
    let every = if rhythm == Rhythm::Weekly { "1w" } else { "3000w" };
    let assumptions = match venue {
        Venue::Plain => "assumptions = { impact = 0.0, bar_participation = 1.0, day_participation = 1.0 }\n",
        Venue::Default => "",
        Venue::Full => {
            "orders = { kind = \"limit\", offset = 0.002, expire = \"8h\", while = \"reprice\", then = \"taker\" }\n\
             assumptions = { name = \"pessimistic\", bar_participation = 0.0001, day_participation = 0.0001 }\n"
        }
    };
    // Where nothing is to happen the guards stand where no price comes, and are watched all the same.
    let guard = |near: &str, far: &str| match (full, rhythm) {
        (false, _) => String::new(),
        (true, Rhythm::Weekly) => format!("{near}\n"),
        (true, Rhythm::Never) => format!("{far}\n"),
    };
    let spot = guard(
        "stop = { trailing = 0.2 }\ntake_profit = { from_entry = 0.3 }\ncooldown = \"1d\"",
        "stop = { from_entry = 0.9999 }\ntake_profit = { from_entry = 9999.0 }",
    );
    let perp = guard(
        "stop = { trailing = 0.15, loss_of_margin = 0.6 }\ntake_profit = { from_entry = 0.2 }\ncooldown = \"1d\"\n\
         liquidation_distance = { moves = 1.5, horizon = \"7d\" }",
        "stop = { from_entry = 0.9999 }\ntake_profit = { from_entry = 9999.0 }\nliquidation_distance = { moves = 1.5, horizon = \"7d\" }",
    );
    let leverage = if full && rhythm == Rhythm::Weekly { "4.0" } else { "1.0" };
    let text = format!(
        "name = \"workload\"\nabout = \"weekly rebalancing\"\nregime = \"any\"\ndecide = \"{every}\"\n{assumptions}\
         [rebalance]\nevery = \"{every}\"\nband = 0.0\n\
         [buckets.foundation]\nweight = 0.40\nhold = {{ spot = {{ assets = [{}] }} }}\n{spot}\
         [buckets.mids]\nweight = 0.35\nhold = {{ spot = {{ assets = [{}] }} }}\n{spot}\
         [buckets.perps]\nweight = 0.15\nhold = {{ perp = {{ assets = [{}] }} }}\nleverage = {{ open = {leverage} }}\n{perp}\
         [buckets.cash]\nweight = 0.10\nhold = \"cash\"\n",
        names(0..first_mid),
        names(first_mid..first_perp),
        names(first_perp..assets),
    );
    StrategyFile::parse(std::path::Path::new("workload.toml"), text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The closes of all assets, bar by bar: what a loop written by hand would keep.
pub fn rows(market: &Market) -> Vec<f64> {
    let bars = 0..market.clock.bars;
    bars.flat_map(|t| (0..ASSETS).map(move |asset| market.panel.value_at(InstrumentId::new(asset), t))).collect()
}

/// The least there is to do, written by hand over the same arrays: weekly targets at the close, fees, funding on what was held,
/// equity at every bar. `rows` are the closes of all assets, bar by bar. Returns the curve.
pub fn bare_loop(market: &Market, rows: &[f64], capital: f64, rhythm: Rhythm) -> Vec<f64> {
    let weight = |asset: usize| match asset {
        0..FOUNDATION => 0.40 / FOUNDATION as f64,
        _ if asset < FOUNDATION + MIDS => 0.35 / MIDS as f64,
        _ => 0.15 / PERPS as f64,
    };
    let first_perp = FOUNDATION + MIDS;
    let mut units = [0.0; ASSETS];
    let mut entry = [0.0; ASSETS];
    let mut cash = capital;
    let mut curve = Vec::with_capacity(BARS);
    for t in 0..BARS {
        let row = &rows[t * ASSETS..(t + 1) * ASSETS];
        if t % 8 == 0 && t > 0 {
            let before = &rows[(t - 1) * ASSETS..t * ASSETS];
            for asset in first_perp..ASSETS {
                let rate = market.funding.by_instrument[asset][t / 8].rate;
                cash -= units[asset] * before[asset] * rate;
            }
        }
        let close = START + (t as i64 + 1) * HOUR;
        if t == 0 || (rhythm == Rhythm::Weekly && close % WEEK == 0) {
            let spot: f64 = (0..first_perp).map(|asset| units[asset] * row[asset]).sum();
            let unsettled: f64 = (first_perp..ASSETS).map(|asset| units[asset] * (row[asset] - entry[asset])).sum();
            let value = cash + spot + unsettled;
            for asset in 0..ASSETS {
                let price = row[asset];
                let target = weight(asset) * value / price;
                let traded = target - units[asset];
                if asset < first_perp {
                    cash -= traded * price;
                } else {
                    cash += units[asset] * (price - entry[asset]);
                    entry[asset] = price;
                }
                cash -= FEE * (traded * price).abs();
                units[asset] = target;
            }
        }
        let spot: f64 = (0..first_perp).map(|asset| units[asset] * row[asset]).sum();
        let unsettled: f64 = (first_perp..ASSETS).map(|asset| units[asset] * (row[asset] - entry[asset])).sum();
        curve.push(cash + spot + unsettled);
    }
    curve
}
