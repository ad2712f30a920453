//! Money between buckets, decided at a close and moved at the next open: top-ups, and buckets back to their weights.

use crate::replay::desk::Desk;
use crate::replay::orders::TOP_UP;
use crate::replay::review::ROUNDING;
use crate::strategy::{Decision, Holding, Verdict};
use crate::units::{BucketId, Usd};

impl Desk<'_> {
    /// The one way a ring-fenced bucket draws on another.
    pub fn plan_top_ups(&mut self) {
        let equity = self.books.equity().to_f64();
        let now = self.market.clock.close(self.t);
        for bucket in &self.plan.buckets {
            let Some(rule) = bucket.top_up else { continue };
            let (b, full) = (bucket.id.index(), equity * self.weights[bucket.id.index()]);
            let value = self.worth(bucket.id);
            let waited = now.seconds() - self.last_top_up[b].seconds() >= rule.every.seconds();
            if !waited || value >= full * rule.below {
                continue;
            }
            self.last_top_up[b] = now;
            let free = rule.max - self.topped_up[b];
            let (lack, left) = (full - value, if free > ROUNDING { equity * free } else { 0.0 });
            if lack > left {
                self.story.decisions.push(Decision {
                    time: now,
                    rule: "top_up".to_owned(),
                    subject: bucket.name.clone(),
                    verdict: if left > 0.0 { Verdict::Resized } else { Verdict::Refused },
                    value: Some(self.topped_up[b] + lack / equity),
                    limit: Some(rule.max),
                    detail: "all top-ups together less what has left the bucket, each as a share of the equity of its day".to_owned(),
                });
            }
            let amount = Usd::round(lack.min(left));
            if amount.is_positive() {
                self.plan_flow(rule.from, bucket.id, amount, TOP_UP);
            }
        }
    }

    /// What a bucket will be worth when the flows under way are there, in USD.
    pub fn worth(&self, bucket: BucketId) -> f64 {
        self.books.bucket_value(bucket).to_f64() + self.flowing(bucket)
    }

    /// The same of every bucket.
    pub fn worths(&self) -> Vec<f64> {
        (0..self.plan.buckets.len()).map(|b| self.worth(BucketId::new(b))).collect()
    }

    /// Brings buckets back to their weights when one has drifted beyond the band. A perpetual bucket gives up free cash above its
    /// weight, a hedge also what it can realise, and neither is refilled here; the others share what is left in proportion. Returns what each moved bucket will be worth.
    pub fn plan_rebalance(&mut self) -> Vec<Option<Usd>> {
        let count = self.plan.buckets.len();
        let values = self.worths();
        let equity: f64 = values.iter().sum();
        let perp = |b: usize| self.plan.buckets[b].holding == Holding::Perp;
        let mut target = values.clone();
        for b in (0..count).filter(|&b| perp(b)) {
            let spare = self.books.cash(BucketId::new(b)) + self.realisable(&self.plan.buckets[b]);
            let spare = (spare.to_f64() + self.flowing(BucketId::new(b)).min(0.0)).max(0.0);
            target[b] = values[b] - (values[b] - equity * self.weights[b]).clamp(0.0, spare);
        }
        let fenced: f64 = (0..count).filter(|&b| perp(b)).map(|b| target[b]).sum();
        let open_weight: f64 = (0..count).filter(|&b| !perp(b)).map(|b| self.weights[b]).sum();
        for b in (0..count).filter(|&b| !perp(b)) {
            target[b] = (equity - fenced) * self.weights[b] / open_weight;
        }
        let band = self.plan.rebalance.band.max(ROUNDING);
        let drifted = (0..count).any(|b| target[b] > 0.0 && (values[b] / target[b] - 1.0).abs() > band);
        if !drifted {
            return vec![None; count];
        }
        self.plan_flows(&values, &target, "rebalance");
        target.into_iter().map(|value| Some(Usd::round(value))).collect()
    }
}
