//! What a strategy extends, and how it differs from that.

use crate::report::html::escape::{Html, text};
use crate::report::html::page::paragraph;
use crate::report::html::table::table;
use crate::report::input::ReportInput;

/// Nothing where it extends nothing.
pub(super) fn extends(piece: &ReportInput) -> Html {
    let Some(extends) = piece.extends else { return Html::new() };
    let bases: Vec<String> = extends.bases.iter().map(|base| format!("`{}`", base.name)).collect();
    let differs =
        if extends.changes.is_empty() { "and differs from it in nothing but its name" } else { "and differs from it in these keys" };
    let sentence = format!("This strategy extends {}, {differs}. manifest.json has it in full.", bases.join(", which extends "));
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> =
        extends.changes.iter().map(|change| vec![change.key.clone(), cell(&change.base), cell(&change.own)]).collect();
    let head = paragraph(&text(&sentence));
    if rows.is_empty() { head } else { head + table("", &[("key", false), ("base", false), ("this strategy", false)], &rows) }
}
