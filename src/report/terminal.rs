//! The closing table on standard output, and the same for machines.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::metrics::Metrics;
use crate::metrics::confidence::Confidence;
use crate::metrics::sharpe::Trials;
use crate::replay::run::Run;
use crate::report::charts::panel::shortened;
use crate::report::columns::{self, cut, left, right, width};
use crate::report::explain::Story;
use crate::report::rungs;
use crate::report::sleeve;
use crate::report::spark::spark;
use crate::report::summary::{assumptions, attribution, by_name, metrics, stopped};
use crate::report::words::{grouped, number, percent, short_list, whole_money};
use crate::stress::Stress;

/// What is written to: its width in characters, and whether it shows colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub width: usize,
    pub colour: bool,
}

impl Look {
    /// A file, or a terminal that says nothing of itself.
    pub const PLAIN: Self = Self { width: 80, colour: false };

    fn dyed(self, text: &str, code: &str) -> String {
        if self.colour && !text.trim().is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const DIM: &str = "2";

/// Headings, short, since there is little room.
const HEADS: [&str; 8] = ["strategy", "return", "CAGR", "Sharpe", "max DD", "funding", "fees", "liq"];
/// The metrics behind them.
pub const METRICS: [&str; 7] = ["total_return", "cagr", "sharpe", "max_drawdown", "funding_net_usd", "fees_usd", "liquidations"];
/// The column of the metric that strategies are ranked by, where it is none of them.
const BY: usize = 8;
/// Columns in the order in which a narrow terminal does without them.
const SPARED: [usize; 6] = [7, 6, 5, 2, 4, 3];
/// Letters of the heading of that metric.
const LONGEST_HEAD: usize = 16;
/// Names are cut until the table fits, but never below this.
const SHORTEST_NAME: usize = 10;
/// Letters of the curve of equity: never fewer than the first, never more than the second.
const CURVE: (usize, usize) = (8, 28);

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
    /// Equity over time, for the curve; empty where it is not known.
    pub equity: Vec<f64>,
    /// Name and value of a metric that has no column of its own.
    pub by: Option<(String, String)>,
}

impl Line {
    /// The line of a run, with its curve.
    #[must_use]
    pub fn of_run(run: &Run) -> Self {
        let equity = std::iter::once(run.capital).chain(run.equity.iter().copied()).map(crate::units::Usd::to_f64).collect();
        Self { equity, ..Self::of(&run.strategy, &metrics(run, &Trials::ALONE)) }
    }

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
            equity: Vec::new(),
            by: None,
        }
    }

    fn cells(&self) -> [String; 8] {
        let usd = |value: Option<f64>| value.map_or_else(|| number(None), whole_money);
        [
            self.strategy.clone(),
            percent(self.total_return),
            percent(self.cagr),
            number(self.sharpe),
            percent(self.max_drawdown),
            usd(self.funding),
            usd(self.fees),
            self.liquidations.map_or_else(|| number(None), |count| grouped(count, 0)),
        ]
    }
}

/// The closing words of a run: the table, what the futures added, then every caution once, and `also` one that is not of the runs.
#[must_use]
pub fn closing(runs: &[Run], stresses: &[Stress], also: Option<String>, look: Look) -> String {
    let lines: Vec<Line> = runs.iter().map(Line::of_run).collect();
    let mut list = cautions(runs);
    list.extend(also);
    table(&lines, look) + &sleeve::lines(runs, stresses, look) + &caution_lines(&list, look)
}

/// The same for machines: an array of strategies with all metrics, and the cautions.
#[must_use]
pub fn closing_json(runs: &[Run], stresses: &[Stress]) -> Value {
    let trials = Trials::of_runs(runs);
    let strategies: Vec<Value> = runs
        .iter()
        .zip(stresses)
        .map(|(run, stress)| {
            let mut told = json!({
                "strategy": run.strategy,
                "capital": run.capital,
                "final_equity": run.final_equity(),
                "from": run.clock.start,
                "to": run.clock.open(run.equity.len()),
                "benchmark": run.benchmark_name,
                "futures": stress.futures.map(sleeve::value),
                "metrics": by_name(&metrics(run, &trials), stress),
                "benchmarks": rungs::benchmarks(stress),
                "ladder": stress.ladder.as_ref().map(rungs::ladder),
                "confidence": Confidence::of(run),
                "attribution": attribution(&run.attribution),
                "funding": run.attribution.funding,
                "assumptions": assumptions(&run.assumptions),
                "cautions": run.cautions.iter().map(ToString::to_string).collect::<Vec<_>>(),
            });
            if let Some(stopped) = stopped(run) {
                told["stopped"] = stopped;
            }
            told
        })
        .collect();
    json!({ "strategies": strategies })
}

