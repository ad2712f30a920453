//! The same import again, and one with more.

use std::fs;

use super::{BARS, HOUR, Place, START, assert_bars, bar, rows};
use crate::program::tree;

fn month(place: &Place, name: &str, range: std::ops::Range<i64>, twist: f64) {
    let text =
        rows(range, |k, b| format!("{},{},{},{},{},{}", (START + k * HOUR) * 1_000, b.open, b.high + twist, b.low, b.close, b.volume));
    place.put(name, format!("timestamp,open,high,low,close,volume\n{text}"));
}

#[test]
fn again_is_nothing_new_and_the_same_bytes_come_from_scratch() {
    let place = Place::new();
    month(&place, "binance/BTCUSDT-1h-2024-01.csv", BARS, 0.0);
    place.import();
    assert!(rotate::import::understand(&place.request()).unwrap().is_nothing_new());
    let first = tree(&place.path("market"));
    fs::remove_dir_all(place.path("market")).unwrap();
    place.import();
    assert!(first == tree(&place.path("market")));
}

#[test]
fn an_update_adds_what_is_new_and_keeps_what_its_owner_wrote() {
    let place = Place::new();
    month(&place, "binance/BTCUSDT-1h-2024-01.csv", 0..48, 0.0);
    place.import();
    let manifest = place.text("market.toml").replace("spot_maker = 10", "spot_maker = 7");
    fs::write(place.path("market").join("market.toml"), &manifest).unwrap();
    fs::write(place.path("market").join("notes.txt"), "mine").unwrap();
    let assets = place.text("assets.csv").replace("binance,cex", "binance,regulated");
    fs::write(place.path("market").join("assets.csv"), &assets).unwrap();
    // The first month is gone from the downloads by then.
    fs::remove_dir_all(place.path("raw")).unwrap();
    month(&place, "binance/BTCUSDT-1h-2024-02.csv", 44..72, 0.0);
    month(&place, "binance/ETHUSDT-1h-2024-02.csv", BARS, 0.0);
    let (plan, market) = place.import();
    assert!(plan.is_update());
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
    assert_bars(&market, "ETHUSDT", BARS.map(bar));
    assert_eq!((place.text("market.toml"), place.text("notes.txt")), (manifest, "mine".to_owned()));
    assert!(place.text("assets.csv").starts_with(&assets));
    assert_eq!(place.text("sources.csv").lines().count(), 4);
}

#[test]
fn a_file_that_was_replaced_is_believed() {
    let place = Place::new();
    month(&place, "binance/BTCUSDT-1h-2024-01.csv", 0..24, 3.0);
    month(&place, "binance/BTCUSDT-1h-2024-02.csv", 24..72, 0.0);
    place.import();
    // The market has more rows by then than the file that is right.
    month(&place, "binance/BTCUSDT-1h-2024-01.csv", 0..24, 0.0);
    let (_, market) = place.import();
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
}

#[test]
fn a_folder_of_somebodys_is_not_written_to() {
    let place = Place::new();
    month(&place, "BTCUSDT-1h.csv", BARS, 0.0);
    fs::create_dir(place.path("market")).unwrap();
    fs::write(place.path("market").join("thesis.txt"), "mine").unwrap();
    let fault = rotate::import::understand(&place.request()).err().unwrap();
    assert!(fault.found.contains("sources.csv"), "{fault}");
    assert_eq!(tree(&place.path("market")).len(), 1);
}
