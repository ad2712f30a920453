//! What happens inside a bar: a pool on its way to the extremes, and settlements of what came after the open.

use rotate::market::Kind;
use rotate::replay::run::{PlainRule, Run, Side};
use rotate::units::Usd;

use crate::small::{Small, near, time};

const QUIET: [f64; 4] = [100.0; 4];
const UP: [f64; 4] = [100.0, 260.0, 100.0, 100.0];
const DOWN: [f64; 4] = [100.0, 100.0, 1.0, 100.0];

/// A pool of two perpetuals at its margin, half of the capital, the second of which has a bar of its own.
fn pool(direction: &str, leverage: f64, guard: &str, first: [f64; 4], second: [f64; 4]) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"3650d\", band = 0.9 }}\nassumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0, stop_slippage = 0.0, stop_overshoot = 0.0 }}\n\
         [buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\", \"BBB\"] }} }}\nmargin = \"cross\"\ndirection = \"{direction}\"\n\
         leverage = {{ open = {leverage:?} }}\nreview = \"3650d\"\ncooldown = \"3650d\"\n{guard}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    );
    let series = |bar: [f64; 4]| [QUIET, QUIET, QUIET, bar, QUIET];
    let market = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &series(first), 1e9).bars("BBB", Kind::Perp, &series(second), 1e9);
    market.ruled(&rules, 10_000.0).1
}

#[test]
fn a_pool_of_shorts_is_tested_at_the_highs_of_a_bar() {
    let gone = pool("short", 1.0, "", UP, UP);
    assert_eq!((gone.liquidations.len(), gone.liquidations[0].time), (2, time("2024-01-04")));
    // On the way up the margin is used up just below the double: nothing is left of the bucket.
    assert!(gone.liquidations.iter().all(|one| (150.0..200.0).contains(&one.mark_price)), "{:?}", gone.liquidations);
    near(gone.final_equity().to_f64(), 5_000.0);
    // Where they fall they gain, and all is as before at the close.
    let stays = pool("short", 1.0, "", DOWN, DOWN);
    assert!(stays.liquidations.is_empty());
    near(stays.final_equity().to_f64(), 10_000.0);
}

#[test]
fn a_pool_of_longs_is_tested_at_the_lows_of_a_bar() {
    let gone = pool("long", 2.0, "", DOWN, DOWN);
    assert_eq!(gone.liquidations.len(), 2);
    assert!(gone.liquidations.iter().all(|one| (50.0..55.0).contains(&one.mark_price)), "{:?}", gone.liquidations);
    assert!(pool("long", 2.0, "", UP, UP).liquidations.is_empty());
}

/// One at its own highs alone does not bring the pool down: 160 % of a half are not the whole.
#[test]
fn a_pool_stands_while_the_whole_of_it_does() {
    let stays = pool("short", 1.0, "", UP, QUIET);
    assert!(stays.liquidations.is_empty(), "{:?}", stays.liquidations);
}

#[test]
fn a_stop_in_a_pool_of_shorts_is_reached_by_the_high() {
    let stopped = pool("short", 1.0, "stop = { from_entry = 0.1 }", UP, QUIET);
    let fills: Vec<_> = stopped.fills.iter().filter(|fill| fill.reason.name() == "stop").collect();
    assert_eq!((fills.len(), fills[0].instrument.0, stopped.liquidations.len()), (1, 0, 0));
    near(fills[0].price, 110.0);
    assert!(pool("short", 1.0, "stop = { from_entry = 0.1 }", DOWN, DOWN).fills.iter().all(|fill| fill.reason.name() != "stop"));
}

/// A long by limits 2 % below the last close, at two times its margin; the coin settles this rate every eight hours of a day.
fn by_limit(rate: f64, bars: &[[f64; 4]], rest: &str) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"3650d\", band = 0.01 }}\norders = {{ kind = \"limit\", offset = 0.02 }}\n[buckets.perps]\nweight = 0.5\n\
         hold = {{ perp = {{ assets = [\"AAA\"] }} }}\nleverage = {{ open = 2.0 }}\n{rest}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    );
    Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, bars, 1e9).funding(rate).run(&rules, 10_000.0).1
}

