//! Strategies as a table on the terminal, a line each: the metrics that have a column there ([`of_terminal`]), and the curve of equity where there is room.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::evaluate::Evaluation;
use crate::metrics::Metrics;
use crate::metrics::table::{Better, Unit, of_terminal};
use crate::report::charts::panel::shortened;
use crate::report::columns::{self, cut, left, right, width};
use crate::report::metric_words::metric_text;
use crate::report::number_format::{number, whole_money};
use crate::report::spark::{Scale, spark};
use crate::report::terminal::{DIM, GREEN, Look, RED, plain, wrapped};

/// The heading of the names.
const NAMES: &str = "strategy";
/// Letters of the heading of the metric that strategies are ranked by, where it has no column of its own.
const LONGEST_HEAD: usize = 16;
/// Names are cut until the table fits, but never below this.
const SHORTEST_NAME: usize = 10;
/// Letters of the curve of equity: never fewer than the first, never more than the second.
const CURVE: (usize, usize) = (8, 28);

/// One strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub strategy: String,
    /// The metrics of [`of_terminal`], in their order.
    pub figures: Vec<Option<f64>>,
    /// Equity over time, for the curve; empty where it is not known.
    pub equity: Vec<f64>,
    /// Name and value of a metric that has no column of its own.
    pub by: Option<(String, String)>,
}

impl Line {
    /// The line of a run, with its curve.
    #[must_use]
    pub(crate) fn of_run(evaluation: &Evaluation) -> Self {
        let start = evaluation.run.capital.to_f64();
        let equity = std::iter::once(start).chain(evaluation.curves.wealth.iter().copied()).collect();
        Self { equity, ..Self::of(&evaluation.run.strategy, &evaluation.metrics) }
    }

    /// The row of a strategy by its metrics, without a curve.
    #[must_use]
    pub fn of(strategy: &str, metrics: &Metrics) -> Self {
        let figures = of_terminal().iter().map(|(metric, _)| (metric.get)(metrics).as_f64()).collect();
        Self { strategy: strategy.to_owned(), figures, equity: Vec::new(), by: None }
    }

    /// From metrics by name, as in `summary.json`; what is not there is unknown.
    #[must_use]
    pub fn read(strategy: &str, metrics: &Map<String, Value>) -> Self {
        let figures = of_terminal().iter().map(|(metric, _)| metrics.get(metric.name).and_then(Value::as_f64)).collect();
        Self { strategy: strategy.to_owned(), figures, equity: Vec::new(), by: None }
    }

    /// The curve in times of its start, so that runs with other capital can be compared; nothing where it is not known.
    fn growth(&self) -> Vec<f64> {
        let start = self.equity.first().copied().filter(|start| *start > 0.0).unwrap_or(1.0);
        let known = if self.equity.len() > 1 { self.equity.as_slice() } else { &[] };
        known.iter().map(|equity| equity / start).collect()
    }

    /// The name, then a cell a column, then that of the ranking where it has one.
    fn cells(&self) -> Vec<String> {
        let cell = |unit: Unit, name: &str, value: Option<f64>| match (unit, value) {
            (Unit::Usd, Some(dollars)) => whole_money(dollars),
            _ => metric_text(name, value),
        };
        let figures = of_terminal().into_iter().zip(&self.figures).map(|((metric, _), value)| cell(metric.unit, metric.name, *value));
        let by = self.by.as_ref().map(|(_, cell)| cell.clone());
        std::iter::once(plain(&self.strategy)).chain(figures).chain(by).collect()
    }
}

/// A table as it is laid out: its rows, the head first, and which of their cells are shown, from the left.
struct Layout {
    rows: Vec<Vec<String>>,
    shown: Vec<usize>,
}

