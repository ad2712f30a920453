//! The ring-fence, the liquidation rule both ways, and what no record may ever say.

use proptest::prelude::*;

use rotate::exchange::margin::DEFAULT_BRACKETS;
use rotate::market::{Kind, Market};
use rotate::replay::run::{PlainRule, Reason, Run, Side};
use rotate::strategy::{Hold, Margin, Strategy as Rules};
use rotate::units::{Bracket, Direction, InstrumentId, Time, Usd};

use crate::outside::{Shadow, follow};
use crate::random_market::markets;
use crate::random_strategy::{StrategySpec, punctual, strategies};
use crate::{capital, cases, replay};

/// Maintenance margin and closing fee at a mark, told anew: the first bracket that reaches the notional.
fn required(market: &Market, id: InstrumentId, at: Time, notional: f64) -> f64 {
    let brackets: &[Bracket] = market.tiers_at(id, at).unwrap_or(&DEFAULT_BRACKETS);
    let bracket = brackets.iter().find(|bracket| notional <= bracket.cap).unwrap_or(&brackets[brackets.len() - 1]);
    notional * (bracket.rate + market.costs.perp_taker) - bracket.amount
}

/// Balance less what is required, as a share of notional: negative is liquidated.
fn room(market: &Market, id: InstrumentId, at: Time, shadow: &Shadow, mark: f64) -> f64 {
    let notional = shadow.quantity.abs() * mark;
    (shadow.balance(mark) - required(market, id, at, notional)) / notional
}

/// Rounding to the microdollar, of margins as small as these positions have; below, a position is dust and says nothing.
const HAIR: f64 = 1e-6;
const DUST: f64 = 10.0;

fn rungs(strategy: &Rules) -> Vec<f64> {
    strategy.buckets.values().map(|bucket| bucket.leverage.map_or(1.0, |leverage| leverage.open)).collect()
}

/// The worst mark of a bar for a position.
fn worst(market: &Market, id: InstrumentId, t: usize, shadow: &Shadow) -> f64 {
    let cell = market.panel.at(id, t);
    if shadow.quantity > 0.0 { market.panel.mark_low[cell] } else { market.panel.mark_high[cell] }
}

fn perp_buckets(strategy: &Rules) -> Vec<usize> {
    let perp = |hold: &Hold| matches!(hold, Hold::Perp(_));
    strategy.buckets.values().enumerate().filter(|(_, bucket)| perp(&bucket.hold)).map(|(b, _)| b).collect()
}

fn flows_into(run: &Run, bucket: usize) -> Usd {
    run.flows.iter().filter(|flow| flow.to.index() == bucket).map(|flow| flow.amount).sum()
}

fn flows_out_of(run: &Run, bucket: usize) -> Usd {
    run.flows.iter().filter(|flow| flow.from.index() == bucket).map(|flow| flow.amount).sum()
}

