//! Coins behind the shorts that hedge them, worked by hand: 8,000 in 80 coins, short of half of them on 2,000 of margin at twice.

use rotate::market::Kind;
use rotate::replay::run::{Reason, Run, Verdict};

use crate::small::{Small, near, rows};

fn rules(haircut: &str) -> String {
    format!(
        "rebalance = {{ every = \"3650d\", band = 0.2 }}\n[buckets.coins]\nweight = 0.8\nhold = {{ spot = {{ assets = [\"AAA\"] }} }}\nreview = \"3650d\"\n\
         [buckets.hedge]\nweight = 0.2\nhold = {{ hedge = {{ of = \"coins\", ratio = 0.5{haircut} }} }}\nreview = \"1d\"\nleverage = {{ open = 2.0 }}\n\
         margin = \"cross\"\n"
    )
}

/// The coin on spot and as a perpetual, each its own way, which settles `rate` every eight hours.
fn run(haircut: &str, spot: &[f64], perp: &[f64], rate: f64) -> Run {
    let market = Small::new("2024-01-01", 24).coin("BTC", Kind::Perp, &vec![50.0; spot.len()], 1e9).coin("AAA", Kind::Spot, spot, 1e9);
    market.also(Kind::Perp, perp, 1e9).funding(rate).run(&rules(haircut), 10_000.0).1
}

const WITH: &str = ", collateral_haircut = 0.1";
const RISE: [f64; 7] = [100.0, 100.0, 100.0, 130.0, 170.0, 200.0, 200.0];

fn bought_back(run: &Run) -> Vec<(&str, f64, f64)> {
    let own = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == "hedge" && fill.side.sign() > 0.0);
    own.map(|fill| (fill.reason.name(), fill.quantity.round(), fill.price)).collect()
}

/// Without collateral what the shorts lose lifts no margin: they are cut review by review, and what is left of them is taken over. With it they
/// stand until the end, where 4,000 are owed on 2,000.
#[test]
fn a_hedge_on_its_own_money_is_cut_on_the_way_up_and_one_on_coins_is_not() {
    let alone = run("", &RISE, &RISE, 0.0);
    assert!(bought_back(&alone).len() > 1 && bought_back(&alone)[0].2 < 200.0, "{:?}", bought_back(&alone));
    let on_coins = run(WITH, &RISE, &RISE, 0.0);
    assert_eq!(bought_back(&on_coins), [("end_of_data", 40.0, 200.0)]);
    assert!(on_coins.liquidations.is_empty());
    // 80 coins have gained 8,000, 40 shorts have lost 4,000.
    near(on_coins.final_equity().to_f64(), 14_000.0);
    let flows: Vec<(&str, f64)> = on_coins.flows.iter().map(|flow| (flow.reason.name(), flow.amount.to_f64())).collect();
    assert_eq!(flows.len(), 1, "{flows:?}");
    assert!(flows[0].0 == "collateral" && (flows[0].1 - 2_000.0).abs() < 1e-4, "{flows:?}");
    // On paper the bucket of the hedge is under water until then: 2,000 less 4,000.
    near(on_coins.bucket_values[5 * 2 + 1].to_f64(), -2_000.0);
}

/// Three settlements a day of 10 % of 4,000, from the open at which the shorts are opened: 2,400 in two days, and 400 at the third open, before
/// anything is called. 800 are owed, and eight coins sold for it.
#[test]
fn what_funding_takes_beyond_the_money_of_the_pool_coins_pay_at_the_next_open() {
    let flat = [100.0; 7];
    let paid = run(WITH, &flat, &flat, -0.1);
    let sold: Vec<_> = paid.fills.iter().filter(|fill| fill.reason == Reason::Collateral).collect();
    assert!(!sold.is_empty() && paid.liquidations.is_empty(), "{:?}", paid.liquidations);
    assert!((sold[0].quantity - 8.0).abs() < 1e-4 && sold[0].fee.to_f64() == 0.0, "{:?}", sold[0]);
    let told = rows(&paid, "collateral");
    assert_eq!(told[0].verdict, Verdict::Passed);
    near(told[0].observed.unwrap(), 800.0);
    let funding: f64 = paid.funding.iter().map(|payment| payment.payment.to_f64()).sum();
    near(paid.final_equity().to_f64(), 10_000.0 + funding);
}

/// The perpetual goes where its coin does not: at 500 the shorts have lost 16,000, of which 2,000 and all coins at 10 pay; the venue bears the rest.
#[test]
fn where_coins_do_not_reach_either_the_venue_takes_the_pool_over_and_bears_the_rest() {
    let (spot, perp) = ([100.0, 100.0, 100.0, 10.0, 10.0], [100.0, 100.0, 100.0, 500.0, 500.0]);
    let lost = run(WITH, &spot, &perp, 0.0);
    assert_eq!(lost.liquidations.len(), 1);
    assert!(lost.fills.iter().any(|fill| fill.reason == Reason::Collateral));
    let left = lost.final_equity().to_f64();
    assert!((0.0..8_000.0).contains(&left), "{left}");
    assert!(lost.bucket_values.chunks(2).skip(4).all(|row| !row[1].is_negative()), "nothing is owed any more");
}

/// At a haircut of nine tenths 80 coins at 200 count for 1,600: with 2,000 that is less than the loss.
#[test]
fn the_haircut_decides_what_counts() {
    let deep = run(", collateral_haircut = 0.9", &RISE, &RISE, 0.0);
    assert!(bought_back(&deep)[0].2 < 200.0, "{:?}", bought_back(&deep));
}