impl Layout {
    /// Names are cut, and at last columns left out, the least asked for first.
    fn of(lines: &[Line], width: usize) -> Self {
        let columns = of_terminal();
        let by = lines.iter().find_map(|line| line.by.as_ref()).map(|(name, _)| shortened(name, LONGEST_HEAD));
        let head: Vec<String> =
            [NAMES].into_iter().chain(columns.iter().map(|(_, column)| column.head)).map(str::to_owned).chain(by.clone()).collect();
        let rows = std::iter::once(head.clone()).chain(lines.iter().map(Line::cells));
        // A line without a value of the ranking's metric still has its cell.
        let filled = rows.map(|mut row| {
            row.resize_with(head.len(), || number(None));
            row
        });
        let mut layout = Self { rows: filled.collect(), shown: (1..=columns.len()).collect() };
        if by.is_some() {
            layout.shown.insert(0, columns.len() + 1);
        }
        let mut spared: Vec<(u8, usize)> = columns.iter().enumerate().map(|(at, (_, column))| (column.spared, at + 1)).collect();
        spared.retain(|(turn, _)| *turn > 0);
        spared.sort_unstable_by(|a, b| b.cmp(a));
        for (_, column) in spared {
            if layout.room(width) < SHORTEST_NAME {
                layout.shown.retain(|shown| *shown != column);
            }
        }
        let longest = layout.room(width).max(SHORTEST_NAME);
        for row in &mut layout.rows {
            row[0] = cut(&row[0], longest);
        }
        layout.shown.insert(0, 0);
        layout
    }

    fn widest(&self, column: usize) -> usize {
        self.rows.iter().map(|row| width(&row[column])).max().unwrap_or(0)
    }

    /// What the columns leave for names.
    fn room(&self, width: usize) -> usize {
        width.saturating_sub(self.shown.iter().map(|&column| self.widest(column) + 2).sum())
    }
}

/// Names to the left, numbers to the right, two spaces between, the curve of equity where there is room; where there is not, the curves stand below. All
/// curves are on one scale, which is said under them.
#[must_use]
pub fn table(lines: &[Line], look: Look) -> String {
    let layout = Layout::of(lines, look.width);
    let widths: Vec<usize> = layout.shown.iter().map(|&column| layout.widest(column)).collect();
    let own = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
    let left = look.width.saturating_sub(own + 2).min(CURVE.1);
    let growths: Vec<Vec<f64>> = lines.iter().map(Line::growth).collect();
    let known = growths.iter().any(|growth| !growth.is_empty());
    let scale = Scale::of(growths.iter().map(Vec::as_slice));
    let curve = if left >= CURVE.0 && known { left } else { 0 };
    let mut out = String::new();
    for (i, row) in layout.rows.iter().enumerate() {
        let line = i.checked_sub(1).map(|i| &lines[i]);
        let mut cells: Vec<String> = Vec::new();
        for (&column, &places) in layout.shown.iter().zip(&widths) {
            let text = if column == 0 { columns::left(&row[0], places) } else { right(&row[column], places) };
            cells.push(look.dyed(&text, tint(line, column)));
        }
        if curve > 0 {
            cells.push(i.checked_sub(1).map_or("equity".to_string(), |i| spark(&growths[i], curve, scale)));
        }
        out += cells.join("  ").trim_end();
        out.push('\n');
        if i == 0 {
            out += &"─".repeat(own + if curve > 0 { curve + 2 } else { 0 });
            out.push('\n');
        }
    }
    if curve > 0 {
        out += &legend(scale, look);
    } else if known {
        out += &curves(lines, &growths, scale, look);
    }
    out
}

/// What the height of the curves means.
fn legend(scale: Scale, look: Look) -> String {
    let text = wrapped("", &format!("equity on one scale: {}", scale.in_words()), look.width);
    format!("{}\n", look.dyed(text.trim_end(), DIM))
}

/// The curves under the table, where there is no room beside it.
fn curves(lines: &[Line], growths: &[Vec<f64>], scale: Scale, look: Look) -> String {
    let known = || lines.iter().zip(growths).filter(|(_, growth)| !growth.is_empty());
    if look.width < SHORTEST_NAME + 2 + CURVE.0 {
        return String::new();
    }
    let longest = known().map(|(line, _)| width(&plain(&line.strategy))).max().unwrap_or(0).min(look.width - 2 - CURVE.0).min(24);
    let mut out = format!("\n{}\n", look.dyed("equity", DIM));
    for (line, growth) in known() {
        let name = left(&cut(&plain(&line.strategy), longest), longest);
        let _ = writeln!(out, "{name}  {}", spark(growth, (look.width - longest - 2).min(48), scale));
    }
    out + &legend(scale, look)
}

