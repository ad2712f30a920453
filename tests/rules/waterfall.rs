//! Half of the profit to the stablecoins, a quarter to another bucket, by each trigger.

use rotate::market::Kind;
use rotate::replay::run::{Reason, Run};
use rotate::units::Usd;

use crate::small::{Small, near, time, usd};

/// Closes that make a bucket buy at each first price and sell at each second one, five days a trade: a fall, the price of the entry, a rise, the
/// price of the exit, the same again. It is bought at the open of the third day and sold at that of the fifth.
fn trades(of: &[(f64, f64)]) -> Vec<f64> {
    of.iter().flat_map(|&(entry, exit)| [0.9 * entry, entry, 1.2 * entry.max(exit), exit, exit]).collect()
}

/// A bucket that buys what rose and leaves what fell.
fn trader(name: &str, coin: &str) -> String {
    format!(
        "[buckets.{name}]\nweight = 0.25\nhold = {{ spot = {{ assets = [\"{coin}\"] }} }}\nscore = {{ momentum = \"1d\" }}\nenter_above = 0.0\n\
         exit_score = {{ below = 0.0 }}\ncooldown = \"1d\"\n"
    )
}

/// Two traders with 5,000 each, and two that are given profit.
fn run(start: &str, first: &[f64], second: &[f64], waterfall: &str) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"365d\", band = 0.9 }}\n{}{}[buckets.stable]\nweight = 0.25\nhold = \"cash\"\n[buckets.other]\nweight = 0.25\n\
         hold = \"cash\"\n[waterfall]\n{waterfall}to = {{ stable = 0.5, other = 0.25 }}\n",
        trader("a", "AAA"),
        trader("b", "BBB")
    );
    let market = Small::new(start, 24).coin("AAA", Kind::Spot, first, 1e9).coin("BBB", Kind::Spot, second, 1e9);
    let (_, run) = market.run(&rules, 20_000.0);
    run
}

/// Date, from, to, amount.
fn flows(run: &Run) -> Vec<(String, &str, &str, Usd)> {
    assert!(run.flows.iter().all(|flow| flow.reason.name() == "waterfall"), "{:?}", run.flows);
    let name = |bucket: rotate::units::BucketId| run.buckets[bucket.index()].as_str();
    run.flows.iter().map(|flow| (flow.time.date(), name(flow.from), name(flow.to), flow.amount)).collect()
}

fn flow(date: &str, from: &'static str, to: &'static str, amount: f64) -> (String, &'static str, &'static str, Usd) {
    (date.to_owned(), from, to, usd(amount))
}

/// 50 coins from 100 to 110 are +500, of which 375 leave; with the 5,125 left 102.5 coins from 50 to 48 are −205; with 4,920 100 coins from 49.2 to
/// 54.2 are +500 again.
const THREE: [(f64, f64); 3] = [(100.0, 110.0), (50.0, 48.0), (49.2, 54.2)];

#[test]
fn by_trade_every_winning_exit_is_passed_on() {
    let run = run("2024-01-01", &trades(&THREE), &[7.0; 15], "from = \"a\"\n");
    assert_eq!(run.trades.iter().map(|trade| trade.pnl).collect::<Vec<_>>(), [usd(500.0), usd(-205.0), usd(500.0)]);
    // Sold at the open of the fifth day, passed on at that of the sixth; the last exit is in the last bar.
    assert_eq!(flows(&run), [flow("2024-01-06", "a", "stable", 250.0), flow("2024-01-06", "a", "other", 125.0)]);
    let longer: Vec<f64> = trades(&THREE).into_iter().chain([54.2]).collect();
    let run = self::run("2024-01-01", &longer, &[7.0; 16], "trigger = \"trade\"\nfrom = [\"a\"]\n");
    assert_eq!(flows(&run)[2..], [flow("2024-01-16", "a", "stable", 250.0), flow("2024-01-16", "a", "other", 125.0)]);
}

