//! A yield of 3.65 % a year is one of 10,000 a day.

use rotate::market::Kind;
use rotate::replay::run::{Assumption, PlainRule, Reason, Run, Why};
use rotate::units::Usd;

use crate::small::{Small, near, time, usd};

/// Three bars a day; bought at the second open of the first day, with 10,000.
fn staked(closes: &[f64], more: &str) -> Run {
    let rules = format!(
        "decide = \"8h\"\nrebalance = {{ every = \"365d\", band = 0.9 }}\n[buckets.coins]\nweight = 0.5\nhold = {{ spot = {{ assets = [\"ETH\"] }} }}\n\
         review = \"365d\"\nstaking = {{ ETH = 0.0365 }}\n{more}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    );
    let (_, run) = Small::new("2024-01-01", 8).coin("ETH", Kind::Spot, closes, 1e9).run(&rules, 20_000.0);
    run
}

#[test]
fn coins_held_over_a_whole_day_grow_by_their_reward() {
    let mut closes = [100.0; 10];
    closes[5] = 110.0;
    let run = staked(&closes, "");
    // 100 coins are bought at 8:00 of the first day: nothing for it. The second day ends at 110: a hundredth of a coin, 1.10. The third day is on
    // 100.01 coins, and ends at 100.
    let rewards: Vec<_> = run.yields.iter().map(|reward| (reward.time, reward.price, reward.amount)).collect();
    assert_eq!(rewards, [(time("2024-01-03"), 110.0, usd(1.10)), (time("2024-01-04"), 100.0, usd(1.0001))]);
    near(run.yields[0].quantity, 0.01);
    near(run.yields[1].quantity, 0.010_001);
    // Beside each a fill that spends it: same time, quantity and price, and no cost.
    let fills: Vec<_> = run.fills.iter().filter(|fill| fill.reason == Reason::Staking).collect();
    for (fill, reward) in fills.iter().zip(&run.yields) {
        assert_eq!((fill.time, fill.quantity, fill.price, fill.notional), (reward.time, reward.quantity, reward.price, reward.amount));
        assert_eq!((fill.fee, fill.slippage), (Usd::ZERO, Usd::ZERO));
    }
    assert_eq!(fills.len(), 2);
    // The bar that opens with the reward falls from 110 to 100.
    assert_eq!(run.equity[5], usd(21_000.0));
    assert_eq!(run.equity[6], usd(10_000.0 + 100.01 * 100.0));
    let last = usd(10_000.0 + 100.020_001 * 100.0);
    assert_eq!(run.final_equity(), last);
    // The coins of the first reward cost 110 and were sold at 100: a tenth of a dollar lost, and the reward is no part of the trade.
    assert_eq!(run.trades[0].pnl, usd(-0.1));
    let source = run.attribution.by_source;
    assert_eq!((source.yields, source.price), (usd(2.1001), usd(-0.1)));
    near(run.trades[0].entry_price, (10_000.0 + 2.1001) / 100.020_001);
}

#[test]
fn what_was_sold_in_a_day_earns_nothing_for_it() {
    // A target at half as much again is met inside the last bar of the second day.
    let mut closes = [100.0; 10];
    closes[5] = 151.0;
    closes[6..].fill(151.0);
    let run = staked(&closes, "take_profit = { from_entry = 0.5 }");
    assert_eq!(run.trades[0].exit_reason.name(), "take_profit");
    assert!(run.yields.is_empty(), "{:?}", run.yields);
}

#[test]
fn a_reward_moves_no_stop() {
    // Doubled for ten days, so that rewards at twice the price would lift an average that counted them; then halfway down again and through the stop.
    let mut closes = vec![100.0, 100.0];
    closes.resize(30, 200.0);
    closes.extend([91.0, 89.0, 89.0]);
    let run = staked(&closes, "stop = { from_entry = 0.1 }");
    let stop = run.decisions.iter().find(|decision| decision.rule() == PlainRule::Stop.into()).expect("it was stopped");
    assert_eq!((stop.observed, stop.threshold), (Some(90.0), Some(100.0)));
    assert_eq!(stop.why, Why::StopReached { stop: 90.0 });
    assert_eq!(run.yields.len(), 9);
}

#[test]
fn stablecoins_earn_on_what_was_there_all_day() {
    // The perpetual of the first bucket takes 2,500 of its 10,000 as margin at 8:00 of the first day.
    let rules = "decide = \"8h\"\nrebalance = { every = \"365d\", band = 0.9 }\n[buckets.perps]\nweight = 0.5\nhold = { perp = { assets = [\"ETH\"] } }\n\
        weigh = { fixed = { ETH = 0.25 } }\nleverage = { open = 1.0 }\nreview = \"365d\"\ninterest = 0.0365\n\
        [buckets.stable]\nweight = 0.5\nhold = \"cash\"\ninterest = 0.0365\n";
    let (_, run) = Small::new("2024-01-01", 8).coin("ETH", Kind::Perp, &[100.0; 8], 1e9).run(rules, 20_000.0);
    let paid: Vec<_> = run.yields.iter().map(|paid| (paid.time.date(), paid.bucket.index(), paid.amount)).collect();
    let day = |date: &str, bucket, amount| (date.to_owned(), bucket, usd(amount));
    assert_eq!(
        paid,
        [day("2024-01-02", 0, 0.75), day("2024-01-02", 1, 1.0), day("2024-01-03", 0, 0.750_075), day("2024-01-03", 1, 1.000_1)]
    );
    assert!(run.yields.iter().all(|paid| paid.asset.is_none() && paid.price == 1.0));
    assert_eq!(run.attribution.by_asset.iter().map(|(asset, _)| asset.as_str()).collect::<Vec<_>>(), ["USDT", "ETH"]);
    assert_eq!(run.final_equity(), usd(20_000.0 + 3.500_175));
    assert_eq!(run.attribution.by_source.yields, usd(3.500_175));
    let said = |run: &Run| run.assumptions.iter().filter(|row| matches!(row, Assumption::Interest | Assumption::Staking)).count();
    assert_eq!((said(&run), said(&staked(&[100.0; 10], ""))), (1, 1));
}

/// 100 coins bought at the midnight that opens the second day are held all of it.
#[test]
fn what_is_bought_at_a_midnight_earns_from_there() {
    let rules = "rebalance = { every = \"365d\", band = 0.9 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"ETH\"] } }\nreview = \"365d\"\n\
        staking = { ETH = 0.0365 }\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    let (_, run) = Small::new("2024-01-01", 24).coin("ETH", Kind::Spot, &[100.0; 4], 1e9).run(rules, 20_000.0);
    let rewards: Vec<_> = run.yields.iter().map(|reward| (reward.time, reward.amount)).collect();
    assert_eq!(rewards, [(time("2024-01-03"), usd(1.0)), (time("2024-01-04"), usd(1.0001))]);
}
