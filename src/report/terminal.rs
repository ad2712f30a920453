//! The closing table on standard output, and the same for machines.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::summary::metrics;
use crate::report::words::{money, number, percent, short_list, whole_money};

/// As pages head them.
pub const COLUMNS: [&str; 8] = ["strategy", "return", "CAGR", "Sharpe", "max drawdown", "funding", "fees", "liquidations"];
/// The same where there is little room.
const HEADS: [&str; 8] = ["strategy", "return", "CAGR", "Sharpe", "max DD", "funding", "fees", "liq"];
/// Characters a table may be wide, whatever the terminal: names are cut until it fits, but never below the shortest.
const TABLE_WIDTH: usize = 80;
const SHORTEST_NAME: usize = 10;
/// What is taken for the width of a terminal that does not say.
const USUAL_WIDTH: usize = 100;

/// One strategy in the closing table.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub strategy: String,
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    pub sharpe: Option<f64>,
    pub max_drawdown: Option<f64>,
    pub funding: Option<f64>,
    pub fees: Option<f64>,
    pub liquidations: Option<f64>,
}

impl Line {
    #[must_use]
    pub fn of(strategy: &str, metrics: &Metrics) -> Self {
        Self::read(strategy, &metrics.named())
    }

    /// From metrics by name, as in `summary.json`; what is not there is unknown.
    #[must_use]
    pub fn read(strategy: &str, metrics: &Map<String, Value>) -> Self {
        let get = |name: &str| metrics.get(name).and_then(Value::as_f64);
        Self {
            strategy: strategy.to_string(),
            total_return: get("total_return"),
            cagr: get("cagr"),
            sharpe: get("sharpe"),
            max_drawdown: get("max_drawdown"),
            funding: get("funding_net_usd"),
            fees: get("fees_usd"),
            liquidations: get("liquidations"),
        }
    }

    #[must_use]
    pub fn cells(&self) -> [String; 8] {
        self.told(money)
    }

    fn told(&self, money: fn(f64) -> String) -> [String; 8] {
        let usd = |value: Option<f64>| value.map_or_else(|| number(None), money);
        [
            self.strategy.clone(),
            percent(self.total_return),
            percent(self.cagr),
            number(self.sharpe),
            percent(self.max_drawdown),
            usd(self.funding),
            usd(self.fees),
            self.liquidations.map_or_else(|| number(None), |count| format!("{count:.0}")),
        ]
    }
}

/// The closing words of a run: the table, then every caution once.
#[must_use]
pub fn closing(runs: &[Run]) -> String {
    closing_with(runs, None)
}

/// As [`closing`], with one more caution that is not of the runs.
#[must_use]
pub fn closing_with(runs: &[Run], also: Option<String>) -> String {
    let lines: Vec<Line> = runs.iter().map(|run| Line::of(&run.strategy, &metrics(run))).collect();
    let mut list = cautions(runs);
    list.extend(also);
    table(&lines) + &caution_lines(&list)
}

/// The same for machines: an array of strategies with all metrics, and the cautions.
#[must_use]
pub fn closing_json(runs: &[Run]) -> Value {
    let strategies: Vec<Value> = runs
        .iter()
        .map(|run| {
            json!({
                "strategy": run.strategy,
                "capital": run.capital,
                "final_equity": run.final_equity(),
                "metrics": metrics(run),
                "cautions": run.cautions,
            })
        })
        .collect();
    json!({ "strategies": strategies })
}

/// Names to the left, numbers to the right, two spaces between, no line longer than its content; 80 columns, long names cut to fit.
#[must_use]
pub fn table(lines: &[Line]) -> String {
    let mut rows: Vec<[String; 8]> = vec![HEADS.map(str::to_string)];
    rows.extend(lines.iter().map(|line| line.told(whole_money)));
    let width = |rows: &[[String; 8]], c: usize| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0);
    let numbers: usize = (1..8).map(|c| width(&rows, c) + 2).sum();
    let longest = TABLE_WIDTH.saturating_sub(numbers).max(SHORTEST_NAME);
    for row in &mut rows {
        row[0] = crate::report::charts::panel::shortened(&plain(&row[0]), longest);
    }
    let widths: Vec<usize> = (0..8).map(|c| width(&rows, c)).collect();
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(c, (cell, &width))| if c == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
        if i == 0 {
            out += &"─".repeat(widths.iter().sum::<usize>() + 14);
            out.push('\n');
        }
    }
    out
}

/// Each caution once, in order of first appearance, with the strategies it concerns unless it concerns all.
#[must_use]
pub fn cautions(runs: &[Run]) -> Vec<String> {
    let told: Vec<(&str, &[String])> = runs.iter().map(|run| (run.strategy.as_str(), run.cautions.as_slice())).collect();
    gathered(&told)
}

/// The same for names and their cautions.
#[must_use]
pub fn gathered(told: &[(&str, &[String])]) -> Vec<String> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, cautions) in told {
        for caution in *cautions {
            match found.iter_mut().find(|(text, _)| text == caution) {
                Some((_, whose)) => whose.push(name),
                None => found.push((caution, vec![name])),
            }
        }
    }
    found
        .into_iter()
        .map(|(text, whose)| if whose.len() == told.len() { text.to_string() } else { format!("{}: {text}", whose.join(", ")) })
        .collect()
}

/// Cautions as lines of text, long lists cut, wrapped to the width of the terminal; nothing where there are none.
#[must_use]
pub fn caution_lines(list: &[String]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = String::from("\ncautions\n");
    for text in list {
        out += &caution_line("  ! ", text);
    }
    out
}

/// One caution behind its mark: its list cut, the text wrapped and hanging under its beginning.
#[must_use]
pub fn caution_line(mark: &str, text: &str) -> String {
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(USUAL_WIDTH);
    wrapped(mark, &plain(&short_list(text)), width.max(40))
}

fn wrapped(mark: &str, text: &str, width: usize) -> String {
    let hang = " ".repeat(mark.chars().count());
    let mut out = String::new();
    let mut line = mark.to_string();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            let _ = writeln!(out, "{line}");
            line.clone_from(&hang);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    let _ = writeln!(out, "{line}");
    out
}

/// No control characters reach the terminal, whatever a file calls its coins.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_under_its_beginning() {
        assert_eq!(wrapped("  ! ", "one two three four", 13), "  ! one two\n    three\n    four\n");
        assert_eq!(wrapped("  ! ", "unbreakablylong word", 10), "  ! unbreakablylong\n    word\n");
        assert_eq!(wrapped("  ! ", "", 10), "  ! \n");
    }

    #[test]
    fn the_table_fits_whatever_it_holds() {
        let line = |name: &str, money: f64| Line {
            strategy: name.to_string(),
            total_return: Some(1234.5),
            cagr: Some(1234.5),
            sharpe: Some(-10.25),
            max_drawdown: Some(-1.0),
            funding: Some(-money),
            fees: Some(money),
            liquidations: Some(1234.0),
        };
        let text = table(&[line(&"a very long name of a strategy".repeat(3), 999_999.0), line("b", 1.2e9)]);
        assert!(text.lines().all(|line| line.chars().count() <= TABLE_WIDTH), "{text}");
        let short = table(&[line("foundation-first", 22_199.4)]);
        assert!(short.contains("−$22,199") && short.contains("max DD"), "{short}");
    }
}
