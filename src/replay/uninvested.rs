//! Buckets that held nothing from the first bar to the last, and why: their money looks calm, and a strategy looks better for a rule that never worked.

use std::collections::BTreeMap;

use crate::replay::desk::Desk;
use crate::replay::why;
use crate::signal::{History, universe};
use crate::strategy::{Empty, Holding, PlanBucket, Verdict, stays_in_cash};

impl Desk<'_> {
    /// A sentence for each bucket that never had a fill; where the plan knew it beforehand it has said so itself.
    pub fn stayed_in_cash(&self) -> Vec<String> {
        let asked = self.plan.buckets.iter().filter(|bucket| bucket.holding != Holding::Cash && !bucket.idle && bucket.why_empty.is_none());
        let empty = asked.filter(|bucket| self.story.fills.iter().all(|fill| fill.bucket != bucket.id));
        empty.map(|bucket| stays_in_cash(&bucket.name, bucket.weight, &self.why_nothing_came(bucket))).collect()
    }

    /// What kept a bucket out: the rule that refused most of its entries, or what its last look found.
    fn why_nothing_came(&self, bucket: &PlanBucket) -> String {
        let own = |detail: &str| {
            let rest = detail.strip_prefix("bucket ").and_then(|rest| rest.strip_prefix(bucket.name.as_str()));
            rest.is_some_and(|rest| rest.starts_with([':', ',']))
        };
        let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
        for decision in self.story.decisions.iter().filter(|decision| decision.verdict == Verdict::Refused && own(&decision.detail)) {
            // One criterion that fails need not fail the list.
            if !decision.rule.starts_with("checklist.") {
                *refused.entry(&decision.rule).or_default() += 1;
            }
        }
        let all: usize = refused.values().sum();
        // Of equals the first by name.
        if let Some((rule, count)) = refused.into_iter().rev().max_by_key(|(_, count)| *count) {
            return format!("none of its entries came about: `{rule}` refused {count} of the {all} that were refused");
        }
        let last = &self.wishes[bucket.id.index()];
        match last.empty_because {
            None => "no order of it was ever filled".to_owned(),
            Some(Empty::NoCandidates) => format!("no coin ever passes its selection{}", self.strictest_gate(bucket)),
            Some(why) => why::empty(why, "on any day it looked"),
        }
    }

    /// The gate of a selection that refuses most coins at the last close, in words.
    fn strictest_gate(&self, bucket: &PlanBucket) -> String {
        let history = History::at_close(self.market, self.t);
        let directory = history.directory();
        let held = |asset| if bucket.holding == Holding::Spot { directory.spot(asset) } else { directory.perp(asset) };
        let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
        let listed: Vec<_> = directory.assets().filter_map(|asset| Some((asset, held(asset)?))).collect();
        for &(asset, id) in &listed {
            if let Some(refusal) = universe::refusal(&history, &bucket.gates, asset, id) {
                *refused.entry(refusal.gate).or_default() += 1;
            }
        }
        let strictest = refused.into_iter().rev().max_by_key(|(_, count)| *count);
        strictest.map_or_else(String::new, |(gate, count)| format!(" (at the end `{gate}` refuses {count} of {})", listed.len()))
    }
}
