//! The page of a study: how many were tried, the best on both sides of the split, heat maps.

use std::fmt::Write as _;

use crate::market::Market;
use crate::report::html::{escaped, figure, mark, page as whole};
use crate::report::study::closing;
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
    let _ = writeln!(body, "<div class=\"wide\"><pre>{}</pre></div>", escaped(&closing(study, SHOWN)));
    for (_, svg) in heats {
        body += &figure(svg);
    }
    whole(&title, &body)
}
