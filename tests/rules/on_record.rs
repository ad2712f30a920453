//! What stands on record beside the fills: what is held, what waits, and why something was not done.

use std::path::Path;

use rotate::batch::Arena;
use rotate::exchange::brackets::DEFAULT_BRACKETS;
use rotate::market::Kind;
use rotate::metrics::Metrics;
use rotate::replay::run::{OrderWhy, Reason, Run, Verdict, Why};
use rotate::strategy::StrategyFile;
use rotate::units::InstrumentId;

use crate::small::{Small, near, rows, time, usd};

const QUIET: [f64; 4] = [100.0; 4];

/// Half of 10,000 in coins that are called by name, decided once, and the rest in stablecoins.
fn rules(kind: &str, assets: &str, rest: &str) -> String {
    format!(
        "rebalance = {{ every = \"3650d\", band = 0.9 }}\n[buckets.coins]\nweight = 0.5\nhold = {{ {kind} = {{ assets = [{assets}] }} }}\n{rest}\n\
         [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    )
}

/// Whether each fill enters or leaves, and on which day of the month.
fn fills(run: &Run) -> Vec<(u16, String, String)> {
    run.fills.iter().map(|fill| (fill.instrument.0, fill.time.date(), fill.reason.name().to_owned())).collect()
}

/// 100 contracts from 100 to 110, on either side: 11,000 of notional, and 1,000 won or lost.
#[test]
fn what_is_held_is_told_with_what_it_has_brought() {
    for (direction, sign) in [("long", 1.0), ("short", -1.0)] {
        let rest = format!("direction = \"{direction}\"\nleverage = {{ open = 2.0 }}\nreview = \"3650d\"");
        let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[100.0, 100.0, 110.0, 110.0], 1e9);
        let (_, run) = market.run(&rules("perp", "\"AAA\"", &rest), 10_000.0);
        let row = run.exposure.iter().find(|row| row.time == time("2024-01-04")).expect("held");
        // A hair of the cash was kept back for rounding.
        let told = [row.quantity, row.notional.to_f64(), row.unrealised.to_f64(), row.margin.expect("of a perpetual").to_f64()];
        for (told, due) in told.into_iter().zip([sign * 100.0, sign * 11_000.0, sign * 1_000.0, 5_000.0]) {
            assert!((told - due).abs() < 1e-4 * due.abs(), "{direction}: {row:?}");
        }
        assert_eq!((row.entry_price, row.price), (100.0, 110.0));
    }
}

#[test]
fn what_waits_at_a_close_says_for_what() {
    let text = format!("name = \"rule\"\nabout = \"one rule\"\nregime = \"any\"\n{}", rules("spot", "\"BBB\"", "review = \"3650d\""));
    let file = StrategyFile::parse(Path::new("rule.toml"), text).unwrap_or_else(|fault| panic!("{fault}"));
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &[10.0; 4], 1e9).coin("BBB", Kind::Spot, &[10.0; 4], 1e9).market();
    let standing = Arena::new(&market).replay_to(&file.strategy, usd(10_000.0), 1);
    let waits: Vec<_> = standing.pending.iter().map(|order| (order.reason.name(), order.instrument)).collect();
    assert_eq!(waits, [("enter", Some(InstrumentId(1)))]);
}

/// Bought at the open of the second day, which is missing: it waits for the third, and a silent day before that holds nothing back.
#[test]
fn an_entry_waits_where_there_is_no_bar() {
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &[10.0, f64::NAN, 10.0, 10.0, 10.0], 1e9);
    let (market, run) = market.run(&rules("spot", "\"AAA\"", "review = \"3650d\""), 10_000.0);
    assert_eq!(fills(&run)[0], (0, "2024-01-03".to_owned(), "enter".to_owned()));
    let told = rows(&run, "no_bar");
    assert_eq!((told.len(), told[0].verdict, told[0].time), (1, Verdict::Refused, time("2024-01-02")));
    assert_eq!(
        told[0].detail(&run.names(&market)),
        "the instrument has no bar here, so the order `enter` is not filled: it waits until the bucket's next review"
    );
}

/// Two days whose price moves and in which nothing was traded: one row, and the order waits for the first day in which somebody trades.
#[test]
fn an_order_that_volume_keeps_from_filling_is_told_once() {
    let moved = [100.0, 101.0, 99.0, 100.0];
    let mut market = Small::new("2024-01-01", 24).bars("AAA", Kind::Spot, &[QUIET, moved, moved, QUIET, QUIET], 1e9);
    market.silent(&[1, 2]);
    let (_, run) = market.run(&rules("spot", "\"AAA\"", "review = \"3650d\""), 10_000.0);
    assert_eq!(fills(&run)[0], (0, "2024-01-04".to_owned(), "enter".to_owned()), "{:?}", run.decisions);
    let told: Vec<_> =
        run.decisions.iter().filter(|row| matches!(row.why, Why::Order(OrderWhy::Unfilled { order: Reason::Enter, .. }))).collect();
    assert_eq!((told.len(), told[0].verdict, told[0].time), (1, Verdict::Refused, time("2024-01-02")));
}

