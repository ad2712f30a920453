//! Buckets that held nothing from the first bar to the last, and why: their money looks calm, and a strategy looks better for a rule that never worked.

use std::collections::BTreeMap;

use crate::replay::account::Account;
use crate::replay::caution::{Caution, NothingBought};
use crate::replay::context::Context;
use crate::replay::decision::{Decision, Rule, Subject};
use crate::signal::{History, universe};
use crate::strategy::{Empty, Holding, PlanBucket, Verdict};

impl Account {
    /// One for each bucket that never had a fill; where the plan knew it beforehand it has said so itself.
    pub fn stayed_in_cash(&self, cx: &Context) -> Vec<Caution> {
        let asked = cx.plan.buckets.iter().filter(|bucket| bucket.holding != Holding::Cash && !bucket.idle && bucket.why_empty.is_none());
        let empty = asked.filter(|bucket| self.record.run.fills.iter().all(|fill| fill.bucket != bucket.id));
        let cautions = empty.map(|bucket| Caution::StayedInCash {
            bucket: bucket.name.clone(),
            weight: bucket.weight,
            because: self.why_nothing_came(cx, bucket),
        });
        cautions.collect()
    }

    /// What kept a bucket out: the rule that refused most of its entries, or what its last look found.
    fn why_nothing_came(&self, cx: &Context, bucket: &PlanBucket) -> NothingBought {
        let own = |decision: &Decision| decision.bucket == Some(bucket.id) && matches!(decision.subject, Subject::Instrument(_));
        let mut refused: BTreeMap<&'static str, usize> = BTreeMap::new();
        for decision in self.record.run.decisions.iter().filter(|decision| decision.verdict == Verdict::Refused && own(decision)) {
            match decision.rule() {
                Rule::Plain(rule) => *refused.entry(rule.name()).or_default() += 1,
                // One criterion that fails need not fail the list.
                Rule::Criterion(_) => {}
            }
        }
        let all: usize = refused.values().sum();
        // Of equals the first by name.
        if let Some((rule, count)) = refused.into_iter().rev().max_by_key(|(_, count)| *count) {
            return NothingBought::Refused { rule, count, all };
        }
        match self.buckets[bucket.id.index()].wish.empty_because {
            None => NothingBought::NeverFilled,
            Some(Empty::NoCandidates) => NothingBought::NoCandidates { strictest: cx.strictest_gate(bucket) },
            Some(why) => NothingBought::Empty(why),
        }
    }
}

impl Context<'_> {
    /// The gate of a selection that refuses most coins at the last close, how many, and of how many.
    fn strictest_gate(&self, bucket: &PlanBucket) -> Option<(&'static str, usize, usize)> {
        let history = History::at_close(self.market, self.t);
        let directory = history.directory();
        let held = |asset| if bucket.holding == Holding::Spot { directory.spot(asset) } else { directory.perp(asset) };
        let mut refused: BTreeMap<&'static str, usize> = BTreeMap::new();
        let listed: Vec<_> = directory.assets().filter_map(|asset| Some((asset, held(asset)?))).collect();
        for &(asset, id) in &listed {
            if let Some(refusal) = universe::refusal(&history, &bucket.gates, asset, id) {
                *refused.entry(refusal.gate).or_default() += 1;
            }
        }
        let strictest = refused.into_iter().rev().max_by_key(|(_, count)| *count);
        strictest.map(|(gate, count)| (gate, count, listed.len()))
    }
}
