//! The returns of every month as a table one can read without colour.

use crate::metrics::calendar::{Month, year};
use crate::report::html::escape::{Html, tag};
use crate::report::html::table::{column_head, heat_cell, wide};
use crate::report::number_format::grouped;

const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A row a year, a column a month, the year's own return last; the deeper the colour the larger the move.
pub(super) fn heat(all: &[Month]) -> Html {
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return Html::new() };
    let largest = all.iter().map(|m| m.value.abs()).fold(0.0, f64::max);
    let names: Html = NAMES.iter().chain(&["Year"]).map(|name| column_head(name, true)).sum();
    let head = tag("thead").holds(&tag("tr").holds(&(column_head("Year", false) + names))).line();
    let row = |year_of: i32| {
        let cells: Html = (1..=12).map(|month| cell(all.iter().find(|m| m.year == year_of && m.month == month), largest)).sum();
        let whole = year(all, year_of).map_or_else(|| "–".to_string(), |r| grouped(r * 100.0, 1));
        let name = tag("th").with("scope", "row").text(&year_of.to_string());
        tag("tr").holds(&(name + cells + tag("td").holds(&tag("b").text(&whole)))).line()
    };
    let rows: Html = (first.year..=last.year).map(row).sum();
    let body = tag("tbody").holds(&(Html::new().line() + rows)).line();
    let caption = tag("caption").text("Return of each month, per cent").line();
    let table = tag("table").class("heat").holds(&(Html::new().line() + caption + head + body));
    wide("Return of each month", &table).line()
}

fn cell(month: Option<&Month>, largest: f64) -> Html {
    let Some(month) = month else { return tag("td").text("") };
    let share = if largest > 0.0 { month.value.abs() / largest } else { 0.0 };
    let title = format!("{} {}", NAMES[month.month as usize - 1], month.year);
    heat_cell(month.value < 0.0, share * 0.6).with("title", &title).text(&grouped(month.value * 100.0, 1))
}
