//! The closing table on standard output, and the same for machines.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::words::{money, number, percent};

pub const COLUMNS: [&str; 8] = ["strategy", "return", "CAGR", "Sharpe", "max drawdown", "funding", "fees", "liquidations"];
/// The longest name before it is cut, in characters.
const LONGEST: usize = 40;

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
    let lines: Vec<Line> = runs.iter().map(|run| Line::of(&run.strategy, &Metrics::of(run))).collect();
    table(&lines) + &caution_lines(&cautions(runs))
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
                "metrics": Metrics::of(run),
                "cautions": run.cautions,
            })
        })
        .collect();
    json!({ "strategies": strategies })
}

/// Names to the left, numbers to the right, two spaces between, no line longer than its content.
#[must_use]
pub fn table(lines: &[Line]) -> String {
    let mut rows: Vec<[String; 8]> = vec![COLUMNS.map(str::to_string)];
    rows.extend(lines.iter().map(|line| {
        let mut cells = line.cells();
        cells[0] = crate::report::charts::panel::shortened(&plain(&cells[0]), LONGEST);
        cells
    }));
    let widths: Vec<usize> = (0..8).map(|c| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0)).collect();
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
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for run in runs {
        for caution in &run.cautions {
            match found.iter_mut().find(|(text, _)| text == caution) {
                Some((_, whose)) => whose.push(&run.strategy),
                None => found.push((caution, vec![&run.strategy])),
            }
        }
    }
    found
        .into_iter()
        .map(|(text, whose)| if whose.len() == runs.len() { text.to_string() } else { format!("{}: {text}", whose.join(", ")) })
        .collect()
}

/// Cautions as lines of text; nothing where there are none.
#[must_use]
pub fn caution_lines(list: &[String]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = String::from("\ncautions\n");
    for text in list {
        let _ = writeln!(out, "  ! {}", plain(text));
    }
    out
}

/// No control characters reach the terminal, whatever a file calls its coins.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
