//! What rules said no to, or made smaller: each with its dates and its words.

use std::collections::{BTreeMap, BTreeSet};

use crate::market::Market;
use crate::replay::run::{Decision, RecordNames, Run, Subject, Verdict};
use crate::report::html::escape::Html;
use crate::report::html::table::{Column, table};
use crate::report::number_format::{count, figure};
use crate::units::Time;

const COLUMNS: [Column; 7] =
    [("rule", false), ("verdict", false), ("times", true), ("subjects", true), ("first", false), ("last", false), ("for example", false)];

/// All that one rule refused, or resized.
struct Tally<'a> {
    times: usize,
    subjects: BTreeSet<Subject>,
    first: Time,
    /// The newest.
    last: &'a Decision,
}

/// Nothing where nothing was refused or resized.
pub(super) fn refusals(market: &Market, run: &Run) -> Html {
    let names = run.names(market);
    let mut all: BTreeMap<(String, Verdict), Tally> = BTreeMap::new();
    let refusals = run.decisions.iter().filter(|decision| matches!(decision.verdict, Verdict::Refused | Verdict::Resized));
    for decision in refusals {
        let tally = all.entry((decision.rule().word(&names), decision.verdict)).or_insert_with(|| Tally {
            times: 0,
            subjects: BTreeSet::new(),
            first: decision.time,
            last: decision,
        });
        tally.times += 1;
        tally.subjects.insert(decision.subject);
        tally.last = decision;
    }
    if all.is_empty() {
        return Html::new();
    }
    let mut ranked: Vec<((String, Verdict), Tally)> = all.into_iter().collect();
    ranked.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.times));
    let rows: Vec<Vec<String>> = ranked
        .into_iter()
        .map(|((rule, verdict), tally)| {
            let (first, last) = (tally.first.date(), tally.last.time.date());
            let example = sentence(tally.last, &names);
            vec![rule, verdict.name().to_string(), count(tally.times), count(tally.subjects.len()), first, last, example]
        })
        .collect();
    table("Refused or made smaller, by rule, with the newest as example; all are in decisions.csv", &COLUMNS, &rows)
}

/// `PEPE: why; 0.12 against a threshold of 0.10`; its date stands beside it, as the last.
fn sentence(decision: &Decision, names: &RecordNames) -> String {
    let against = match (decision.observed, decision.threshold) {
        (Some(value), Some(limit)) => format!("; {} against a threshold of {}", figure(value), figure(limit)),
        (Some(value), None) => format!("; {}", figure(value)),
        (None, Some(limit)) => format!("; threshold {}", figure(limit)),
        (None, None) => String::new(),
    };
    format!("{}: {}{against}", decision.subject.word(names), decision.detail(names))
}
