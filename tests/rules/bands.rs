//! A band has two sides: what has grown beyond it is sold, what has shrunk beyond it is bought, and nothing in between is touched.

use rotate::market::Kind;
use rotate::replay::run::Run;

use crate::small::Small;

/// A hair of cash is kept back for rounding.
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-4, "{found}, expected {expected}");
}

/// Half of the capital in two coins in equal shares, reviewed each day; buckets are left alone.
const COINS: &str = "rebalance = { every = \"3650d\", band = 0.2 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\", \"BBB\"] } }\n\
    review = \"1d\"\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";

/// What was traded for a reason: instrument, ascending, and contracts bought (negative sold).
fn traded(run: &Run, reason: &str) -> Vec<(u16, f64)> {
    let of_reason = run.fills.iter().filter(|fill| fill.reason.name() == reason);
    let mut all: Vec<(u16, f64)> = of_reason.map(|fill| (fill.instrument.0, fill.side.sign() * fill.quantity)).collect();
    all.sort_by_key(|(id, _)| *id);
    all
}

/// 20,000 of capital, 5,000 in each coin at 100: 50 and 50.
fn coins(first: [f64; 5], second: [f64; 5]) -> Run {
    Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &first, 1e9).coin("BBB", Kind::Spot, &second, 1e9).run(COINS, 20_000.0).1
}

#[test]
fn a_holding_is_brought_back_from_above_and_from_below() {
    // 50 at 200 and 50 at 100 are 15,000, of which 7,500 are due: 37.5 and 75. Both are beyond 20 %.
    let run = coins([100.0, 100.0, 200.0, 200.0, 200.0], [100.0; 5]);
    let both = traded(&run, "rebalance");
    assert_eq!(both.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [0, 1], "{both:?}");
    near(both[0].1, -12.5);
    near(both[1].1, 25.0);
    // 50 at 70 and 50 at 100 are 8,500: 4,250 due. The first is 17.6 % below, the second 17.6 % above.
    assert_eq!(traded(&coins([100.0, 100.0, 70.0, 70.0, 70.0], [100.0; 5]), "rebalance"), []);
    // At 60 the first is 25 % below its 4,000 and the second 25 % above: 66.67 and 40.
    let run = coins([100.0, 100.0, 60.0, 60.0, 60.0], [100.0; 5]);
    let both = traded(&run, "rebalance");
    assert_eq!(both.len(), 2, "{both:?}");
    near(both[0].1, 4_000.0 / 60.0 - 50.0);
    near(both[1].1, -10.0);
}

/// A tenth in the coin, nine tenths in stablecoins, brought back every day beyond 20 %.
const TENTH: &str = "rebalance = { every = \"1d\", band = 0.2 }\n[buckets.coins]\nweight = 0.1\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3650d\"\n\
    [buckets.stable]\nweight = 0.9\nhold = \"cash\"\n";

/// The first flow between the buckets, from the coins to the stablecoins: negative came from them.
fn flowed(price: f64) -> Option<f64> {
    let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &[100.0, 100.0, price, price, price], 1e9).run(TENTH, 10_000.0);
    run.flows.first().map(|flow| flow.amount.to_f64() * if run.buckets[flow.from.index()] == "coins" { 1.0 } else { -1.0 })
}

#[test]
fn a_bucket_is_brought_back_from_above_and_from_below() {
    // 1,000 become 2,000 of 11,000: 1,100 are due. The stablecoins are 9 % below theirs, within the band.
    near(flowed(200.0).expect("too much"), 900.0);
    // 1,000 become 500 of 9,500: 950 are due. The stablecoins are 5 % above theirs.
    near(flowed(50.0).expect("too little"), -450.0);
    // 1,200 of 10,200, of which 1,020 are due: 17.6 %; and 850 of 9,850, of which 985: 13.7 %.
    assert_eq!((flowed(120.0), flowed(85.0)), (None, None));
}

/// 50 contracts rise by 40: 7,000 of 12,000, a thousand more than half. It leaves the free cash of the bucket.
#[test]
fn a_bucket_of_perpetuals_gives_up_what_is_above_its_weight() {
    let rules = "rebalance = { every = \"1d\", band = 0.05 }\n[buckets.perps]\nweight = 0.5\nhold = { perp = { assets = [\"AAA\"] } }\n\
        weigh = { fixed = { AAA = 0.5 } }\nleverage = { open = 2.0 }\nreview = \"3650d\"\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[100.0, 100.0, 140.0, 140.0], 1e9).run(rules, 10_000.0);
    let flows: Vec<_> = run.flows.iter().map(|flow| (flow.from.index(), flow.to.index(), flow.amount.to_f64())).collect();
    assert_eq!(flows, [(0, 1, 1_000.0)]);
}