/// What was settled on one day, by quantity.
fn settled(run: &Run, date: &str) -> Vec<f64> {
    run.funding.iter().filter(|row| row.time.date() == date).map(|row| row.quantity).collect()
}

/// Filled at 98 inside the second day: what it would receive at 08:00 and 16:00 it does not, what it would pay it pays.
#[test]
fn what_is_entered_inside_a_bar_pays_and_never_receives() {
    let bars = [QUIET, [100.0, 100.0, 97.0, 100.0], QUIET, QUIET];
    let received = by_limit(-0.001, &bars, "review = \"3650d\"");
    assert_eq!(received.fills[0].time, time("2024-01-02"));
    assert_eq!((settled(&received, "2024-01-02").len(), settled(&received, "2024-01-03").len()), (0, 3));
    let paid = by_limit(0.001, &bars, "review = \"3650d\"");
    let quantity = paid.fills[0].quantity;
    assert_eq!((settled(&paid, "2024-01-02"), settled(&paid, "2024-01-03").len()), (vec![quantity; 2], 3));
}

/// Half as much again rises in value, so that a review adds to the position by a limit inside the fourth day: it receives on what it held before.
#[test]
fn what_is_added_inside_a_bar_receives_nothing_on_the_part_added() {
    let bars = [QUIET, [100.0, 100.0, 97.0, 100.0], [100.0, 150.0, 100.0, 150.0], [150.0, 150.0, 140.0, 150.0], [150.0; 4]];
    let added_on = |rate: f64| {
        let run = by_limit(rate, &bars, "review = \"1d\"");
        let fills: Vec<_> = run.fills.iter().filter(|fill| fill.reason.name() != "end_of_data").collect();
        assert_eq!((fills.len(), fills[1].reason.name(), fills[1].time), (2, "rebalance", time("2024-01-04")), "{fills:?}");
        let (first, more) = (fills[0].quantity, fills[1].quantity);
        (first, first + more, settled(&run, "2024-01-04"))
    };
    let (before, _, quantities) = added_on(-0.001);
    assert_eq!(quantities.len(), 3);
    for quantity in &quantities {
        near(*quantity, before);
    }
    let (before, after, quantities) = added_on(0.001);
    near(quantities[0], before);
    quantities[1..].iter().for_each(|quantity| near(*quantity, after));
}

/// A short of 10,000 on 5,000 of margin is to pay 9,999 at the second settlement of its day: it pays the 5,000 it has, and is gone; a pool, which is
/// looked at when the bar closes, has nothing to pay the third with.
#[test]
fn a_settlement_takes_no_more_than_there_is() {
    for (margin, settlements) in [("", 1), ("margin = \"cross\"\n", 3)] {
        let rules = format!(
            "rebalance = {{ every = \"3650d\", band = 0.9 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n{margin}\
             direction = \"short\"\nleverage = {{ open = 2.0 }}\nreview = \"3650d\"\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
        );
        let (_, run) = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &[QUIET; 4], 1e9).funding(-0.9999).run(&rules, 10_000.0);
        let paid: Vec<Usd> = run.funding.iter().map(|row| row.payment).collect();
        assert_eq!((paid.len(), run.liquidations.len()), (settlements, 1), "{margin}{paid:?}");
        assert!(paid[1..].iter().all(|amount| *amount == Usd::ZERO), "{paid:?}");
        // A hair of the cash was kept back for rounding.
        assert!((run.final_equity() - Usd::round(5_000.0)).abs() < Usd::round(0.000_1), "{margin}{}", run.final_equity());
        near(run.funding[0].payment.to_f64(), -5_000.0);
        let cut = run.decisions.iter().find(|row| row.rule() == PlainRule::Funding.into()).expect("it is on record");
        near(cut.observed.expect("what was due"), 9_999.0);
        near(cut.threshold.expect("what there was"), 5_000.0);
    }
}

