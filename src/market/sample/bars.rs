//! Walks become the OHLCV files of spot, perpetual and mark price.

use std::fmt::Write as _;

use super::calendar::{BARS, CRASH, CRASH_BASIS, DEAD, DEAD_PERP_END, DEAD_SPOT_END, DELISTED, GAPS, OUTAGE, bar_of, clock};
use super::paths::{Path, Walk};
use super::print::significant;
use super::rng::{Chance, Purpose};
use super::universe::Coin;

/// First bar and the bar after the last of a market of a coin; `None` where the coin has no such market.
pub(super) fn listed(coin: &Coin, perpetual: bool) -> Option<(usize, usize)> {
    let from = if perpetual { coin.perp_from } else { coin.spot_from };
    if from.is_empty() {
        return None;
    }
    let end = match (coin.name, perpetual) {
        (DEAD, true) => bar_of(DEAD_PERP_END),
        (DEAD, false) => bar_of(DEAD_SPOT_END),
        (name, _) if name == DELISTED.0 => bar_of(DELISTED.1),
        _ => BARS,
    };
    Some((bar_of(from), end))
}

/// The perpetual's walks: spot times one plus a basis that follows the premium and snaps back.
pub(super) fn perpetual(seed: u64, coin: &Coin, spot: &Path, premium: &[f64]) -> Path {
    let mut chance = Chance::new(seed, Purpose::Premium, 1_000 + coin.id);
    let crash = bar_of(CRASH);
    let size = if coin.tier == "small" { 0.000_35 } else { 0.000_12 };
    let depth = if coin.tier == "small" { 1.0 } else { 0.35 };
    let mut basis = 0.0;
    let walks = spot
        .walks
        .iter()
        .enumerate()
        .map(|(bar, walk)| {
            let before = basis;
            basis = 0.45 * basis + 0.55 * 0.8 * premium[(bar + 1).min(BARS - 1)] + size * chance.fat();
            let mut steps = *walk;
            for (k, point) in steps.iter_mut().enumerate() {
                let at = before + (basis - before) * k as f64 / 8.0;
                let ripple = if (1..8).contains(&k) { size * chance.normal() } else { 0.0 };
                let flush = if bar == crash { depth * CRASH_BASIS[k] } else { 0.0 };
                *point += at + ripple + flush;
            }
            if bar == crash {
                basis += depth * CRASH_BASIS[8];
            }
            steps
        })
        .collect();
    Path { walks }
}

/// The mark price: half way between spot and perpetual at every step, so a wick of the perpetual alone shows by half.
pub(super) fn mark(spot: &Path, perpetual: &Path) -> Path {
    let half = |(a, b): (&Walk, &Walk)| std::array::from_fn(|k| f64::midpoint(a[k], b[k]));
    Path { walks: spot.walks.iter().zip(&perpetual.walks).map(half).collect() }
}

/// What trades in a bar, in USDT: a share of the market cap, more when the price moves and when the crowd looks.
struct Turnover {
    chance: Chance,
    share: f64,
    mood: f64,
}

impl Turnover {
    fn new(seed: u64, coin: &Coin, perpetual: bool) -> Self {
        let share = match (coin.tier, perpetual) {
            ("large", false) => 0.008,
            ("large", true) => 0.016,
            (_, false) => 0.012,
            (_, true) => 0.028,
        };
        Self { chance: Chance::new(seed, Purpose::Volume, coin.id * 2 + usize::from(perpetual)), share, mood: 0.0 }
    }

    fn next(&mut self, walk: &Walk, cap: f64, attention: f64) -> f64 {
        self.mood = 0.94 * self.mood + 0.12 * self.chance.normal();
        let range = highest(walk) - lowest(walk);
        self.share * cap * (0.5 + 18.0 * range) * (1.0 + 1.5 * attention.max(0.0)) * libm::exp(self.mood + 0.25 * self.chance.normal())
    }
}

