//! Orders smaller than the venue takes, by hand.

use rotate::market::{Kind, freeze};

use crate::small::{Small, near, replay, rows};

/// Half of 10,000 in the coin, brought back to half on Thursdays.
const HALF: &str = "decide = \"7d\"\nrebalance = { every = \"7d\", band = 0.0 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
    [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";

#[test]
fn an_order_too_small_for_the_venue_lapses() {
    // 2.50 USD of 5,005 are to be sold on Thursday, where the venue takes no less than five. At the price of the days after they would be 25.
    let closes = [100.0, 100.0, 100.1, 100.1, 1_000.0, 1_000.0, 1_000.0, 1_000.0];
    let run = |least: f64| {
        let mut parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &closes, 1e9).parts();
        parts.costs.min_notional = least;
        replay(&freeze(parts).expect("a small market is whole"), HALF, 10_000.0)
    };
    let lapsed = run(5.0);
    assert_eq!(lapsed.fills.len(), 2, "bought at first, and sold at the end: {:?}", lapsed.fills);
    let [refused] = rows(&lapsed, "smallest_order")[..] else { panic!("it is on record once") };
    assert!((refused.observed.expect("what was ordered") - 2.5).abs() < 0.01, "{refused:?}");
    near(refused.threshold.expect("the least"), 5.0);
    // Where the venue takes it, it is sold.
    assert_eq!(run(1.0).fills.len(), 3);
}