/// One of two is silent from the third day on, and has ended a week later; the other stays to the end.
#[test]
fn only_what_has_ended_is_forced_out() {
    let mut ended = vec![10.0; 14];
    ended[2..].fill(f64::NAN);
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &ended, 1e9).coin("BBB", Kind::Spot, &[10.0; 14], 1e9);
    let (_, run) = market.run(&rules("spot", "\"AAA\", \"BBB\"", "review = \"3650d\""), 10_000.0);
    let left: Vec<_> = fills(&run).into_iter().filter(|fill| fill.2 != "enter").map(|fill| (fill.0, fill.2)).collect();
    assert_eq!(left, [(0, "delisted".to_owned()), (1, "end_of_data".to_owned())]);
    near(run.trades[0].exit_price, 9.5);
}

/// Two perpetuals share a bucket; of one order the volume lets out little, and the cash of both is gone with what it was cut to.
#[test]
fn what_cash_has_cut_does_not_wait_for_more() {
    let rest = "leverage = { open = 1.0 }\nreview = \"3650d\"";
    // What is decided at 100 opens at 125 and costs a quarter more than there is.
    let bars = [QUIET, [125.0; 4], [125.0; 4], [125.0; 4]];
    let (_, run) = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &bars, 1e9).run(&rules("perp", "\"AAA\"", rest), 10_000.0);
    let told = rows(&run, "affordability");
    assert_eq!((told.len(), told[0].verdict), (1, Verdict::Resized), "{told:?}");
    near(told[0].observed.expect("need"), 6_250.0);
    assert_eq!(fills(&run).len(), 2, "{:?}", run.fills);
    assert!((run.fills[0].quantity - 40.0).abs() < 1e-6, "{:?}", run.fills);
}

/// Over the turn of a month what a position has brought stays with its coin.
#[test]
fn each_month_of_a_position_belongs_to_its_coin() {
    let market = Small::new("2024-01-29", 24).coin("AAA", Kind::Spot, &[10.0, 10.0, 12.0, 14.0, 15.0], 1e9);
    let (_, run) = market.run(&rules("spot", "\"AAA\"", "review = \"3650d\""), 10_000.0);
    // A hair of the cash was kept back for rounding.
    for (told, expected) in
        [(&run.attribution.by_asset, &[("AAA", 2_500.0)][..]), (&run.attribution.by_month, &[("2024-01", 1_000.0), ("2024-02", 1_500.0)])]
    {
        assert_eq!(
            told.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            expected.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        );
        assert!(told.iter().zip(expected).all(|((_, amount), (_, due))| (amount.to_f64() - due).abs() < 1e-4), "{told:?}");
    }
}

/// The one place goes to what has risen more in a day.
#[test]
fn what_is_no_longer_chosen_is_left_for_what_is() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 1.0\nhold = { spot = { count = 1 } }\nscore = { momentum = \"1d\" }\n\
        review = \"1d\"\n";
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &[10.0, 11.0, 11.0, 11.0, 11.0], 1e9);
    let (_, run) = market.coin("BBB", Kind::Spot, &[10.0, 10.0, 11.0, 12.0, 13.0], 1e9).run(rules, 10_000.0);
    let told: Vec<_> = fills(&run);
    let told: Vec<_> = told.iter().map(|(coin, date, reason)| (*coin, date.as_str(), reason.as_str())).collect();
    let left = (1, "2024-01-05", "end_of_data");
    assert_eq!(told, [(0, "2024-01-03", "enter"), (0, "2024-01-04", "rotated_out"), (1, "2024-01-04", "enter"), left]);
}

/// Of two coins the one that fell first finds no volume for two days; the other, which falls a day later, is left at its own next open, and each is
/// told to leave once.
#[test]
fn an_order_that_works_keeps_no_other_coin_from_leaving() {
    let fell = |day: usize| -> Vec<[f64; 4]> {
        // A fifth a day, so that the rule would speak each day.
        let close = |t: usize| 100.0 * 0.8_f64.powi((t + 1).saturating_sub(day) as i32);
        (0..10).map(|t| [close(t.max(1) - 1), close(t.max(1) - 1) * 1.01, close(t) * 0.99, close(t)]).collect()
    };
    let mut market = Small::new("2024-01-01", 24).bars("AAA", Kind::Spot, &fell(4), 1e9);
    market.silent(&[5, 6]);
    let rest = "score = { momentum = \"1d\" }\nexit_score = { below = -0.1 }\nreview = \"7d\"\ncooldown = \"3650d\"";
    let (_, run) = market.bars("BBB", Kind::Spot, &fell(5), 1e9).run(&rules("spot", "\"AAA\", \"BBB\"", rest), 10_000.0);
    let left: Vec<_> = fills(&run).into_iter().filter(|fill| fill.2 != "enter").map(|fill| (fill.0, fill.1)).collect();
    assert_eq!(left, [(1, "2024-01-07".to_owned()), (0, "2024-01-08".to_owned())], "{:?}", run.decisions);
    let told: Vec<_> = run.decisions.iter().filter(|row| row.verdict == Verdict::Exited).map(|row| row.time.date()).collect();
    assert_eq!(told, ["2024-01-06", "2024-01-07"], "{:?}", run.decisions);
}

