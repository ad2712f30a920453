//! A wick that nobody may have traded in fills a limit order; that is counted and said.

use rotate::market::Kind;

use crate::small::{Small, near};

/// Bought at 100, and a take-profit at 400 that only the wick of the third bar reaches.
fn run(high: f64) -> rotate::replay::run::Run {
    let bars = [[100.0; 4], [100.0; 4], [100.0, high, 100.0, 100.0], [100.0; 4]];
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.perps]\nweight = 0.5\nhold = { perp = { assets = [\"AAA\"] } }\n\
                 leverage = { open = 1.0 }\nreview = \"3650d\"\ncooldown = \"3650d\"\ntake_profit = { from_entry = 3.0 }\n\
                 [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &bars, 1e9).run(rules, 10_000.0).1
}

#[test]
fn fills_in_a_long_wick_are_counted_with_what_they_gained() {
    let profit = run(420.0);
    // 5,000 at 100 are 50 coins, sold at 400 while the bar closes at 100: 15,000.
    near(profit.final_equity().to_f64(), 25_000.0);
    let told: Vec<String> = profit.cautions.iter().map(ToString::to_string).filter(|caution| caution.contains("wicks")).collect();
    assert_eq!(told.len(), 1, "{:?}", profit.cautions);
    assert!(
        told[0].starts_with("1 of 2 fills were at prices inside wicks of more than 3 times the open and close of their bar, $15,000.00"),
        "{}",
        told[0]
    );
    // Where it does not reach the order nothing is filled, and nothing said.
    assert!(run(380.0).cautions.iter().all(|caution| !caution.to_string().contains("wicks")));
}
