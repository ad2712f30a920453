//! Who earned it: two ways of cutting the same money at once, and how it came over time.

use std::collections::BTreeMap;

use crate::market::Market;
use crate::replay::run::{Contribution, Regime, Run};
use crate::report::charts::contributions::{courses, draw};
use crate::report::html::escape::Html;
use crate::report::html::figure::wide_figure;
use crate::report::html::money::NO_NARRATIVE;
use crate::report::html::table::{Column, totalled};
use crate::report::number_format::money_of;
use crate::units::Usd;

/// Pictures over time by bucket and by narrative, then tables of each against the sources and the regimes. Every table adds up to the gain.
pub(super) fn contributions(market: &Market, run: &Run) -> Html {
    let cube = &run.attribution.cube;
    if cube.is_empty() {
        return Html::new();
    }
    let bucket = |row: &Contribution| run.buckets[row.bucket.index()].clone();
    let within = |row: &Contribution, outside: &str| row.narrative.map_or(outside, |id| market.narrative(id)).to_string();
    let narrative = |row: &Contribution| within(row, NO_NARRATIVE);
    // At the end of a line there is room for a short name.
    let course = |row: &Contribution| within(row, "no narrative");
    let mut out = Html::new();
    for (title, label) in [("bucket", &bucket as &dyn Fn(&Contribution) -> String), ("narrative", &course)] {
        let (ends, all) = courses(run, label);
        if title == "bucket" || all.len() > 1 {
            let drawn = draw(run, &format!("Profit of each {title} so far, USD, by month"), &ends, &all);
            out += wide_figure(&drawn, &format!("Profit cumulated over time, a line for each {title}"));
        }
    }
    out += crossed("Bucket by source, USD", "bucket", cube, &bucket, &SOURCES);
    out += crossed("Bucket by regime, USD", "bucket", cube, &bucket, &REGIMES);
    out += crossed("Narrative by regime, USD", "narrative", cube, &narrative, &REGIMES);
    out + crossed("Narrative by source, USD", "narrative", cube, &narrative, &SOURCES)
}

type Part = (&'static str, fn(&Contribution) -> Usd);

const SOURCES: [Part; 8] = [
    ("price", |row| row.income.price),
    ("funding received", |row| row.funding.received),
    ("funding paid", |row| row.funding.paid),
    ("funding assumed", |row| row.funding.assumed),
    ("fees", |row| row.income.fees),
    ("slippage", |row| row.income.slippage),
    ("liquidation", |row| row.income.liquidation),
    ("yield", |row| row.income.yields),
];

const REGIMES: [Part; 4] = [
    ("bull", |row| in_regime(row, Regime::Bull)),
    ("bear", |row| in_regime(row, Regime::Bear)),
    ("sideways", |row| in_regime(row, Regime::Sideways)),
    ("unknown", |row| in_regime(row, Regime::Unknown)),
];

fn in_regime(row: &Contribution, regime: Regime) -> Usd {
    if row.regime == regime { row.income.total() } else { Usd::ZERO }
}

/// A row a name, a column a part that is anywhere more than nothing, totals at both ends.
fn crossed(caption: &str, head: &str, cube: &[Contribution], name: &dyn Fn(&Contribution) -> String, parts: &[Part]) -> Html {
    let shown: Vec<&Part> = parts.iter().filter(|(_, part)| cube.iter().any(|row| part(row) != Usd::ZERO)).collect();
    let mut sums: BTreeMap<String, Vec<Usd>> = BTreeMap::new();
    let mut total = vec![Usd::ZERO; shown.len() + 1];
    for row in cube {
        let line = sums.entry(name(row)).or_insert_with(|| vec![Usd::ZERO; shown.len() + 1]);
        let amounts = shown.iter().map(|(_, part)| part(row)).chain([row.income.total()]);
        for (at, amount) in amounts.enumerate() {
            line[at] += amount;
            total[at] += amount;
        }
    }
    let mut columns: Vec<Column> = vec![(head, false)];
    columns.extend(shown.iter().map(|(name, _)| (*name, true)).chain([("total", true)]));
    let cells = |name: &str, amounts: &[Usd]| -> Vec<String> {
        std::iter::once(name.to_string()).chain(amounts.iter().map(|a| money_of(*a))).collect()
    };
    let rows: Vec<Vec<String>> = sums.iter().map(|(name, amounts)| cells(name, amounts)).collect();
    totalled(caption, &columns, &rows, &cells("total", &total))
}
