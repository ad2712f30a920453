//! The deepest falls of a run, from peak to recovery.

use crate::evaluate::Evaluation;
use crate::report::html::escape::Html;
use crate::report::html::table::table;
use crate::report::number_format::{grouped, percent};

const FALLS: usize = 10;

/// The deepest stretches under water, on bars.
pub(super) fn falls(evaluation: &Evaluation) -> Html {
    let run = evaluation.run;
    let mut all = evaluation.curves.drawdown_periods.clone();
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth).then(a.start.cmp(&b.start)));
    let days = |bars: usize| grouped(run.clock.bar.days() * bars as f64, 1);
    let rows: Vec<Vec<String>> = all
        .iter()
        .take(FALLS)
        .map(|p| {
            vec![
                // The peak is the close before the first lower one.
                run.clock.open(p.start).date(),
                run.clock.close(p.valley).date(),
                if p.recovered { run.clock.close(p.end + 1).date() } else { "not yet".to_string() },
                percent(Some(p.depth)),
                days(p.steps()),
                p.recovery().map_or_else(|| "–".to_string(), days),
            ]
        })
        .collect();
    let columns = [("peak", false), ("lowest", false), ("recovered", false), ("depth", true), ("days", true), ("days to recover", true)];
    let caption = format!("The deepest of {} drawdowns", all.len());
    if rows.is_empty() { Html::new() } else { table(&caption, &columns, &rows) }
}
