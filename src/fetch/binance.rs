//! The archive of Binance: which files there are is listed, delisted symbols among them.
//!
//! Whole months come in monthly files, whatever day of them the window begins or ends with; days of months without one, the running month among them, in
//! daily files. Funding has monthly files only.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Fault;
use crate::fetch::address::Base;
use crate::fetch::calendar::{Day, Month, Period};
use crate::fetch::client::Client;
use crate::fetch::listing::list;
use crate::fetch::plan::{Content, Hole, Item, Plan, is_symbol};
use crate::fetch::progress::{Observer, Progress};
use crate::fetch::workers;
use crate::names::suggestion;

/// Lengths of a bar for which there are files.
pub(super) const BARS: [&str; 12] = ["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"];

/// What a perpetual may count in: `1000PEPEUSDT` is a thousand PEPE. The longest first.
const MULTIPLES: [&str; 4] = ["1000000", "10000", "1000", "1M"];

/// A kind of files: its folders, and how they are named.
struct Tree {
    content: Content,
    monthly: &'static str,
    daily: Option<&'static str>,
    /// Folders and names have the length of the bar in them.
    by_bar: bool,
}

const TREES: [Tree; 4] = [
    Tree { content: Content::Spot, monthly: "data/spot/monthly/klines/", daily: Some("data/spot/daily/klines/"), by_bar: true },
    Tree { content: Content::Perp, monthly: "data/futures/um/monthly/klines/", daily: Some("data/futures/um/daily/klines/"), by_bar: true },
    Tree {
        content: Content::Mark,
        monthly: "data/futures/um/monthly/markPriceKlines/",
        daily: Some("data/futures/um/daily/markPriceKlines/"),
        by_bar: true,
    },
    Tree { content: Content::Funding, monthly: "data/futures/um/monthly/fundingRate/", daily: None, by_bar: false },
];

/// The folder of the monthly bars of perpetuals.
pub(super) const PERPS: &str = TREES[1].monthly;

/// The folder of one symbol, and what its files begin with.
pub(super) fn stem(root: &str, symbol: &str, bar: Option<&str>) -> (String, String) {
    let folder = bar.map_or_else(|| format!("{root}{symbol}/"), |bar| format!("{root}{symbol}/{bar}/"));
    let stem = format!("{folder}{symbol}-{}-", bar.unwrap_or("fundingRate"));
    (folder, stem)
}

/// The window of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) since: Day,
    /// Open: up to the newest that is listed.
    pub(super) until: Option<Day>,
}

impl Span {
    fn holds(self, period: Period) -> bool {
        period.last() >= self.since && self.until.is_none_or(|until| period.first() <= until)
    }
}

/// What is listed of one symbol in one tree.
struct Series {
    tree: usize,
    symbol: String,
    stem: (String, String),
    months: BTreeMap<Month, u64>,
    days: BTreeMap<Day, u64>,
}

impl Series {
    fn first(&self) -> Option<Day> {
        let month = self.months.first_key_value().map(|(month, _)| month.first());
        let day = self.days.first_key_value().map(|(day, _)| *day);
        month.into_iter().chain(day).min()
    }

    fn last(&self) -> Option<Day> {
        let month = self.months.last_key_value().map(|(month, _)| month.last());
        let day = self.days.last_key_value().map(|(day, _)| *day);
        month.into_iter().chain(day).max()
    }
}

/// Of a list of files those that are named as they should be, by their period.
fn dated(files: &BTreeMap<String, u64>, stem: &str) -> impl Iterator<Item = (Period, u64)> {
    files.iter().filter_map(move |(path, bytes)| Some((Period::parse(path.strip_prefix(stem)?.strip_suffix(".zip")?)?, *bytes)))
}

/// The symbols that have a folder right below `root`.
pub(super) fn symbols(client: &Client, base: &Base, root: &str) -> Result<BTreeSet<String>, Fault> {
    let listing = list(client, base, root, "")?;
    let names = listing.folders.iter().filter_map(|folder| folder.strip_prefix(root)?.strip_suffix('/'));
    Ok(names.filter(|name| is_symbol(name)).map(str::to_owned).collect())
}

/// The ways in which files may spell the symbol of one coin.
fn spellings(symbol: &str) -> BTreeSet<String> {
    // What is left must be a coin and what it is quoted in.
    let is_rest = |rest: &str| rest.chars().count() > 4 && !rest.starts_with(|c: char| c.is_ascii_digit());
    let coin = MULTIPLES.iter().find_map(|multiple| symbol.strip_prefix(multiple).filter(|rest| is_rest(rest))).unwrap_or(symbol);
    let multiples = MULTIPLES.iter().map(|multiple| format!("{multiple}{coin}"));
    multiples.chain([coin.to_owned(), symbol.to_owned()]).collect()
}