#[test]
fn above_the_high_water_mark_only_what_is_new_is_passed_on() {
    // The sum of all exits goes 500, 295, 795: the third adds 295 to the highest.
    let closes: Vec<f64> = trades(&THREE).into_iter().chain([54.2]).collect();
    let run = run("2024-01-01", &closes, &[7.0; 16], "trigger = \"high_water_mark\"\nfrom = \"a\"\n");
    assert_eq!(
        flows(&run),
        [
            flow("2024-01-06", "a", "stable", 250.0),
            flow("2024-01-06", "a", "other", 125.0),
            flow("2024-01-16", "a", "stable", 147.5),
            flow("2024-01-16", "a", "other", 73.75)
        ]
    );
}

/// Ten days of January, all of February, a day of March. January: +500, and −300 with 5,500 in 100 coins from 55 to 52; together 200, of which 150
/// leave. February: −100 with 5,050 in 100 coins from 50.5 to 49.5.
#[test]
fn by_month_losses_are_taken_off_and_each_month_stands_for_itself() {
    let mut closes = trades(&[(100.0, 110.0), (55.0, 52.0), (50.5, 49.5)]);
    closes.resize(40, 49.5);
    // The other trader wins 500 in February alone: 5,000 in 250 coins from 20 to 22.
    let mut second = vec![20.0; 15];
    second.extend(trades(&[(20.0, 22.0)]));
    second.resize(40, 22.0);
    let run = run("2024-01-22", &closes, &second, "trigger = \"month\"\nfrom = [\"a\", \"b\"]\n");
    let made: Vec<Usd> = run.trades.iter().map(|trade| trade.pnl).collect();
    assert_eq!(made, [usd(500.0), usd(-300.0), usd(-100.0), usd(500.0)]);
    assert_eq!(
        flows(&run),
        [
            flow("2024-02-01", "a", "stable", 100.0),
            flow("2024-02-01", "a", "other", 50.0),
            flow("2024-03-01", "b", "stable", 250.0),
            flow("2024-03-01", "b", "other", 125.0)
        ]
    );
    assert!(run.flows.iter().all(|flow| flow.time == time(&flow.time.date())), "at the first open of the month");
    let said = run.assumptions.iter().find(|row| row.name() == "waterfall").map(ToString::to_string);
    assert!(said.as_ref().is_some_and(|rule| rule.starts_with("what all exits of a calendar month (UTC) made together")), "{said:?}");
}

/// 100 contracts from 100 to 110 earn 1,000; three settlements of one per mille at a mark of 100, three at 132 and one at 110 take 80.60 of it.
#[test]
fn funding_is_taken_off_before_anything_is_passed_on() {
    let rules = "rebalance = { every = \"365d\", band = 0.9 }\n[buckets.perps]\nweight = 0.5\nhold = { perp = { assets = [\"AAA\"] } }\n\
        score = { momentum = \"1d\" }\nenter_above = 0.0\nexit_score = { below = 0.0 }\ncooldown = \"1d\"\nleverage = { open = 2.0 }\n\
        [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n[waterfall]\ntrigger = \"high_water_mark\"\nfrom = \"perps\"\nto = { stable = 1.0 }\n";
    let closes = [90.0, 100.0, 132.0, 110.0, 110.0, 110.0, 110.0];
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &closes, 1e9).funding(0.001);
    let (_, run) = market.run(rules, 10_000.0);
    let trade = &run.trades[0];
    // A microdollar of rounding: the contracts are bought with a quantity that comes from a division.
    near(trade.price_pnl.to_f64(), 1_000.0);
    near(trade.funding.to_f64(), -80.6);
    assert_eq!(run.flows.iter().map(|flow| flow.amount).collect::<Vec<_>>(), [trade.pnl]);
}

