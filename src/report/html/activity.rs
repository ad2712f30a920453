//! What happened how often, and what rules said no to.

use std::collections::BTreeMap;

use crate::replay::run::{Run, Verdict};
use crate::report::html::refusals::refusals;
use crate::report::html::table;

/// What happened how often.
pub(super) fn activity(run: &Run) -> String {
    let mut verdicts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for decision in run.decisions.iter().filter(|decision| matches!(decision.verdict, Verdict::Passed | Verdict::Exited)) {
        *verdicts.entry((&decision.rule, decision.verdict.name())).or_default() += 1;
    }
    let mut out = format!(
        "<h2 id=\"activity\">Activity</h2>\n<p>{} fills, {} funding settlements, {} flows between buckets, {} rotations, {} liquidations.</p>\n",
        run.fills.len(),
        run.funding.len(),
        run.flows.len(),
        run.rotations.len(),
        run.liquidations.len(),
    );
    out += &refusals(run);
    if !verdicts.is_empty() {
        let rows: Vec<Vec<String>> =
            verdicts.into_iter().map(|((rule, verdict), count)| vec![rule.to_string(), verdict.to_string(), count.to_string()]).collect();
        out += &table("What passed and what was left, by rule", &[("rule", false), ("verdict", false), ("times", true)], &rows);
    }
    out
}
