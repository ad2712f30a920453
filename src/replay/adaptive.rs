//! Buckets that follow the market regime: from one table of weights to another, a part of the equity a day.

use crate::replay::decider::Decider;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::reason::FlowReason;
use crate::signal::SignalView;
use crate::strategy::{Verdict, adaptive};
use crate::units::{BucketId, Usd};

impl Decider<'_, '_> {
    /// Moves the weights towards the table of the phase as it is known now; whether they have moved.
    pub fn follow_regime(&mut self, sight: &SignalView) -> bool {
        let Some(plan) = &self.cx.plan.adaptive else { return false };
        let now = sight.history.now();
        if let Some(switch) = sight.regime_switch() {
            self.record.run.decisions.push(Decision {
                time: now,
                bucket: None,
                subject: Subject::Regime(switch.to),
                narrative: None,
                verdict: Verdict::Passed,
                observed: None,
                threshold: None,
                why: Why::RegimeTurned { from: switch.from, reasons: switch.reasons.as_slice().into() },
            });
        }
        let Some(table) = sight.regime().and_then(|regime| plan.table(regime)) else { return false };
        let mut weights: Vec<f64> = self.buckets.iter().map(|bucket| bucket.weight).collect();
        if weights == table {
            return false;
        }
        let most = plan.turnover_per_day * self.cx.plan.decide.days();
        let left = adaptive::step(&mut weights, table, most);
        for (bucket, weight) in self.buckets.iter_mut().zip(weights) {
            bucket.weight = weight;
        }
        self.record.run.decisions.push(Decision {
            time: now,
            bucket: None,
            subject: Subject::Weights,
            narrative: None,
            verdict: if left > 0.0 { Verdict::Resized } else { Verdict::Passed },
            observed: Some(left),
            threshold: Some(most),
            why: Why::WeightsMove,
        });
        true
    }

    /// Every bucket to its weight of this moment, perpetual buckets too: here alone they are given money by a table. Returns what each will be
    /// worth. What cannot flow yet, because it is still in positions, flows at the next step.
    pub fn plan_transition(&mut self) -> Vec<Option<Usd>> {
        let values = self.values_after_flows();
        let equity: f64 = values.iter().sum();
        let target: Vec<f64> = self.buckets.iter().map(|bucket| bucket.weight * equity).collect();
        self.plan_flows(&values, &target, FlowReason::Regime);
        target.into_iter().map(|value| Some(Usd::round(value))).collect()
    }

    /// Cash from those that have too much to those that lack it, in the order of the buckets.
    pub fn plan_flows(&mut self, values: &[f64], target: &[f64], reason: FlowReason) {
        let count = values.len();
        let mut give: Vec<f64> = (0..count).map(|b| (values[b] - target[b]).max(0.0)).collect();
        for to in 0..count {
            let mut lack = (target[to] - values[to]).max(0.0);
            for (from, left) in give.iter_mut().enumerate() {
                let amount = left.min(lack);
                if amount > 0.0 {
                    *left -= amount;
                    lack -= amount;
                    let (from, to) = (BucketId::new(from), BucketId::new(to));
                    self.orders.plan_flow(from, to, Usd::round(amount), reason);
                }
            }
        }
    }
}
