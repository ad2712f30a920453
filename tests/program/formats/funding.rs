//! Settlements and the prices they are paid on, through the files.

use super::*;

fn rates(hours: &[i64]) -> String {
    let row = |hour: &i64| format!("{},0.0001\n", (START + hour * HOUR) * 1_000 + 17);
    "calc_time,last_funding_rate\n".to_owned() + &hours.iter().map(row).collect::<String>()
}

#[test]
fn one_column_of_mark_prices_is_the_close_of_its_bar() {
    let dir = market("8h", "", "BTCUSDT", "");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..3, 8 * HOUR));
    write(dir.path(), "funding/BTCUSDT.csv", rates(&[0, 8, 12, 16, 20]));
    // Hourly from two hours before the clock, hour 10 missing: the close of hour h is 1000 + h.
    let hours = (-8..24).filter(|&hour| hour != 10);
    let mark: Vec<String> = hours.map(|hour| format!("{},{}", START + hour * HOUR, 1_000 + hour)).collect();
    write(dir.path(), "mark/BTCUSDT.csv", "timestamp,mark_price\n".to_owned() + &mark.join("\n"));
    let market = load(&dir);
    let p = &market.panel;
    // Bar 0 opens at the close of hour −1 and closes with hour 7; its low is its open.
    assert_eq!([p.mark_open[0], p.mark_high[0], p.mark_low[0], p.mark_close[0]], [999.0, 1_007.0, 999.0, 1_007.0]);
    assert_eq!([p.mark_open[1], p.mark_close[1], p.value_at(SPOT, 1)], [1_007.0, 1_015.0, 1_015.0]);
    assert_eq!((p.close[1], p.marked_bars[0]), (bar(1)[3], 3));
    let paid: Vec<(i64, f64, f64)> =
        market.funding.by_instrument[0].iter().map(|s| ((s.time.seconds() - START) / HOUR, s.interval_hours, s.mark)).collect();
    // The mark at an instant is the close of the hour before it.
    assert_eq!(paid, [(0, 8.0, 999.0), (8, 8.0, 1_007.0), (12, 4.0, 1_011.0), (16, 4.0, 1_015.0), (20, 4.0, 1_019.0)]);
    let in_bar_1: Vec<Time> = market.funding.in_bar(1).map(|(_, s)| s.time).collect();
    assert_eq!(in_bar_1, [Time::from_seconds(START + 8 * HOUR), Time::from_seconds(START + 12 * HOUR)]);
    assert_eq!(market.funding.observed_before(SPOT, Time::from_seconds(START + 16 * HOUR)).len(), 3);
}

#[test]
fn without_marks_a_settlement_is_paid_on_the_finer_price_or_the_open_of_its_bar() {
    for (step, inside) in [(8, 103.0), (4, 109.0)] {
        let dir = market("8h", "", "BTCUSDT", "");
        write(dir.path(), "perp/BTCUSDT.csv", stamped(0..8 / step * 3, step * HOUR));
        write(dir.path(), "funding/BTCUSDT.csv", rates(&[0, 4, 8, 12, 16, 20]));
        let market = load(&dir);
        // 12 o'clock lies inside bar 1, whose open is row 1 of 8 h and row 2 of 4 h; row 3 of 4 h opens at 12.
        let noon = market.funding.by_instrument[0][3];
        assert_eq!((noon.mark, noon.interval_hours, noon.assumed), (inside, 4.0, false), "{step} h");
    }
}

#[test]
fn a_settlement_inside_a_bar_is_paid_on_the_finer_spot_price_in_contracts() {
    let told = |spot_step: i64| {
        let dir = market("1d", "BTCUSDT", "1000BTCUSDT", "");
        write(dir.path(), "assets.csv", format!("{HEAD}BTC,large,BTCUSDT,1000BTCUSDT,1000,venue,cex\n"));
        let day = |k: i64| format!("{},{}000,120000,90000,100000,7\n", START + k * 24 * HOUR, 100 + 3 * k);
        write(
            dir.path(),
            "perp/1000BTCUSDT.csv",
            "timestamp,open,high,low,close,volume\n".to_owned() + &(0..2).map(day).collect::<String>(),
        );
        write(dir.path(), "spot/BTCUSDT.csv", stamped(0..48 / spot_step, spot_step * HOUR));
        write(dir.path(), "funding/1000BTCUSDT.csv", rates(&[0, 8, 16, 24, 32, 40]));
        let market = load(&dir);
        let marks: Vec<f64> = market.funding.by_instrument[1].iter().map(|settlement| settlement.mark).collect();
        (marks, market.cautions.iter().filter(|caution| caution.starts_with("settlements inside a bar")).count())
    };
    // Rows of spot open at 100, 103, 106 …; midnights are paid on the perpetual's own open, which is row 0 and row 1 of its file.
    assert_eq!(told(8), (vec![100_000.0, 103_000.0, 106_000.0, 103_000.0, 112_000.0, 115_000.0], 0));
    // Four rows a day: the last ones would lie above the day's high, where the perpetual never was.
    assert_eq!(told(4).0, vec![100_000.0, 106_000.0, 112_000.0, 103_000.0, 120_000.0, 120_000.0]);
    assert_eq!(told(24), (vec![100_000.0, 100_000.0, 100_000.0, 103_000.0, 103_000.0, 103_000.0], 1));
}

#[test]
fn a_declared_rate_fills_the_holes() {
    let dir = market("8h", "", "BTCUSDT", "[funding]\nmissing_rate_8h = 0.0002\n");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..12, 8 * HOUR));
    // Days 1 and 2 (hours 24 to 64) are missing in part: 32, 40, 48 and 56.
    write(dir.path(), "funding/BTCUSDT.csv", rates(&[0, 8, 16, 24, 64, 72, 80, 88]));
    let market = load(&dir);
    let settled: Vec<(i64, f64, bool)> =
        market.funding.by_instrument[0].iter().map(|s| ((s.time.seconds() - START) / HOUR, s.rate, s.assumed)).collect();
    let real = |hour: i64| (hour, 0.0001, false);
    let filled = |hour: i64| (hour, 0.0002, true);
    let expected =
        [real(0), real(8), real(16), real(24), filled(32), filled(40), filled(48), filled(56), real(64), real(72), real(80), real(88)];
    assert_eq!(settled, expected);
    assert!(market.cautions.iter().any(|caution| caution
        == "no funding history, the constant 0.0002 per 8 hours is used instead: BTCUSDT 33 % of its life (4 settlements, 2024-01-02 to 2024-01-03)"));
}

#[test]
fn odd_rates_and_intervals_are_told() {
    let dir = market("8h", "", "BTCUSDT", "");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    let rate = |k: i64| if k == 2 { -0.06 } else { 0.05 };
    let row = |k: i64| format!("{},{},{}\n", (START + k * 8 * HOUR) * 1_000, if k == 3 { "4" } else { "8" }, rate(k));
    let text = "calc_time,funding_interval_hours,last_funding_rate\n".to_owned() + &(0..6).map(row).collect::<String>();
    write(dir.path(), "funding/BTCUSDT.csv", text);
    let cautions = load(&dir).cautions;
    for told in [
        "funding rates beyond 5 % in one settlement (a fraction is wanted: 0.0001 is 0.01 %): BTCUSDT funding 1 (first 2024-01-01T16:00:00Z)",
        "settlements whose funding_interval_hours contradicts the steady distance of their stamps (the column is believed): BTCUSDT funding 1 of 6",
    ] {
        assert!(cautions.iter().any(|caution| caution == told), "{cautions:#?}");
    }
}