/// Strategies that start on the fence: leverage and funding that hurt.
fn reckless(any: impl Strategy<Value = StrategySpec>) -> impl Strategy<Value = StrategySpec> {
    any.prop_map(|mut strategy| {
        for bucket in &mut strategy.buckets {
            bucket.perp = true;
            bucket.open = bucket.open.max(8.0);
            bucket.enter = None;
        }
        strategy
    })
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_ring_fenced_bucket_loses_what_was_put_in_and_no_more(market in markets(), strategy in prop_oneof![strategies(), reckless(strategies())]) {
        let strategy = strategy.rules();
        let run = replay(&market.market(), &strategy);
        let count = run.buckets.len();
        for b in perp_buckets(&strategy) {
            for (t, row) in run.bucket_values.chunks(count).enumerate() {
                prop_assert!(!row[b].is_negative(), "bucket {} is worth {} at bar {}", run.buckets[b], row[b], t);
            }
            let put_in = capital().share(strategy.buckets[b].weight) + flows_into(&run, b) - flows_out_of(&run, b);
            let interest: Usd = run.yields.iter().filter(|earned| earned.bucket.index() == b).map(|earned| earned.amount).sum();
            let traded: Usd = run.trades.iter().filter(|trade| trade.bucket.index() == b).map(|trade| trade.pnl).sum();
            let earned = traded + interest;
            prop_assert!(!(put_in + earned).is_negative(), "bucket {} lost {} of {}", run.buckets[b], earned, put_in);
        }
        // Outside a pool each position alone: what it lost beyond the fees of opening was put into it.
        for trade in run.trades.iter().filter(|trade| strategy.buckets[trade.bucket.index()].margin == Margin::Isolated) {
            let opens = if trade.direction == Direction::Long { Side::Buy } else { Side::Sell };
            let opening = run.fills.iter().filter(|fill| {
                (fill.instrument, fill.bucket, fill.side) == (trade.instrument, trade.bucket, opens)
                    && (trade.opened..=trade.closed).contains(&fill.time)
            });
            let fees: Usd = opening.map(|fill| fill.fee).sum();
            if let Some(ratio) = trade.return_on_margin.filter(|_| trade.pnl != Usd::ZERO) {
                let committed = trade.pnl.to_f64() / ratio;
                let lost = -(trade.pnl + fees).to_f64();
                prop_assert!(lost <= committed + 1e-4, "{:?} lost {} of {}", trade, lost, committed);
            }
        }
        for record in &run.liquidations {
            prop_assert!(!record.margin_lost.is_negative(), "{:?}", record);
        }
    }

    /// Told from fills, settlements and marks alone: who is liquidated could not have stayed, and who stays could.
    #[test]
    fn liquidation_takes_exactly_those_who_cannot_stay(market in markets(), strategy in prop_oneof![punctual(), reckless(punctual())]) {
        let (market, strategy) = (market.market(), strategy.told_from_outside().rules());
        let run = replay(&market, &strategy);
        let bars = follow(&market, &run, &rungs(&strategy));
        let dust = |shadow: &Shadow| (shadow.quantity * shadow.entry).abs() < DUST || !shadow.told;
        let mut liquidations = run.liquidations.iter();
        for (t, bar) in bars.iter().enumerate() {
            let (open, close) = (market.clock.open(t), market.clock.close(t));
            for (bucket, id, shadow, _) in bar.left.iter().filter(|(.., reason)| *reason == Reason::Liquidation) {
                let record = liquidations.next().expect("a record for every liquidation");
                prop_assert_eq!((record.bucket, record.instrument, record.time), (*bucket, *id, open));
                if dust(shadow) {
                    continue;
                }
                // Hundreds of settlements are rounded to the microdollar each, and an order is cut to its cash in a few steps.
                prop_assert!((record.margin_lost.to_f64() - shadow.wallet.max(0.0)).abs() < 0.01, "{:?} with {:?}", record, shadow);
                let room = room(&market, *id, open, shadow, record.mark_price);
                prop_assert!(room < HAIR, "bar {}: {:?} had room {} at its mark; {:?}", t, record, room, shadow);
                // The mark was there: between the open and the worst of the bar, or that of a settlement.
                let (worst, first) = (worst(&market, *id, t, shadow), market.panel.mark_open[market.panel.at(*id, t)]);
                let ran = (worst.min(first)..=worst.max(first)).contains(&record.mark_price);
                let closed = market.panel.mark_close[market.panel.at(*id, t)] == record.mark_price;
                let settled = market.funding.in_bar(t).any(|(settled, at)| settled == *id && at.mark == record.mark_price);
                // Or a stop was reached by the last price, whose costs carried it there: on the losing side of the open.
                let last = market.panel.open[market.panel.at(*id, t)];
                let guarded = strategy.buckets[bucket.index()].stop.is_some();
                let stopped = guarded && (last - record.mark_price) * shadow.quantity.signum() > -HAIR * last;
                prop_assert!(ran || settled || closed || stopped, "bar {}: mark {} not in {}..{}", t, record.mark_price, worst, first);
            }
            for ((bucket, id), shadow) in bar.closing.iter().filter(|(_, shadow)| !dust(shadow)) {
                let mark = worst(&market, *id, t, shadow);
                if mark.is_nan() {
                    continue;
                }
                let last = market.panel.mark_close[market.panel.at(*id, t)];
                let left = room(&market, *id, open, shadow, last);
                prop_assert!(left > -HAIR, "bar {}: {:?} closed with room {} at {}", t, shadow, left, last);
                // Later settlements of the bar come after the leg that hurts: the wallet of that leg is the one after the open.
                let at_leg = bar.opened.get(&(*bucket, *id)).map_or(*shadow, |opened| Shadow { wallet: opened.wallet.max(shadow.wallet), ..*shadow });
                let room = room(&market, *id, open, &at_leg, mark);
                prop_assert!(room > -HAIR, "bar {}: {:?} stayed with room {} at {}", t, shadow, room, mark);
            }
            for ((bucket, id), shadow) in bar.before.iter().filter(|(_, shadow)| !dust(shadow)) {
                let mark = market.panel.mark_open[market.panel.at(*id, t)];
                if mark.is_nan() || room(&market, *id, open, shadow, mark) > -HAIR {
                    continue;
                }
                let gone = bar.left.iter().any(|(b, i, _, reason)| (b, i) == (bucket, id) && *reason == Reason::Liquidation || matches!(reason, Reason::Delisted | Reason::Settled));
                prop_assert!(gone, "{} until {}: {:?} should not have lived past the open", open, close, shadow);
            }
        }
        prop_assert!(liquidations.next().is_none());
    }

    #[test]
    fn no_record_says_what_cannot_be(market in markets(), strategy in prop_oneof![strategies(), reckless(strategies())]) {
        let (market, rules) = (market.market(), strategy.rules());
        let run = replay(&market, &rules);
        let text = format!("{run:?}");
        prop_assert!(!text.contains("NaN") && !text.contains("inf,") && !text.contains("inf)") && !text.contains("inf]"));
        for fill in &run.fills {
            prop_assert!(fill.quantity > 0.0 && !fill.fee.is_negative() && !fill.notional.is_negative(), "{:?}", fill);
            let t = market.clock.bar_of(fill.time).expect("inside the clock");
            prop_assert_eq!(market.clock.open(t), fill.time);
            let settled = || market.funding.in_bar(t).any(|(id, _)| id == fill.instrument);
            let trades = market.panel.trades(fill.instrument, t);
            match fill.reason {
                // These are made by silence.
                Reason::Delisted | Reason::Settled => prop_assert!(!trades),
                // One coin does not trade, and the other does.
                Reason::Conversion => prop_assert_eq!(trades, fill.side == Side::Buy),
                // At its open, at the price of the day before.
                Reason::EndOfData | Reason::Staking => {}
                // In a bar that is missing only a settlement can break a margin, or those that share a pool and trade.
                Reason::Liquidation => {
                    let pool = rules.buckets[fill.bucket.index()].margin == Margin::Cross;
                    prop_assert!(trades || settled() || pool);
                }
                _ => prop_assert!(trades, "{:?} without a price", fill),
            }
            if market.instrument(fill.instrument).kind == Kind::Spot {
                prop_assert!(fill.reason != Reason::Liquidation);
            }
        }
        for trade in &run.trades {
            prop_assert!(trade.quantity > 0.0 && trade.entry_price > 0.0, "{:?}", trade);
        }
        for payment in &run.funding {
            let due = Usd::round(-payment.quantity * payment.mark_price * payment.rate);
            let cut = run.decisions.iter().any(|row| row.rule() == PlainRule::Funding.into() && row.observed == Some(-due.to_f64()));
            prop_assert!(payment.payment == due || (cut && payment.payment > due), "{:?} of {}", payment, due);
            let settled = &market.funding.by_instrument[payment.instrument.index()];
            prop_assert!(settled.iter().any(|s| s.time == payment.time && s.rate == payment.rate));
        }
        for flow in &run.flows {
            prop_assert!(flow.amount.is_positive() && flow.from != flow.to);
        }
        let count = run.buckets.len();
        for (t, row) in run.bucket_values.chunks(count).enumerate() {
            prop_assert!(row.iter().all(|value| !value.is_negative()), "bar {}: {:?}", t, row);
        }
    }
}
