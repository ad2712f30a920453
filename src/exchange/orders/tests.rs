//! What one order gets in one bar, kind by kind, by numbers one can check by head.

use super::*;

const BAR: Bar = Bar { open: 100.0, high: 105.0, low: 95.0, close: 101.0, volume: 1_000.0 };

fn fill(side: Side, kind: Kind) -> Option<Filled> {
    let venue = Venue { taker: Taker { fee: 0.001, half_spread: 0.01 }, maker: Maker { fee: 0.0002 }, tick: 0.5, ..Venue::frictionless() };
    fill_in_bar(&OrderSpec::new(side, kind, 1.0), &BAR, &venue)
}

#[test]
fn a_market_order_crosses_the_spread_at_the_open() {
    let got = fill(Side::Buy, Kind::Market).unwrap();
    assert_eq!((got.reference, got.price, got.moment, got.maker), (100.0, 101.0, Moment::Open, false));
    assert!((got.fee - 0.101).abs() < 1e-15 && (got.slippage - 1.0).abs() < 1e-12);
}

#[test]
fn a_limit_needs_a_trade_through() {
    let limit = |price| Kind::Limit { price, resting: true };
    assert!(fill(Side::Buy, limit(95.0)).is_none(), "a touch");
    assert!(fill(Side::Buy, limit(95.4)).is_none(), "less than a tick");
    let got = fill(Side::Buy, limit(95.5)).unwrap();
    assert_eq!((got.price, got.maker, got.slippage), (95.5, true, 0.0));
    assert!((got.fee - 95.5 * 0.0002).abs() < 1e-15);
    assert!(fill(Side::Sell, limit(104.5)).is_some() && fill(Side::Sell, limit(105.0)).is_none());
}

#[test]
fn a_limit_that_arrives_beyond_the_open_is_a_taker_within_its_limit() {
    let limit = |price, resting| Kind::Limit { price, resting };
    let got = fill(Side::Buy, limit(103.0, false)).unwrap();
    assert_eq!((got.reference, got.price, got.maker), (100.0, 101.0, false));
    // The spread would carry it past 100.5: it waits there and pays the taker fee.
    let waits = fill(Side::Buy, limit(100.5, false)).unwrap();
    assert_eq!((waits.reference, waits.price, waits.maker), (100.0, 100.5, false));
    // In the book before the bar, the market passed through its price.
    assert_eq!(fill(Side::Buy, limit(103.0, true)).unwrap().price, 103.0);
}

#[test]
fn a_stop_is_filled_at_the_worse_of_trigger_and_open() {
    assert_eq!(fill(Side::Sell, Kind::Stop { trigger: 97.0 }).unwrap().reference, 97.0);
    assert_eq!(fill(Side::Sell, Kind::Stop { trigger: 102.0 }).unwrap().reference, 100.0);
    assert_eq!(fill(Side::Sell, Kind::Stop { trigger: 95.0 }).unwrap().reference, 95.0, "a touch triggers");
    assert!(fill(Side::Sell, Kind::Stop { trigger: 94.0 }).is_none());
    assert_eq!(fill(Side::Buy, Kind::Stop { trigger: 97.0 }).unwrap().reference, 100.0);
}

#[test]
fn a_stop_limit_waits_for_what_is_known_to_come() {
    let order = |trigger, limit| Kind::StopLimit { trigger, limit };
    assert_eq!(fill(Side::Buy, order(102.0, 104.0)).unwrap().reference, 102.0);
    // Triggered at the open, limit below: the low comes later.
    assert_eq!(fill(Side::Buy, order(99.0, 98.0)).unwrap().price, 98.0);
    // Triggered inside, limit below the close: the low may have come before.
    assert!(fill(Side::Buy, order(103.0, 99.0)).is_none());
    // Limit above the close: passed on the way to it.
    assert_eq!(fill(Side::Buy, order(103.0, 102.0)).unwrap().price, 102.0);
}

#[test]
fn reduce_only_never_opens() {
    let order = |reduces| OrderSpec { side: Side::Sell, kind: Kind::Market, quantity: 5.0, reduces };
    let venue = Venue { lot: 1.0, ..Venue::frictionless() };
    assert_eq!(fill_in_bar(&order(Some(2.5)), &BAR, &venue).unwrap().quantity, 2.5, "the whole position, dust and all");
    assert!(fill_in_bar(&order(Some(0.0)), &BAR, &venue).is_none());
    assert!(fill_in_bar(&order(Some(-2.0)), &BAR, &venue).is_none());
    assert_eq!(fill_in_bar(&order(None), &BAR, &venue).unwrap().quantity, 5.0);
}

#[test]
fn volume_lot_and_minimum_cut_the_order() {
    let order = OrderSpec::new(Side::Buy, Kind::Market, 50.0);
    let mut venue = Venue { lot: 3.0, volume: VolumePool::new(0.02, BAR.volume, 1.0, 1e9), ..Venue::frictionless() };
    let got = fill_in_bar(&order, &BAR, &venue).unwrap();
    assert_eq!((got.quantity, got.remainder), (18.0, 32.0));
    venue.volume.take(got.quantity);
    assert!(fill_in_bar(&order, &BAR, &venue).is_none(), "less than a lot is left");
    venue.volume = VolumePool::unlimited();
    venue.min_notional = 5_000.0;
    assert!(fill_in_bar(&order, &BAR, &venue).is_none());
    assert!(fill_in_bar(&order, &Bar { volume: 0.0, ..BAR }, &Venue::frictionless()).is_none());
}

#[test]
fn impact_grows_with_what_was_taken_before() {
    let impact = Impact { coefficient: 1.0, daily_volatility: 0.1, daily_notional: 1e6 };
    let mut venue = Venue { impact, ..Venue::frictionless() };
    let order = OrderSpec::new(Side::Sell, Kind::Market, 100.0);
    let first = fill_in_bar(&order, &BAR, &venue).unwrap();
    assert!((first.price - 99.0).abs() < 1e-12, "10,000 of 1,000,000 at 10 %: one per cent");
    venue.volume.take(300.0);
    assert!((fill_in_bar(&order, &BAR, &venue).unwrap().price - 98.0).abs() < 1e-12);
}
