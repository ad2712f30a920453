//! Latency, by hand: what is decided at a close meets an open so many bars later, in the size of its decision; what rests at the venue is on time.

use rotate::market::Kind;
use rotate::replay::run::Run;

use crate::small::{Small, near, rows, time};

/// Half of half of 10,000 in the coin, looked at each day.
const COIN: &str = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
    weigh = { fixed = { AAA = 0.5 } }\nreview = \"1d\"\nSTOP\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";

fn late(bars: u32, rules: &str, kind: Kind, prices: &[[f64; 4]]) -> Run {
    let venue = format!("assumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0, latency_bars = {bars} }}\n");
    Small::new("2024-01-01", 24).bars("AAA", kind, prices, 1e9).ruled(&(venue + rules), 10_000.0).1
}

/// Each bar from the close before it to its own.
fn closes<const N: usize>(closes: [f64; N]) -> [[f64; 4]; N] {
    let mut before = closes[0];
    closes.map(|close| {
        let open = std::mem::replace(&mut before, close);
        [open, open.max(close), open.min(close), close]
    })
}

/// When, bought (negative: sold), at which price.
fn fills(run: &Run) -> Vec<(&'static str, f64, f64)> {
    let days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08"];
    let day = |at| *days.iter().rev().find(|day| time(day) <= at).expect("a day");
    run.fills.iter().map(|fill| (day(fill.time), fill.side.sign() * fill.quantity, fill.price)).collect()
}

#[test]
fn an_order_meets_a_later_open_in_the_size_of_its_decision() {
    let prices = closes([100.0, 110.0, 120.0, 130.0, 130.0, 130.0]);
    let rules = COIN.replace("STOP", "");
    for (bars, day, price) in [(0, "2024-01-02", 100.0), (1, "2024-01-03", 110.0), (3, "2024-01-05", 130.0)] {
        let found = fills(&late(bars, &rules, Kind::Spot, &prices));
        // Reviewed each day while the order is on its way: it is sent once, for 2,500 at the 100 of its decision, and the end sells it.
        assert_eq!(found.len(), 2, "{bars}: {found:?}");
        assert_eq!((found[0].0, found[0].2), (day, price));
        assert!((found[0].1 - 25.0).abs() < 0.01 && (found[0].1 + found[1].1).abs() < 1e-9, "{bars}: {found:?}");
    }
}

#[test]
fn a_stop_rests_at_the_venue_and_is_not_late() {
    let mut prices = closes([100.0, 100.0, 100.0, 100.0, 80.0, 80.0, 80.0]);
    prices[3][2] = 89.0;
    let rules = COIN.replace("STOP", "stop = { from_entry = 0.1 }\ncooldown = \"30d\"");
    for bars in [0, 1] {
        let found = fills(&late(bars, &rules, Kind::Spot, &prices));
        assert_eq!(
            found.iter().map(|fill| fill.0).collect::<Vec<_>>(),
            [["2024-01-02", "2024-01-03"][bars as usize], "2024-01-04"],
            "{found:?}"
        );
        // A quarter of the way from 90 to the low of 89 beyond its trigger.
        near(found[1].2, 89.75);
    }
}

/// A rule sees at the close of the fourth day that the coin is too low: on time it sells at the fifth's open, late at the sixth's.
#[test]
fn an_exit_by_rule_is_late_and_is_sent_once() {
    let rules = COIN.replace("STOP", "score = { momentum = \"1d\" }\nexit_score = { below = -0.05 }\ncooldown = \"30d\"");
    let prices = closes([100.0, 100.0, 100.0, 90.0, 80.0, 70.0, 70.0, 70.0]);
    for (bars, day, price) in [(0, "2024-01-05", 90.0), (1, "2024-01-06", 80.0)] {
        let run = late(bars, &rules, Kind::Spot, &prices);
        let sold: Vec<_> = fills(&run).into_iter().filter(|fill| fill.1 < 0.0).collect();
        assert_eq!(sold.iter().map(|fill| (fill.0, fill.2)).collect::<Vec<_>>(), [(day, price)]);
        assert_eq!(rows(&run, "score_lost").len(), 1);
    }
}

/// 1,000 of 10,000 become 2,000 of 11,000, of which 1,100 are due: 900 flow, once, though the buckets are weighed each day.
#[test]
fn a_flow_is_late_and_goes_once() {
    let tenth = "rebalance = { every = \"1d\", band = 0.2 }\n[buckets.coins]\nweight = 0.1\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3650d\"\n\
        [buckets.stable]\nweight = 0.9\nhold = \"cash\"\n";
    for (bars, day) in [(0, "2024-01-04"), (1, "2024-01-05"), (2, "2024-01-06")] {
        let run = late(bars, tenth, Kind::Spot, &closes([100.0, 100.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0]));
        // Late, the coins are bought at 100 too but for the last, at 200, when there is nothing to give back.
        let flows: Vec<_> = run.flows.iter().map(|flow| (flow.time, flow.from.index(), flow.amount.to_f64())).collect();
        if bars == 2 {
            assert_eq!(flows, []);
            continue;
        }
        assert_eq!(flows.len(), 1, "{bars}: {flows:?}");
        assert_eq!((flows[0].0, flows[0].1), (time(day), 0));
        assert!((flows[0].2 - 900.0).abs() < 0.01, "{bars}: {flows:?}");
    }
}