/// Gains green, losses red, the head dim; what is coloured also has its sign.
fn tint(line: Option<&Line>, column: usize) -> &'static str {
    const NONE: &str = "0";
    let Some(line) = line else { return DIM };
    let columns = of_terminal();
    let Some((metric, _)) = column.checked_sub(1).and_then(|at| columns.get(at)).filter(|(_, column)| column.coloured) else { return NONE };
    let sign = if metric.better == Better::Less { -1.0 } else { 1.0 };
    match line.figures[column - 1].map(|value| sign * value) {
        Some(value) if value > 0.0 => GREEN,
        Some(value) if value < 0.0 => RED,
        _ => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, money: f64) -> Line {
        Line {
            strategy: name.to_string(),
            figures: [1234.5, 1234.5, -10.25, -1.0, -money, money, 1234.0].map(Some).to_vec(),
            equity: vec![1.0, 3.0, 2.0],
            by: None,
        }
    }

    #[test]
    fn the_table_fits_whatever_it_holds() {
        let lines = [line(&"a very long name of a strategy".repeat(3), 999_999.0), line("b", 1.2e9)];
        for width in [200, 120, 80, 60, 40, 30] {
            let text = table(&lines, Look { width, colour: false });
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}\n{text}");
            assert!(text.contains("return"), "{width}\n{text}");
            assert_eq!(text.contains("liq"), width >= 80, "{width}\n{text}");
            assert_eq!(text.matches('█').count(), 2, "{width}\n{text}");
        }
        let short = table(&[line("foundation-first", 22_199.4)], Look::PLAIN);
        assert!(
            short.contains("−$22,199")
                && short.contains("max DD")
                && short.ends_with("▁█▅\nequity on one scale: linear, from 1.00 to 3.00 times the start\n"),
            "{short}"
        );
        let wide = table(&[line("foundation-first", 22_199.4)], Look { width: 120, colour: false });
        assert!(wide.lines().nth(2).is_some_and(|row| row.ends_with("1,234  ▁█▅")), "{wide}");
    }

    #[test]
    fn curves_are_compared_by_growth_on_one_scale() {
        let twice = Line { equity: vec![100.0, 200.0, 100.0], ..line("twice", 1.0) };
        let tenfold = Line { equity: vec![5.0, 20.0, 50.0], ..line("tenfold", 1.0) };
        let unknown = Line { equity: Vec::new(), ..line("unknown", 1.0) };
        for width in [120, 80] {
            let text = table(&[twice.clone(), tenfold.clone(), unknown.clone()], Look { width, colour: false });
            let curve = |name: &str| text.lines().rfind(|row| row.starts_with(name)).unwrap().rsplit(' ').next().unwrap().to_owned();
            assert_eq!([curve("twice"), curve("tenfold")], ["▁▃▁", "▁▅█"], "{text}");
            assert!(text.ends_with("equity on one scale: logarithmic, from 1.00 to 10.00 times the start\n"), "{text}");
        }
        assert!(!table(&[unknown], Look::PLAIN).contains("scale"));
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let lines = [line("one", 1.0), line("two", 2.0)];
        let coloured = table(&lines, Look { width: 100, colour: true });
        assert!(coloured.contains("\x1b[32m") && coloured.contains("\x1b[31m"));
        let mut bare = String::new();
        let mut escape = false;
        for c in coloured.chars() {
            match c {
                '\x1b' => escape = true,
                'm' if escape => escape = false,
                _ if escape => {}
                _ => bare.push(c),
            }
        }
        assert_eq!(bare, table(&lines, Look { width: 100, colour: false }));
    }
}
