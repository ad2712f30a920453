//! Who died in the market.

use std::sync::Arc;

use rotate::market::{Segment, SeriesSummary};
use rotate::replay::run::Reason;
use rotate::units::Usd;

use super::{days, page, rows, section};

#[test]
fn the_audit_counts_the_dead_and_what_they_cost() {
    let (mut market, mut run) = days(400);
    // The second coin's only series ends on day 100, long before the market; it had fallen to half.
    market.panel.segments[2] = vec![Segment { first: 0, end: 100 }];
    let at = |t: usize| market.panel.at(rotate::units::InstrumentId(2), t);
    let (first, last) = (at(0), at(99));
    let close = Arc::make_mut(&mut market.panel.close);
    (close[first], close[last]) = (100.0, 50.0);
    // The first coin doubles.
    (close[0], close[399]) = (100.0, 200.0);
    market.listing.penalty = 0.5;
    let series = |missing| SeriesSummary {
        asset: "BTC".to_string(),
        kind: "spot".to_string(),
        symbol: "BTCUSDT".to_string(),
        first: None,
        last: None,
        bars: 90,
        missing,
        files: Vec::new(),
        intervals: Vec::new(),
    };
    market.series = vec![series(10), series(0)];
    run.trades[2].exit_reason = Reason::Delisted;
    run.trades[2].pnl = Usd::round(-33.0);
    let told = section(&page(&market, &run), "survivors");
    assert!(told.contains("1 of 2 listings ended inside the run; that closed 1 of its trades at the last price less the delisting penalty, with a profit of −$33.00."), "{told}");
    let table = rows(&told);
    let value = |name: &str| table.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name}: {table:?}"))[1].clone();
    assert_eq!(value("ended before the market did"), "1 (50.0 %)");
    assert_eq!(value("price series with holes"), "1 (50.0 %)");
    assert_eq!(value("bars missing in them"), "10 (5.3 %)");
    // +100 % and 50 · (1 − 0.5) / 100 − 1 = −75 %.
    assert_eq!(value("equal-weight all coins"), "+12.50 %");
    assert_eq!(value("equal-weight survivors only"), "+100.00 %");
    assert_eq!(value("survivors minus all"), "+87.50 %");
    let dead = table.last().unwrap();
    assert_eq!(dead[1..], ["perp", "2021-04-11", "no", "1", "−$33.00"], "{dead:?}");
}

#[test]
fn a_trade_belongs_to_the_listing_it_was_opened_in() {
    let (mut market, mut run) = days(400);
    market.panel.segments[2] = vec![Segment { first: 0, end: 100 }, Segment { first: 150, end: 200 }];
    run.trades[2].opened = market.clock.open(160);
    let told = rows(&section(&page(&market, &run), "survivors"));
    let dead: Vec<&Vec<String>> = told.iter().filter(|row| row.len() == 6 && row[1] == "perp").collect();
    assert_eq!(dead.iter().map(|row| (row[2].as_str(), row[4].as_str())).collect::<Vec<_>>(), [("2021-04-11", "0"), ("2021-07-20", "1")]);
}

#[test]
fn coins_that_died_on_one_day_have_their_own_trades() {
    let (mut market, mut run) = days(400);
    // The perpetual has a trade, the spot of the other coin ends on the same day and has none.
    let end = vec![Segment { first: 0, end: 100 }];
    let (mine, other) = (run.trades[2].instrument, run.trades[0].instrument);
    assert_ne!(mine, other);
    (market.panel.segments[mine.index()], market.panel.segments[other.index()]) = (end.clone(), end);
    let only = run.trades[2].clone();
    run.trades = vec![only];
    let told = rows(&section(&page(&market, &run), "survivors"));
    let dead: Vec<&str> = told.iter().filter(|row| row.len() == 6 && row[0] != "symbol").map(|row| row[4].as_str()).collect();
    let mut counts = dead.clone();
    counts.sort_unstable();
    assert_eq!(counts, ["0", "1"], "{told:?}");
}

#[test]
fn series_that_end_on_one_day_look_cut() {
    let (mut market, run) = days(400);
    market.panel.segments = vec![vec![Segment { first: 0, end: 100 }]; 2];
    market.panel.segments.push(vec![Segment { first: 0, end: 120 }]);
    assert!(!section(&page(&market, &run), "survivors").contains("data were cut"), "two may die on a day");
    market.panel.segments[2] = vec![Segment { first: 0, end: 100 }];
    assert!(section(&page(&market, &run), "survivors").contains("3 of these series end on one day, 2021-04-11"));
}