fn highest(walk: &Walk) -> f64 {
    walk.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn lowest(walk: &Walk) -> f64 {
    walk.iter().copied().fold(f64::INFINITY, f64::min)
}

/// A price as the venue would quote it: six significant digits for BTC and ETH, else four, five where the first is 1.
fn quote(coin: &Coin, price: f64) -> String {
    let leading = price / libm::pow(10.0, libm::floor(libm::log10(price)));
    significant(price, if coin.rank < 3.0 { 6 } else { 4 + i32::from(leading < 2.0) })
}

/// One market of a coin, ready to be written: its path from the first listed bar to the one before the end.
pub(super) struct Series<'a> {
    pub(super) coin: &'a Coin,
    pub(super) path: &'a Path,
    pub(super) span: (usize, usize),
    pub(super) perpetual: bool,
}

/// `open_time` in seconds, open, high, low, close, volume: coins on spot, contracts on the perpetual.
/// `supply` is coins in circulation, `attention` how crowded the coin's narrative is, both by bar.
pub(super) fn ohlcv(seed: u64, series: &Series, supply: impl Fn(usize) -> f64, attention: impl Fn(usize) -> f64) -> String {
    let &Series { coin, path, span: (first, end), perpetual } = series;
    let size = if perpetual { coin.contract_size() } else { 1.0 };
    let mut turnover = Turnover::new(seed, coin, perpetual);
    let skip = silent(coin, perpetual);
    let mut text = String::from("open_time,open,high,low,close,volume\n");
    for bar in first..end {
        let walk = &path.walks[bar];
        let price = |log: f64| libm::exp(log) * size;
        let close = price(walk[8]);
        let contracts = turnover.next(walk, supply(bar) * close / size, attention(bar)) / close;
        if skip.contains(&bar) {
            continue;
        }
        let [open, high, low, close] = [walk[0], highest(walk), lowest(walk), walk[8]].map(|log| quote(coin, price(log)));
        let _ = writeln!(text, "{},{open},{high},{low},{close},{}", clock().open(bar).seconds(), volume(contracts));
    }
    text
}

/// Four leading digits; whole contracts where there are thousands.
fn volume(contracts: f64) -> String {
    if contracts < 10_000.0 {
        return significant(contracts, 4);
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(contracts)) - 3.0);
    format!("{:.0}", libm::round(contracts / unit) * unit)
}

/// Mark prices: all four of them.
pub(super) fn mark_ohlc(coin: &Coin, path: &Path, (first, end): (usize, usize)) -> String {
    let mut text = String::from("open_time,open,high,low,close\n");
    for (bar, walk) in path.walks.iter().enumerate().take(end).skip(first) {
        let [open, high, low, close] =
            [walk[0], highest(walk), lowest(walk), walk[8]].map(|log| quote(coin, libm::exp(log) * coin.contract_size()));
        let _ = writeln!(text, "{},{open},{high},{low},{close}", clock().open(bar).seconds());
    }
    text
}

/// Mark prices as one column: the close of the bar that opens at the stamp.
pub(super) fn mark_column(coin: &Coin, path: &Path, (first, end): (usize, usize)) -> String {
    let mut text = String::from("open_time,mark_price\n");
    for bar in first..end {
        let _ = writeln!(text, "{},{}", clock().open(bar).seconds(), quote(coin, libm::exp(path.close(bar)) * coin.contract_size()));
    }
    text
}

/// Bars in which a market of a coin is silent.
fn silent(coin: &Coin, perpetual: bool) -> Vec<usize> {
    let own = GAPS.iter().filter(|gap| gap.0 == coin.name && gap.1 == perpetual);
    let mut bars: Vec<usize> = own.flat_map(|gap| (0..gap.3).map(|k| bar_of(gap.2) + k)).collect();
    if !perpetual {
        bars.extend(OUTAGE.iter().map(|stamp| bar_of(stamp)));
    }
    bars
}
