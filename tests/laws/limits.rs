//! No order exceeds the limits of its bucket, no yield what was held, and profit is passed on when its trigger says.

use proptest::prelude::*;

use rotate::market::{Kind, Market};
use rotate::replay::run::{Fill, Run, STAKING, Verdict};
use rotate::strategy::{AfterLiquidation, Basis, Bucket, Hold, Limits, Margin, Strategy as Rules, Trigger};
use rotate::units::{Span, Usd};

use crate::random_market::markets;
use crate::random_strategy::strategies;
use crate::{cases, replay};

/// An entry as it was decided: bar of the close, leverage, all that was filled of it.
struct Entered<'a> {
    bucket: usize,
    first: &'a Fill,
    decided: usize,
    leverage: f64,
    quantity: f64,
}

/// Fills of entries by the decision that sent them. The record says `… of the bucket at 2.5x`.
fn entries<'a>(run: &'a Run, market: &Market) -> Vec<Entered<'a>> {
    let mut all: Vec<Entered> = Vec::new();
    for fill in run.fills.iter().filter(|fill| fill.reason == "enter") {
        let symbol = &market.instrument(fill.instrument).symbol;
        let name = &run.buckets[fill.bucket.index()];
        let (perp, kind) = (market.instrument(fill.instrument).kind == Kind::Perp, format!("bucket {name}"));
        let of_bucket = |detail: &str| detail.strip_prefix(&kind).is_some_and(|rest| rest.starts_with([',', ':']));
        let decision = run.decisions.iter().rev().find(|decision| {
            decision.rule == "enter"
                && decision.verdict == Verdict::Passed
                && decision.time <= fill.time
                && decision.subject == *symbol
                && of_bucket(&decision.detail)
        });
        let decision = decision.unwrap_or_else(|| panic!("nobody decided {fill:?}"));
        let leverage = decision.detail.rsplit_once("at ").and_then(|(_, rest)| rest.strip_suffix('x')?.parse().ok()).expect("a leverage");
        let decided = market.clock.bar_of(decision.time).map_or(market.clock.bars, |t| t) - 1;
        match all.iter_mut().find(|e| e.bucket == fill.bucket.index() && e.first.instrument == fill.instrument && e.decided == decided) {
            Some(entered) => entered.quantity += fill.quantity,
            None => all.push(Entered {
                bucket: fill.bucket.index(),
                first: fill,
                decided,
                leverage: if perp { leverage } else { 1.0 },
                quantity: fill.quantity,
            }),
        }
    }
    all
}

fn in_force(rules: &Rules, bucket: usize) -> Limits {
    rules.buckets[bucket].limits.over(&rules.limits)
}

/// Dollars traded in the 24 hours before the close of bar `t`, since the listing began.
fn traded(market: &Market, fill: &Fill, t: usize) -> f64 {
    let panel = &market.panel;
    let bars = Span::DAY.in_bars(market.clock.bar);
    let first = panel.segment(fill.instrument, t).expect("listed when it was decided").first;
    let cells = ((t + 1).saturating_sub(bars).max(first)..=t).map(|t| panel.at(fill.instrument, t));
    cells.filter(|&at| !panel.close[at].is_nan()).map(|at| panel.close[at] * panel.volume[at]).sum()
}

/// Rules of `decisions.csv` that speak of a bucket, a narrative or the whole strategy, not of a coin in a bucket.
const OF_NO_COIN: [&str; 6] = ["select", "futures", "hedge", "waterfall", "regime", "top_up"];

