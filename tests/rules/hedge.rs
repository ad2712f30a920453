//! A hedge stands against what is held: coin by coin where there is a perpetual, and by beta, where a coin too young for one counts as the benchmark.

use rotate::market::Kind;
use rotate::replay::run::Run;

use crate::small::{Small, near, rows, time};

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

#[test]
fn what_no_perpetual_stands_against_is_on_record_once_and_told() {
    let run = hedged("notional", Kind::Spot, &[100.0; 5]);
    let told = rows(&run, "unhedged");
    assert_eq!(told.len(), 1, "{told:?}");
    // Half of 10,000 should have been hedged.
    assert_eq!((told[0].subject.as_str(), told[0].time), ("AAAUSDT", time("2024-01-03")));
    near(told[0].value.unwrap(), 5_000.0);
    let caution = "hedge `hedge` could not stand against AAA of `coins`, up to $10,000.00 of spot, for want of a perpetual that trades; \
                   `by = \"beta\"` hedges all of it with the benchmark's perpetual";
    assert!(run.cautions.iter().any(|told| told == caution), "{:?}", run.cautions);
    let whole = hedged("notional", Kind::Perp, &[100.0; 5]);
    assert!(rows(&whole, "unhedged").is_empty() && whole.cautions.iter().all(|told| !told.contains("could not stand against")));
}

/// 8,000 in a coin, short of a quarter of it on 1,000 of margin; the coin falls to a half, and the short has gained as much as its margin.
#[test]
fn what_a_hedge_has_gained_beyond_its_weight_is_realised_and_leaves() {
    let rules = "rebalance = { every = \"3650d\", band = 0.2 }\n[buckets.coins]\nweight = 0.8\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3650d\"\n\
                 [buckets.hedge]\nweight = 0.1\nhold = { hedge = { of = \"coins\", ratio = 0.25, by = \"notional\" } }\nreview = \"1d\"\nleverage = { open = 2.0 }\n\
                 [buckets.stable]\nweight = 0.1\nhold = \"cash\"\n";
    let closes = [100.0, 100.0, 50.0, 50.0, 50.0];
    let market = Small::new("2024-01-01", 24).coin("BTC", Kind::Perp, &[50.0; 5], 1e9).coin("AAA", Kind::Spot, &closes, 1e9);
    let run = market.also(Kind::Perp, &closes, 1e9).run(rules, 10_000.0).1;
    // At the close of the third day: 4,000 of coins, 2,000 of hedge, 1,000 of cash. What is over the tenth is 1,300, of which 1,000 can be realised.
    let flows: Vec<(&str, f64)> =
        run.flows.iter().map(|flow| (run.buckets[flow.to.index()].as_str(), flow.amount.to_f64())).collect();
    assert_eq!(flows.len(), 2, "{:?}", run.flows);
    assert_eq!((flows[0].0, flows[1].0), ("coins", "stable"));
    near(flows[0].1, 888.888_889);
    near(flows[1].1, 111.111_111);
    // 20 coins are bought back at 50 and 20 sold anew: a quarter of 4,000.
    let own = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == "hedge");
    let own: Vec<(&str, f64, f64)> = own.map(|fill| (fill.reason.as_str(), fill.quantity, fill.price)).collect();
    assert_eq!(own[..3], [("enter", 20.0, 100.0), ("hedge", 20.0, 50.0), ("enter", 20.0, 50.0)]);
    // The last fills close what is open at the end of the market.
    let told = rows(&run, "hedge_profit");
    assert_eq!(told.len(), 1, "{told:?}");
    near(told[0].value.unwrap(), 2.0 / 7.0);
    near(run.final_equity().to_f64(), 7_000.0);
}
