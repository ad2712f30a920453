//! What happened how often, and what rules said no to.

use std::collections::BTreeMap;

use crate::market::Market;
use crate::replay::run::{Run, Verdict};
use crate::report::html::escape::{Html, text};
use crate::report::html::page::paragraph;
use crate::report::html::refusals::refusals;
use crate::report::html::table::table;
use crate::report::number_format::count;

/// What happened how often.
pub(super) fn activity(market: &Market, run: &Run) -> Html {
    let names = run.names(market);
    let mut verdicts: BTreeMap<(String, Verdict), usize> = BTreeMap::new();
    for decision in run.decisions.iter().filter(|decision| matches!(decision.verdict, Verdict::Passed | Verdict::Exited)) {
        *verdicts.entry((decision.rule().word(&names), decision.verdict)).or_default() += 1;
    }
    let counts = format!(
        "{} fills, {} funding settlements, {} flows between buckets, {} rotations, {} liquidations.",
        count(run.fills.len()),
        count(run.funding.len()),
        count(run.flows.len()),
        count(run.rotations.len()),
        count(run.liquidations.len()),
    );
    let mut out = paragraph(&text(&counts)) + refusals(market, run);
    if !verdicts.is_empty() {
        let rows: Vec<Vec<String>> =
            verdicts.into_iter().map(|((rule, verdict), times)| vec![rule, verdict.name().to_string(), count(times)]).collect();
        out += table("Entries allowed and positions left, by rule", &[("rule", false), ("verdict", false), ("times", true)], &rows);
    }
    out
}
