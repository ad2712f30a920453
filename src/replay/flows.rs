//! Moment 4, between closing and opening: cash from bucket to bucket.

use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::limits::Limits;
use crate::replay::orders::{Order, PlannedFlow, Want};
use crate::replay::reason::{FlowReason, Reason};
use crate::replay::run::Flow;
use crate::replay::simulation::Simulation;
use crate::signal::History;
use crate::strategy::{Holding, Verdict};
use crate::units::{BucketId, InstrumentId, Usd};

impl Simulation<'_> {
    /// Where profit to be passed on is no longer all there, every share of its bucket's shrinks alike; a bucket that holds something buys more of it with
    /// what really came, unless it sells the same thing at this open (`sold`).
    pub fn execute_flows(&mut self, sold: &[(BucketId, InstrumentId)], opening: &mut Vec<Order>) {
        let flows = self.orders.take_flows_for_open();
        let covered = self.account.covered_profit(&self.cx, &flows);
        for flow in &flows {
            let passes = flow.reason == FlowReason::Waterfall;
            let share = if passes { covered[flow.from.index()] } else { 1.0 };
            let moved =
                self.account.books.money().flow(flow.from, flow.to, if share < 1.0 { flow.amount.share(share) } else { flow.amount });
            if !moved.is_positive() {
                continue;
            }
            let share = moved.to_f64() / self.account.books.equity().to_f64();
            self.account.buckets[flow.from.index()].topped_up -= share;
            if flow.reason == FlowReason::TopUp {
                self.account.buckets[flow.to.index()].topped_up += share;
            }
            self.account.record.run.flows.push(Flow {
                time: self.cx.now(),
                from: flow.from,
                to: flow.to,
                amount: moved,
                reason: flow.reason,
            });
            if passes {
                self.buy_with(flow.to, moved, sold, opening);
            }
        }
    }

    fn buy_with(&mut self, to: BucketId, amount: Usd, sold: &[(BucketId, InstrumentId)], opening: &mut Vec<Order>) {
        let bucket = self.cx.bucket(to);
        if bucket.holding != Holding::Spot {
            return;
        }
        for pick in self.account.buckets[to.index()].wish.picks.clone() {
            if self.account.books.find(to, pick.instrument).is_some() && !sold.contains(&(to, pick.instrument)) {
                let before = self.cx.t - 1;
                let quantity = self.cx.quantity_for(bucket, &pick, amount.to_f64(), self.cx.t);
                let history = History::at_close(self.cx.market, before);
                let limits = Limits::of(&self.cx, self.account.books.equity(), &history, bucket, pick.clone());
                let coming = held_and_coming(self, to, pick.instrument, opening);
                let Some(quantity) = limits.within(&mut self.account.record, coming, quantity) else { continue };
                let kind = self.cx.kind_at(bucket, pick.instrument, true, before);
                let want = Want::Add { quantity, leverage: pick.leverage };
                opening.push(self.orders.make(to, (pick.instrument, pick.narrative), want, Reason::Waterfall, kind));
            }
        }
    }
}

impl Account {
    /// By bucket, what its cash covers of the profit it is to pass on; where that is not all, it is on record.
    fn covered_profit(&mut self, cx: &Context, flows: &[PlannedFlow]) -> Vec<f64> {
        let mut covered = vec![1.0; cx.plan.buckets.len()];
        for from in (0..covered.len()).map(BucketId::new) {
            let due: Usd =
                flows.iter().filter(|flow| flow.from == from && flow.reason == FlowReason::Waterfall).map(|flow| flow.amount).sum();
            let there = self.books.cash(from);
            if due <= there {
                continue;
            }
            covered[from.index()] = there.to_f64() / due.to_f64();
            self.record.run.decisions.push(Decision {
                time: cx.now(),
                bucket: Some(from),
                subject: Subject::Profit,
                narrative: None,
                verdict: Verdict::Resized,
                observed: Some(due.to_f64()),
                threshold: Some(there.to_f64()),
                why: Why::ProfitUncovered,
            });
        }
        covered
    }
}

/// What a bucket has of an instrument, and what orders for this open, or still on their way, add to it.
fn held_and_coming(simulation: &Simulation, bucket: BucketId, instrument: InstrumentId, opening: &[Order]) -> f64 {
    let held = simulation.account.books.find(bucket, instrument).map_or(0.0, |at| simulation.account.books.positions()[at].quantity.abs());
    let coming =
        opening.iter().chain(simulation.orders.iter()).filter(|order| (order.bucket, order.instrument) == (bucket, instrument)).map(
            |order| match order.want {
                Want::Add { quantity, .. } => quantity.abs(),
                _ => 0.0,
            },
        );
    held + coming.sum::<f64>()
}
