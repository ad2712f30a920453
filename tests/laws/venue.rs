//! What no venue gives: more than the volume, a price outside the bar, a fill for less than its fee.

use std::collections::BTreeMap;

use proptest::prelude::*;

use rotate::exchange::assumptions::Assumptions;
use rotate::market::{Kind, Market};
use rotate::replay::run::{Fill, Run, Side};
use rotate::strategy::Strategy as Rules;

use crate::random_market::markets;
use crate::random_strategy::strategies;
use crate::{cases, replay};

/// Fills that no order of ours made.
const FORCED: &[&str] = &["liquidation", "delisted", "settled", "conversion", "end_of_data", "deleveraged", "staking"];

fn terms(strategy: &Rules) -> Assumptions {
    strategy.assumptions.resolve().expect("sound")
}

fn ordered(run: &Run) -> impl Iterator<Item = &Fill> {
    run.fills.iter().filter(|fill| !FORCED.contains(&fill.reason.name()))
}

/// Contracts of the bars of the 24 hours up to the last bar that traded before bar `t`, since the listing began, scaled up to a day.
fn day_before(market: &Market, fill: &Fill, t: usize) -> f64 {
    let panel = &market.panel;
    let segment = panel.segment(fill.instrument, t - 1).expect("listed before it was ordered");
    let per_day = (86_400 / market.clock.bar.seconds()) as usize;
    let traded = (segment.first..t).rev().find(|&t| panel.volume[panel.at(fill.instrument, t)] > 0.0);
    let t = traded.expect("it has traded") + 1;
    let from = t.saturating_sub(per_day).max(segment.first);
    let volumes = (from..t).map(|t| panel.volume[panel.at(fill.instrument, t)]).filter(|volume| !volume.is_nan());
    volumes.sum::<f64>() * per_day as f64 / (t - from) as f64
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn orders_take_no_more_than_their_share_of_the_volume(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let (run, terms) = (replay(&market, &rules), terms(&rules));
        let mut taken: BTreeMap<_, (f64, &Fill)> = BTreeMap::new();
        for fill in ordered(&run) {
            taken.entry((fill.time, fill.instrument)).or_insert((0.0, fill)).0 += fill.quantity;
        }
        for (quantity, fill) in taken.into_values() {
            let t = market.clock.bar_of(fill.time).expect("inside the clock");
            let bar = market.panel.volume[market.panel.at(fill.instrument, t)];
            let cap = (terms.bar_participation * bar).min(terms.day_participation * day_before(&market, fill, t));
            prop_assert!(quantity <= cap * (1.0 + 1e-9), "{} of at most {}: {:?}", quantity, cap, fill);
        }
    }

    #[test]
    fn every_fill_lies_within_its_bar(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let run = replay(&market, &rules);
        for fill in ordered(&run) {
            let cell = market.panel.at(fill.instrument, market.clock.bar_of(fill.time).expect("inside the clock"));
            let reference = fill.price - fill.side.sign() * fill.slippage.to_f64() / fill.quantity;
            let room = 2e-6 / fill.quantity + reference * 1e-9;
            let (low, high) = (market.panel.low[cell] - room, market.panel.high[cell] + room);
            // A ring-fenced perpetual leaves no deeper than its margin: the venue bears what lies beyond.
            let beyond = if fill.side == Side::Sell { reference > high } else { reference < low };
            let fenced = beyond && market.instrument(fill.instrument).kind == Kind::Perp && fill.reason.name() != "enter";
            prop_assert!(fenced || (low..=high).contains(&reference), "reference {} outside {}..{}: {:?}", reference, low, high, fill);
        }
    }

    /// A maker pays its fee and its own price; a taker the taker fee, and at least half the spread.
    #[test]
    fn a_fill_pays_what_the_venue_asks(spec in markets(), strategy in strategies()) {
        let (market, rules) = (spec.market(), strategy.rules());
        let (run, terms) = (replay(&market, &rules), terms(&rules));
        for fill in ordered(&run) {
            let instrument = market.instrument(fill.instrument);
            let costs = &market.costs;
            let (maker, taker) = match instrument.kind {
                Kind::Spot => (costs.spot_maker, costs.spot_taker),
                Kind::Perp => (costs.perp_maker, costs.perp_taker),
            };
            let [maker, taker] = [maker, taker].map(|rate| rate * terms.fee_multiplier * fill.notional.to_f64());
            let (fee, slippage) = (fill.fee.to_f64(), fill.slippage.to_f64());
            prop_assert!(slippage > -3e-6, "{:?}", fill);
            // What is left of a margin bounds the fee of leaving it.
            let closes = !matches!(fill.reason.name(), "enter" | "waterfall");
            let near = |due: f64| (fee - due).abs() < 3e-6 + due * 1e-9 || (closes && fee < due);
            prop_assert!(near(maker) || near(taker), "fee {} of {} or {}: {:?}", fee, maker, taker, fill);
        }
    }
}
