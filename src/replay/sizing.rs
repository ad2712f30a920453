//! How much of a pick is bought, and at what leverage: from what is known at the decision, never from the bar of the fill.

use crate::exchange::liquidation::{expected_move, size_for_distance};
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::limits::Limits;
use crate::replay::orders::Want;
use crate::replay::positions::PositionKey;
use crate::replay::reason::Reason;
use crate::replay::review::ROUNDING;
use crate::signal::History;
use crate::strategy::{Holding, LiquidationDistance, Pick, PlanBucket, Verdict};

impl Decider<'_, '_> {
    /// A row where an order is sent at less leverage than was asked for.
    pub fn log_distance(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, leverage: f64) {
        let Some(rule) = bucket.liquidation_distance.filter(|_| leverage < pick.leverage) else { return };
        let distance = self.cx.distance_asked(rule, pick);
        self.record.run.decisions.push(Decision {
            time: history.now(),
            bucket: Some(bucket.id),
            subject: Subject::Instrument(pick.instrument),
            narrative: None,
            verdict: Verdict::Resized,
            observed: Some(pick.leverage),
            threshold: Some(leverage),
            why: Why::LiquidationDistance { distance, moves: rule.moves, horizon: rule.horizon },
        });
    }

    /// Brings what is held to a pick's share where it has drifted beyond `band`, or its leverage has changed: more notional then stands on the same
    /// margin, or less.
    pub fn resize(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, worth: f64, quantity: f64, band: f64) {
        let drift_of = |target: f64| quantity.abs() / target - 1.0;
        let mut target = self.cx.target_quantity(bucket, pick, worth);
        let mut leverage = pick.leverage;
        if bucket.liquidation_distance.is_some() && target > 0.0 {
            leverage = self.cx.bearable_leverage(history, bucket, pick, worth);
            target = self.cx.target_quantity(bucket, &pick.at(leverage), worth);
        }
        let step = self.step_of_leverage(history, bucket, pick, (worth, leverage));
        let band = if step.is_some() { ROUNDING } else { band };
        let wanted = target;
        let limits = Limits::of(&self.cx, self.equity, history, bucket, pick.at(leverage));
        let target = limits.most_quantity().map_or(wanted, |most| wanted.min(most));
        let drift = drift_of(target);
        if drift.abs() <= band || target <= 0.0 {
            return;
        }
        let want = if drift > 0.0 {
            limits.record_size(self.record, wanted, target);
            Want::Reduce { quantity: quantity.abs() - target, leverage }
        } else if self.buckets[bucket.id.index()].stopped {
            return;
        } else {
            let held = quantity.abs();
            let Some(added) = limits.within(self.record, held, wanted - held) else { return };
            Want::Add { quantity: added * bucket.direction.sign(), leverage }
        };
        self.log_step(history, bucket, pick, step);
        self.log_distance(history, bucket, pick, leverage);
        self.send(bucket, (pick.instrument, pick.narrative), want, Reason::Rebalance);
    }

    /// What a held position was asked to stand at and what it is asked now, where the two differ once liquidation is kept away; 1 for spot, so never.
    fn step_of_leverage(&self, history: &History, bucket: &PlanBucket, pick: &Pick, (worth, now): (f64, f64)) -> Option<(f64, f64)> {
        let leverage_asked = self.books.state(self.books.find(bucket.id, pick.instrument)?).leverage_asked;
        let before =
            if leverage_asked == pick.leverage { now } else { self.cx.bearable_leverage(history, bucket, &pick.at(leverage_asked), worth) };
        (before != now).then_some((before, now))
    }

    /// An order follows the leverage: from here on that is what the position is asked to stand at.
    fn log_step(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, step: Option<(f64, f64)>) {
        self.asked.push((PositionKey { bucket: bucket.id, instrument: pick.instrument }, pick.leverage));
        let Some((before, now)) = step else { return };
        self.record.run.decisions.push(Decision {
            time: history.now(),
            bucket: Some(bucket.id),
            subject: Subject::Instrument(pick.instrument),
            narrative: None,
            verdict: Verdict::Resized,
            observed: Some(before),
            threshold: Some(now),
            why: Why::LeverageStep,
        });
    }
}

impl Context<'_> {
    /// Quantity (positive) that a pick's share of `worth` buys at the close of bar `t − 1`, leaving room for the cost of getting in at the open
    /// of bar `t`, as far as it can be known.
    pub fn quantity_for(&self, bucket: &PlanBucket, pick: &Pick, worth: f64, t: usize) -> f64 {
        let price = self.market.panel.value_at(pick.instrument, t - 1);
        let quote = self.quote(pick.instrument, t);
        let money = worth * pick.share;
        let fee = quote.taker.fee;
        let notional = match bucket.holding {
            Holding::Perp => money * pick.leverage / (1.0 + pick.leverage * (fee + quote.crossing(money * pick.leverage))),
            _ => money / ((1.0 + quote.crossing(money)) * (1.0 + fee)),
        };
        notional / price
    }

    /// [`Self::quantity_for`] an order that is decided now and meets the next open.
    pub fn target_quantity(&self, bucket: &PlanBucket, pick: &Pick, worth: f64) -> f64 {
        self.quantity_for(bucket, pick, worth, self.t + 1)
    }

    /// The leverage asked for, or what keeps liquidation beyond the move to be expected.
    pub fn bearable_leverage(&self, history: &History, bucket: &PlanBucket, pick: &Pick, worth: f64) -> f64 {
        let Some(rule) = bucket.liquidation_distance else { return pick.leverage };
        let margin = worth * pick.share;
        let distance = self.distance_asked(rule, pick);
        let brackets = self.market.tiers_at(pick.instrument, history.now()).unwrap_or(&DEFAULT_BRACKETS);
        let notional = size_for_distance(bucket.direction, margin, brackets, self.closing_fee(), distance);
        // A margin of nothing bears anything.
        let bearable = notional / margin;
        if bearable < pick.leverage { bearable } else { pick.leverage }
    }

    fn distance_asked(&self, rule: LiquidationDistance, pick: &Pick) -> f64 {
        let volatility = self.quote(pick.instrument, self.t + 1).impact.daily_volatility;
        rule.moves * expected_move(volatility, rule.horizon.days())
    }
}
