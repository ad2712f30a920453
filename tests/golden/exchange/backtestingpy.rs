//! backtesting.py's order of events inside a bar, replayed bar by bar with [`walk_bar`].

use rotate::exchange::orders::{Bar, Kind, Side};
use rotate::units::Direction;

use super::rows::{Row, by_case, rows};
use super::walk::walk_bar;
use super::words::{Entry, InBar, PathRules, What};

/// Where ours differs by design: case, our entry price, our exit price (0: none, or not meant), rule.
const OURS: &[(&str, f64, f64, &str)] = &[
    (
        "IB-4",
        98.0,
        0.0,
        "a limit resting in a market that never closes is filled at its price as the market passes, not at the better open",
    ),
    ("IB-5", 0.0, 0.0, "a touch fills nobody: the bar must trade through the limit"),
    ("IB-13", 100.0, 110.0, "a target is a resting limit: its own price, not the better open"),
];

/// Entry bar and price, exit bar and price.
#[derive(Debug, Default, PartialEq)]
struct Told {
    entry: Option<(usize, f64)>,
    exit: Option<(usize, f64)>,
}

fn entry(row: &Row, before: &Bar) -> Kind {
    let side = if row.text("side") == "sell" { Side::Sell } else { Side::Buy };
    match (row.maybe("limit"), row.maybe("stop")) {
        (None, None) => Kind::Market,
        // In the book before the bar unless the last price was at or beyond it already.
        (Some(price), None) => Kind::Limit { price, resting: !side.reaches(before.close, price) },
        (None, Some(trigger)) => Kind::Stop { trigger },
        (Some(limit), Some(trigger)) => Kind::StopLimit { trigger, limit },
    }
}

fn replay(row: &Row, bars: &[Bar]) -> Told {
    let sent = row.number("submit_after_bar") as usize;
    let direction = if row.text("side") == "sell" { Direction::Short } else { Direction::Long };
    let mut told = Told::default();
    for t in sent + 1..bars.len() {
        let position = InBar {
            direction,
            entry: if told.entry.is_some() { Entry::Held } else { Entry::Order(entry(row, &bars[t - 1])) },
            close_at_open: false,
            stop: row.maybe("sl"),
            take_profit: row.maybe("tp"),
            liquidation: None,
        };
        for event in walk_bar(&position, &bars[t], &bars[t], &PathRules::default()) {
            match event.what {
                What::Entered => told.entry = Some((t, event.reference)),
                _ => told.exit = Some((t, event.reference)),
            }
        }
        if told.exit.is_some() {
            break;
        }
    }
    told
}

#[test]
fn the_order_of_events_inside_a_bar() {
    let bars = by_case(rows("intrabar_backtestingpy_bars.csv"));
    let mut compared = 0;
    for row in rows("intrabar_backtestingpy_expected.csv") {
        let id = row.id();
        let bars: Vec<Bar> = bars[id].iter().map(Row::bar).collect();
        let ours = replay(&row, &bars);
        let theirs = |bar: &str, price: &str| row.maybe(bar).map(|at| (at as usize, row.number(price)));
        let entry = theirs("entry_bar", "entry_price");
        // At the end of the data they close what is open; only the entry is meant.
        let exit = if row.text("exit_kind") == "end of data" { None } else { theirs("exit_bar", "exit_price") };
        if let Some((_, at, out, why)) = OURS.iter().find(|(name, ..)| *name == id) {
            assert_eq!(ours.entry.map_or(0.0, |(_, price)| price), *at, "{id}: {why}");
            assert_eq!(ours.exit.map_or(0.0, |(_, price)| price), *out, "{id}: {why}");
        } else {
            assert_eq!(ours, Told { entry, exit }, "{id}");
            compared += 1;
        }
    }
    assert!(compared >= 10, "only {compared} rows compared");
}
