//! Margin and distance to liquidation.

use rotate::replay::run::{Exposure, Run};
use rotate::report::charts::margin;
use rotate::units::{BucketId, InstrumentId, Usd};

use super::{days, page, rows, section, words};

/// A long of `instrument` at the close of bar `t`, marked at 100, `distance` above its liquidation.
pub(super) fn long(run: &Run, t: usize, instrument: u16, distance: Option<f64>) -> Exposure {
    Exposure {
        time: run.clock.close(t),
        instrument: InstrumentId(instrument),
        bucket: BucketId(1),
        narrative: None,
        quantity: 2.0,
        entry_price: 100.0,
        price: 100.0,
        notional: Usd::round(200.0),
        margin: Some(Usd::round(40.0)),
        unrealised: Usd::ZERO,
        liquidation_price: distance.map(|d| 100.0 * (1.0 - d)),
        liquidation_distance: distance,
    }
}

#[test]
fn the_nearest_counts_and_nothing_held_is_a_gap() {
    let (market, mut run) = days(60);
    // Weekly: two held, one of them safe; then the nearer one; three weeks of nothing; then one alone.
    run.exposure = vec![
        long(&run, 6, 1, Some(0.30)),
        long(&run, 6, 2, None),
        long(&run, 13, 1, Some(0.25)),
        long(&run, 13, 2, Some(0.125)),
        long(&run, 41, 1, Some(0.5)),
    ];
    let at = |t: usize| run.clock.close(t);
    assert_eq!(
        margin::nearest(&run),
        [(at(6), Some(0.30)), (at(13), Some(0.125)), (at(20), None), (at(41), Some(0.5))],
        "the line breaks one rhythm after the last row"
    );
    let (row, distance) = margin::closest(&run).unwrap();
    assert_eq!((row.instrument, distance), (InstrumentId(2), 0.125));
    let svg = margin::margin(&market, &run).unwrap();
    let said = words(&svg);
    assert!(said.iter().any(|word| word.ends_with(" 12.50 % on 2021-01-15")), "{said:?}");
}

#[test]
fn the_closest_calls_are_told_one_a_trade() {
    let (market, mut run) = days(60);
    // The fixture has one trade of each instrument, opened at the first bar: 1 in bucket 1.
    run.exposure = vec![long(&run, 6, 1, Some(0.30)), long(&run, 13, 1, Some(0.25)), long(&run, 20, 2, Some(0.125))];
    let told = section(&page(&market, &run), "margin");
    let table = rows(&told);
    assert_eq!(table.len(), 1 + 2, "two trades: {table:?}");
    assert_eq!(table[1][3..], ["2021-01-22", "100.00", "87.500", "12.50 %", "$40.00", "$200.00"]);
    assert_eq!(table[2][6], "25.00 %");
    assert!(told.contains("12.50 % away on 2021-01-22, with the mark price at 100.00 and the liquidation price at 87.500"), "{told}");
    assert!(told.contains("One liquidation took $250.00."), "the fixture's own");
    assert!(!told.contains("<script"), "names are escaped");
}

#[test]
fn without_perpetuals_nothing_is_drawn() {
    let (market, mut run) = days(60);
    run.margin_used.fill(Usd::ZERO);
    assert!(margin::margin(&market, &run).is_none());
    let page = page(&market, &run);
    assert!(!page.contains("id=\"margin\"") && !page.contains("href=\"#margin\""), "neither the section nor a way to it");
    assert!(page.contains("<a href=\"#trades\">Trades</a>"));
}
