//! What each narrative brought in each month, as a table one can read without colour.

use std::collections::{BTreeMap, BTreeSet};

use crate::market::Market;
use crate::replay::run::Run;
use crate::report::html::escape::{Html, tag};
use crate::report::html::table::{column_head, heat_cell, wide};
use crate::report::number_format::whole_money;
use crate::units::{NarrativeId, Time, Usd};

/// A row a narrative, a column a month in which any brought or took something, the sum last; the deeper the colour the larger the amount. Nothing of a run
/// outside narratives.
pub(super) fn heat(market: &Market, run: &Run) -> Html {
    let mut sums: BTreeMap<NarrativeId, BTreeMap<Time, Usd>> = BTreeMap::new();
    for row in &run.attribution.cube {
        if let Some(narrative) = row.narrative {
            *sums.entry(narrative).or_default().entry(row.month).or_insert(Usd::ZERO) += row.income.total();
        }
    }
    let months: BTreeSet<Time> = sums.values().flat_map(BTreeMap::keys).copied().collect();
    if months.is_empty() {
        return Html::new();
    }
    let largest = sums.values().flat_map(BTreeMap::values).map(|amount| amount.to_f64().abs()).fold(0.0, f64::max);
    let names: Html = months.iter().map(|month| column_head(&month.date()[..7], true)).chain([column_head("sum", true)]).sum();
    let head = tag("thead").holds(&tag("tr").holds(&(column_head("narrative", false) + names))).line();
    let row = |(narrative, by_month): (&NarrativeId, &BTreeMap<Time, Usd>)| {
        let title = |month: &Time| format!("{}, {}", market.narrative(*narrative), &month.date()[..7]);
        let cells: Html = months.iter().map(|month| cell(by_month.get(month), largest, &title(month))).sum();
        let sum: Usd = by_month.values().copied().sum();
        let name = tag("th").with("scope", "row").text(market.narrative(*narrative));
        tag("tr").holds(&(name + cells + tag("td").holds(&tag("b").text(&whole_money(sum.to_f64()))))).line()
    };
    let body = tag("tbody").holds(&(Html::new().line() + sums.iter().map(row).sum::<Html>())).line();
    let caption = tag("caption").text("Profit of each narrative by month, USD").line();
    wide("Profit of each narrative by month", &tag("table").class("heat").holds(&(Html::new().line() + caption + head + body))).line()
}

fn cell(amount: Option<&Usd>, largest: f64, title: &str) -> Html {
    let Some(amount) = amount.map(|amount| amount.to_f64()) else { return tag("td").text("") };
    let share = if largest > 0.0 { amount.abs() / largest } else { 0.0 };
    heat_cell(amount < 0.0, share * 0.6).with("title", title).text(&whole_money(amount))
}
