//! What went from bucket to bucket: profit transferred, weights restored, shares held.

use crate::replay::run::{FlowReason, Run};
use crate::report::charts::flows::{flows as drawn, ways};
use crate::report::html::escape::{Html, coded, text};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::{dim, paragraph};
use crate::report::html::table::{Column, table, totalled_list};
use crate::report::number_format::{count, money_of};
use crate::units::{BucketId, Usd};

const COLUMNS: [Column; 7] =
    [("from", false), ("to", false), ("reason", false), ("times", true), ("first", false), ("last", false), ("USD", true)];

/// Nothing where nothing flowed.
pub(super) fn flows(run: &Run) -> Html {
    let ways = ways(run);
    if ways.is_empty() {
        return Html::new();
    }
    let mut out = Html::new();
    if let Some(svg) = drawn(run) {
        out += wide_figure(
            &svg,
            "Cash from the buckets that gave it, on the left, to those that received it, on the right; one band for each reason",
        );
    }
    let total: Usd = ways.iter().map(|way| way.amount).sum();
    let mut reasons: Vec<(FlowReason, usize, Usd)> = Vec::new();
    for way in &ways {
        match reasons.iter_mut().find(|known| known.0 == way.reason) {
            Some(known) => (known.1, known.2) = (known.1 + way.count, known.2 + way.amount),
            None => reasons.push((way.reason, way.count, way.amount)),
        }
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.2));
    let sentence = format!(
        "{} flows moved {} between buckets; cash that moves twice counts twice. `waterfall` is realised profit transferred to another bucket; \
         the others restore weights and margins.",
        count(run.flows.len()),
        money_of(total)
    );
    out += paragraph(&(coded(&sentence) + text(" ") + dim("Every flow is in flows.csv.")));
    let by_reason: Vec<Vec<String>> =
        reasons.iter().map(|(reason, n, amount)| vec![reason.name().to_string(), count(*n), money_of(*amount)]).collect();
    let sums = ["total".to_string(), count(run.flows.len()), money_of(total)];
    let columns = [("reason", false), ("times", true), ("USD", true)];
    out += totalled_list("Flows by reason; they add up to flows.csv", &columns, &by_reason, &sums);
    let rows: Vec<Vec<String>> = ways
        .iter()
        .map(|way| {
            let name = |id: BucketId| run.buckets[id.index()].clone();
            let (first, last) = (way.first.date(), way.last.date());
            vec![name(way.from), name(way.to), way.reason.name().to_string(), count(way.count), first, last, money_of(way.amount)]
        })
        .collect();
    out + table("Flows by bucket and reason", &COLUMNS, &rows)
}
