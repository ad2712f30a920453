//! The assets of a market out of its chosen series: names, contract sizes, tiers, and symbols that a venue gave to another coin.

use std::collections::BTreeMap;

use crate::import::choose::Choice;
use crate::import::part::Rows;
use crate::import::series::Series;
use crate::market::Bar;
use crate::units::Time;

/// A line of `assets.csv`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AssetRow {
    pub(super) name: String,
    pub(super) tier: &'static str,
    pub(super) spot: String,
    pub(super) perp: String,
    pub(super) contract_size: f64,
    pub(super) venue: String,
    pub(super) venue_kind: &'static str,
    pub(super) since: Option<Time>,
    pub(super) until: Option<Time>,
}

/// Silence after which a symbol may be another coin's.
const SILENCE: i64 = 7 * 86_400;
/// How many times the last close the next open must be away to be another coin's: as the loader holds it.
const JUMP: f64 = 10.0;

/// Coins that were among the twenty largest in most years since 2018, for markets without market caps.
const LARGE: [&str; 12] = ["BTC", "ETH", "XRP", "BNB", "SOL", "ADA", "DOGE", "LTC", "DOT", "TRX", "BCH", "LINK"];
/// Traded a day, in the currency of prices, by the middle day of what is no small coin.
const MID: f64 = 1e8;

/// One line a coin, two where its symbol was given to another; in the order of their names, Bitcoin and Ether first.
pub(super) fn listing(choice: &Choice, series: &[Series]) -> Vec<AssetRow> {
    let mut rows = Vec::new();
    for (name, coin) in &choice.coins {
        let [spot, perp] = [coin.spot, coin.perp].map(|at| at.map(|at| &series[at]));
        let main = spot.or(perp).expect("a coin has a market");
        let venue =
            perp.or(spot).map(|own| own.key.venue.clone()).filter(|venue| !venue.is_empty()).unwrap_or_else(|| "unknown".to_owned());
        let row = AssetRow {
            name: name.clone(),
            tier: tier(name, main),
            spot: spot.map_or(String::new(), |own| symbol(own, &choice.quote)),
            perp: perp.map_or(String::new(), |own| symbol(own, &choice.quote)),
            contract_size: coin.contract_size,
            venue_kind: venue_kind(&venue),
            venue,
            since: None,
            until: None,
        };
        match reused(main) {
            Some((until, since)) => {
                rows.push(AssetRow { name: format!("{name}-{}", until.month().0), until: Some(until), ..row.clone() });
                rows.push(AssetRow { since: Some(since), ..row });
            }
            None => rows.push(row),
        }
    }
    rows.sort_by_key(|row| (["BTC", "ETH"].iter().position(|first| *first == row.name).unwrap_or(2), row.name.clone()));
    rows
}

/// How its files are called, the market's currency where the series does not say its own.
pub(super) fn symbol(own: &Series, quote: &str) -> String {
    if own.key.quote.is_empty() { format!("{}{quote}", own.key.base) } else { own.symbol() }
}

/// Until when a symbol was one coin's and from when on another's: a week without a bar, and a price ten times away after it.
fn reused(series: &Series) -> Option<(Time, Time)> {
    let Rows::Bars { bars, interval } = &series.rows else { return None };
    let away = |pair: &[Bar]| {
        let times = pair[1].open / pair[0].close;
        !(1.0 / JUMP..=JUMP).contains(&times)
    };
    let mut breaks = bars.windows(2).filter(|pair| pair[1].time.seconds() - pair[0].time.seconds() > SILENCE && away(pair));
    breaks.next_back().map(|pair| (pair[0].time.plus(interval.seconds()), pair[1].time))
}

fn tier(name: &str, series: &Series) -> &'static str {
    if LARGE.contains(&name) {
        return "large";
    }
    let Rows::Bars { bars, .. } = &series.rows else { return "small" };
    let mut days: BTreeMap<i64, f64> = BTreeMap::new();
    for bar in bars {
        *days.entry(bar.time.seconds().div_euclid(86_400)).or_default() += bar.volume * bar.close;
    }
    let mut traded: Vec<f64> = days.into_values().collect();
    traded.sort_by(f64::total_cmp);
    if traded.get(traded.len() / 2).is_some_and(|middle| *middle >= MID) { "mid" } else { "small" }
}

fn venue_kind(venue: &str) -> &'static str {
    match venue {
        "coinbase" | "kraken" | "gemini" | "bitstamp" => "regulated",
        "hyperliquid" => "dex",
        _ => "cex",
    }
}
