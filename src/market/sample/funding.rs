//! Premium, basis and settled funding of the perpetuals.
//!
//! `funding per 8 h = P + clamp(0.0001 − P, ±0.0005)` with the premium `P` (Binance's published formula): a market at ease pays
//! exactly one basis point, a crowded one pays its premium less five. A settlement every four hours pays half, under the same cap.

use std::fmt::Write as _;

use super::calendar::{BAR_HOURS, BARS, COLLAPSE, CRASH, DEAD, START, SWITCHER, bar_of, weather};
use super::narrative::Course;
use super::paths::Path;
use super::print::fixed;
use super::rng::{Chance, Purpose};
use super::universe::Coin;

const INTEREST_8H: f64 = 0.000_1;
const CLAMP: f64 = 0.000_5;

/// Premium of the perpetual over spot at the open of each bar, per eight hours: what longs are ready to pay.
pub(super) fn premium(seed: u64, coin: &Coin, path: &Path, courses: &[Course]) -> Vec<f64> {
    let mut chance = Chance::new(seed, Purpose::Premium, coin.id);
    let (crash, collapse) = (bar_of(CRASH), bar_of(COLLAPSE));
    let (noise_size, chase) = if coin.tier == "small" { (0.000_10, 0.004_0) } else { (0.000_05, 0.003_0) };
    let mut noise = 0.0;
    let mut mood = 0.0;
    (0..BARS)
        .map(|bar| {
            noise = 0.93 * noise + noise_size * chance.fat();
            // The mood of the leg comes and goes over a fortnight, not in one bar.
            mood += (weather(bar).premium() - mood) / 42.0;
            let crowd = coin.narrative.map_or(0.0, |(narrative, share)| share * courses[narrative].crowding[bar]);
            let chased = chase * path.past(bar, 21).clamp(-0.3, 0.3);
            let after_crash = if (crash + 1..crash + 10).contains(&bar) { -0.001_8 / (bar - crash) as f64 } else { 0.0 };
            let dying = if coin.name == DEAD && bar > collapse { -0.012 } else { 0.0 };
            mood + 0.001_05 * crowd + chased + noise + after_crash + dying
        })
        .collect()
}

/// Settlements of one perpetual from the open of bar `first` to the last one inside bar `end - 1`, as the file that records them.
/// The first column carries the jitter of the venue's clock, 0 to 19 ms.
pub(super) fn settlements(seed: u64, coin: &Coin, premium: &[f64], first: usize, end: usize) -> String {
    let mut jitter = Chance::new(seed, Purpose::Jitter, coin.id);
    let switch = if coin.name == SWITCHER.0 { bar_of(SWITCHER.1) } else { BARS };
    let cap = if coin.tier == "large" { 0.003 } else { 0.02 };
    let mut text = String::from("calc_time,funding_interval_hours,last_funding_rate\n");
    let mut settle = |bar: usize, hour: i64, hours: i64, premium: f64| {
        let stamp = (START + (bar as i64 * BAR_HOURS + hour) * 3_600) * 1_000 + jitter.between(0.0, 20.0) as i64;
        let per_8h = premium + (INTEREST_8H - premium).clamp(-CLAMP, CLAMP);
        let rate = (per_8h * hours as f64 / 8.0).clamp(-cap, cap);
        let _ = writeln!(text, "{stamp},{hours},{}", fixed(rate, 6));
    };
    for bar in first..end {
        // The interval of a stamp is the time since the one before: the switch shows four hours after it.
        let every_four = coin.funding_hours == 4 || bar >= switch;
        let hours = if coin.funding_hours == 4 || bar > switch { 4 } else { 8 };
        settle(bar, 0, hours, premium[bar]);
        if every_four {
            let next = premium[(bar + 1).min(BARS - 1)];
            settle(bar, 4, 4, f64::midpoint(premium[bar], next));
        }
    }
    text
}
