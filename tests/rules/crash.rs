//! Stops in a crash, stops that see funding, and pools beyond bankruptcy. No costs: half of 10,000 goes behind perpetuals at 100.

use rotate::market::Market;
use rotate::replay::run::{Fill, PlainRule, Run};

use crate::small::{Small, near, usd};

const QUIET: [f64; 5] = [100.0, 100.0, 100.0, 100.0, 1e6];

fn rules(coins: &str, rest: &str) -> String {
    format!(
        "rebalance = {{ every = \"365d\", band = 0.9 }}\n[buckets.cash]\nweight = 0.5\nhold = \"cash\"\n\
         [buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [{coins}] }} }}\nreview = \"365d\"\ncooldown = \"365d\"\n{rest}\n"
    )
}

/// One coin entered at the open of the second bar.
fn one(hours: i64, bars: &[[f64; 5]], rate: f64, rest: &str) -> (Market, Run) {
    Small::new("2024-01-01", hours).perp("AAA", bars).funding(rate).run(&rules("\"AAA\"", rest), 10_000.0)
}

/// When a fill was, in bars, and for which reason.
fn told(run: &Run, fill: &Fill) -> (usize, String) {
    (run.clock.bar_of(fill.time).expect("inside the clock"), fill.reason.name().to_owned())
}

fn last(run: &Run) -> &Fill {
    run.fills.last().expect("it entered")
}

const HELD: &str = "leverage = { open = 1.0 }\nstop = { from_entry = 0.2 }";

#[test]
fn a_stop_in_a_crash_is_run_over() {
    for (bar, price, why) in [
        ([100.0, 101.0, 40.0, 50.0, 1e6], 70.0, "a quarter of the way from 80 to 40"),
        ([60.0, 65.0, 40.0, 50.0, 1e6], 55.0, "through a gap: from the open"),
        ([100.0, 101.0, 80.0, 90.0, 1e6], 80.0, "a touch"),
    ] {
        let (_, run) = one(24, &[QUIET, QUIET, bar, QUIET], 0.0, HELD);
        assert_eq!(told(&run, last(&run)), (2, "stop".to_owned()), "{why}");
        near(last(&run).price, price);
    }
}

#[test]
fn a_stop_after_a_silence_does_not_wait_for_what_nobody_traded() {
    let crash = [40.0, 90.0, 40.0, 85.0, 1e6];
    let later = [85.0, 85.0, 85.0, 85.0, 1e6];
    for silent in [[f64::NAN; 5], [100.0, 100.0, 100.0, 100.0, 0.0]] {
        let (_, run) = one(24, &[QUIET, QUIET, silent, crash, later], 0.0, HELD);
        assert_eq!(told(&run, last(&run)), (3, "stop".to_owned()), "{:#?}", run.decisions);
        near(last(&run).price, 40.0);
    }
}

/// 5,000 behind 10,000: a rate of 5.1 % takes 510, and five of them more than the half that may be lost.
#[test]
fn a_loss_of_margin_counts_what_funding_has_taken() {
    let half = |by: &str| format!("leverage = {{ open = 2.0 }}\nstop = {{ loss_of_margin = 0.5{by} }}");
    let (_, run) = one(8, &[QUIET; 15], 0.051, &half(""));
    // Paid at the opens of bars 1 to 5; the fifth moves the trigger beyond the open it meets.
    assert_eq!(told(&run, last(&run)), (5, "stop".to_owned()));
    near(last(&run).price, 100.0);
    assert!((run.final_equity() - usd(10_000.0 - 5.0 * 510.0)).to_f64().abs() < 1e-3, "{}", run.final_equity());
    assert!(run.liquidations.is_empty());
    // By price alone it stands at 75, which never comes.
    let (_, run) = one(8, &[QUIET; 15], 0.051, &half(", by = \"price\""));
    assert_eq!(last(&run).reason.name(), "liquidation");
    assert!((run.final_equity() - usd(5_000.0)).to_f64().abs() < 1e-3, "{}", run.final_equity());
}

#[test]
fn a_settlement_inside_a_bar_sends_the_stop_to_the_next_open() {
    let (_, run) = one(24, &[QUIET; 8], 0.051, "leverage = { open = 2.0 }\nstop = { loss_of_margin = 0.5 }");
    // Three a day from the first day on: the fifth falls into the second. What is still held at the next midnight pays twice more.
    assert_eq!(told(&run, last(&run)), (3, "stop".to_owned()));
    assert_eq!(run.funding.len(), 7);
    assert!(
        run.decisions.iter().any(|row| row.rule() == PlainRule::Stop.into() && run.clock.bar_of(row.time) == Some(2)),
        "{:#?}",
        run.decisions
    );
}

#[test]
fn funding_received_lets_a_stop_stand_further_away() {
    // A short is paid 510 twice before the third bar: 2,500 and 1,020 may be lost, 35.2 a coin.
    let bars = |high: f64| [QUIET, QUIET, QUIET, [100.0, high, 100.0, 100.0, 1e6], QUIET];
    let rest = "direction = \"short\"\nleverage = { open = 2.0 }\nstop = { loss_of_margin = 0.5 }";
    let (_, run) = one(8, &bars(135.0), 0.051, rest);
    assert_eq!(last(&run).reason.name(), "end_of_data");
    let (_, run) = one(8, &bars(136.0), 0.051, rest);
    assert_eq!(told(&run, last(&run)), (3, "stop".to_owned()));
    assert!((last(&run).price - (135.2 + 0.25 * 0.8)).abs() < 1e-6, "{}", last(&run).price);
}

/// 5,000 behind a hundred coins each at 4x. One opens at 20: 8,000 are gone, 3,000 more than there was.
#[test]
fn nobody_gains_from_the_end_of_a_pool() {
    let gone = [20.0, 20.0, 20.0, 20.0, 1e6];
    let market = Small::new("2024-01-01", 24).perp("AAA", &[QUIET, QUIET, gone, gone]).perp("BBB", &[QUIET; 4]);
    let rest = "leverage = { open = 4.0 }\nmargin = \"cross\"";
    let (market, run) = market.run(&rules("\"AAA\", \"BBB\"", rest), 10_000.0);
    let left: Vec<_> = run.fills.iter().filter(|fill| fill.reason.name() == "liquidation").collect();
    assert_eq!(left.len(), 2, "{:#?}", run.fills);
    for fill in left {
        let coin = &market.instrument(fill.instrument).symbol;
        let price = if coin == "AAAUSDT" { 50.0 } else { 100.0 };
        assert!((fill.price - price).abs() < 1e-3, "{coin} left at {}", fill.price);
    }
    for record in &run.liquidations {
        let lost = if market.instrument(record.instrument).symbol == "AAAUSDT" { 5_000.0 } else { 0.0 };
        assert!((record.margin_lost.to_f64() - lost).abs() < 1e-2, "{record:?}");
    }
    assert!(run.trades.iter().all(|trade| trade.pnl.to_f64() < 1e-3), "{:#?}", run.trades);
    assert_eq!(run.bucket_values.last(), Some(&usd(0.0)));
}
