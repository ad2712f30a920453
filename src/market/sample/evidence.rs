//! Evidence about narratives: what could have been read at the time, each with the instant from which it was known.

use std::fmt::Write as _;

use super::bars::listed;
use super::calendar::{BARS, BARS_PER_DAY, clock};
use super::narrative::{Course, LifeStage};
use super::print::{fixed, significant};
use super::rng::{Chance, Purpose};
use super::universe::{Coin, NARRATIVES};

const WEEK: usize = 7 * BARS_PER_DAY;

/// The files of `evidence/`, by name.
pub(super) fn files(seed: u64, coins: &[Coin], courses: &[Course]) -> Vec<(&'static str, String)> {
    let head = String::from("known_at,narrative,metric,value\n");
    let (mut tvl, mut developers, mut sentiment, mut mentions) = (head.clone(), head.clone(), head.clone(), head);
    let row = |text: &mut String, bar: usize, lag_days: usize, narrative: usize, metric: &str, value: &str| {
        let known = clock().open(bar).plus(lag_days as i64 * 86_400);
        let _ = writeln!(text, "{known},{},{metric},{value}", NARRATIVES[narrative]);
    };
    let mut chances: Vec<Chance> = (0..NARRATIVES.len()).map(|k| Chance::new(seed, Purpose::Evidence, k)).collect();
    let mut locked = [20.3, 18.6, 17.9, 20.6, 19.0, 21.9];
    let mut commits = [4.6; 6];
    let mut mood = [0.0; 6];
    let mut noise = [0.0; 6];
    // Weeks begin with the fourth day of the clock, and a week must have passed before it can be told.
    for bar in (4 * BARS_PER_DAY..BARS).step_by(WEEK) {
        for (k, course) in courses.iter().enumerate() {
            let chance = &mut chances[k];
            // The last bar that has closed when the week is told.
            let now = bar - 1;
            let gain = |bars: usize| course.level[now] - course.level[now.saturating_sub(bars)];
            let stage = course.stage[now];
            let capital = match stage {
                LifeStage::Dormant => -0.002,
                LifeStage::Rise => 0.035,
                LifeStage::Peak => 0.012,
                LifeStage::Fade => -0.028,
            };
            locked[k] += capital + 0.3 * gain(WEEK) + 0.03 * chance.normal();
            row(&mut tvl, bar, 1, k, "tvl_usd", &fixed(libm::round(libm::exp(locked[k]) / 1_000.0) * 1_000.0, 0));
            // Developers come with the rise, stay through the peak, and leave late.
            let home = if stage == LifeStage::Dormant { 4.6 } else { 5.3 };
            commits[k] += 0.06 * (home - commits[k]) + 0.05 * chance.normal();
            row(&mut developers, bar, 3, k, "dev_activity", &fixed(libm::exp(commits[k]), 0));
            mood[k] = 0.6 * mood[k] + 0.4 * (2.2 * gain(2 * WEEK) + 0.35 * course.crowding[now]) + 0.10 * chance.normal();
            row(&mut sentiment, bar, 0, k, "sentiment", &fixed(libm::tanh(mood[k]), 3));
            noise[k] = 0.7 * noise[k] + 0.18 * chance.normal();
            let loud = libm::exp(4.2 + 2.1 * course.crowding[now].max(0.0) + noise[k]);
            row(&mut mentions, bar, 1, k, "media_mentions", &fixed(loud, 0));
        }
    }
    vec![
        ("evidence/tvl.csv", tvl),
        ("evidence/dev_activity.csv", developers),
        ("evidence/dev_activity_assets.csv", by_asset(seed, coins, courses)),
        ("evidence/sentiment.csv", sentiment),
        ("evidence/media_mentions.csv", mentions),
    ]
}

/// Developer activity of the small caps, every four weeks while they are listed.
fn by_asset(seed: u64, coins: &[Coin], courses: &[Course]) -> String {
    let members: Vec<_> = coins.iter().filter(|coin| coin.tier == "small").filter_map(|coin| Some((coin, coin.narrative?))).collect();
    let mut chances: Vec<Chance> = members.iter().map(|(coin, _)| Chance::new(seed, Purpose::AssetEvidence, coin.id)).collect();
    let mut text = String::from("known_at,asset,metric,value\n");
    for bar in (10 * BARS_PER_DAY..BARS).step_by(4 * WEEK) {
        for ((coin, (narrative, _)), chance) in members.iter().zip(&mut chances) {
            let busy = courses[*narrative].stage[bar.saturating_sub(3 * WEEK)] != LifeStage::Dormant;
            let value = libm::exp(if busy { 3.4 } else { 2.8 } + 0.3 * chance.normal());
            let open = [listed(coin, false), listed(coin, true)].iter().flatten().any(|&(first, end)| (first..end).contains(&bar));
            if open {
                let known = clock().open(bar).plus(3 * 86_400);
                let _ = writeln!(text, "{known},{},dev_activity,{}", coin.name, significant(value, 3));
            }
        }
    }
    text
}
