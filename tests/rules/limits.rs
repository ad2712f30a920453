//! Each limit with numbers to check by head: 100,000 of equity, of which 15 % are margin of perpetuals.

use rotate::market::Kind;
use rotate::replay::run::{Run, Verdict};
use rotate::units::Usd;

use crate::small::{Small, near, rows, usd};

const CAPITAL: f64 = 100_000.0;

/// Three perpetuals at 10, 20 and 40, two times their margin, entered on the second day.
fn three(limits: &str, bucket: &str) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"365d\", band = 0.9 }}\n{limits}\n[buckets.perps]\nweight = 0.15\nhold = {{ perp = {{ count = 3 }} }}\n\
         leverage = {{ open = 2.0 }}\nreview = \"365d\"\n{bucket}\n[buckets.stable]\nweight = 0.85\nhold = \"cash\"\n"
    );
    let coin = |market: Small, name, price: f64| market.coin(name, Kind::Perp, &[price; 4], 1_000.0 / price * 1e6);
    let market = coin(coin(coin(Small::new("2024-01-01", 24), "AAA", 10.0), "BBB", 20.0), "CCC", 40.0);
    let (_, run) = market.run(&rules, CAPITAL);
    run
}

/// What was entered, in USD.
fn entered(run: &Run) -> Vec<Usd> {
    run.fills.iter().filter(|fill| fill.reason == "enter").map(|fill| fill.notional).collect()
}

#[test]
fn without_limits_each_third_of_the_bucket_is_margin() {
    let run = three("", "");
    // A hair of cash is kept back for rounding.
    assert!(entered(&run).len() == 3 && entered(&run).iter().all(|notional| (notional.to_f64() - 10_000.0).abs() < 1e-4));
    assert!(rows(&run, "position").is_empty() && run.cautions.is_empty(), "{:?}", run.cautions);
}

#[test]
fn a_position_is_held_to_its_share_of_equity_by_the_basis_it_names() {
    // 1 % of 100,000 is 1,000: of margin that is 2,000 of notional; a stop at half of the margin risks a quarter of the notional.
    for (basis, stop, notional, value) in [
        ("margin", "", 2_000.0, 0.05),
        ("notional", "", 1_000.0, 0.10),
        ("risk_to_stop", "stop = { loss_of_margin = 0.5 }", 4_000.0, 0.025),
        ("risk_to_stop", "stop = { loss_of_margin = 0.5, from_entry = 0.2 }", 5_000.0, 0.02),
        ("risk_to_stop", "stop = { from_entry = 0.8 }", 2_000.0, 0.05),
    ] {
        let run = three(&format!("limits = {{ position = {{ max = 0.01, of = \"{basis}\" }} }}"), stop);
        assert_eq!(entered(&run), [usd(notional); 3], "{basis}");
        let told = rows(&run, "position");
        assert_eq!(told.len(), 3);
        for row in told {
            assert_eq!((row.verdict, row.limit), (Verdict::Resized, Some(0.01)));
            near(row.value.expect("a share"), value);
        }
    }
}

#[test]
fn a_contradiction_says_how_much_can_be_filled() {
    let run = three("limits = { position = { max = 0.01, of = \"margin\" } }", "");
    assert_eq!(
        run.cautions,
        ["bucket `perps`: with 1 % of equity a position by margin and 3 places at most 3.00 % of equity can be filled of 15.00 %"]
    );
    let run = three("limits = { position = { max = 0.01, of = \"notional\" } }", "");
    assert!(run.cautions[0].ends_with("by notional and 3 places at most 1.50 % of equity can be filled of 15.00 %"), "{:?}", run.cautions);
    assert!(three("limits = { position = { max = 0.05, of = \"margin\" } }", "").cautions.is_empty());
}

#[test]
fn a_bucket_may_have_limits_of_its_own() {
    let own = "limits = { position = { max = 0.02, of = \"margin\" } }";
    let run = three("limits = { position = { max = 0.01, of = \"margin\" } }", own);
    assert_eq!(entered(&run), [usd(4_000.0); 3]);
}

#[test]
fn what_has_grown_beyond_its_limit_is_brought_back_at_a_review() {
    let rules = "rebalance = { every = \"365d\", band = 0.5 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3d\"\n\
        limits = { position = { max = 0.1, of = \"notional\" } }\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    // Bought on the second day: 10,000 in 1,000 coins. The next review is at the fifth close, 2024-01-06 being a multiple of three days.
    let closes = [10.0, 10.0, 20.0, 20.0, 20.0, 20.0, 20.0];
    let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &closes, 1e9).run(rules, CAPITAL);
    let fills: Vec<_> = run.fills.iter().map(|fill| (fill.reason.as_str(), fill.quantity)).collect();
    assert_eq!((fills[0], fills[1].0), (("enter", 1_000.0), "rebalance"));
    // The bucket's 60,000 of 110,000 may be one tenth coins: 450 of 1,000 go.
    near(fills[1].1, 450.0);
    let row = rows(&run, "position")[1];
    assert_eq!((row.verdict, row.limit), (Verdict::Resized, Some(0.1)));
    near(row.value.expect("a share"), 60.0 / 110.0);
}

