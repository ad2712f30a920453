//! The page of a study: how many were tried, the best on both sides of the split, heat maps.

use crate::market::Market;
use crate::report::charts::canvas::Svg;
use crate::report::html::escape::text;
use crate::report::html::figure::small_figure;
use crate::report::html::page::{self as whole, dim_paragraph, paragraph};
use crate::report::html::table::{Column, table};
use crate::report::study_text::{headline, ranked, shared_prefix};
use crate::tune::Study;

const SHOWN: usize = 50;

/// `study.html`; `heats` are the heat maps and their names.
#[must_use]
pub fn page(market: &Market, study: &Study, heats: &[(String, Svg)]) -> String {
    let title = format!("Study of {}", study.strategy);
    let mut body = whole::title(&title, market.synthetic);
    body += paragraph(&text(&format!(
        "{} combinations of parameters were tested on {}. The best of many is partly luck: read the out-of-sample column before the in-sample one.",
        study.trials.len(),
        market.name
    )));
    let prefix = shared_prefix(&study.keys).trim_end_matches('.');
    let under = if prefix.is_empty() { String::new() } else { format!("; parameters under {prefix}") };
    body += dim_paragraph(&text(&(headline(study) + &under)));
    let (columns, rows) = ranked(study, SHOWN);
    let columns: Vec<Column> = columns.iter().map(|(head, number)| (head.as_str(), *number)).collect();
    body += table("The best variants; the number of a variant is its row in trials.csv", &columns, &rows);
    if study.trials.len() > SHOWN {
        body += dim_paragraph(&text(&format!("The best {SHOWN} variants; all are in trials.csv.")));
    }
    for (name, svg) in heats {
        let keys = name.trim_start_matches("heatmap-");
        body +=
            small_figure(svg, &format!("Mean in-sample {} over all variants that share two values, for the parameters {keys}", study.by));
    }
    whole::page(&title, &body).into_string()
}
