//! Price paths: `return = β·BTC + alt market + narrative + own noise`, each with fat tails and clustering volatility, and
//! every bar walked in eight steps so that wicks, opens and closes belong to one path.

use super::calendar::{BARS, BARS_PER_DAY, BARS_PER_YEAR, BITCOIN, COLLAPSE, COLLAPSE_BARS, CRASH, CRASH_SHAPE, DEAD, bar_of, weather};
use super::narrative::Course;
use super::rng::{Chance, Clustering, Purpose};
use super::universe::Coin;

/// Log prices inside a bar: the open, seven points between, the close.
pub(super) type Walk = [f64; 9];

/// One walk a bar, over the whole clock; the close of a bar is the open of the next.
pub(super) struct Path {
    pub(super) walks: Vec<Walk>,
}

impl Path {
    pub(super) fn close(&self, bar: usize) -> f64 {
        self.walks[bar][8]
    }

    /// Log return over the `bars` before the open of `bar`; 0 where the past is too short.
    pub(super) fn past(&self, bar: usize, bars: usize) -> f64 {
        if bar < bars { 0.0 } else { self.walks[bar][0] - self.walks[bar - bars][0] }
    }
}

/// Market-wide moves: BTC, and what all other coins share beyond it.
pub(super) struct Tide {
    pub(super) bitcoin: Path,
    /// Log return of the alternative coins' common factor, by bar.
    pub(super) alts: Vec<f64>,
}

const BITCOIN_VOLATILITY: f64 = 0.66;
const ALT_VOLATILITY: f64 = 0.30;
/// How firmly noise between two nodes of the BTC plan is pulled to the second: 1 nails it.
const PULL: f64 = 0.85;

/// A Brownian bridge of eight steps from `from` to `from + gain`, with `deviation` over the whole bar.
fn walk(chance: &mut Chance, from: f64, gain: f64, deviation: f64) -> Walk {
    let step = deviation / 8.0_f64.sqrt();
    let mut walk = [0.0; 9];
    for k in 1..9 {
        walk[k] = walk[k - 1] + step * chance.normal();
    }
    let excess = walk[8] - gain;
    for (k, point) in walk.iter_mut().enumerate() {
        *point += from - excess * k as f64 / 8.0;
    }
    walk
}

pub(super) fn tide(seed: u64) -> Tide {
    Tide { bitcoin: bitcoin(seed), alts: alts(seed) }
}

fn bitcoin(seed: u64) -> Path {
    let mut chance = Chance::new(seed, Purpose::Bitcoin, 0);
    let mut clustering = Clustering::new();
    let crash = bar_of(CRASH);
    let mut walks: Vec<Walk> = Vec::with_capacity(BARS);
    let mut level = libm::log(BITCOIN[0].1);
    for node in BITCOIN.windows(2) {
        let (from, to) = (bar_of(node[0].0), bar_of(node[1].0));
        let noise: Vec<(f64, f64)> = (from..to)
            .map(|bar| {
                if bar == crash {
                    clustering.stir(5.0);
                }
                let (shock, deviation) = clustering.next(&mut chance);
                let scale = BITCOIN_VOLATILITY / BARS_PER_YEAR.sqrt() * weather(bar).volatility();
                (shock * scale, deviation * scale)
            })
            .collect();
        let fallen = if (from..to).contains(&crash) { CRASH_SHAPE[8] } else { 0.0 };
        let drift = (libm::log(node[1].1) - level - fallen) / (to - from) as f64;
        let wander: f64 = noise.iter().map(|n| n.0).sum::<f64>() * PULL / (to - from) as f64;
        for (bar, (shock, deviation)) in (from..to).zip(noise) {
            // In the crash bar the event itself is the news; the ordinary noise would only blur it.
            let shock = if bar == crash { 0.0 } else { shock };
            let mut steps = walk(&mut chance, level, drift + shock - wander, if bar == crash { 0.0 } else { deviation });
            if bar == crash {
                for (point, fall) in steps.iter_mut().zip(CRASH_SHAPE) {
                    *point += fall;
                }
            }
            level = steps[8];
            walks.push(steps);
        }
    }
    Path { walks }
}

fn alts(seed: u64) -> Vec<f64> {
    let mut chance = Chance::new(seed, Purpose::AltMarket, 0);
    let mut clustering = Clustering::new();
    let deviation = ALT_VOLATILITY / BARS_PER_YEAR.sqrt();
    (0..BARS)
        .map(|bar| {
            let (shock, _) = clustering.next(&mut chance);
            weather(bar).alt_drift() / BARS_PER_YEAR + deviation * shock - deviation * deviation / 2.0
        })
        .collect()
}

/// The path of one coin from the first to the last bar of the clock, listed or not: caps need it before its listing.
pub(super) fn coin(seed: u64, coin: &Coin, tide: &Tide, courses: &[Course]) -> Path {
    if coin.name == "BTC" {
        return Path { walks: tide.bitcoin.walks.clone() };
    }
    let mut chance = Chance::new(seed, Purpose::Asset, coin.id);
    let mut clustering = Clustering::new();
    let (crash, collapse) = (bar_of(CRASH), bar_of(COLLAPSE));
    let small = coin.tier == "small";
    let alt_share = if coin.tier == "large" { 0.5 } else { 1.0 };
    let deviation = coin.own / BARS_PER_YEAR.sqrt();
    // A coin far off its own trend drifts back slowly, else three years would scatter the ranks beyond belief.
    let (reversion, trend) = (0.7 / BARS_PER_YEAR, -0.30 * coin.own * coin.own / BARS_PER_YEAR);
    let mut own_level = 0.0;
    let mut level = libm::log(coin.price);
    let mut walks = Vec::with_capacity(BARS);
    for bar in 0..BARS {
        let dying = coin.name == DEAD && bar >= collapse;
        let (shock, state) = clustering.next(&mut chance);
        let jump = if small && chance.uniform() < 0.0015 { 0.10 * chance.fat() } else { 0.0 };
        let noise = deviation * shock + jump - reversion * own_level;
        own_level += noise;
        let mut gain = noise + trend + alt_share * tide.alts[bar];
        if let Some((narrative, share)) = coin.narrative {
            let course = &courses[narrative];
            let lagged = bar.saturating_sub(coin.lag_days * BARS_PER_DAY);
            gain += share * (course.drift[lagged] + course.noise[bar]);
        }
        let mut spread = deviation * state;
        if dying {
            (gain, spread) = death(&mut chance, bar - collapse);
        }
        let mut steps = walk(&mut chance, level, gain, spread);
        // BTC's own walk inside the bar, amplified: wicks come together, as they do.
        let amplify = if bar == crash { coin.beta * if small { 1.95 } else { 1.35 } } else { coin.beta };
        let share = if dying { 0.1 } else { amplify };
        for (point, lead) in steps.iter_mut().zip(&tide.bitcoin.walks[bar]) {
            *point += share * (lead - tide.bitcoin.walks[bar][0]);
        }
        level = steps[8];
        walks.push(steps);
    }
    Path { walks }
}

/// Return and volatility of a dying coin: six bars out of ten it loses a third, then dust that twitches.
fn death(chance: &mut Chance, bars: usize) -> (f64, f64) {
    let shock = chance.fat();
    if bars < COLLAPSE_BARS { (-0.42 + 0.30 * shock, 0.30) } else { (-0.003 + 0.06 * shock, 0.06) }
}