proptest! {
    #![proptest_config(cases(1000))]

    /// Several buckets may trade one coin: `explain` tells a position its own rows by the name that a row begins with.
    #[test]
    fn what_is_decided_about_a_coin_names_its_bucket_first(spec in markets(), strategy in strategies()) {
        let run = replay(&spec.market(), &strategy.rules());
        for row in run.decisions.iter().filter(|row| !OF_NO_COIN.contains(&row.rule.as_str())) {
            let named = run.buckets.iter().any(|bucket| {
                row.detail.strip_prefix(&format!("bucket {bucket}")).is_some_and(|rest| rest.starts_with([':', ',']))
            });
            prop_assert!(named, "{row:?}");
        }
    }

    #[test]
    fn entries_keep_the_limits_they_were_decided_under(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let run = replay(&market, &rules);
        for entered in entries(&run, &market) {
            let limits = in_force(&rules, entered.bucket);
            let t = entered.decided;
            let notional = entered.quantity * market.panel.value_at(entered.first.instrument, t);
            let equity = run.equity[t].to_f64();
            if let Some(position) = limits.position {
                let perp = market.instrument(entered.first.instrument).kind == Kind::Perp;
                let counts = match position.of {
                    Basis::Margin if perp => notional / entered.leverage,
                    Basis::Notional => notional,
                    // No stop is further away than nothing, and none nearer than the venue's smallest step is known here.
                    Basis::Margin | Basis::RiskToStop => 0.0,
                };
                prop_assert!(counts <= position.max * equity * (1.0 + 1e-9), "{} of {}: {:?}", counts, equity, entered.first);
            }
            if let Some(share) = limits.order_of_day_volume {
                let most = share * traded(&market, entered.first, t);
                prop_assert!(notional <= most * (1.0 + 1e-9), "{} of {}: {:?}", notional, most, entered.first);
            }
        }
        for row in run.decisions.iter().filter(|row| ["position", "order_of_day_volume"].contains(&row.rule.as_str())) {
            let limit = row.limit.expect("a limit");
            prop_assert!(row.value.is_none_or(|value| value > limit), "{:?}", row);
            prop_assert!(matches!(row.verdict, Verdict::Resized | Verdict::Refused));
        }
    }

    /// Only cash of perpetuals is swept, only to where it belongs, and only where they are beyond their limit.
    #[test]
    fn only_what_is_too_much_is_swept(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let run = replay(&market, &rules);
        let count = run.buckets.len();
        let swept: Vec<_> = run.flows.iter().filter(|flow| flow.reason == "sweep").collect();
        prop_assert!(swept.is_empty() || rules.limits.futures.is_some());
        for flow in &swept {
            let futures = rules.limits.futures.as_ref().expect("there is one");
            let perp = |b: usize| matches!(rules.buckets[b].hold, Hold::Perp(_));
            prop_assert!(perp(flow.from.index()) && run.buckets[flow.to.index()] == futures.sweep_to);
            // What is still under way is reckoned with too, and so is what a cash bucket was asked for and did not have: neither is in a table.
            let late = rules.assumptions.resolve().expect("sound").latency_bars > 0;
            let asks = |bucket: &Bucket| bucket.top_up.is_some() || matches!(bucket.after_liquidation, AfterLiquidation::Refill(_));
            if late || rules.buckets.values().any(asks) {
                continue;
            }
            let t = market.clock.bar_of(flow.time).expect("inside the clock") - 1;
            let row = &run.bucket_values[t * count..][..count];
            let coming: Usd = run.flows.iter().filter(|f| f.time == flow.time && perp(f.to.index())).map(|f| f.amount).sum();
            let worth = (0..count).filter(|&b| perp(b)).map(|b| row[b]).sum::<Usd>() + coming;
            prop_assert!(worth.to_f64() > futures.max * run.equity[t].to_f64(), "{} of {}: {:?}", worth, run.equity[t], flow);
        }
    }

    /// A reward is at most its rate of what was held at the midnight, interest at most its rate of what the bucket was worth.
    #[test]
    fn yields_are_parts_of_what_was_there(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let run = replay(&market, &rules);
        let count = run.buckets.len();
        for earned in &run.yields {
            let bucket = &rules.buckets[earned.bucket.index()];
            let t = market.clock.bar_of(earned.time).expect("inside the clock");
            prop_assert!(earned.time.seconds() % 86_400 == 0 && t > 0 && earned.amount.is_positive());
            prop_assert_eq!(earned.amount, Usd::round(earned.quantity * earned.price));
            let Some(asset) = earned.asset else {
                // What a pool has lost and not realised is still its cash.
                if bucket.margin == Margin::Cross {
                    continue;
                }
                let most = run.bucket_values[(t - 1) * count + earned.bucket.index()].to_f64() * bucket.interest.expect("a rate") / 365.0;
                prop_assert!(earned.amount.to_f64() <= most + 1e-6, "{:?} of at most {}", earned, most);
                continue;
            };
            let spot = market.asset(asset).spot.expect("a spot coin");
            let fills = || run.fills.iter().filter(|fill| fill.bucket == earned.bucket && fill.instrument == spot);
            let held: f64 = fills().filter(|fill| fill.time < earned.time).map(|fill| fill.side.sign() * fill.quantity).sum();
            let most = held * bucket.staking[&market.asset(asset).name] / 365.0;
            prop_assert!(earned.quantity <= most * (1.0 + 1e-6), "{:?} of at most {}", earned, most);
            prop_assert_eq!(earned.price, market.panel.value_at(spot, t - 1));
            let spent = |fill: &&Fill| fill.reason == STAKING && fill.time == earned.time && fill.quantity == earned.quantity;
            prop_assert_eq!(fills().filter(spent).count(), 1);
        }
        let rewards = run.yields.iter().filter(|earned| earned.asset.is_some()).count();
        prop_assert_eq!(run.fills.iter().filter(|fill| fill.reason == STAKING).count(), rewards);
    }

    /// Each bucket passes on no more than its trades ever made: by month and above the mark not more than the highest sum of what they made, and
    /// by trade not more than all winners.
    #[test]
    fn no_more_profit_is_passed_on_than_was_made(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let run = replay(&market, &rules);
        let Some(waterfall) = &rules.waterfall else { return Ok(()) };
        let shares: f64 = waterfall.to.values().sum();
        let month = |time: rotate::units::Time| time.date()[..7].to_owned();
        for (b, name) in run.buckets.iter().enumerate() {
            let passed = || run.flows.iter().filter(|flow| flow.reason == "waterfall" && flow.from.index() == b);
            if !waterfall.from.0.contains(name) {
                prop_assert_eq!(passed().count(), 0);
                continue;
            }
            if waterfall.trigger == Trigger::Month {
                let late = i64::from(rules.assumptions.latency_bars.unwrap_or(0)) * market.clock.bar.seconds();
                for flow in passed() {
                    let due = flow.time.plus(-late);
                    prop_assert!(month(due) != month(due.plus(-1)), "{:?}", flow);
                }
            }
            // What parts of positions made before the whole was closed is in no table; a bucket whose trades close at once shows all.
            let sold = |trade: &&rotate::replay::run::Trade| {
                let fills = run.fills.iter().filter(|fill| {
                    fill.instrument == trade.instrument && fill.bucket == trade.bucket && (trade.opened..=trade.closed).contains(&fill.time)
                });
                fills.filter(|fill| !["enter", "rebalance", "waterfall", STAKING].contains(&fill.reason.as_str())).count() > 1
            };
            let trades = || run.trades.iter().filter(|trade| trade.bucket.index() == b);
            let rebalanced = run.fills.iter().any(|fill| fill.bucket.index() == b && fill.reason == "rebalance");
            if rebalanced || trades().any(|trade| sold(&trade)) {
                continue;
            }
            let (mut sum, mut highest, mut won) = (Usd::ZERO, Usd::ZERO, Usd::ZERO);
            for trade in trades() {
                sum += trade.pnl;
                highest = highest.max(sum);
                won += trade.pnl.max(Usd::ZERO);
            }
            let most = match waterfall.trigger {
                Trigger::HighWaterMark => highest,
                Trigger::Trade | Trigger::Month => won,
            };
            let total: Usd = passed().map(|flow| flow.amount).sum();
            prop_assert!(total.to_f64() <= most.to_f64() * shares + 1e-5, "{} passed {} of {}", name, total, most);
        }
    }
}
