//! Archives that list nothing, OKX and Gate: addresses are made of symbol and date, and one that is not there is a hole.

use std::collections::{BTreeMap, BTreeSet};

use crate::fetch::binance::Span;
use crate::fetch::calendar::{Day, Month, Period};
use crate::fetch::download::Outcome;
use crate::fetch::plan::{Content, Item};

/// Lengths of a bar for which Gate has files.
pub(super) const GATE_BARS: [&str; 6] = ["1m", "5m", "1h", "4h", "1d", "7d"];

/// The perpetual of a pair of OKX.
const SWAP: &str = "-SWAP";

fn item(content: Content, period: Period, path: String) -> Item {
    Item { path, content, period, bytes: None, has_checksum: false }
}

/// Monthly files of OKX: bars of a minute, and settled funding.
pub(super) fn okx_months(symbols: &[String], since: Day, until: Day) -> Vec<Item> {
    let mut all = Vec::new();
    for symbol in symbols {
        let pair = symbol.strip_suffix(SWAP).unwrap_or(symbol);
        for month in since.month().up_to(until.month()) {
            let (folder, period) = (month.compact(), Period::Month(month));
            for (content, end) in [(Content::Spot, ""), (Content::Perp, SWAP)] {
                all.push(item(content, period, format!("candlesticks/monthly/{folder}/{pair}{end}-candlesticks-{month}.zip")));
            }
            all.push(item(Content::Funding, period, format!("swaprates/monthly/{folder}/{pair}{SWAP}-fundingrates-{month}.zip")));
        }
    }
    all
}

/// A file's name without its date: what all files of a series have in common.
pub(super) fn series_of(item: &Item) -> (Content, &str) {
    let name = item.path.rsplit('/').next().unwrap_or_default();
    let name = name.split('.').next().unwrap_or_default();
    (item.content, name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-'))
}

/// Daily files of OKX for months that have no monthly one: between those that have, and the next after them. A coin that nobody traded yet, or no more, is
/// not asked for day by day; one that has no month at all may be new, in the last of the window.
pub(super) fn okx_days(months: &[(Item, Outcome)], span: Span, until: Day) -> Vec<Item> {
    let mut series: BTreeMap<(Content, &str), BTreeMap<Month, bool>> = BTreeMap::new();
    for (item, outcome) in months {
        if !matches!(outcome, Outcome::Failed(_)) {
            series.entry(series_of(item)).or_default().insert(item.period.month(), *outcome != Outcome::Absent);
        }
    }
    let mut all = BTreeSet::new();
    for ((content, name), months) in &series {
        let mut there = months.iter().filter(|(_, is_there)| **is_there).map(|(month, _)| *month);
        let first = there.next();
        let (first, last) = match first {
            Some(first) => (first, there.next_back().unwrap_or(first).next()),
            None => (until.month(), until.month()),
        };
        let missing = months.iter().filter(|(month, is_there)| !**is_there && (first..=last).contains(*month)).map(|(month, _)| *month);
        for day in missing.flat_map(Month::days).filter(|day| *day >= span.since && *day <= until) {
            let folder = day.compact();
            all.insert(item(
                *content,
                Period::Day(day),
                match content {
                    // One file of a day holds all perpetuals.
                    Content::Funding => format!("swaprates/daily/{folder}/allswap-fundingrates-{day}.zip"),
                    _ => format!("candlesticks/daily/{folder}/{name}-{day}.zip"),
                },
            ));
        }
    }
    all.into_iter().collect()
}

/// Files of Gate, which come by the month.
pub(super) fn gate_months(symbols: &[String], bar: &str, since: Day, until: Day) -> Vec<Item> {
    let kinds = [
        (Content::Spot, format!("spot/candlesticks_{bar}")),
        (Content::Perp, format!("futures_usdt/candlesticks_{bar}")),
        (Content::Mark, "futures_usdt/mark_prices".to_owned()),
        (Content::Funding, "futures_usdt/funding_applies".to_owned()),
    ];
    let mut all = Vec::new();
    for symbol in symbols {
        for month in since.month().up_to(until.month()) {
            let date = month.compact();
            let path = |folder: &str| format!("{folder}/{date}/{symbol}-{date}.csv.gz");
            all.extend(kinds.iter().map(|(content, folder)| item(*content, Period::Month(month), path(folder))));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn addresses_are_those_of_the_archives() {
        let okx = okx_months(&["BTC-USDT".to_owned()], day("2024-03-05"), day("2024-03-06"));
        let expected = [
            "candlesticks/monthly/202403/BTC-USDT-candlesticks-2024-03.zip",
            "candlesticks/monthly/202403/BTC-USDT-SWAP-candlesticks-2024-03.zip",
            "swaprates/monthly/202403/BTC-USDT-SWAP-fundingrates-2024-03.zip",
        ];
        assert_eq!(okx.iter().map(|item| item.path.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(series_of(&okx[1]), (Content::Perp, "BTC-USDT-SWAP-candlesticks"));
        let gate = gate_months(&["BTC_USDT".to_owned()], "1h", day("2024-03-05"), day("2024-03-06"));
        assert_eq!(gate[1].path, "futures_usdt/candlesticks_1h/202403/BTC_USDT-202403.csv.gz");
        assert_eq!(series_of(&gate[1]), (Content::Perp, "BTC_USDT"));
    }

    #[test]
    fn days_are_asked_for_where_a_month_is_missing_inside_or_right_after() {
        let span = Span { since: day("2024-01-15"), until: None };
        let months = okx_months(&["A-USDT".to_owned()], span.since, day("2024-06-03"));
        let there = |item: &Item| item.content == Content::Spot && ["2024-02", "2024-04"].contains(&item.period.to_string().as_str());
        let months: Vec<(Item, Outcome)> =
            months.into_iter().map(|item| (item.clone(), if there(&item) { Outcome::Kept } else { Outcome::Absent })).collect();
        let days = okx_days(&months, span, day("2024-06-03"));
        let of =
            |content: Content| days.iter().filter(|item| item.content == content).map(|item| item.period.to_string()).collect::<Vec<_>>();
        let spot = of(Content::Spot);
        assert_eq!((spot.len(), spot[0].as_str(), spot[31].as_str()), (31 + 31, "2024-03-01", "2024-05-01"));
        assert_eq!(of(Content::Perp), ["2024-06-01", "2024-06-02", "2024-06-03"]);
        let funding = days.iter().find(|item| item.content == Content::Funding).unwrap();
        assert_eq!(funding.path, "swaprates/daily/20240601/allswap-fundingrates-2024-06-01.zip");
    }
}
