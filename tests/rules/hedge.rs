//! A hedge stands against what is held: coin by coin where there is a perpetual, and by beta, where a coin too young for one counts as the benchmark.

use rotate::market::Kind;
use rotate::replay::run::Run;

use crate::small::{Small, near};

/// 10,000 in a coin, short of half of it with 10,000 of margin.
fn hedged(by: &str, coin: Kind, closes: &[f64]) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"3650d\", band = 0.9 }}\n[buckets.coins]\nweight = 0.5\nhold = {{ spot = {{ assets = [\"AAA\"] }} }}\nreview = \"3650d\"\n\
         [buckets.hedge]\nweight = 0.5\nhold = {{ hedge = {{ of = \"coins\", ratio = 0.5, by = \"{by}\" }} }}\nreview = \"1d\"\nleverage = {{ open = 1.0 }}\n"
    );
    let flat = vec![50.0; closes.len()];
    let market = Small::new("2024-01-01", 24).coin("BTC", Kind::Perp, &flat, 1e9).coin("AAA", Kind::Spot, closes, 1e9);
    let market = if coin == Kind::Perp { market.also(Kind::Perp, closes, 1e9) } else { market };
    market.run(&rules, 20_000.0).1
}

/// Notional and instrument of the shorts' entries.
fn shorts(run: &Run) -> Vec<(u16, f64)> {
    let entries = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == "hedge" && fill.reason == "enter");
    entries.map(|fill| (fill.instrument.0, fill.notional.to_f64())).collect()
}

#[test]
fn a_coin_too_young_for_a_beta_counts_as_the_benchmark() {
    // Five days are no ninety: half of 10,000 in Bitcoin.
    let run = hedged("beta", Kind::Spot, &[100.0; 5]);
    let all = shorts(&run);
    assert_eq!(all.len(), 1, "{:?}", run.decisions);
    assert_eq!(all[0].0, 0);
    near(all[0].1, 5_000.0);
}

#[test]
fn by_notional_a_coin_is_hedged_by_its_own_perpetual_and_without_one_not_at_all() {
    let run = hedged("notional", Kind::Perp, &[100.0; 5]);
    let all = shorts(&run);
    assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [2], "{:?}", run.decisions);
    near(all[0].1, 5_000.0);
    assert_eq!(shorts(&hedged("notional", Kind::Spot, &[100.0; 5])), []);
}
