//! A hedge stands against what is held: coin by coin where there is a perpetual, and by beta, where a coin too young for one counts as the benchmark.

use rotate::market::Kind;
use rotate::replay::run::{Run, Subject, Verdict, Why};

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

/// 10,000 in a coin and short of half of it by its own perpetual, bars of so many hours.
fn beside_its_coin(hours: i64, rest: &str, closes: &[f64]) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"3650d\", band = 0.2 }}\n[buckets.coins]\nweight = 0.5\nhold = {{ spot = {{ assets = [\"AAA\"] }} }}\n\
         [buckets.hedge]\nweight = 0.5\nhold = {{ hedge = {{ of = \"coins\", ratio = 0.5 }} }}\nreview = \"1d\"\nleverage = {{ open = 1.0 }}\n{rest}"
    );
    let flat = vec![50.0; closes.len()];
    let market = Small::new("2024-01-01", hours).coin("BTC", Kind::Perp, &flat, 1e9).coin("AAA", Kind::Spot, closes, 1e9);
    market.also(Kind::Perp, closes, 1e9).run(&rules, 20_000.0).1
}

/// What the run says of its hedge.
fn said(run: &Run) -> String {
    run.findings.iter().map(ToString::to_string).find(|finding| finding.starts_with("hedge")).expect("its effect is told")
}

/// Notional and instrument of the shorts' entries.
fn shorts(run: &Run) -> Vec<(u16, f64)> {
    let entries = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == "hedge" && fill.reason.name() == "enter");
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
    assert_eq!((told[0].subject, told[0].time), (Subject::Instrument(rotate::units::InstrumentId(1)), time("2024-01-03")));
    near(told[0].observed.unwrap(), 5_000.0);
    let caution = "hedge `hedge` could not stand against AAA of `coins`, up to $10,000.00 of spot, for want of a perpetual that trades; \
                   `by = \"beta\"` hedges all of it with the benchmark's perpetual";
    assert!(run.cautions.iter().any(|told| told.to_string() == caution), "{:?}", run.cautions);
    let whole = hedged("notional", Kind::Perp, &[100.0; 5]);
    assert!(rows(&whole, "unhedged").is_empty() && whole.cautions.iter().all(|told| !told.to_string().contains("could not stand against")));
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
    let flows: Vec<(&str, f64)> = run.flows.iter().map(|flow| (run.buckets[flow.to.index()].as_str(), flow.amount.to_f64())).collect();
    assert_eq!(flows.len(), 2, "{:?}", run.flows);
    assert_eq!((flows[0].0, flows[1].0), ("coins", "stable"));
    near(flows[0].1, 888.888_889);
    near(flows[1].1, 111.111_111);
    // 20 coins are bought back at 50 and 20 sold anew: a quarter of 4,000.
    let own = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == "hedge");
    let own: Vec<(&str, f64, f64)> = own.map(|fill| (fill.reason.name(), fill.quantity.round(), fill.price)).collect();
    assert_eq!(own[..3], [("enter", 20.0, 100.0), ("hedge", 20.0, 50.0), ("enter", 20.0, 50.0)]);
    // The last fills close what is open at the end of the market.
    let told = rows(&run, "hedge_profit");
    assert_eq!(told.len(), 1, "{told:?}");
    near(told[0].observed.unwrap(), 2.0 / 7.0);
    near(run.final_equity().to_f64(), 7_000.0);
}

/// Three bars a day: bought in the second day, hedged in the third and the fourth. These end at 105 and at 90 for 100 coins, and half of each is
/// taken away: three quarters of its variance.
#[test]
fn the_effect_of_a_hedge_is_that_of_whole_days() {
    let run = beside_its_coin(8, "", &[100.0, 100.0, 100.0, 100.0, 100.0, 100.0, 110.0, 100.0, 105.0, 95.0, 100.0, 90.0]);
    assert_eq!(
        said(&run),
        "hedge `hedge` of `coins` stood on 2 days: it took away 75 % of the variance of daily gains there, while it stood the spot made −$1,000.00 \
         and the hedge $500.00, $0.00 of it funding"
    );
}

