//! Dated facts about coins: market caps with ranks, narrative membership, margin tiers.

use std::fmt::Write as _;

use super::bars::listed;
use super::calendar::{BARS, BARS_PER_DAY, BARS_PER_YEAR, DEAD, bar_of, clock};
use super::paths::{Path, Tide};
use super::print::significant;
use super::rng::{Chance, Purpose};
use super::universe::{Coin, NARRATIVES};

/// Coins outside the sample that fill the ranking between and below ours.
const PHANTOMS: usize = 640;

/// Market cap in USD at a rank when the sample begins: a power law, as real rankings follow.
fn cap_at_rank(rank: f64) -> f64 {
    match rank {
        r if r < 1.5 => 3.8e11,
        r if r < 2.5 => 1.65e11,
        r => 1.2e11 * libm::pow(r, -1.42),
    }
}

/// Coins in circulation: fixed for the old, inflated by vesting for the young.
pub(super) fn supply(coin: &Coin, bar: usize) -> f64 {
    let inflation = match coin.tier {
        "large" => 0.015,
        "mid" => 0.05,
        _ => 0.12,
    };
    cap_at_rank(coin.rank) / coin.price * (1.0 + inflation * bar as f64 / BARS_PER_YEAR)
}

/// Caps on the first of each month, from the close of the last bar before it and known a day later.
pub(super) fn market_caps(seed: u64, coins: &[Coin], paths: &[Path], tide: &Tide) -> String {
    let mut phantoms: Vec<(Chance, f64, f64)> = (0..PHANTOMS)
        .map(|k| {
            let mut chance = Chance::new(seed, Purpose::Phantom, k);
            // Ranks 1 and 2 belong to the coins of the sample.
            let rank = 3.0 + k as f64 * chance.between(0.98, 1.02);
            let level = libm::log(cap_at_rank(rank));
            (chance, level, 0.0)
        })
        .collect();
    let start = tide.bitcoin.walks[0][0];
    let mut shared = 0.0;
    let mut text = String::from("known_at,asset,market_cap_usd,rank\n");
    let mut day = 0;
    for bar in 0..BARS {
        shared += tide.alts[bar];
        if bar % BARS_PER_DAY != 0 {
            continue;
        }
        day += 1;
        if day != 1 && !clock().open(bar).date().ends_with("-01") {
            continue;
        }
        let tide_level = 1.05 * (tide.bitcoin.walks[bar][0] - start) + shared - 0.05 * bar as f64 / BARS_PER_YEAR;
        for (chance, _, own) in &mut phantoms {
            *own = 0.985 * *own + 0.14 * chance.normal();
        }
        let others: Vec<f64> = phantoms.iter().map(|(_, level, own)| libm::exp(level + own + tide_level)).collect();
        let ours: Vec<Option<f64>> = coins
            .iter()
            .zip(paths)
            .map(|(coin, path)| {
                let markets = [listed(coin, false), listed(coin, true)];
                let open = markets.iter().flatten().any(|&(first, end)| (first..end).contains(&bar));
                open.then(|| supply(coin, bar) * libm::exp(path.walks[bar][0]))
            })
            .collect();
        for (coin, cap) in coins.iter().zip(&ours) {
            let Some(cap) = *cap else { continue };
            let above = others.iter().filter(|&&other| other > cap).count() + ours.iter().flatten().filter(|&&other| other > cap).count();
            let known = clock().open(bar + if bar == 0 { 0 } else { BARS_PER_DAY });
            let _ = writeln!(text, "{known},{},{},{}", coin.name, libm::round(cap / 1_000.0) * 1_000.0, above + 1);
        }
    }
    text
}

