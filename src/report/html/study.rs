//! The page of a study: the verdict and what follows from it, the best on both sides of the split, heat maps, what each share of futures would have
//! brought.

use crate::market::Market;
use crate::metrics::DAYS_PER_YEAR;
use crate::metrics::returns::sharpe;
use crate::report::charts::canvas::Svg;
use crate::report::html::escape::text;
use crate::report::html::figure::small_figure;
use crate::report::html::page::{self as whole, dim_paragraph, paragraph};
use crate::report::html::table::{Column, table};
use crate::report::study_text::{advice, cautions, headline, ranked, reasons, shared_prefix, verdict};
use crate::tune::Study;

const SHOWN: usize = 50;

/// `study.html`; `heats` are the heat maps and their names.
#[must_use]
pub fn page(market: &Market, study: &Study, heats: &[(String, Svg)]) -> String {
    let title = format!("Study of {}", study.strategy);
    let mut body = whole::title(&title, market.synthetic);
    body += paragraph(&text(&verdict(study)));
    for sentence in advice(study) {
        body += paragraph(&text(&sentence));
    }
    body +=
        dim_paragraph(&text(&format!("On {}: {}. The settings of the best are ready to run in best.toml.", market.name, headline(study))));
    for caution in cautions(study) {
        body += dim_paragraph(&text(&caution));
    }
    let found: Vec<Vec<String>> = reasons(study).into_iter().map(|(grade, reason)| vec![grade.to_owned(), reason]).collect();
    body += table("What the verdict is made of", &[("check", false), ("found", false)], &found);
    let prefix = shared_prefix(&study.keys).trim_end_matches('.');
    if !prefix.is_empty() {
        body += dim_paragraph(&text(&format!("Parameters under {prefix}.")));
    }
    let (columns, rows) = ranked(study, SHOWN);
    let columns: Vec<Column> = columns.iter().map(|(head, number)| (head.as_str(), *number)).collect();
    body += table("The best variants; the number of a variant is its row in trials.csv", &columns, &rows);
    if study.trials.len() > SHOWN {
        body += dim_paragraph(&text(&format!("The best {SHOWN} variants; all are in trials.csv.")));
    }
    for (name, svg) in heats {
        let keys = name.trim_start_matches("heatmap-");
        let by = &study.goals.objectives[0].text;
        body += small_figure(svg, &format!("Mean in-sample {by} over all variants that share two values, for the parameters {keys}"));
    }
    if let Some(rows) = folds(study) {
        let columns = [("from", false), ("variant", true), ("Sharpe where tuned", true), ("Sharpe where judged", true)];
        body += table("What each part of the time chose, and what came of it", &columns, &rows);
    }
    if let Some(rows) = frontier(study) {
        let columns = [
            ("share of futures", true),
            ("growth a year", true),
            ("95 % of histories", true),
            ("deepest fall", true),
            ("95 % of histories", true),
            ("nearest liquidation", true),
            ("liquidations", true),
        ];
        body += table(
            "What each share of futures would have brought, the best variant else unchanged; beyond its own limit of futures, without that limit",
            &columns,
            &rows,
        );
    }
    if let Some(spent) = &study.spent {
        let by = &study.goals.objectives[0];
        let shown = |metrics| by.value(metrics).map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
        let row = vec![shown(&spent.before), shown(&spent.best)];
        body += table(&format!("The final window, by {}", by.text), &[("before tuning", true), ("best", true)], &[row]);
    }
    whole::page(&title, &body).into_string()
}

/// A row for each fold.
fn folds(study: &Study) -> Option<Vec<Vec<String>>> {
    let forward = study.forward.as_ref()?;
    let yearly = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{:.3}", ratio * DAYS_PER_YEAR.sqrt()));
    let row = |(choice, fold): (&Option<crate::tune::Choice>, &crate::tune::Fold)| {
        let from = fold.test.first().map(|bars| study.clock.open(bars.start).to_string()).unwrap_or_default();
        match choice {
            Some(choice) => vec![from, (choice.trial + 1).to_string(), yearly(choice.inside), yearly(choice.outside)],
            None => vec![from, "–".to_owned(), "–".to_owned(), "–".to_owned()],
        }
    };
    let mut rows: Vec<Vec<String>> = forward.choices.iter().zip(&study.timeline.folds).map(row).collect();
    let stitched = forward.middle().and_then(|days| sharpe(days, 0.0, 1.0));
    rows.push(vec!["all, end to end".to_owned(), String::new(), yearly(forward.expected), yearly(stitched)]);
    Some(rows)
}

/// A row for each share of futures.
fn frontier(study: &Study) -> Option<Vec<Vec<String>>> {
    let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.1} %", value * 100.0));
    let rows = study.frontier.as_ref()?.steps.iter().map(|step| {
        let between = |spread: &crate::tune::Spread| match spread.interval {
            Some(interval) => format!("{} to {}", percent(Some(interval.low)), percent(Some(interval.high))),
            None => "–".to_owned(),
        };
        vec![
            percent(Some(step.share)),
            percent(step.growth.value),
            between(&step.growth),
            percent(step.drawdown.value),
            between(&step.drawdown),
            percent(step.liquidation_distance),
            step.liquidations.to_string(),
        ]
    });
    Some(rows.collect())
}
