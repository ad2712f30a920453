//! A venue that closes what it liquidates, takes a fee of a thousandth and hands the rest back.

use rotate::market::Kind;
use rotate::replay::run::Run;
use rotate::units::Usd;

use crate::small::{Small, near, rows, usd};

const QUIET: [f64; 4] = [100.0; 4];
const FALL: [f64; 4] = [100.0, 100.0, 20.0, 20.0];

/// 5,000 of margin in one or two perpetuals at two times it, which fall to a fifth.
fn fallen(coins: &[&str], rest: &str) -> Run {
    let rules = format!(
        "rebalance = {{ every = \"3650d\", band = 0.9 }}\nassumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0, \
         liquidation = \"exchange-like\", liquidation_fee = 0.001 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ count = {} }} }}\n\
         leverage = {{ open = 2.0 }}\nreview = \"3650d\"\ncooldown = \"3650d\"\n{rest}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n",
        coins.len()
    );
    let market = Small::new("2024-01-01", 24);
    let market =
        coins.iter().fold(market, |market, coin| market.bars(coin, Kind::Perp, &[QUIET, QUIET, QUIET, FALL, [20.0; 4], [20.0; 4]], 1e9));
    market.ruled(&rules, 10_000.0).1
}

/// What was lost, and what it cost: a thousandth of what the venue closed at the marks.
fn lost_and_fees(run: &Run) -> (Usd, f64, f64) {
    let lost = run.liquidations.iter().map(|one| one.margin_lost).sum();
    let fees: Usd = run.liquidations.iter().map(|one| one.fee).sum();
    (lost, fees.to_f64(), run.liquidations.iter().map(|one| 0.001 * one.quantity * one.mark_price).sum())
}

#[test]
fn what_is_lost_is_the_margin_less_what_came_back() {
    for (coins, margin) in
        [(&["AAA"][..], ""), (&["AAA", "BBB"], ""), (&["AAA"], "margin = \"cross\""), (&["AAA", "BBB"], "margin = \"cross\"")]
    {
        let run = fallen(coins, margin);
        let (lost, fees, due) = lost_and_fees(&run);
        assert_eq!(run.liquidations.len(), coins.len(), "{margin}");
        assert!(lost < usd(4_999.0) && lost > usd(4_000.0), "{margin}: {lost}");
        assert_eq!(run.final_equity(), usd(10_000.0) - lost, "{margin}");
        for trade in &run.trades {
            assert_eq!(trade.pnl, trade.price_pnl + trade.funding - trade.fees - trade.slippage, "{margin}");
            assert_eq!(trade.exit_reason.name(), "liquidation");
        }
        assert!(due > 4.0 && (fees - due).abs() < 1e-5, "{margin}: {fees}, due {due}");
    }
}

/// What is asked of the stablecoins is what was lost, so that the bucket has its 5,000 again.
#[test]
fn a_refill_makes_good_what_was_lost_and_no_more() {
    for margin in ["", "margin = \"cross\"\n"] {
        let run = fallen(&["AAA"], &format!("{margin}after_liquidation = {{ refill = \"stable\" }}"));
        let (lost, ..) = lost_and_fees(&run);
        let flows: Vec<_> = run.flows.iter().map(|flow| (flow.amount, flow.reason.name())).collect();
        assert_eq!(flows, [(lost, "refill")], "{margin}");
        assert_eq!(run.bucket_values[run.bucket_values.len() - 2..], [usd(5_000.0), usd(5_000.0) - lost], "{margin}");
        near(rows(&run, "after_liquidation")[0].observed.expect("what was lost"), lost.to_f64());
    }
}

/// The one pays 3,000 for a fall to its stop at 40, of which 2,500 are its own margin; the other has won 10,000 and answers for the rest.
#[test]
fn in_a_pool_the_venue_bears_nothing_that_the_others_can() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\nassumptions = { impact = 0.0, bar_participation = 1.0, day_participation = 1.0, stop_slippage = 0.0, stop_overshoot = 0.0 }\n\
        [buckets.perps]\nweight = 0.5\nhold = { perp = { count = 2 } }\nmargin = \"cross\"\nleverage = { open = 2.0 }\nreview = \"3650d\"\n\
        cooldown = \"3650d\"\nstop = { from_entry = 0.6 }\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";
    let up = [100.0, 300.0, 100.0, 300.0];
    let market = Small::new("2024-01-01", 24).bars("AAA", Kind::Perp, &[QUIET, QUIET, QUIET, FALL, [20.0; 4]], 1e9);
    let market = market.bars("BBB", Kind::Perp, &[QUIET, QUIET, up, [300.0; 4], [300.0; 4]], 1e9);
    let (_, run) = market.ruled(rules, 10_000.0);
    assert!(run.liquidations.is_empty(), "{:?}", run.liquidations);
    let stopped = run.trades.iter().find(|trade| trade.exit_reason.name() == "stop").expect("it was stopped");
    assert!((stopped.pnl.to_f64() + 3_000.0).abs() < 0.01 && (stopped.exit_price - 40.0).abs() < 1e-9, "{stopped:?}");
    assert_eq!(run.attribution.by_source.liquidation, Usd::ZERO);
    assert!((run.final_equity().to_f64() - 17_000.0).abs() < 0.01, "{}", run.final_equity());
}
