//! The end of a run: what is printed, and the same for machines.

use serde_json::{Value, json};

use crate::evaluate::Evaluation;
use crate::report::strategy_table::{Line, table};
use crate::report::stress_json;
use crate::report::summary::{assumptions, attribution, stopped};
use crate::report::terminal::{Look, caution_lines, gathered, plain, wrapped};
use crate::report::verdict::batch_line;
use crate::report::{self_test_text, shock_text, sleeve};

/// Cautions on the terminal, at most: every report has all of its own.
const CAUTIONS: usize = 8;

/// The closing words of a run: the verdict, the table, what the futures added.
#[must_use]
pub fn closing(all: &[Evaluation], look: Look) -> String {
    let lines: Vec<Line> = all.iter().map(Line::of_run).collect();
    let verdict = batch_line(all).map_or_else(String::new, |line| format!("{}\n", wrapped("Verdict: ", &plain(&line), look.width.max(40))));
    verdict + &table(&lines, look) + &sleeve::lines(all, look)
}

/// What the runs warn of, each caution once and at most eight of them, and `also` one that is not of the runs.
#[must_use]
pub fn cautions(all: &[Evaluation], also: Option<String>, look: Look) -> String {
    let cautions: Vec<Vec<String>> = all.iter().map(|one| one.run.cautions.iter().map(ToString::to_string).collect()).collect();
    let cautions: Vec<(&str, &[String])> =
        all.iter().zip(&cautions).map(|(one, cautions)| (one.run.strategy.as_str(), cautions.as_slice())).collect();
    caution_lines(&few(gathered(&cautions), also), look)
}

/// The first of a list, and how many more there are.
fn few(mut list: Vec<String>, also: Option<String>) -> Vec<String> {
    let most = CAUTIONS - usize::from(also.is_some());
    let more = list.len().saturating_sub(most);
    list.truncate(most);
    list.extend((more > 0).then(|| format!("… and {more} more in the reports")));
    list.extend(also);
    list
}

/// The same for machines: an array of strategies with all metrics, and the cautions.
#[must_use]
pub fn closing_json(all: &[Evaluation]) -> Value {
    json!({ "verdict": batch_line(all), "strategies": all.iter().map(one).collect::<Vec<_>>() })
}

fn one(evaluation: &Evaluation) -> Value {
    let (run, stress) = (evaluation.run, &evaluation.stress);
    let mut closing = json!({
        "strategy": run.strategy,
        "capital": run.capital,
        "final_equity": run.final_equity(),
        "from": run.clock.start,
        "to": run.clock.open(run.equity.len()),
        "benchmark": run.benchmark_name,
        "futures": stress.futures.map(sleeve::value),
        "metrics": evaluation.metrics.named(),
        "benchmarks": stress_json::benchmarks(stress),
        "ladder": stress.ladder.as_ref().map(stress_json::ladder),
        "shocks": stress.shocks.as_ref().map(shock_text::value),
        "confidence": evaluation.confidence,
        "attribution": attribution(&run.attribution),
        "funding": run.attribution.funding,
        "assumptions": assumptions(&run.assumptions),
        "cautions": run.cautions.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if let Some(tested) = &evaluation.self_test {
        closing["self_test"] = self_test_text::value(tested);
    }
    if let Some(stopped) = stopped(run) {
        closing["stopped"] = stopped;
    }
    closing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_cautions_than_one_reads() {
        let list = |count: usize| (1..=count).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(few(list(8), None), list(8));
        assert_eq!(few(list(9), None), [&list(8)[..], &["… and 1 more in the reports".to_owned()]].concat());
        let also = few(list(9), Some("the market".to_owned()));
        assert_eq!(also, [&list(7)[..], &["… and 2 more in the reports".to_owned(), "the market".to_owned()]].concat());
        assert_eq!(few(Vec::new(), None), Vec::<String>::new());
    }
}
