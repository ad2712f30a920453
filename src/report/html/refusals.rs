//! What rules said no to, or made smaller: each with its dates and its words.

use std::collections::{BTreeMap, BTreeSet};

use crate::replay::run::{Decision, Run, Verdict};
use crate::report::html::escape::Html;
use crate::report::html::table::{Column, table};
use crate::report::words::{count, figure};
use crate::units::Time;

const COLUMNS: [Column; 7] =
    [("rule", false), ("verdict", false), ("times", true), ("subjects", true), ("first", false), ("last", false), ("for example", false)];

/// All that one rule refused, or resized.
struct Told<'a> {
    times: usize,
    subjects: BTreeSet<&'a str>,
    first: Time,
    /// The newest.
    last: &'a Decision,
}

/// Nothing where nothing was refused or resized.
pub(super) fn refusals(run: &Run) -> Html {
    let mut all: BTreeMap<(&str, &str), Told> = BTreeMap::new();
    let said = run.decisions.iter().filter(|decision| matches!(decision.verdict, Verdict::Refused | Verdict::Resized));
    for decision in said {
        let told = all.entry((&decision.rule, decision.verdict.name())).or_insert_with(|| Told {
            times: 0,
            subjects: BTreeSet::new(),
            first: decision.time,
            last: decision,
        });
        told.times += 1;
        told.subjects.insert(&decision.subject);
        told.last = decision;
    }
    if all.is_empty() {
        return Html::new();
    }
    let mut ranked: Vec<((&str, &str), Told)> = all.into_iter().collect();
    ranked.sort_by_key(|(_, told)| std::cmp::Reverse(told.times));
    let rows: Vec<Vec<String>> = ranked
        .into_iter()
        .map(|((rule, verdict), told)| {
            let (first, last) = (told.first.date(), told.last.time.date());
            vec![rule.to_string(), verdict.to_string(), count(told.times), count(told.subjects.len()), first, last, sentence(told.last)]
        })
        .collect();
    table("Refused or made smaller, by rule, with the newest as example; all are in decisions.csv", &COLUMNS, &rows)
}

/// `2024-03-01 PEPE: why; 0.12 where 0.10 is the limit`
fn sentence(decision: &Decision) -> String {
    let because = if decision.detail.is_empty() { String::new() } else { format!(": {}", decision.detail) };
    let against = match (decision.value, decision.limit) {
        (Some(value), Some(limit)) => format!("; {} against a limit of {}", figure(value), figure(limit)),
        (Some(value), None) => format!("; {}", figure(value)),
        (None, Some(limit)) => format!("; limit {}", figure(limit)),
        (None, None) => String::new(),
    };
    format!("{} {}{because}{against}", decision.time.date(), decision.subject)
}
