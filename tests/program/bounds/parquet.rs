//! Parquet files with columns that nobody asked for, and damaged ones.

use std::fs;
use std::path::Path;

use rotate::market::columns::{Cells, parquet};
use rotate::units::Time;

use super::made::{DAY, START, load, market};

fn table(rows: usize, price: impl Fn(usize) -> f64) -> Vec<u8> {
    let column = |shift: f64| Cells::Number((0..rows).map(|k| Some(price(k) + shift)).collect());
    let time = (0..rows).map(|k| Some(Time::from_seconds(START + k as i64 * DAY))).collect();
    let columns = [
        ("open_time", Cells::Time(time)),
        ("open", column(0.0)),
        ("high", column(1.0)),
        ("low", column(-1.0)),
        ("close", column(0.5)),
        ("volume", column(9.0)),
        ("symbol", Cells::Text(vec!["BTC"; rows].into_iter().collect())),
    ];
    parquet("x", columns.map(|(name, cells)| (name.to_owned(), cells)).into()).unwrap()
}

/// Decimals of 128 and 256 bits, a map, a list, a structure, a dictionary, bytes, truth values, a span of time, nothing and half floats, all
/// beside the columns of prices.
#[test]
fn columns_that_nobody_asked_for_are_not_read() {
    let market = load(&Path::new(crate::program::ROOT).join("tests/program/bounds/odd-columns")).unwrap();
    assert_eq!((market.clock.bars, market.panel.close[5]), (6, 106.0));
}

#[test]
fn a_table_of_one_value_many_times_over() {
    let dir = market(&["BTC"], "[limits]\ntable_mib = 1\n");
    let bytes = table(30_000, |_| 100.0);
    assert!(bytes.len() < 1 << 19, "{} bytes are no bomb", bytes.len());
    fs::write(dir.path().join("spot/BTC.parquet"), bytes).unwrap();
    // Seven columns of eight bytes.
    assert_eq!(load(dir.path()).unwrap_err().found, "has more than 18724 rows");
}

/// Every damage is refused, or leaves a file that can be read: nothing panics, nothing hangs, nothing takes the memory of the machine.
#[test]
fn turned_bits_and_cut_ends_are_refused() {
    let dir = market(&["BTC"], "");
    let path = dir.path().join("spot/BTC.parquet");
    let odd = fs::read(Path::new(crate::program::ROOT).join("tests/program/bounds/odd-columns/spot/BTCUSDT.parquet")).unwrap();
    let sound = [table(40, |k| 100.0 + k as f64), table(400, |k| 50.0 + (k % 3) as f64), odd];
    let mut state = 7_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let (mut refused, mut read) = (0, 0);
    for round in 0..cases() {
        let mut bytes = sound[round % sound.len()].clone();
        match below(4) {
            0 => bytes.truncate(below(bytes.len())),
            1 => {
                // Cut in the middle, both ends whole.
                let at = below(bytes.len());
                bytes.drain(at..(at + 1 + below(40)).min(bytes.len()));
            }
            _ => {
                // Half of them in the footer, where sizes and types stand.
                for _ in 0..=below(3) {
                    let from = if below(2) == 0 { 0 } else { bytes.len().saturating_sub(1_200) };
                    let at = from + below(bytes.len() - from);
                    bytes[at] ^= 1 << below(8);
                }
            }
        }
        fs::write(&path, bytes).unwrap();
        match load(dir.path()) {
            Ok(_) => read += 1,
            Err(fault) => {
                assert!(fault.to_string().lines().count() == 3, "{fault}");
                refused += 1;
            }
        }
    }
    assert!(refused > cases() / 4 && read > 0, "{refused} refused, {read} read");
}

/// As many as take a second or two; `ROTATE_FUZZ` asks for more.
fn cases() -> usize {
    std::env::var("ROTATE_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000)
}
