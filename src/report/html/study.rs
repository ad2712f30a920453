//! The page of a study: how many were tried, the best on both sides of the split, heat maps.

use std::fmt::Write as _;

use crate::market::Market;
use crate::report::html::{Column, escaped, mark, page as whole, small_figure, table};
use crate::report::study_text::{headline, ranked, shared_prefix};
use crate::tune::Study;

const SHOWN: usize = 50;

#[must_use]
pub fn page(market: &Market, study: &Study, heats: &[(String, String)]) -> String {
    let title = format!("Study of {}", study.strategy);
    let mut body = format!("<h1>{}{}</h1>\n", escaped(&title), mark(market.synthetic));
    let _ = writeln!(
        body,
        "<p>{} combinations were tried on {}. The best of many is partly luck: read the out-of-sample column before the in-sample one.</p>",
        study.trials.len(),
        escaped(&market.name)
    );
    let _ = write!(body, "<p class=\"dim\">{}", escaped(&headline(study)));
    let prefix = shared_prefix(&study.keys).trim_end_matches('.');
    if !prefix.is_empty() {
        let _ = write!(body, "; keys under {}", escaped(prefix));
    }
    body += "</p>\n";
    let (columns, rows) = ranked(study, SHOWN);
    let columns: Vec<Column> = columns.iter().map(|(head, number)| (head.as_str(), *number)).collect();
    body += &table("The best combinations", &columns, &rows);
    if study.trials.len() > SHOWN {
        let _ = writeln!(body, "<p class=\"dim\">The best {SHOWN}; all of them are in trials.csv.</p>");
    }
    for (name, svg) in heats {
        let keys = name.trim_start_matches("heatmap-");
        body += &small_figure(svg, &format!("Mean in-sample {} over all trials that share two values, for the keys {keys}", study.by));
    }
    whole(&title, &body)
}
