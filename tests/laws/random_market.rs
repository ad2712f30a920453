//! Random small markets: walks with jumps and gaps, late listings, delistings, funding every 1, 4 or 8 hours that may switch,
//! marks that stray from the last price, some margin tables, ranks that change, narratives that come and go, coins
//! that become others.

use proptest::prelude::*;

use rotate::market::{
    Asset, Bar, CapFact, Conversion, Evidence, Instrument, Kind, ListingPolicy, MarkBar, Market, MarketParts, Membership, RawSettlement,
    SeriesPart, Subject, Tier, TierTable, VenueCosts, VenueKind, freeze,
};
use rotate::units::{AssetId, Bracket, InstrumentId, NarrativeId, Span, Time};

use crate::chance::Chance;

/// Midnight of 2024-01-01, a Monday.
pub const START: i64 = 1_704_067_200;
const HOUR: i64 = 3_600;

#[derive(Clone, Debug)]
pub struct MarketSpec {
    pub bar_hours: i64,
    pub bars: usize,
    pub coins: Vec<CoinSpec>,
    pub narratives: usize,
    /// Bars of silence after which a listing has ended.
    pub silence: i64,
    pub penalty: f64,
    /// Declared constant; then some settlements are missing.
    pub missing_rate: Option<f64>,
    /// Basis points: spot fee, perpetual fee, half-spreads.
    pub costs_bps: [f64; 5],
    /// Share of coins that become one before them.
    pub converting: f64,
}

#[allow(clippy::struct_excessive_bools, reason = "independent properties of a coin")]
#[derive(Clone, Debug)]
pub struct CoinSpec {
    pub seed: u64,
    pub spot: bool,
    pub perp: bool,
    /// Share of the market's bars before the listing and after the delisting.
    pub late: f64,
    pub early: f64,
    pub gap: Option<(f64, usize)>,
    /// Standard deviation of a bar's move is about half of this.
    pub range: f64,
    pub jumps: f64,
    pub funding_hours: i64,
    pub switches: bool,
    /// How large its funding rates are.
    pub funding_size: f64,
    pub marks: bool,
    pub tiers: bool,
    pub ranked: bool,
}

pub fn markets() -> impl Strategy<Value = MarketSpec> {
    let costs = prop::array::uniform5(0.0..40.0_f64);
    (
        prop_oneof![Just(1_i64), Just(8), Just(24)],
        12_usize..110,
        prop::collection::vec(coins(), 1..7),
        1_usize..4,
        2_i64..8,
        0.0..0.2_f64,
        prop::option::of(-0.0004..0.0008_f64),
        costs,
    )
        .prop_map(|(bar_hours, bars, coins, narratives, silence, penalty, missing_rate, costs_bps)| MarketSpec {
            bar_hours,
            bars,
            coins,
            narratives,
            silence,
            penalty,
            missing_rate,
            costs_bps,
            converting: 0.4,
        })
}