/// Names to the left, numbers to the right, two spaces between, the curve of equity where there is room. Where there is not, the curves stand
/// below, names are cut, and at last columns left out, the least asked for first.
#[must_use]
pub fn table(lines: &[Line], look: Look) -> String {
    let by = lines.iter().find_map(|line| line.by.as_ref()).map(|(name, _)| shortened(name, LONGEST_HEAD));
    let mut rows: Vec<Vec<String>> = vec![HEADS.map(str::to_string).to_vec()];
    rows.extend(lines.iter().map(|line| line.cells().to_vec()));
    let mut shown: Vec<usize> = (1..8).collect();
    if let Some(name) = by {
        rows[0].push(name);
        rows.iter_mut()
            .skip(1)
            .zip(lines)
            .for_each(|(row, line)| row.push(line.by.as_ref().map_or_else(|| number(None), |(_, cell)| cell.clone())));
        shown.insert(0, BY);
    }
    let widest = |rows: &[Vec<String>], c: usize| rows.iter().map(|row| width(&row[c])).max().unwrap_or(0);
    let room = |shown: &[usize], rows: &[Vec<String>]| look.width.saturating_sub(shown.iter().map(|&c| widest(rows, c) + 2).sum());
    for spared in SPARED {
        if room(&shown, &rows) < SHORTEST_NAME {
            shown.retain(|c| *c != spared);
        }
    }
    let longest = room(&shown, &rows).max(SHORTEST_NAME);
    for row in &mut rows {
        row[0] = cut(&plain(&row[0]), longest);
    }
    shown.insert(0, 0);
    let widths: Vec<usize> = shown.iter().map(|&c| widest(&rows, c)).collect();
    let own = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
    let left = look.width.saturating_sub(own + 2).min(CURVE.1);
    let curve = if left >= CURVE.0 && lines.iter().any(|line| line.equity.len() > 1) { left } else { 0 };
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let mut cells: Vec<String> = Vec::new();
        for (&c, &places) in shown.iter().zip(&widths) {
            let cell = &row[c];
            let text = if c == 0 { columns::left(cell, places) } else { right(cell, places) };
            let told = i.checked_sub(1).map(|i| &lines[i]);
            cells.push(look.dyed(&text, tint(told, c)));
        }
        if curve > 0 {
            cells.push(i.checked_sub(1).map_or("equity".to_string(), |i| spark(&lines[i].equity, curve)));
        }
        out += cells.join("  ").trim_end();
        out.push('\n');
        if i == 0 {
            out += &"─".repeat(own + if curve > 0 { curve + 2 } else { 0 });
            out.push('\n');
        }
    }
    if curve == 0 {
        out += &curves(lines, look);
    }
    out
}

/// The curves under the table, where there is no room beside it.
fn curves(lines: &[Line], look: Look) -> String {
    let known = || lines.iter().filter(|line| line.equity.len() > 1);
    if known().count() == 0 || look.width < SHORTEST_NAME + 2 + CURVE.0 {
        return String::new();
    }
    let longest = known().map(|line| width(&plain(&line.strategy))).max().unwrap_or(0).min(look.width - 2 - CURVE.0).min(24);
    let mut out = format!("\n{}\n", look.dyed("equity", DIM));
    for line in known() {
        let name = left(&cut(&plain(&line.strategy), longest), longest);
        let _ = writeln!(out, "{name}  {}", spark(&line.equity, (look.width - longest - 2).min(48)));
    }
    out
}

/// Gains green, losses red, the head dim; what is coloured also has its sign.
fn tint(line: Option<&Line>, column: usize) -> &'static str {
    let Some(line) = line else { return DIM };
    let value = match column {
        1 => line.total_return,
        2 => line.cagr,
        3 => line.sharpe,
        7 => line.liquidations.map(|count| -count),
        _ => None,
    };
    match value {
        Some(v) if v > 0.0 => GREEN,
        Some(v) if v < 0.0 => RED,
        _ => "0",
    }
}

