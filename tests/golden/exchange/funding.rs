//! Funding payments, windows, intervals, and a month of real settlements.

use rotate::exchange::funding::payment;
use rotate::funding_interval::{intervals, per_8h};
use rotate::units::{Direction, Time};

use super::rows::{Row, outside, rows};
use super::settlements::{Settlement, annual_simple, published_rate, published_rate_per_interval, settled_payment, takes_part, total};

/// Rows that hold no numbers to compute with.
const NOT_COMPUTED: &[(&str, &str)] = &[("FF-LEAN-1", "symbolic: three settlements of 0.0001 are 0.0003 of the holdings, within 5 %")];

fn list(row: &Row, column: &str) -> Vec<f64> {
    row.text(column).split(';').filter(|part| !part.is_empty()).map(|part| part.parse().expect("a number")).collect()
}

fn signed(row: &Row) -> f64 {
    let side = if row.text("side") == "short" { Direction::Short } else { Direction::Long };
    side.sign() * row.number("qty")
}

#[test]
fn payments_are_the_exchanges() {
    let mut compared = 0;
    for row in rows("funding.csv") {
        let id = row.id();
        if NOT_COMPUTED.iter().any(|(name, _)| id == *name) {
            continue;
        }
        let (marks, rates) = (list(&row, "mark_prices"), list(&row, "funding_rates"));
        let paid: Result<f64, _> = marks.iter().zip(&rates).map(|(mark, rate)| settled_payment(signed(&row), *mark, *rate)).sum();
        if marks.iter().any(|mark| mark.is_nan()) {
            // Upstream books 0 where the mark is missing; ours refuses.
            assert!(paid.is_err(), "{id}");
        } else {
            let (paid, expected) = (paid.unwrap(), row.number("expected_cashflow"));
            assert!((paid - expected).abs() <= row.number("tolerance"), "{id}: {paid} for {expected}");
            compared += 1;
        }
    }
    assert!(compared >= 30, "only {compared} rows compared");
    assert!((3.0 * payment(1_000.0, 2.0, 0.0001) + 0.0003 * 2_000.0).abs() < 1e-12);
}

/// The rows with calendar times say which settlements count; 00:00 and 08:00 are the ones there are.
#[test]
fn who_holds_at_the_instant_pays() {
    let read = |text: &str| Time::parse(text.trim_end_matches('Z')).unwrap_or_else(|| panic!("{text}")).seconds();
    let day = read("2021-09-01");
    let all = [Settlement { time: day, mark: 2.77, rate: -8e-6 }, Settlement { time: day + 8 * 3_600, mark: 2.77, rate: -3e-6 }];
    for row in rows("funding.csv").into_iter().filter(|row| row.id().starts_with("FF-WINDOW")) {
        let (opened, closed) = (read(row.text("open_time")), read(row.text("close_time")));
        // Binance lets fifteen seconds pass, the other venue none.
        let grace = if row.text("venue") == "binance" { 15 } else { 0 };
        let counted: Vec<i64> = all.iter().map(|s| s.time).filter(|time| takes_part(*time, opened, closed, grace)).collect();
        let expected: Vec<i64> = row.text("settlement_times").split(';').filter(|text| !text.is_empty()).map(read).collect();
        assert_eq!(counted, expected, "{}", row.id());
        let paid = total(signed(&row), &all, opened, closed, grace).unwrap();
        assert!((paid - row.number("expected_cashflow")).abs() <= row.number("tolerance"), "{}: {paid}", row.id());
    }
}

#[test]
fn rates_compare_per_eight_hours() {
    for row in rows("funding_interval_cases.csv") {
        let (id, hours) = (row.id(), row.number("interval_h"));
        let told = row.text("per_8h_equivalent");
        if let Ok(rate) = row.text("rate").parse::<f64>() {
            let equivalent = per_8h(rate, hours);
            assert!((equivalent - told.parse::<f64>().unwrap()).abs() < 1e-18, "{id}: {equivalent}");
            assert!((annual_simple(equivalent) - row.number("simple_annual")).abs() < 1e-15, "{id}");
            continue;
        }
        // `P=…,I=…` and, at the end or before a remark, the rate.
        let given = |key: &str| -> f64 {
            let rest = &told[told.find(key).unwrap_or_else(|| panic!("{id}: no {key}")) + key.len()..];
            rest[..rest.find([',', ' ']).unwrap_or(rest.len())].parse().unwrap()
        };
        let (premium, interest) = (given("P="), given("I="));
        let last = told.rsplit("-> ").next().unwrap();
        let expected: f64 = last.split(' ').next().unwrap().parse().unwrap();
        let ours = if row.text("rate").contains("(8/N)") {
            published_rate_per_interval(premium, interest, hours)
        } else {
            published_rate(premium, interest)
        };
        assert!((ours - expected).abs() < 1e-15, "{id}: {ours} for {expected}");
    }
}

/// A stamp in milliseconds as the whole minute it belongs to, in seconds: exchanges stamp settlements some milliseconds late.
fn floor_to_minute(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(60_000) * 60
}

/// Ninety-one settlements of XRPUSDT: the raw stamps run some milliseconds late and floor to the settlement; eight hours apart.
#[test]
fn a_month_of_settlements_joins_its_marks() {
    assert_eq!(floor_to_minute(1_637_193_600_017), 1_637_193_600);
    let Some(rows) = outside("xrp_funding_mark_8h.csv") else { return };
    let mut stamps = Vec::new();
    let mut paid = 0.0;
    for row in &rows {
        let settled = Time::parse(row.text("settlement_utc")).unwrap().seconds();
        let raw = row.text("funding_time_raw_utc");
        let (second, fraction) = raw.split_once('.').map_or((raw.trim_end_matches("+00:00"), 0), |(second, rest)| {
            (second, rest.trim_end_matches("+00:00").parse::<i64>().unwrap() / 1_000)
        });
        let milliseconds = Time::parse(second).unwrap().seconds() * 1_000 + fraction;
        assert_eq!(floor_to_minute(milliseconds), settled, "{raw}");
        stamps.push(settled);
        paid += settled_payment(1_000.0, row.number("mark_open"), row.number("funding_rate")).unwrap();
    }
    assert!(intervals(&stamps).iter().all(|interval| *interval == Some(8)));
    let by_hand: f64 = rows.iter().map(|row| -1_000.0 * row.number("mark_open") * row.number("funding_rate")).sum();
    assert!((paid - by_hand).abs() < 1e-9);
    let worst = rows.iter().map(|row| row.number("funding_rate")).fold(0.0, f64::min);
    assert!((worst + 0.002_193).abs() < 1e-6, "{worst}");
}