/// 50 perpetuals fall from 100 to 60: 3,000 of an equity of 8,000 are exactly three quarters of the bucket's half.
#[test]
fn a_top_up_is_for_less_than_its_share() {
    for (below, flows) in [(0.75, vec![]), (0.76, vec![usd(1_000.0)])] {
        let rules = format!(
            "rebalance = {{ every = \"3650d\", band = 0.9 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
             weigh = {{ fixed = {{ AAA = 0.5 }} }}\nleverage = {{ open = 2.0 }}\nreview = \"3650d\"\n\
             top_up = {{ from = \"stable\", every = \"1d\", below = {below:?} }}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
        );
        let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[100.0, 100.0, 60.0, 60.0, 60.0], 1e9).run(&rules, 10_000.0);
        assert_eq!(run.flows.iter().map(|flow| flow.amount).collect::<Vec<_>>(), flows, "{below}");
    }
}

/// Twice from 100 to 50: the first took a day to come back, the second two.
#[test]
fn of_equal_falls_the_first_is_the_deepest() {
    let days = |closes: &[f64]| {
        let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 1.0\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3650d\"\n";
        let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, closes, 1e9).run(rules, 10_000.0);
        Metrics::of(&run).drawdown.drawdown_recovery_days
    };
    assert_eq!(days(&[100.0, 100.0, 50.0, 100.0, 50.0, 60.0, 100.0]), Some(1.0));
    assert_eq!(days(&[100.0, 100.0, 50.0, 100.0, 40.0, 60.0, 100.0]), Some(2.0));
    assert_eq!(days(&[100.0, 100.0, 50.0, 100.0, 40.0, 60.0, 60.0]), None);
}

/// Stopped at 90 in the third day and left alone for three: at the close of the sixth it may be entered again.
#[test]
fn a_coin_that_was_stopped_is_left_alone_for_its_cooldown() {
    let bars = [QUIET, QUIET, [100.0, 100.0, 80.0, 80.0], [80.0; 4], [80.0; 4], [80.0; 4], [80.0; 4], [80.0; 4]];
    let rest = "review = \"1d\"\nstop = { from_entry = 0.1 }\ncooldown = \"3d\"";
    let (_, run) = Small::new("2024-01-01", 24).bars("AAA", Kind::Spot, &bars, 1e9).run(&rules("spot", "\"AAA\"", rest), 10_000.0);
    let told = fills(&run);
    let told: Vec<_> = told.iter().map(|(_, date, reason)| (date.as_str(), reason.as_str())).collect();
    assert_eq!(told, [("2024-01-02", "enter"), ("2024-01-03", "stop"), ("2024-01-07", "enter"), ("2024-01-08", "end_of_data")]);
    let refused: Vec<_> = rows(&run, "cooldown").iter().map(|row| (row.time.date(), row.verdict)).collect();
    assert_eq!(refused, ["2024-01-04", "2024-01-05", "2024-01-06"].map(|date| (date.to_owned(), Verdict::Refused)));
}

/// The same cause of staying in stablecoins is told once, on whichever day it begins.
#[test]
fn why_a_bucket_is_empty_is_told_once() {
    let rest = "score = { momentum = \"1d\" }\nenter_above = 0.5\nreview = \"1d\"";
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &[10.0; 6], 1e9);
    let (market, run) = market.run(&rules("spot", "\"AAA\"", rest), 10_000.0);
    let told: Vec<_> = rows(&run, "select").iter().map(|row| (row.time.date(), row.verdict, row.detail(&run.names(&market)))).collect();
    assert_eq!(
        told,
        [(
            "2024-01-02".to_owned(),
            Verdict::Refused,
            "no candidate's score allows an entry today: the bucket stays in stablecoins".to_owned()
        )]
    );
}

/// In the first bracket a long of no more than 4,000 fails where its balance is the maintenance rate of it, or that and the fee of closing.
#[test]
fn the_fee_of_closing_brings_liquidation_nearer() {
    let price = |in_margin: bool| {
        let rules = format!(
            "rebalance = {{ every = \"3650d\", band = 0.9 }}\nassumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0, \
             closing_fee_in_margin = {in_margin} }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
             leverage = {{ open = 2.0 }}\nreview = \"3650d\"\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
        );
        let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[100.0; 4], 1e9).taker(0.01).ruled(&rules, 4_000.0);
        run.exposure[0].liquidation_price.expect("of a perpetual")
    };
    let rate = DEFAULT_BRACKETS[0].rate;
    near(price(true) * (1.0 - rate - 0.01), price(false) * (1.0 - rate));
}