/// 10,000 in 100 coins at 100. At 150 a review brings the holding back to half of the bucket's stablecoins and coins; the rest is sold at 120: what
/// the first sale passed on the last does not pass on again.
#[test]
fn what_a_part_has_passed_on_is_not_passed_on_again() {
    let rules = "rebalance = { every = \"3650d\", band = 0.1 }\n[buckets.a]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
        weigh = { fixed = { AAA = 0.5 } }\nreview = \"1d\"\nscore = { momentum = \"1d\" }\nexit_score = { below = -0.1 }\ncooldown = \"3650d\"\n\
        [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n[waterfall]\ntrigger = \"trade\"\nfrom = \"a\"\nto = { stable = 1.0 }\n";
    let closes = [100.0, 100.0, 150.0, 150.0, 120.0, 120.0, 120.0];
    let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &closes, 1e9).run(rules, 40_000.0);
    let trade = &run.trades[0];
    let flowed: Usd = run.flows.iter().map(|flow| flow.amount).sum();
    assert_eq!((run.trades.len(), run.flows.len(), flowed), (1, 2, trade.pnl), "{:?} {:?}", run.flows, run.fills);
    assert!(trade.pnl > usd(2_000.0), "{trade:?}");
}

/// 95 coins from 100 to 110 are +950 in January, and before its end 95 % of the 10,950 are spent again: of what is due 547.50 are there, and each gets the
/// same part of its share.
#[test]
fn where_cash_does_not_cover_the_profit_all_shares_shrink_alike() {
    let rules = "rebalance = { every = \"365d\", band = 0.9 }\n[buckets.a]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
        weigh = { fixed = { AAA = 0.95 } }\nscore = { momentum = \"1d\" }\nenter_above = 0.0\nexit_score = { below = 0.0 }\ncooldown = \"1d\"\n\
        [buckets.stable]\nweight = 0.25\nhold = \"cash\"\n[buckets.other]\nweight = 0.25\nhold = \"cash\"\n\
        [waterfall]\ntrigger = \"month\"\nfrom = \"a\"\nto = { stable = 0.6, other = 0.4 }\n";
    let mut closes = trades(&[(100.0, 110.0)]);
    closes.extend([90.0, 100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0]);
    let (_, run) = Small::new("2024-01-22", 24).coin("AAA", Kind::Spot, &closes, 1e9).run(rules, 20_000.0);
    let parts: Vec<_> = flows(&run).into_iter().map(|(date, _, to, amount)| (date, to.to_owned(), amount.to_f64())).collect();
    let due = [("stable", 328.5), ("other", 219.0)];
    assert_eq!(parts.len(), 2, "{parts:?}");
    for ((date, to, amount), (name, part)) in parts.iter().zip(due) {
        assert!(date == "2024-02-01" && to == name && (amount - part).abs() < 0.001, "{parts:?}");
    }
}

/// A trader wins 500, of which half is for a bucket with 100 coins of each of two at 50: 125 buy more of the one, 125 of the other. Where
/// each of the three is held to 24.5 % of the equity, 4,900, the trader wins 490, and each of the two may grow by 24.5 % of that.
#[test]
fn profit_buys_of_each_coin_up_to_the_limit_of_its_own_position() {
    let mut closes = trades(&[(100.0, 110.0)]);
    closes.resize(8, 110.0);
    let bought = |most: f64| {
        let rules = format!(
            "rebalance = {{ every = \"365d\", band = 0.9 }}\nlimits = {{ position = {{ max = {most}, of = \"notional\" }} }}\n{}[buckets.two]\nweight = 0.5\n\
             hold = {{ spot = {{ assets = [\"XXX\", \"YYY\"] }} }}\n[buckets.stable]\nweight = 0.25\nhold = \"cash\"\n[waterfall]\nfrom = \"a\"\n\
             to = {{ two = 0.5 }}\n",
            trader("a", "AAA")
        );
        let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &closes, 1e9);
        let market = market.coin("XXX", Kind::Spot, &[50.0; 8], 1e9).coin("YYY", Kind::Spot, &[50.0; 8], 1e9);
        let (_, run) = market.run(&rules, 20_000.0);
        run.fills.iter().filter(|fill| fill.reason == Reason::Waterfall).map(|fill| fill.notional.to_f64()).collect::<Vec<f64>>()
    };
    for (most, each) in [(0.251, 125.0), (0.245, 120.05)] {
        let found = bought(most);
        assert!(found.len() == 2 && found.iter().all(|part| (part - each).abs() < 0.01), "{most}: {found:?}");
    }
}
