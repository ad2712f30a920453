//! Moment 4, between closing and opening: cash from bucket to bucket.

use crate::replay::desk::Desk;
use crate::replay::orders::{Order, PlannedFlow, WATERFALL, Want};
use crate::replay::run::Flow;
use crate::strategy::{Decision, Holding, Verdict};
use crate::units::{BucketId, InstrumentId, Usd};

impl Desk<'_> {
    /// Where profit to be passed on is no longer all there, every share of it shrinks alike; a bucket that holds something buys more of it with
    /// what really came, unless it sells the same thing at this open (`sold`).
    pub fn execute_flows(&mut self, sold: &[(BucketId, InstrumentId)], opening: &mut Vec<Order>) {
        let flows = std::mem::take(&mut self.flows);
        let waterfall = |flow: &&PlannedFlow| flow.reason == WATERFALL;
        let due: Usd = flows.iter().filter(waterfall).map(|flow| flow.amount).sum();
        let there = flows.iter().find(waterfall).map_or(Usd::ZERO, |flow| self.books.cash(flow.from));
        let share = if due > there { there.to_f64() / due.to_f64() } else { 1.0 };
        if share < 1.0 {
            self.story.decisions.push(Decision {
                time: self.now(),
                rule: WATERFALL.to_owned(),
                subject: "profit".to_owned(),
                verdict: Verdict::Resized,
                value: Some(due.to_f64()),
                limit: Some(there.to_f64()),
                detail: "the bucket's cash does not cover the profit to be passed on: all shares shrink alike".to_owned(),
            });
        }
        for flow in &flows {
            let passes = flow.reason == WATERFALL;
            let moved = self.books.flow(flow.from, flow.to, if passes && share < 1.0 { flow.amount.share(share) } else { flow.amount });
            if !moved.is_positive() {
                continue;
            }
            self.story.flows.push(Flow { time: self.now(), from: flow.from, to: flow.to, amount: moved, reason: flow.reason.to_owned() });
            if passes {
                self.buy_with(flow.to, moved, sold, opening);
            }
        }
    }

    fn buy_with(&mut self, to: BucketId, amount: Usd, sold: &[(BucketId, InstrumentId)], opening: &mut Vec<Order>) {
        let bucket = self.bucket(to);
        if bucket.holding != Holding::Spot {
            return;
        }
        for pick in self.wishes[to.index()].picks.clone() {
            if self.books.find(to, pick.instrument).is_some() && !sold.contains(&(to, pick.instrument)) {
                let before = self.t - 1;
                let quantity = self.quantity_for(bucket, &pick, amount.to_f64(), self.t);
                let kind = self.kind_at(bucket, pick.instrument, true, before);
                let want = Want::Add { quantity, leverage: pick.leverage };
                opening.push(self.order(to, (pick.instrument, pick.narrative), want, WATERFALL, kind));
            }
        }
    }
}
