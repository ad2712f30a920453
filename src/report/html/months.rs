//! The returns of every month as a table one can read without colour.

use std::fmt::Write;

use crate::metrics::calendar::{Month, year};
use crate::report::html::wide;
use crate::report::number_format::grouped;

const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A row a year, a column a month, the year's own return last; the deeper the colour the larger the move.
pub(super) fn heat(all: &[Month]) -> String {
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return String::new() };
    let largest = all.iter().map(|m| m.value.abs()).fold(0.0, f64::max);
    let mut out =
        String::from("<table class=\"heat\">\n<caption>Return of each month, per cent</caption>\n<thead><tr><th scope=\"col\">Year</th>");
    for name in NAMES {
        let _ = write!(out, "<th scope=\"col\" class=\"n\">{name}</th>");
    }
    out += "<th scope=\"col\" class=\"n\">Year</th></tr></thead>\n<tbody>\n";
    for year_of in first.year..=last.year {
        let _ = write!(out, "<tr><th scope=\"row\">{year_of}</th>");
        for month in 1..=12 {
            out += &cell(all.iter().find(|m| m.year == year_of && m.month == month), largest);
        }
        let whole = year(all, year_of).map_or_else(|| "–".to_string(), |r| grouped(r * 100.0, 1));
        let _ = writeln!(out, "<td><b>{whole}</b></td></tr>");
    }
    wide("Return of each month", &(out + "</tbody>\n</table>")) + "\n"
}

fn cell(month: Option<&Month>, largest: f64) -> String {
    let Some(month) = month else { return "<td></td>".to_string() };
    let share = if largest > 0.0 { month.value.abs() / largest } else { 0.0 };
    let colour = if month.value < 0.0 { "loss" } else { "gain" };
    format!("<td style=\"background:rgba(var(--{colour}),{:.2})\">{}</td>", share * 0.6, grouped(month.value * 100.0, 1))
}