/// Half of 20,000 in 100 coins. At 150 a review sells a sixth of them, and the 833.33 that brings go to the stablecoins while the hedge stands: they
/// are no loss of the coins.
#[test]
fn what_is_passed_on_is_no_loss_of_what_is_hedged() {
    let rules = "rebalance = { every = \"3650d\", band = 0.1 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
        weigh = { fixed = { AAA = 0.5 } }\nreview = \"1d\"\n[buckets.hedge]\nweight = 0.25\nhold = { hedge = { of = \"coins\", ratio = 0.5 } }\n\
        review = \"1d\"\nleverage = { open = 1.0 }\n[buckets.stable]\nweight = 0.25\nhold = \"cash\"\n\
        [waterfall]\nfrom = \"coins\"\nto = { stable = 1.0 }\n";
    let closes = [100.0, 100.0, 150.0, 150.0, 160.0, 150.0];
    let market = Small::new("2024-01-01", 24).coin("BTC", Kind::Perp, &[50.0; 6], 1e9).coin("AAA", Kind::Spot, &closes, 1e9);
    let (_, run) = market.also(Kind::Perp, &closes, 1e9).run(rules, 40_000.0);
    let flows: Vec<_> = run.flows.iter().map(|flow| (flow.time, flow.amount.to_f64())).collect();
    assert_eq!(flows.len(), 1, "{flows:?}");
    assert!(flows[0].0 == time("2024-01-05") && (flows[0].1 - 5_000.0 / 6.0).abs() < 0.01, "{flows:?}");
    // Half of 100 coins rise by 50, and of the 83.3 that stay by 10, which they lose again.
    assert!(
        said(&run).contains("stood on 3 days: it took away 75 %")
            && said(&run).contains("the spot made $5,000.00 and the hedge −$2,500.00"),
        "{}",
        said(&run)
    );
}

/// A short of 100 contracts of Bitcoin at 50 is half of 10,000 in a coin. Where that becomes 11,000 the short is within a fifth of what it should be;
/// at 16,000 it is brought to 160 contracts.
#[test]
fn a_hedge_within_its_band_is_left_alone() {
    let traded = |coin: f64| {
        let rules = "rebalance = { every = \"3650d\", band = 0.2 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
             review = \"3650d\"\n[buckets.hedge]\nweight = 0.5\nhold = { hedge = { of = \"coins\", ratio = 0.5, by = \"beta\" } }\n\
             review = \"1d\"\nleverage = { open = 1.0 }\n";
        let market = Small::new("2024-01-01", 24).coin("BTC", Kind::Perp, &[50.0; 6], 1e9);
        let (_, run) = market.coin("AAA", Kind::Spot, &[100.0, 100.0, 100.0, coin, coin, coin], 1e9).run(rules, 20_000.0);
        let of_hedge = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == "hedge" && fill.reason.name() != "end_of_data");
        of_hedge.map(|fill| (fill.reason.name().to_owned(), fill.quantity.round())).collect::<Vec<_>>()
    };
    assert_eq!(traded(110.0), [("enter".to_owned(), 100.0)]);
    assert_eq!(traded(160.0), [("enter".to_owned(), 100.0), ("hedge".to_owned(), 60.0)]);
    assert_eq!(traded(60.0), [("enter".to_owned(), 100.0), ("hedge".to_owned(), 40.0)]);
}

/// 15,000 in a coin, of which all is to be hedged by a bucket of 5,000: a third is.
#[test]
fn a_hedge_reaches_as_far_as_its_margin() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 0.75\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3650d\"\n\
        [buckets.hedge]\nweight = 0.25\nhold = { hedge = { of = \"coins\", ratio = 1.0 } }\nreview = \"3d\"\nleverage = { open = 1.0 }\n";
    let market = Small::new("2024-01-01", 24).coin("BTC", Kind::Perp, &[50.0; 6], 1e9).coin("AAA", Kind::Spot, &[100.0; 6], 1e9);
    let (_, run) = market.also(Kind::Perp, &[100.0; 6], 1e9).run(rules, 20_000.0);
    let told = rows(&run, "hedge")[0];
    assert_eq!(told.verdict, Verdict::Resized);
    near(told.observed.expect("what it needs"), 15_000.0);
    near(told.threshold.expect("what it has"), 5_000.0);
    assert_eq!((&told.why, told.verdict), (&Why::HedgeMargin, Verdict::Resized));
    assert!((shorts(&run)[0].1 - 5_000.0).abs() < 0.01, "{:?}", run.fills);
}
