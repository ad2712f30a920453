//! Bars of a day: one row a file, with weekends, and beginning elsewhere than at midnight UTC.

use rotate::import::Remark;
use rotate::units::Time;

use super::{HOUR, Place, START, assert_bars, bar, rows, zipped};

#[test]
fn days_of_daily_bars_are_one_row_each() {
    let place = Place::new();
    for k in 0..10 {
        let (b, open) = (bar(k), (START + k * 24 * HOUR) * 1_000);
        let row = format!("{open},{},{},{},{},{},{},1000,9,1,1,0\n", b.open, b.high, b.low, b.close, b.volume, open + 86_399_999);
        let name = format!("BTCUSDT-1d-{}", Time::from_seconds(START + k * 24 * HOUR).date());
        place.put(&format!("data/spot/daily/klines/BTCUSDT/1d/{name}.zip"), zipped(&format!("{name}.csv"), &row));
    }
    let (plan, market) = place.import();
    assert_eq!(plan.bar(), rotate::units::Span::DAY);
    assert_bars(&market, "BTCUSDT", (0..10).map(|k| rotate::market::Bar { time: Time::from_seconds(START + k * 24 * HOUR), ..bar(k) }));
}

/// A day of metals goes on to 22:00: at the midnight before its stamp it would be known a day early.
#[test]
fn metals_and_equities_with_weekends() {
    let place = Place::new();
    // Days of New York, stamped at its midnight in winter.
    let trading = |k: &i64| k % 7 < 5;
    let text = rows((0..60).filter(trading), |k, b| {
        let stamp = Time::from_seconds(START + k * 24 * HOUR + 5 * HOUR);
        format!("{stamp},{},{},{},{},{}", b.open, b.high, b.low, b.close, b.volume)
    });
    place.put("metals/XAU.csv", format!("date,open,high,low,close,volume\n{text}"));
    let (plan, market) = place.import();
    assert_eq!((plan.quote(), plan.coins(), plan.series()[0].left_out.remarks.as_slice()), ("USD", (1, 0), &[Remark::DaysLate][..]));
    assert_bars(
        &market,
        "XAUUSD",
        (0..60).filter(trading).map(|k| rotate::market::Bar { time: Time::from_seconds(START + (k + 1) * 24 * HOUR), ..bar(k) }),
    );
}

#[test]
fn days_that_begin_elsewhere_are_never_known_early() {
    let place = Place::new();
    let text = rows(0..40, |k, b| format!("{},{},{},{},{},{}", START + k * 24 * HOUR - 8 * HOUR, b.open, b.high, b.low, b.close, b.volume));
    place.put("okx/BTC-USDT_1D.csv", format!("open_time,open,high,low,close,volume\n{text}"));
    let (plan, market) = place.import();
    assert_eq!(plan.series()[0].left_out.remarks, [Remark::DaysLate]);
    // The day that begins at 16:00 before is over at 16:00 of the day it is stamped with.
    assert_bars(&market, "BTCUSDT", (0..40).map(|k| rotate::market::Bar { time: Time::from_seconds(START + k * 24 * HOUR), ..bar(k) }));
}
