//! Who was in the market, who died in it, and what somebody who knew the survivors alone would have seen.

use std::collections::BTreeMap;

use crate::market::{Kind, Market};
use crate::replay::run::{Reason, Run, Survival, Trade};
use crate::report::html::escape::{Html, tag, text};
use crate::report::html::page::{dim, paragraph};
use crate::report::html::table::{Column, list_table, table};
use crate::report::number_format::{count, grouped, money_of, signed_percent};
use crate::units::{InstrumentId, Time, Usd};

const DEATHS: [Column; 6] = [
    ("symbol", false),
    ("market", false),
    ("last bar", false),
    ("coin lives on", false),
    ("trades of this run", true),
    ("their profit, USD", true),
];

pub(super) fn survivorship(market: &Market, run: &Run) -> Html {
    let survival = Survival::of(market);
    let caught: Vec<Usd> = run.trades.iter().filter(|trade| trade.exit_reason == Reason::Delisted).map(|trade| trade.pnl).collect();
    let ended = format!(
        "{} of {} listings ended inside the run; that closed {} of its trades at the last price less the delisting penalty, with a profit of {}. ",
        count(survival.listings - survival.survivors),
        count(survival.listings),
        count(caught.len()),
        money_of(caught.iter().copied().sum())
    );
    let about = format!(
        "A coin that comes back counts as another listing. The two returns below buy each coin at its first close and sell it at its \
         last, less the delisting penalty where it ended. Not known, and impossible to know from this data: coins that were never in the folder, and \
         why those in it were chosen.{}",
        if market.conversions.is_empty() { "" } else { " A coin that became another has not ended: it is held as the new one." }
    );
    paragraph(&(text(&ended) + dim(&about))) + cut_together(&survival) + audit(market, &survival) + deaths(market, run, &survival)
}

/// How many series there are, how whole they are, and what they were worth to somebody who held them all.
fn audit(market: &Market, survival: &Survival) -> Html {
    let share = |part: usize, whole: usize| {
        if whole == 0 { "–".to_string() } else { format!("{} ({} %)", count(part), grouped(part as f64 / whole as f64 * 100.0, 1)) }
    };
    let of = |kind: Kind| market.instruments.iter().filter(|instrument| instrument.kind == kind).count();
    let prices = || market.series.iter().filter(|series| matches!(series.kind.as_str(), "spot" | "perp"));
    let gaps = prices().filter(|series| series.missing > 0).count();
    let (missing, bars) = prices().fold((0, 0), |(missing, bars), series| (missing + series.missing, bars + series.missing + series.bars));
    let dead = survival.listings - survival.survivors;
    let difference = survival.survivors_only.zip(survival.whole_universe).map(|(alive, all)| alive - all);
    let rows: Vec<Vec<String>> = [
        ("coins in the folder", count(market.assets.len())),
        ("spot series, perpetual series", format!("{}, {}", count(of(Kind::Spot)), count(of(Kind::Perp)))),
        ("listings", count(survival.listings)),
        ("ended before the market did", share(dead, survival.listings)),
        ("alive at its end", share(survival.survivors, survival.listings)),
        ("price series with holes", share(gaps, prices().count())),
        ("bars missing in them", share(missing, bars)),
        ("equal-weight all coins", signed_percent(survival.whole_universe)),
        ("equal-weight survivors only", signed_percent(survival.survivors_only)),
        ("survivors minus all", signed_percent(difference)),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.to_string(), value])
    .collect();
    list_table("The coins of this market", &[("survivorship audit", false), ("market", true)], &rows)
}

/// Each series that ended, with the trades of the run that it closed. Nothing where none did.
fn deaths(market: &Market, run: &Run, survival: &Survival) -> Html {
    let rows = survival.deaths.iter().map(|death| {
        let instrument = market.instrument(death.instrument);
        // Others may have died on the same day.
        let own = |trade: &&Trade| trade.instrument == death.instrument;
        let held = || run.trades.iter().filter(own).filter(|trade| life(survival, trade.instrument, trade.opened) == Some(death.ended));
        vec![
            instrument.symbol.clone(),
            instrument.kind.name().to_string(),
            death.ended.date(),
            match death.became {
                Some(coin) => format!("{} as {}", if death.coin_lives { "yes," } else { "no, nor" }, market.asset(coin).name),
                None => if death.coin_lives { "yes" } else { "no" }.to_string(),
            },
            count(held().count()),
            money_of(held().map(|trade| trade.pnl).sum()),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() { Html::new() } else { table("Series that ended before the market did", &DEATHS, &rows) }
}

/// Series that end on one day, from this many on, look like a cut of the data.
const TOGETHER: usize = 3;

/// Names the day on which the most series end, where that looks like the end of somebody's data rather than of so many coins.
fn cut_together(survival: &Survival) -> Html {
    let mut days: BTreeMap<String, usize> = BTreeMap::new();
    for death in &survival.deaths {
        *days.entry(death.ended.date()).or_default() += 1;
    }
    let most = days.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))).filter(|(_, count)| *count >= TOGETHER);
    most.map_or_else(Html::new, |(day, count)| {
        let sentence = format!(
            "{count} of these series end on one day, {day}. That looks like the end of the data, not like so many delistings. The run closes \
             positions in them at the last price less the penalty all the same; a live market would not have charged that."
        );
        tag("p").class("caution").text(&sentence).line()
    })
}

/// The end of the listing in which a trade was opened; `None` where the market ended first.
fn life(survival: &Survival, instrument: InstrumentId, opened: Time) -> Option<Time> {
    survival.deaths.iter().filter(|death| death.instrument == instrument && death.ended > opened).map(|death| death.ended).min()
}