/// Of each tree, the symbols that have files in it.
fn listed(client: &Client, base: &Base, connections: usize, wanted: &[String]) -> Result<Vec<(usize, String)>, Fault> {
    let roots: Vec<(usize, &str)> = TREES
        .iter()
        .enumerate()
        .flat_map(|(at, tree)| [Some(tree.monthly), tree.daily].into_iter().flatten().map(move |root| (at, root)))
        .collect();
    let names = workers::each(connections, &roots, |_, (_, root)| symbols(client, base, root))?;
    let mut found = BTreeSet::new();
    for symbol in wanted {
        let spellings = spellings(symbol);
        let mut is_there = false;
        for ((tree, _), names) in roots.iter().zip(&names) {
            for name in names.intersection(&spellings) {
                is_there = true;
                found.insert((*tree, name.clone()));
            }
        }
        if !is_there {
            return Err(unlisted(symbol, names.iter().flatten()));
        }
    }
    Ok(found.into_iter().collect())
}

fn unlisted<'a>(symbol: &str, names: impl Iterator<Item = &'a String>) -> Fault {
    // Each once: spot and perpetual are mostly called alike.
    let names: BTreeSet<&str> = names.map(String::as_str).collect();
    let fix = suggestion(symbol, names) + "write it as the venue does: BTCUSDT";
    Fault::new("--symbols", format!("`{symbol}`, of which the archive has nothing"), "symbols that the archive has files of", fix)
}

/// What is listed of one symbol in one tree.
fn series(client: &Client, base: &Base, bar: &str, span: Span, tree: usize, symbol: &str) -> Result<Series, Fault> {
    let Tree { monthly, daily, by_bar, .. } = TREES[tree];
    let bar = by_bar.then_some(bar);
    let (folder, name) = stem(monthly, symbol, bar);
    let mut months = BTreeMap::new();
    for (period, bytes) in dated(&list(client, base, &folder, "")?.files, &name) {
        if let Period::Month(month) = period {
            months.insert(month, bytes);
        }
    }
    let mut days = BTreeMap::new();
    let last = span.until.map(Day::month);
    // Without an end there is always a month that runs.
    let bound =
        last.unwrap_or_else(|| months.last_key_value().map_or(span.since.month(), |(month, _)| month.next()).max(span.since.month()));
    let uncovered = span.since.month().up_to(bound).find(|month| !months.contains_key(month));
    if let (Some(root), Some(first)) = (daily, uncovered) {
        let (folder, name) = stem(root, symbol, bar);
        // Names sort by their day, so that a listing can begin there.
        let listing = list(client, base, &folder, &format!("{name}{}", first.first()))?;
        for (period, bytes) in dated(&listing.files, &name) {
            if let Period::Day(day) = period {
                days.insert(day, bytes);
            }
        }
    }
    let stem = (stem(monthly, symbol, bar).1, daily.map(|root| stem(root, symbol, bar).1).unwrap_or_default());
    Ok(Series { tree, symbol: symbol.to_owned(), stem, months, days })
}

/// What a request for these symbols comes to.
pub(super) fn plan(
    client: &Client,
    base: &Base,
    connections: usize,
    wanted: &[String],
    (bar, span, today): (&str, Span, Option<Day>),
    observe: Observer<'_>,
) -> Result<Plan, Fault> {
    let listed = listed(client, base, connections, wanted)?;
    observe(Progress::Begin("listing", listed.len()));
    let all = workers::each(connections, &listed, |_, (tree, symbol)| {
        let series = series(client, base, bar, span, *tree, symbol)?;
        observe(Progress::Step);
        Ok(series)
    })?;
    let today = today.or_else(|| all.iter().filter_map(Series::last).max());
    let mut plan = Plan { today, ..Plan::default() };
    for series in &all {
        // Marks and funding go on as long as their perpetual does.
        let others = all.iter().filter(|other| other.symbol == series.symbol && TREES[other.tree].content != Content::Spot);
        let end = if TREES[series.tree].content == Content::Spot { series.last() } else { others.filter_map(Series::last).max() };
        take(series, span, end, today, &mut plan);
    }
    if plan.items.is_empty() {
        return Err(Fault::new(
            "--since, --until",
            "a window in which the archive has no file of these symbols",
            "days that the archive has",
            "begin earlier, or end later",
        ));
    }
    Ok(plan)
}