fn coins() -> impl Strategy<Value = CoinSpec> {
    let listed = prop_oneof![3 => Just(0.0), 2 => 0.0..0.6_f64];
    let ended = prop_oneof![3 => Just(0.0), 1 => 0.0..0.3_f64];
    let gap = prop::option::weighted(0.4, (0.0..1.0_f64, 1_usize..10));
    let size = prop_oneof![4 => Just(0.0005), 1 => Just(0.02)];
    let kinds = prop_oneof![3 => Just((true, true)), 1 => Just((true, false)), 2 => Just((false, true))];
    (
        (any::<u64>(), kinds, listed, ended, gap),
        (0.001..0.12_f64, 0.0..0.06_f64, prop_oneof![Just(1_i64), Just(4), Just(8)], any::<bool>(), size),
        (any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(
            |((seed, (spot, perp), late, early, gap), (range, jumps, funding_hours, switches, funding_size), (marks, tiers, ranked))| {
                CoinSpec { seed, spot, perp, late, early, gap, range, jumps, funding_hours, switches, funding_size, marks, tiers, ranked }
            },
        )
}

pub fn coin_name(index: usize) -> String {
    if index == 0 { "BTC".to_owned() } else { format!("C{index}") }
}

impl MarketSpec {
    pub fn bar_seconds(&self) -> i64 {
        self.bar_hours * HOUR
    }

    pub fn open(&self, t: usize) -> Time {
        Time::from_seconds(START + self.bar_seconds() * t as i64)
    }

    pub fn market(&self) -> Market {
        freeze(self.parts()).expect("a random market is whole")
    }

    pub fn parts(&self) -> MarketParts {
        let mut parts = MarketParts {
            name: "random".to_owned(),
            about: "A random market".to_owned(),
            synthetic: true,
            quote: "USDT".to_owned(),
            bar: Span::from_seconds(self.bar_seconds()),
            from: None,
            to: None,
            assets: Vec::new(),
            instruments: Vec::new(),
            narratives: (0..self.narratives).map(|n| format!("N{n}")).collect(),
            memberships: Vec::new(),
            conversions: Vec::new(),
            series: Vec::new(),
            caps: Vec::new(),
            tiers: Vec::new(),
            evidence: Vec::new(),
            costs: self.costs(),
            spreads: Vec::new(),
            rules: Vec::new(),
            listing: ListingPolicy {
                delisted_after: Span::from_seconds(self.bar_seconds() * self.silence),
                penalty: self.penalty,
                ..ListingPolicy::default()
            },
            benchmark: None,
            missing_rate_8h: self.missing_rate,
            inputs: Vec::new(),
            cautions: Vec::new(),
            summaries: Vec::new(),
        };
        for (index, coin) in self.coins.iter().enumerate() {
            self.add(&mut parts, index, coin);
        }
        self.signal(&mut parts);
        parts.evidence.sort_by_key(|fact| fact.known_at);
        for (index, coin) in self.coins.iter().enumerate() {
            self.convert(&mut parts, index, coin);
        }
        parts
    }

    /// Some coins become one before them, for about as much as they are worth at their end.
    fn convert(&self, parts: &mut MarketParts, index: usize, coin: &CoinSpec) {
        // A stream of its own, so that everything else stays as it is without.
        let mut chance = Chance::new(coin.seed ^ 0x636f_6e76_6572_7473);
        let Some(to) = index.checked_sub(1).map(|before| chance.below(before + 1)).filter(|_| chance.happens(self.converting)) else {
            return;
        };
        let close = |asset: usize| {
            let id = parts.assets[asset].spot.or(parts.assets[asset].perp)?;
            parts.series[id.index()].bars.last().map(|bar| bar.close)
        };
        let worth = close(index).zip(close(to)).map_or(1.0, |(old, new)| old / new);
        if coin.spot && parts.assets[to].spot.is_none() {
            return;
        }
        let known_at = if chance.happens(0.5) { self.open(0) } else { self.instant(&mut chance) };
        let ratio = worth * chance.between(0.5, 2.0);
        let since = chance.happens(0.3).then(|| self.instant(&mut chance));
        parts.conversions.push(Conversion { asset: AssetId::new(index), to: AssetId::new(to), ratio, known_at, since });
    }

    fn costs(&self) -> VenueCosts {
        let [spot, perp, large, mid, small] = self.costs_bps.map(|bps| bps / 10_000.0);
        VenueCosts {
            spot_maker: spot,
            spot_taker: spot,
            perp_maker: perp,
            perp_taker: perp,
            half_spread: [large, mid, small],
            min_notional: 5.0,
        }
    }

    fn add(&self, parts: &mut MarketParts, index: usize, coin: &CoinSpec) {
        let mut chance = Chance::new(coin.seed);
        let (asset, name) = (AssetId::new(index), coin_name(index));
        let path = self.path(coin, &mut chance);
        let list = |parts: &mut MarketParts, kind: Kind, part: SeriesPart, tiers: Vec<TierTable>| {
            let id = InstrumentId::new(parts.instruments.len());
            let symbol = format!("{name}USDT");
            parts.instruments.push(Instrument { symbol, asset, kind, contract_size: 1.0 });
            parts.series.push(part);
            parts.tiers.push(tiers);
            id
        };
        let spot = coin.spot.then(|| {
            let bars = path.iter().flatten().copied().collect();
            list(parts, Kind::Spot, SeriesPart { bars, ..SeriesPart::default() }, Vec::new())
        });
        let perp = coin.perp.then(|| {
            let part = self.perpetual(coin, &path, &mut chance);
            list(parts, Kind::Perp, part, if coin.tiers { self.tiers(&mut chance) } else { Vec::new() })
        });
        let tier = [Tier::Large, Tier::Mid, Tier::Small][chance.below(3)];
        let venue_kind = if chance.happens(0.1) { VenueKind::Dex } else { VenueKind::Cex };
        parts.assets.push(Asset { name, tier, spot, perp, venue: "somewhere".to_owned(), venue_kind });
        parts.caps.push(if coin.ranked { self.caps(&mut chance) } else { Vec::new() });
        for n in 0..self.narratives {
            if chance.happens(0.6) {
                let since = if chance.happens(0.5) { self.open(0) } else { self.instant(&mut chance) };
                let until = chance.happens(0.3).then(|| self.instant(&mut chance)).filter(|&until| until > since);
                let source = "chance".to_owned();
                parts.memberships.push(Membership { asset, narrative: NarrativeId::new(n), since, until, source });
            }
        }
        let known_at = self.instant(&mut chance);
        let subject = Subject::Asset(asset);
        parts.evidence.push(Evidence { known_at, subject, metric: "tvl".to_owned(), value: chance.between(0.0, 1e9) });
    }

    /// A signal that changes again and again, of all coins and narratives.
    fn signal(&self, parts: &mut MarketParts) {
        // A stream of its own, so that everything else stays as it is without.
        let mut chance = Chance::new(self.coins[0].seed ^ 0x7369_676e_616c);
        let coins = (0..parts.assets.len()).map(|n| Subject::Asset(AssetId::new(n)));
        let narratives = (0..parts.narratives.len()).map(|n| Subject::Narrative(NarrativeId::new(n)));
        for subject in coins.chain(narratives) {
            for _ in 0..chance.below(6) {
                let known_at = self.instant(&mut chance);
                parts.evidence.push(Evidence { known_at, subject, metric: "signal".to_owned(), value: chance.between(-0.3, 0.3) });
            }
        }
    }

    /// Any second of the market.
    fn instant(&self, chance: &mut Chance) -> Time {
        Time::from_seconds(START + (chance.unit() * (self.bar_seconds() * self.bars as i64) as f64) as i64)
    }

    /// The walk of one coin: one cell a bar, empty where it does not trade.
    fn path(&self, coin: &CoinSpec, chance: &mut Chance) -> Vec<Option<Bar>> {
        let first = (coin.late * self.bars as f64) as usize;
        let end = (self.bars - (coin.early * self.bars as f64) as usize).max(first + 1);
        let gap = coin.gap.map_or(0..0, |(at, length)| {
            let at = first + 1 + (at * (end - first) as f64) as usize;
            at..at + length
        });
        let mut last = 10.0_f64.powi(chance.below(5) as i32 - 1) * chance.between(1.0, 9.0);
        (0..self.bars)
            .map(|t| {
                let jump = if chance.happens(coin.jumps) { chance.between(-0.6, 0.9) } else { 0.1 * coin.range * chance.bell() };
                let open = (last * (1.0 + jump)).max(1e-4);
                let close = (open * (1.0 + coin.range * chance.bell()).max(0.3)).max(1e-4);
                let high = open.max(close) * (1.0 + coin.range * chance.unit() * chance.unit());
                let low = open.min(close) * (1.0 - (coin.range * chance.unit() * chance.unit()).min(0.9));
                last = close;
                let volume = chance.between(0.0, 1e6) / open;
                let listed = (first..end).contains(&t) && !gap.contains(&t);
                listed.then_some(Bar { time: self.open(t), open, high, low, close, volume })
            })
            .collect()
    }

    /// The perpetual of a coin: near its spot price, settled, perhaps with marks that stray.
    fn perpetual(&self, coin: &CoinSpec, path: &[Option<Bar>], chance: &mut Chance) -> SeriesPart {
        let near = |chance: &mut Chance, bar: &Bar, by: f64| {
            let mut off = || 1.0 + by * chance.bell();
            let (open, close) = (bar.open * off(), bar.close * off());
            let (high, low) = ((bar.high * off()).max(open).max(close), (bar.low * off()).min(open).min(close));
            Bar { open, high, low, close, ..*bar }
        };
        let bars: Vec<Bar> = path.iter().flatten().map(|bar| near(chance, bar, 0.002)).collect();
        let mut part = SeriesPart::default();
        if coin.marks {
            for bar in &bars {
                let stray = if chance.happens(0.05) { 0.15 } else { 0.003 };
                let Bar { time, open, high, low, close, .. } = near(chance, bar, stray);
                if chance.happens(0.95) {
                    part.marks.push(MarkBar { time, open, high, low, close });
                }
            }
        }
        let (first, last) = (bars[0].time.seconds(), bars[bars.len() - 1].time.seconds() + self.bar_seconds());
        let mut at = first.div_euclid(8 * HOUR) * 8 * HOUR;
        let stated = chance.happens(0.3);
        let mut hours = coin.funding_hours;
        // The venue settles on after the last bar that was kept: an interval is told by the stamp that follows it.
        while at < last + 24 * HOUR {
            // Once at most: an interval seen only once between two others cannot be told from a hole.
            if coin.switches && hours == coin.funding_hours && at % (8 * HOUR) == 0 && chance.happens(0.05) {
                hours = [4, 8, 1][coin.funding_hours as usize / 4];
            }
            let rate = coin.funding_size * (0.3 + chance.bell());
            let dropped = self.missing_rate.is_some() && chance.happens(0.05);
            if at >= first && !dropped {
                let interval_hours = stated.then_some(hours as f64);
                part.settlements.push(RawSettlement { time: Time::from_seconds(at), rate, interval_hours });
                if coin.marks && chance.happens(0.3) {
                    let t = ((at - START) / self.bar_seconds()) as usize;
                    if let Some(bar) = path.get(t).copied().flatten() {
                        part.fine_marks.push((Time::from_seconds(at), chance.between(bar.low, bar.high)));
                    }
                }
            }
            at += hours * HOUR;
        }
        part.bars = bars;
        part
    }

    fn caps(&self, chance: &mut Chance) -> Vec<CapFact> {
        let mut times: Vec<Time> = (0..=chance.below(6)).map(|_| self.instant(chance)).collect();
        times.push(self.open(0));
        times.sort_unstable();
        times.dedup();
        let fact = |chance: &mut Chance, known_at| CapFact {
            known_at,
            cap_usd: chance.between(1e6, 1e11),
            rank: chance.happens(0.9).then(|| 1 + chance.below(300) as u32),
        };
        times.into_iter().map(|known_at| fact(chance, known_at)).collect()
    }

    /// One or two tables, each obeying `amount[n] = amount[n−1] + floor[n]·(rate[n] − rate[n−1])`.
    fn tiers(&self, chance: &mut Chance) -> Vec<TierTable> {
        let mut tables = vec![TierTable { since: self.open(0), brackets: brackets(chance) }];
        if chance.happens(0.3) {
            let since = self.instant(chance);
            if since > tables[0].since {
                tables.push(TierTable { since, brackets: brackets(chance) });
            }
        }
        tables
    }
}

fn brackets(chance: &mut Chance) -> Vec<Bracket> {
    let (mut floor, mut rate, mut amount, mut max_leverage) = (0.0, chance.between(0.004, 0.03), 0.0, 50.0);
    let count = 2 + chance.below(3);
    (0..count)
        .map(|n| {
            let cap = if n + 1 == count { f64::INFINITY } else { floor + chance.between(2_000.0, 60_000.0) };
            let bracket = Bracket { floor, cap, rate, max_leverage, amount };
            let next = rate * chance.between(1.3, 2.5);
            amount += cap * (next - rate);
            (floor, rate, max_leverage) = (cap, next, max_leverage / 2.0);
            bracket
        })
        .collect()
}

/// One bracket for every size, so that no size limit depends on the capital.
pub fn one_bracket(parts: &mut MarketParts) {
    let brackets = vec![Bracket { floor: 0.0, cap: f64::INFINITY, rate: 0.02, max_leverage: 125.0, amount: 0.0 }];
    for (tables, instrument) in parts.tiers.iter_mut().zip(&parts.instruments) {
        if instrument.kind == Kind::Perp {
            *tables = vec![TierTable { since: Time::MIN, brackets: brackets.clone() }];
        }
    }
}