#[test]
fn an_order_is_held_to_its_share_of_what_is_traded() {
    let rules = "rebalance = { every = \"365d\", band = 0.9 }\nlimits = { order_of_day_volume = 0.01 }\n[buckets.coins]\nweight = 1.0\n\
        hold = { spot = { count = 2 } }\nreview = \"365d\"\n";
    // Bars of eight hours, decided at the first close: 8 hours of AAA are 1,000 coins at 10, so 10,000 USD; BBB trades nothing.
    let market = Small::new("2024-01-01", 8).coin("AAA", Kind::Spot, &[10.0; 4], 1_000.0).coin("BBB", Kind::Spot, &[10.0; 4], 0.0);
    let (_, run) = market.run(rules, CAPITAL);
    assert_eq!(entered(&run), [usd(100.0)]);
    let told = rows(&run, "order_of_day_volume");
    assert_eq!((told[0].verdict, told[0].value, told[0].limit), (Verdict::Resized, Some(5.0), Some(0.01)));
    assert_eq!(told[0].detail, "bucket coins: an order of 50000.00 USD where 10000.00 USD were traded in 24 hours; 100.00 USD are sent");
    assert_eq!((told[1].subject.as_str(), told[1].verdict, told[1].value), ("BBBUSDT", Verdict::Refused, None));
}

/// A coin at 50,000: 100 USD of it are two thousandths of a coin, and still an order.
#[test]
fn a_part_of_a_dear_coin_is_an_order() {
    let rules = "rebalance = { every = \"365d\", band = 0.9 }\nlimits = { order_of_day_volume = 0.01 }\n[buckets.coins]\nweight = 1.0\n\
        hold = { spot = { assets = [\"AAA\"] } }\nreview = \"365d\"\n";
    let (_, run) = Small::new("2024-01-01", 8).coin("AAA", Kind::Spot, &[50_000.0; 4], 0.2).run(rules, CAPITAL);
    assert_eq!(entered(&run), [usd(100.0)]);
    assert_eq!(rows(&run, "order_of_day_volume")[0].verdict, Verdict::Resized);
}

/// A coin at 100 that ranges over 8 a day: a stop two of these away risks 16 % of the notional, so that 1,000 of risk are 6,250.
#[test]
fn the_risk_to_a_stop_by_true_range_is_a_share_of_price() {
    let rules = "rebalance = { every = \"365d\", band = 0.9 }\nlimits = { position = { max = 0.01, of = \"risk_to_stop\" } }\n\
        assumptions = { impact = 0.0, bar_participation = 1.0, day_participation = 1.0 }\n[buckets.coins]\nweight = 1.0\n\
        hold = { spot = { assets = [\"AAA\"] } }\nreview = \"1d\"\nstop = { atr = { multiple = 2.0, span = \"2d\" } }\n";
    let (_, run) = Small::new("2024-01-01", 24).bars("AAA", Kind::Spot, &[[100.0, 104.0, 96.0, 100.0]; 6], 1e9).ruled(rules, CAPITAL);
    near(entered(&run)[0].to_f64(), 6_250.0);
}

/// A bucket of perpetuals that has half, or all, of itself as margin in one coin that rises by a fifth.
fn risen(share: f64) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"365d\", band = 0.9 }}\nlimits = {{ futures = {{ min = 0.05, max = 0.15, sweep_to = \"stable\" }} }}\n\
         [buckets.perps]\nweight = 0.15\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\nweigh = {{ fixed = {{ AAA = {share:?} }} }}\n\
         leverage = {{ open = 2.0 }}\nreview = \"365d\"\n[buckets.stable]\nweight = 0.85\nhold = \"cash\"\n"
    );
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0, 10.0, 12.0, 12.0, 12.0, 12.0], 1e9);
    let (_, run) = market.run(&rules, CAPITAL);
    run
}

#[test]
fn what_perpetuals_have_grown_beyond_their_share_is_swept() {
    // 7,500 of margin are 15,000 of notional, +20 % is 3,000: 18,000 of 103,000. 15 % are 15,450; 2,550 of the 7,500 in cash leave.
    let run = risen(0.5);
    let flows: Vec<_> = run.flows.iter().map(|flow| (flow.time.date(), flow.amount, flow.reason.as_str())).collect();
    assert_eq!(flows, [("2024-01-04".to_owned(), usd(2_550.0), "sweep")]);
    assert!(rows(&run, "futures").is_empty());
}

#[test]
fn what_is_bound_in_positions_stays_and_is_told_once() {
    // 15,000 of margin are 30,000 of notional, +20 % is 6,000: 21,000 of 106,000, all of it bound.
    let run = risen(1.0);
    assert!(run.flows.is_empty(), "{:?}", run.flows);
    let told = rows(&run, "futures");
    assert_eq!((told.len(), told[0].verdict, told[0].limit), (1, Verdict::Resized, Some(0.15)));
    near(told[0].value.expect("a share"), 21_000.0 / 106_000.0);
    assert_eq!(told[0].detail, "5100.00 USD too much, of which 0.00 are free and leave; 5100.00 stay in positions");
}