/// The files of one series that lie in the window, and those that are missing up to `end`.
fn take(series: &Series, span: Span, end: Option<Day>, today: Option<Day>, plan: &mut Plan) {
    let content = TREES[series.tree].content;
    let path = |period: Period| match period {
        Period::Month(_) => format!("{}{period}.zip", series.stem.0),
        Period::Day(_) => format!("{}{period}.zip", series.stem.1),
    };
    let mut add = |period: Period, bytes: u64| {
        plan.items.push(Item { path: path(period), content, period, bytes: Some(bytes), has_checksum: true });
    };
    let mut missing = Vec::new();
    let (Some(first), Some(end)) = (series.first(), end) else { return };
    let (first, end) = (first.max(span.since), span.until.map_or(end, |until| end.min(until)));
    for month in first.month().up_to(end.month()) {
        if let Some(bytes) = series.months.get(&month) {
            add(Period::Month(month), *bytes);
            continue;
        }
        let days: Vec<Day> = month.days().filter(|day| *day >= first && *day <= end).collect();
        if !days.iter().any(|day| series.days.contains_key(day)) {
            missing.push(Period::Month(month));
            continue;
        }
        for day in days {
            match series.days.get(&day) {
                Some(bytes) => add(Period::Day(day), *bytes),
                None => missing.push(Period::Day(day)),
            }
        }
    }
    let is_final = |period: Period| today.is_some_and(|today| period.is_final(today));
    plan.holes.extend(missing.into_iter().filter(|period| span.holds(*period)).map(|period| Hole {
        path: path(period),
        content,
        is_final: is_final(period),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_coin_is_found_under_each_of_its_spellings() {
        for symbol in ["PEPEUSDT", "1000PEPEUSDT"] {
            let all = spellings(symbol);
            assert!(all.contains("PEPEUSDT") && all.contains("1000PEPEUSDT"), "{all:?}");
        }
        assert!(spellings("1INCHUSDT").contains("1INCHUSDT") && !spellings("1INCHUSDT").contains("INCHUSDT"));
        assert!(spellings("1MBABYDOGEUSDT").contains("BABYDOGEUSDT") && spellings("龙虾USDT").contains("龙虾USDT"));
    }

    #[test]
    fn days_stand_in_for_the_months_that_are_missing_and_holes_are_named() {
        let months = ["2024-01", "2024-03"].map(|month| (Month::parse(month).unwrap(), 10));
        let days = ["2024-02-01", "2024-02-02", "2024-02-29", "2024-04-01", "2024-04-02"].map(|date| (day(date), 1));
        let stem = ("m/X-1h-".to_owned(), "d/X-1h-".to_owned());
        let series = Series { tree: 1, symbol: "X".to_owned(), stem, months: months.into(), days: days.into() };
        let mut plan = Plan::default();
        let span = Span { since: day("2023-06-01"), until: None };
        take(&series, span, Some(day("2024-05-02")), Some(day("2024-05-02")), &mut plan);
        let paths: Vec<&str> = plan.items.iter().map(|item| item.path.as_str()).collect();
        let expected = [
            "m/X-1h-2024-01",
            "d/X-1h-2024-02-01",
            "d/X-1h-2024-02-02",
            "d/X-1h-2024-02-29",
            "m/X-1h-2024-03",
            "d/X-1h-2024-04-01",
            "d/X-1h-2024-04-02",
        ];
        assert_eq!(paths, expected.map(|path| format!("{path}.zip")));
        let holes: Vec<(&str, bool)> = plan.holes.iter().map(|hole| (hole.path.as_str(), hole.is_final)).collect();
        assert_eq!(holes.len(), 26 + 28 + 1);
        assert_eq!(holes[0], ("d/X-1h-2024-02-03.zip", true));
        assert!(holes.contains(&("d/X-1h-2024-04-28.zip", true)) && holes.contains(&("d/X-1h-2024-04-29.zip", false)));
        assert_eq!(holes.last(), Some(&("m/X-1h-2024-05.zip", false)));
        // What begins later than the window lacks nothing before.
        let mut cut = Plan::default();
        take(&series, Span { since: day("2024-03-10"), until: Some(day("2024-04-01")) }, Some(day("2024-05-02")), None, &mut cut);
        assert_eq!(cut.items.iter().map(|item| item.period.to_string()).collect::<Vec<_>>(), ["2024-03", "2024-04-01"]);
    }
}