/// Membership. One coin leaves its narrative for another, one narrative adopts a member late.
pub(super) fn narratives(coins: &[Coin]) -> String {
    let mut text = String::from("asset,narrative,since,until,source\n");
    let mut row = |asset: &str, narrative: &str, since: &str, until: &str| {
        let _ = writeln!(text, "{asset},{narrative},{since},{until},synthetic");
    };
    for coin in coins {
        let Some((narrative, _)) = coin.narrative else { continue };
        let since = [coin.spot_from, coin.perp_from].into_iter().filter(|from| !from.is_empty()).min().unwrap_or_default();
        match coin.name {
            // Began as a storage coin; the market discovers it as an AI coin.
            "COGI" => {
                row(coin.name, "depin", since, "2022-11-15");
                row(coin.name, NARRATIVES[narrative], "2022-11-15", "");
            }
            DEAD => row(coin.name, NARRATIVES[narrative], since, "2022-12-20"),
            "HELI" => row(coin.name, NARRATIVES[narrative], "2022-06-01", ""),
            _ => row(coin.name, NARRATIVES[narrative], since, ""),
        }
    }
    text
}

/// Cap of a bracket in USD, maintenance rate in hundredths of a per cent, highest leverage.
type Brackets = &'static [(i64, i64, i64)];

const LARGE: Brackets = &[
    (50_000, 40, 125),
    (600_000, 50, 100),
    (3_000_000, 65, 75),
    (12_000_000, 100, 50),
    (70_000_000, 200, 25),
    (100_000_000, 250, 20),
    (230_000_000, 500, 10),
    (480_000_000, 1_000, 5),
    (600_000_000, 1_250, 4),
    (800_000_000, 1_500, 3),
    (1_200_000_000, 2_500, 2),
    (1_800_000_000, 5_000, 1),
];
const MID: Brackets = &[
    (10_000, 65, 75),
    (50_000, 100, 50),
    (400_000, 200, 25),
    (1_000_000, 500, 10),
    (2_000_000, 1_000, 5),
    (5_000_000, 1_250, 4),
    (10_000_000, 2_500, 2),
    (20_000_000, 5_000, 1),
];
const SMALL: Brackets = &[
    (5_000, 150, 50),
    (30_000, 250, 20),
    (200_000, 500, 10),
    (1_000_000, 1_000, 5),
    (2_000_000, 1_250, 4),
    (4_000_000, 2_500, 2),
    (8_000_000, 5_000, 1),
];
/// Small caps after the venue tightened them: half the size at every leverage.
const SMALL_TIGHT: Brackets = &[
    (5_000, 200, 25),
    (20_000, 250, 20),
    (100_000, 500, 10),
    (500_000, 1_000, 5),
    (1_000_000, 1_250, 4),
    (2_000_000, 2_500, 2),
    (4_000_000, 5_000, 1),
];

const TIERS_SINCE: &str = "2021-07-01T00:00:00Z";
/// The venue tightens the small caps after the crash.
pub(super) const TIGHTENED: &str = "2022-09-01T00:00:00Z";

pub(super) fn margin_tiers(coins: &[Coin]) -> String {
    let mut text = String::from("since,perp,floor_usd,cap_usd,maintenance_rate,max_leverage,maintenance_amount_usd\n");
    for coin in coins.iter().filter(|coin| !coin.perp_from.is_empty()) {
        let tables: &[(&str, Brackets)] = match coin.tier {
            "large" if coin.rank < 3.0 => &[(TIERS_SINCE, LARGE)],
            "large" | "mid" => &[(TIERS_SINCE, MID)],
            _ if bar_of(coin.perp_from) < bar_of(TIGHTENED) => &[(TIERS_SINCE, SMALL), (TIGHTENED, SMALL_TIGHT)],
            _ => &[(TIERS_SINCE, SMALL_TIGHT)],
        };
        for &(since, brackets) in tables {
            let (mut floor, mut rate_before, mut amount) = (0_i64, 0_i64, 0_i64);
            for &(cap, rate, leverage) in brackets {
                // In ten-thousandths of a dollar, so that the recursion holds to the last printed digit.
                amount += floor * (rate - rate_before);
                let printed = significant(amount as f64 / 10_000.0, 15);
                let _ = writeln!(
                    text,
                    "{since},{},{floor},{cap},{},{leverage},{printed}",
                    coin.perp_symbol(),
                    significant(rate as f64 / 10_000.0, 4)
                );
                (floor, rate_before) = (cap, rate);
            }
        }
    }
    text
}
