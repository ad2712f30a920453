//! Money between buckets, decided at a close and moved at the next open: top-ups, and buckets back to their weights.

use crate::replay::decider::Decider;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::reason::FlowReason;
use crate::replay::review::ROUNDING;
use crate::strategy::{Holding, Verdict};
use crate::units::{BucketId, Usd};

impl Decider<'_, '_> {
    /// The one way a ring-fenced bucket draws on another.
    pub fn plan_top_ups(&mut self) {
        let equity = self.equity.to_f64();
        let now = self.cx.market.clock.close(self.cx.t);
        for bucket in &self.cx.plan.buckets {
            let Some(rule) = bucket.top_up else { continue };
            let (b, full) = (bucket.id.index(), equity * self.buckets[bucket.id.index()].weight);
            let value = self.value_after_flows(bucket.id);
            let waited = now.seconds() - self.buckets[b].last_top_up.seconds() >= rule.every.seconds();
            if !waited || value >= full * rule.below {
                continue;
            }
            self.buckets[b].last_top_up = now;
            let free = rule.max - self.buckets[b].topped_up;
            let (lack, left) = (full - value, if free > ROUNDING { equity * free } else { 0.0 });
            if lack > left {
                self.record.run.decisions.push(Decision {
                    time: now,
                    bucket: Some(bucket.id),
                    subject: Subject::Bucket(bucket.id),
                    narrative: None,
                    verdict: if left > 0.0 { Verdict::Resized } else { Verdict::Refused },
                    observed: Some(self.buckets[b].topped_up + lack / equity),
                    threshold: Some(rule.max),
                    why: Why::TopUp,
                });
            }
            let amount = Usd::round(lack.min(left));
            if amount.is_positive() {
                self.orders.plan_flow(rule.from, bucket.id, amount, FlowReason::TopUp);
            }
        }
    }

    /// What a bucket will be worth when the flows under way are there, in USD.
    pub fn value_after_flows(&self, bucket: BucketId) -> f64 {
        self.books.bucket_value(bucket).to_f64() + self.orders.flowing(bucket)
    }

    /// The same of every bucket.
    pub fn values_after_flows(&self) -> Vec<f64> {
        (0..self.cx.plan.buckets.len()).map(|b| self.value_after_flows(BucketId::new(b))).collect()
    }

    /// Brings buckets back to their weights when one has drifted beyond the band. A perpetual bucket gives up free cash above its
    /// weight, a hedge also what it can realise, and neither is refilled here; the others share what is left in proportion. Returns what each moved bucket will be worth.
    pub fn plan_rebalance(&mut self) -> Vec<Option<Usd>> {
        let count = self.cx.plan.buckets.len();
        let values = self.values_after_flows();
        let equity: f64 = values.iter().sum();
        let perp = |b: usize| self.cx.plan.buckets[b].holding == Holding::Perp;
        let mut target = values.clone();
        for b in (0..count).filter(|&b| perp(b)) {
            let spare = self.books.cash(BucketId::new(b)) + self.realisable(&self.cx.plan.buckets[b]);
            let spare = (spare.to_f64() + self.orders.flowing(BucketId::new(b)).min(0.0)).max(0.0);
            target[b] = values[b] - (values[b] - equity * self.buckets[b].weight).clamp(0.0, spare);
        }
        let fenced: f64 = (0..count).filter(|&b| perp(b)).map(|b| target[b]).sum();
        let open_weight: f64 = (0..count).filter(|&b| !perp(b)).map(|b| self.buckets[b].weight).sum();
        for b in (0..count).filter(|&b| !perp(b)) {
            target[b] = (equity - fenced) * self.buckets[b].weight / open_weight;
        }
        let band = self.cx.plan.rebalance.band.max(ROUNDING);
        let drifted = (0..count).any(|b| target[b] > 0.0 && (values[b] / target[b] - 1.0).abs() > band);
        if !drifted {
            return vec![None; count];
        }
        self.plan_flows(&values, &target, FlowReason::Rebalance);
        target.into_iter().map(|value| Some(Usd::round(value))).collect()
    }
}