/// At 80 the long has lost a third of its bucket, and a review gives 22.9 of its contracts up, by a limit inside the fourth day: these pay what that day
/// still settles against them and receive nothing of it.
#[test]
fn what_leaves_inside_a_bar_pays_and_never_receives() {
    let bars = [QUIET, [100.0, 100.0, 97.0, 100.0], [100.0, 100.0, 80.0, 80.0], [80.0, 85.0, 80.0, 80.0], [80.0; 4]];
    let day = |rate: f64| {
        let run = by_limit(rate, &bars, "review = \"1d\"");
        let reduced = run.fills.iter().find(|fill| fill.reason.name() == "rebalance" && fill.side == Side::Sell).expect("some leaves");
        assert_eq!((reduced.time, reduced.price), (time("2024-01-04"), 81.6), "{:?}", run.fills);
        let held = run.fills.iter().take_while(|fill| fill.side == Side::Buy).map(|fill| fill.quantity).sum::<f64>();
        (held, reduced.quantity, settled(&run, "2024-01-04").iter().sum::<f64>())
    };
    let (held, left, paid) = day(0.000_01);
    assert!(left > 20.0 && left < 25.0, "{left}");
    near(paid, 3.0 * held);
    let (held, left, received) = day(-0.000_01);
    near(received, 3.0 * held - 2.0 * left);
}

/// A short of 10,000 on 5,000 of margin pays 3,000 when it is opened and its last 2,000 at 08:00: there it is gone, before it owes a third time.
#[test]
fn what_a_settlement_breaks_is_gone_at_that_settlement() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.perps]\nweight = 0.5\nhold = { perp = { assets = [\"AAA\"] } }\n\
        direction = \"short\"\nleverage = { open = 2.0 }\nreview = \"3650d\"\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    let (_, run) = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &[QUIET; 4], 1e9).funding(-0.3).run(rules, 10_000.0);
    let paid: Vec<f64> = run.funding.iter().map(|row| row.payment.to_f64().round()).collect();
    assert_eq!((paid, run.liquidations.len()), (vec![-3_000.0, -2_000.0], 1));
}

/// Two shorts of 5,000 share 5,000 of margin, of which one pays 2,000 at each settlement: more than its own, and all that there is.
#[test]
fn a_pool_pays_for_each_of_its_positions() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.perps]\nweight = 0.5\nhold = { perp = { count = 2 } }\nmargin = \"cross\"\n\
        direction = \"short\"\nleverage = { open = 2.0 }\nreview = \"3650d\"\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    let market = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &[QUIET; 4], 1e9).bars("BBB", Kind::Perp, &[QUIET; 4], 1e9);
    let (_, run) = market.funding(-0.4).run(rules, 10_000.0);
    let paid: Vec<f64> = run.funding.iter().map(|row| row.payment.to_f64().round()).filter(|paid| *paid != 0.0).collect();
    assert_eq!((paid, run.liquidations.len()), (vec![-2_000.0, -2_000.0, -1_000.0], 2));
}

/// A long that is liquidated on its way down has held at the open; what the day settles after that goes against it too, and nothing goes to it.
#[test]
fn what_is_liquidated_inside_a_bar_pays_and_never_receives() {
    for (rate, times) in [(0.000_01, 3), (-0.000_01, 1)] {
        let run = by_limit(rate, &[QUIET, [100.0, 100.0, 97.0, 100.0], QUIET, DOWN, QUIET], "review = \"3650d\"");
        assert_eq!((run.liquidations.len(), settled(&run, "2024-01-04").len()), (1, times), "{rate}");
        for trade in &run.trades {
            assert_eq!(trade.pnl, trade.price_pnl + trade.funding - trade.fees - trade.slippage, "{trade:?}");
        }
    }
}

/// A limit of 98 rests through a day that does not come down to it, and the next opens at 95 and stays below 96: it is filled at its own price, which that day
/// never saw, and the three dollars a coin are slippage.
#[test]
fn a_limit_that_the_price_leapt_over_gives_away_the_gap() {
    let run = by_limit(0.0, &[QUIET, QUIET, [100.0, 101.0, 99.0, 100.0], [95.0, 96.0, 94.0, 95.0], [95.0; 4]], "review = \"30d\"");
    let fill = &run.fills[0];
    assert_eq!((fill.time, fill.side, fill.price), (time("2024-01-04"), Side::Buy, 98.0), "{:?}", run.fills);
    assert!(fill.quantity > 50.0, "{fill:?}");
    near(fill.slippage.to_f64(), (3.0 * fill.quantity * 1e6).round() / 1e6);
    near(run.final_equity().to_f64(), ((10_000.0 - 3.0 * fill.quantity) * 1e6).round() / 1e6);
}
