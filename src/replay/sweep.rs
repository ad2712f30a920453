//! The buckets of perpetuals together, held to their share of equity: what they have grown beyond it leaves them as cash.

use crate::replay::decider::Decider;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::quote::CENT;
use crate::replay::reason::FlowReason;
use crate::strategy::Verdict;
use crate::units::{BucketId, Usd};

impl Decider<'_, '_> {
    /// Takes the excess from the buckets' free cash, each in proportion to what it has; what is bound in positions stays, and is on record once
    /// until it is gone. What other flows of this close take or bring is reckoned with.
    pub fn plan_sweep(&mut self) {
        let Some(rule) = self.cx.plan.futures else { return };
        let equity = self.equity.to_f64();
        let mut worth = 0.0;
        let mut free: Vec<(BucketId, f64)> = Vec::new();
        for &bucket in &self.cx.roles.perp {
            let out: Usd = self.orders.flows().iter().filter(|flow| flow.from == bucket).map(|flow| flow.amount).sum();
            let into: Usd = self.orders.flows().iter().filter(|flow| flow.to == bucket).map(|flow| flow.amount).sum();
            worth += (self.books.bucket_value(bucket) - out + into).to_f64();
            free.push((bucket, (self.books.cash(bucket) - out).max(Usd::ZERO).to_f64()));
        }
        let excess = worth - rule.max * equity;
        if excess < CENT {
            self.record.bound_since = None;
            return;
        }
        let there: f64 = free.iter().map(|(_, cash)| cash).sum();
        let part = if there > 0.0 { (excess / there).min(1.0) } else { 0.0 };
        for (from, cash) in free {
            let amount = Usd::round(cash * part);
            if amount.to_f64() >= CENT {
                self.orders.plan_flow(from, rule.sweep_to, amount, FlowReason::Sweep);
            }
        }
        let bound = excess - there;
        if bound < CENT {
            self.record.bound_since = None;
        } else if self.record.bound_since.is_none() {
            let now = self.cx.market.clock.close(self.cx.t);
            self.record.bound_since = Some(now);
            self.record.run.decisions.push(Decision {
                time: now,
                bucket: None,
                subject: Subject::Perpetuals,
                narrative: None,
                verdict: Verdict::Resized,
                observed: Some(worth / equity),
                threshold: Some(rule.max),
                why: Why::Futures { excess, free: there },
            });
        }
    }

    /// What the sweep of this close takes from a bucket.
    pub fn swept_from(&self, bucket: BucketId) -> Usd {
        let now = self
            .orders
            .flows()
            .iter()
            .filter(|flow| flow.from == bucket && flow.reason == FlowReason::Sweep && flow.way == self.orders.way());
        now.map(|flow| flow.amount).sum()
    }
}