#[test]
fn venues_and_ages_say_who_is_eligible() {
    let taken = |selection: &str| {
        let rules = format!(
            "rebalance = {{ every = \"365d\", band = 0.9 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ {selection} }} }}\n\
             leverage = {{ open = 2.0 }}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
        );
        let market = Small::new("2024-01-01", 24).coin("CEN", Kind::Perp, &[10.0; 4], 1e9).coin("DEC", Kind::Perp, &[10.0; 4], 1e9).dex();
        let (market, run) = market.run(&rules, CAPITAL);
        let symbols = run.fills.iter().filter(|fill| fill.reason == "enter").map(|fill| market.instrument(fill.instrument).symbol.clone());
        symbols.collect::<Vec<_>>()
    };
    assert_eq!(taken(""), ["CENUSDT"]);
    assert_eq!(taken("venues = [\"dex\"]"), ["DECUSDT"]);
    assert_eq!(taken("venues = [\"cex\", \"dex\"]"), ["CENUSDT", "DECUSDT"]);
    // What traded in the market's first bar is old.
    assert!(taken("max_age = \"30d\"").is_empty());
}

#[test]
fn a_funding_exit_says_how_often_it_would_have_been_on() {
    let said = |exit: &str| {
        let rules = format!(
            "rebalance = {{ every = \"365d\", band = 0.9 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
             leverage = {{ open = 2.0 }}\nreview = \"365d\"\nexit = {{ {exit}, settlements = 3, stall = \"1d\" }}\n\
             [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
        );
        // Rising, so that nothing stalls and the position stays: five days of three settlements at 0.01 %.
        let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0, 11.0, 12.0, 13.0, 14.0], 1e9).funding(0.000_1);
        // Another, which the bucket does not admit.
        let market = market.coin("BBB", Kind::Perp, &[10.0; 5], 1e9).funding(0.000_1);
        let (_, run) = market.run(&rules, CAPITAL);
        assert!(run.trades.iter().all(|trade| trade.exit_reason == "end of data"));
        run.cautions
    };
    assert_eq!(
        said("funding_above = 0.0005, unit = \"apr\""),
        [
            "bucket `perps` leaves where funding is at or above 0.05 % a year, which is 0.000046 % per 8 h, and price stalls: of the settlements of \
          what it held the threshold was reached at 12 of 12 (100.0 %), of those of all perpetuals it admitted at 13 of 15 (86.7 %)"
        ]
    );
    let of = |exit: &str| said(exit).into_iter().find(|caution| caution.contains("leaves where")).expect("it says how often");
    assert!(
        of("funding_above = 0.0005, unit = \"per_day\"")
            .ends_with("at 0 of 12 (0.0 %), of those of all perpetuals it admitted at 0 of 15 (0.0 %)")
    );
    assert!(of("funding_above = 0.0003, unit = \"per_day\"").contains("0.03 % a day, which is 0.010000 % per 8 h"));
    assert!(said("funding_8h_above = 0.0001").is_empty());
    assert_eq!(
        said("funding_8h_above = 0.0005"),
        [
            "bucket `perps` leaves by funding at 0.0500 % per 8 h, but no long ever paid as much in a settlement of this market: the rule never speaks"
        ]
    );
}

/// A long that loses half of its margin in every bar and is topped up in every bar: with a cap of a fifth of equity in all.
#[test]
fn top_ups_together_stay_within_their_cap() {
    let run = |most: &str| {
        let rules = format!(
            "rebalance = {{ every = \"3650d\", band = 0.9 }}\n[buckets.perps]\nweight = 0.1\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
             leverage = {{ open = 1.0 }}\nreview = \"1d\"\ntop_up = {{ from = \"stable\", every = \"1d\", below = 0.9{most} }}\n\
             [buckets.stable]\nweight = 0.9\nhold = \"cash\"\n"
        );
        let closes: Vec<f64> = (0..40).map(|k| 100.0 * 0.7_f64.powi(k)).collect();
        Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &closes, 1e12).run(&rules, 10_000.0).1
    };
    let put_in = |run: &Run| {
        let shares = run.flows.iter().map(|flow| {
            assert_eq!(flow.reason, "top-up");
            let t = run.clock.bar_of(flow.time).unwrap();
            flow.amount.to_f64() / run.equity[t - 1].to_f64()
        });
        shares.sum::<f64>()
    };
    // Without a word the bucket's weight: a tenth.
    for (most, cap) in [("", 0.1), (", max = 0.2", 0.2)] {
        let run = run(most);
        assert!((put_in(&run) - cap).abs() < 1e-6, "{} of {cap}", put_in(&run));
        let told = rows(&run, "top_up");
        assert_eq!(told[0].verdict, Verdict::Resized);
        assert!(told.len() > 5 && told[1..].iter().all(|row| row.verdict == Verdict::Refused && row.limit == Some(cap)), "{told:?}");
    }
    assert!(put_in(&run(", max = 10.0")) > 0.25);
}
