//! Of several stops the one that price reaches first stands, on either side; of several targets too.

use rotate::market::Kind;

use crate::small::{Small, near};

/// One perpetual at twice its margin, entered at 100, and the price and reason of the fill that left it.
fn left(direction: &str, guard: &str, bar: [f64; 4]) -> (f64, String) {
    left_in(direction, guard, &[bar, [bar[3]; 4]])
}

/// The same over several bars.
fn left_in(direction: &str, guard: &str, bars: &[[f64; 4]]) -> (f64, String) {
    let rules = format!(
        "rebalance = {{ every = \"3650d\", band = 0.9 }}\nassumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0, stop_slippage = 0.0, stop_overshoot = 0.0 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
         direction = \"{direction}\"\nleverage = {{ open = 2.0 }}\nreview = \"3650d\"\ncooldown = \"3650d\"\n{guard}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    );
    let quiet = [100.0; 4];
    let market = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &[&[quiet; 3], bars].concat(), 1e9);
    let (_, run) = market.ruled(&rules, 10_000.0);
    let fill = run.fills.iter().find(|fill| fill.reason.name() != "enter").expect("it was left");
    (fill.price, fill.reason.name().to_owned())
}

#[test]
fn the_nearest_stop_stands() {
    // Half of a margin of 50 a coin is 25 away, the other stop 10 or 30.
    for (from_entry, stop) in [(0.1, 90.0), (0.3, 75.0)] {
        let guard = format!("stop = {{ loss_of_margin = 0.5, from_entry = {from_entry:?} }}");
        let (price, reason) = left("long", &guard, [100.0, 100.0, 60.0, 100.0]);
        near(price, stop);
        assert_eq!(reason, "stop");
        let (price, reason) = left("short", &guard, [100.0, 140.0, 100.0, 100.0]);
        near(price, 200.0 - stop);
        assert_eq!(reason, "stop");
    }
}

#[test]
fn the_nearest_target_stands() {
    for (from_entry, target) in [(0.1, 110.0), (0.3, 125.0)] {
        let guard = format!("take_profit = {{ gain_of_margin = 0.5, from_entry = {from_entry:?} }}");
        let (price, reason) = left("long", &guard, [100.0, 140.0, 100.0, 100.0]);
        near(price, target);
        assert_eq!(reason, "take_profit");
        let (price, reason) = left("short", &guard, [100.0, 100.0, 60.0, 100.0]);
        near(price, 200.0 - target);
        assert_eq!(reason, "take_profit");
    }
}

/// A tenth from the best price of the bars before: 140 for the one, 60 for the other, and never of the bar in which it was seen.
#[test]
fn a_stop_follows_the_best_price() {
    let trails = "stop = { trailing = 0.1 }";
    let (price, reason) = left_in("long", trails, &[[100.0, 140.0, 100.0, 130.0], [130.0, 135.0, 110.0, 110.0], [110.0; 4]]);
    near(price, 126.0);
    assert_eq!(reason, "stop");
    let (price, reason) = left_in("short", trails, &[[100.0, 100.0, 60.0, 62.0], [62.0, 80.0, 61.0, 80.0], [80.0; 4]]);
    near(price, 66.0);
    assert_eq!(reason, "stop");
}
