//! `index.html`: the batch side by side.

use std::fmt::Write;

use crate::market::Market;
use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::html::{cautions, escaped, mark, page as whole, table, told_figure};
use crate::report::terminal;
use crate::report::words::money_of;
use crate::report::write::folder_name;

/// `drawn` of the strategies are in the pictures.
#[must_use]
pub fn page(market: &Market, runs: &[Run], metrics: &[Metrics], drawn: usize, [equity, drawdown]: [&str; 2]) -> String {
    let mut body = format!("<h1>{}{}</h1>\n<p>{}</p>\n", escaped(&market.name), mark(market.synthetic), escaped(&market.about));
    if let Some(run) = runs.first() {
        let to = run.clock.open(run.equity.len());
        let _ = writeln!(
            body,
            "<p class=\"dim\">{} to {} · {} bars · every strategy starts with {} · benchmark {}</p>",
            run.clock.start.date(),
            to.date(),
            run.clock.bar,
            money_of(run.capital),
            escaped(&run.benchmark_name),
        );
    }
    let lines: Vec<terminal::Line> = runs.iter().zip(metrics).map(|(run, m)| terminal::Line::of(&run.strategy, m)).collect();
    body += &told_figure(equity, "Equity of the strategies over each other");
    if drawn < runs.len() {
        let _ = writeln!(body, "<p class=\"dim\">Of {} strategies the {drawn} with the best Sharpe ratio are drawn.</p>", runs.len());
    }
    body += &summary_table(&lines);
    body += &told_figure(drawdown, "Drawdowns of the strategies over each other");
    body += "<h2>Reports</h2>\n<ul>\n";
    for run in runs {
        let _ = writeln!(
            body,
            "<li><a href=\"{}/report.html\">{}</a> <span class=\"dim\">{}</span></li>",
            escaped(&address(&folder_name(&run.strategy))),
            escaped(&run.strategy),
            escaped(&run.about),
        );
    }
    body += "</ul>\n<h2>Cautions</h2>\n";
    body += &cautions(&terminal::cautions(runs));
    if !market.cautions.is_empty() {
        body += "<h3>Of the market itself</h3>\n";
        body += &cautions(&market.cautions);
    }
    whole(&market.name, &body)
}

fn summary_table(lines: &[terminal::Line]) -> String {
    let columns: Vec<_> = terminal::COLUMNS.iter().enumerate().map(|(i, name)| (*name, i > 0)).collect();
    let rows: Vec<Vec<String>> = lines.iter().map(|line| line.cells().to_vec()).collect();
    table("One row a strategy", &columns, &rows)
}

/// A folder name inside an address: anything beyond plain letters is percent-encoded.
fn address(folder: &str) -> String {
    let mut out = String::new();
    for byte in folder.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