/// A story in three columns: when, from which table, what.
#[must_use]
pub fn story(story: &Story, look: Look) -> String {
    let mut out = format!("{}\n\n", look.dyed(&plain(&story.title), "1"));
    let widest = story.facts.iter().map(|(name, _)| width(&plain(name))).max().unwrap_or(0);
    for (name, value) in &story.facts {
        out += &wrapped(&format!("  {}  ", left(&plain(name), widest)), &plain(value), look.width.max(40));
    }
    if !story.events.is_empty() {
        out.push('\n');
    }
    for event in &story.events {
        let mark = format!("{}  {:<12}  ", event.time, event.table);
        let text = wrapped(&mark, &plain(&event.text), look.width.max(60));
        out += &if event.table == "liquidations" { look.dyed(&text, RED) } else { text };
    }
    out
}

/// A few names and how many more there are.
#[must_use]
pub fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    if names.len() <= SHOWN + 1 {
        return names.join(", ");
    }
    format!("{}, … and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}

/// Each caution once, in order of first appearance, with the strategies it concerns unless it concerns all.
#[must_use]
pub fn cautions(runs: &[Run]) -> Vec<String> {
    let told: Vec<Vec<String>> = runs.iter().map(|run| run.cautions.iter().map(ToString::to_string).collect()).collect();
    let told: Vec<(&str, &[String])> = runs.iter().zip(&told).map(|(run, told)| (run.strategy.as_str(), told.as_slice())).collect();
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
        .map(|(text, whose)| if whose.len() == told.len() { text.to_string() } else { format!("{}: {text}", some_of(&whose)) })
        .collect()
}

/// Cautions as lines of text, long lists cut, wrapped to the width; nothing where there are none.
#[must_use]
pub fn caution_lines(list: &[String], look: Look) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", look.dyed("cautions", YELLOW));
    for text in list {
        out += &caution_line("  ! ", text, look);
    }
    out
}

/// One caution behind its mark: its list cut, the text wrapped and hanging under its beginning.
#[must_use]
pub fn caution_line(mark: &str, text: &str, look: Look) -> String {
    wrapped(mark, &plain(&short_list(text)), look.width.max(40))
}

/// A sentence in as many lines as it needs.
#[must_use]
pub fn paragraph(text: &str, look: Look) -> String {
    wrapped("", &plain(text), look.width.max(40))
}

fn wrapped(mark: &str, text: &str, places: usize) -> String {
    let hang = " ".repeat(width(mark));
    let mut out = String::new();
    let mut line = mark.to_string();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && width(&line) + 1 + width(word) > places {
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

/// Nothing reaches the terminal that would act on it, whatever a file calls its coins.
pub(super) use crate::names::shown as plain;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_under_its_beginning() {
        assert_eq!(paragraph("a few words", Look { width: 50, colour: false }), "a few words\n");
        assert!(paragraph(&"word ".repeat(40), Look { width: 50, colour: false }).lines().all(|line| line.chars().count() <= 50));
        assert_eq!(wrapped("  ! ", "one two three four", 13), "  ! one two\n    three\n    four\n");
        assert_eq!(wrapped("  ! ", "unbreakablylong word", 10), "  ! unbreakablylong\n    word\n");
        assert_eq!(wrapped("  ! ", "", 10), "  ! \n");
    }

    fn line(name: &str, money: f64) -> Line {
        Line {
            strategy: name.to_string(),
            total_return: Some(1234.5),
            cagr: Some(1234.5),
            sharpe: Some(-10.25),
            max_drawdown: Some(-1.0),
            funding: Some(-money),
            fees: Some(money),
            liquidations: Some(1234.0),
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
        assert!(short.contains("−$22,199") && short.contains("max DD") && short.ends_with("▁█▅\n"), "{short}");
        let wide = table(&[line("foundation-first", 22_199.4)], Look { width: 120, colour: false });
        assert!(wide.lines().nth(2).is_some_and(|row| row.ends_with("1,234  ▁█▅")), "{wide}");
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
