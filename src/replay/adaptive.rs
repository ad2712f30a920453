//! Buckets that follow the market regime: from one table of weights to another, a part of the equity a day.

use crate::replay::desk::Desk;
use crate::signal::SignalView;
use crate::strategy::{Decision, Verdict, adaptive};
use crate::units::{BucketId, Usd};

/// The reason of flows on the way from one table to another.
const REGIME: &str = "regime";

impl Desk<'_> {
    /// Moves the weights towards the table of the regime as it is known now; whether they have moved.
    pub fn follow_regime(&mut self, sight: &SignalView) -> bool {
        let Some(plan) = &self.plan.adaptive else { return false };
        let now = sight.history.now();
        if let Some(switch) = sight.regime_switch() {
            let reasons: Vec<String> = switch
                .reasons
                .iter()
                .map(|r| format!("{} {:.4} against {:.4} says {}", r.part, r.value, r.threshold, r.vote.name()))
                .collect();
            self.story.decisions.push(Decision {
                time: now,
                rule: REGIME.to_owned(),
                subject: switch.to.name().to_owned(),
                verdict: Verdict::Passed,
                value: None,
                limit: None,
                detail: format!("the regime turns from {} to {}: {}", switch.from.name(), switch.to.name(), reasons.join("; ")),
            });
        }
        let Some(table) = sight.regime().and_then(|regime| plan.table(regime)) else { return false };
        if self.weights == table {
            return false;
        }
        let most = plan.turnover_per_day * self.plan.decide.days();
        let left = adaptive::step(&mut self.weights, table, most);
        self.story.decisions.push(Decision {
            time: now,
            rule: REGIME.to_owned(),
            subject: "weights".to_owned(),
            verdict: if left > 0.0 { Verdict::Resized } else { Verdict::Passed },
            value: Some(left),
            limit: Some(most),
            detail: "share of equity that has yet to change buckets; the limit is what may move at once".to_owned(),
        });
        true
    }

    /// Every bucket to its weight of this moment, perpetual buckets too: here alone they are given money by a table. Returns what each will be
    /// worth. What cannot flow yet, because it is still in positions, flows at the next step.
    pub fn plan_transition(&mut self) -> Vec<Option<Usd>> {
        let values = self.worths();
        let equity: f64 = values.iter().sum();
        let target: Vec<f64> = self.weights.iter().map(|weight| weight * equity).collect();
        self.plan_flows(&values, &target, REGIME);
        target.into_iter().map(|value| Some(Usd::round(value))).collect()
    }

    /// Cash from those that have too much to those that lack it, in the order of the buckets.
    pub fn plan_flows(&mut self, values: &[f64], target: &[f64], reason: &'static str) {
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
                    self.plan_flow(from, to, Usd::round(amount), reason);
                }
            }
        }
    }
}
