//! A page made of folders already written: many strategies ranked, the best of them side by side.

use std::fmt::Write;

use serde_json::Value;

use crate::report::charts::scatter::{Point, scatter};
use crate::report::compare::Told;
use crate::report::html::{Column, cautions, escaped, mark, page as whole, table, told_figure, wide};
use crate::report::versus::{Setting, Versus};
use crate::report::words::{grouped, money, number, percent};

/// What the page is made of; `ranked` has the best first.
pub struct Page<'a> {
    pub title: &'a str,
    pub synthetic: bool,
    pub by: &'a str,
    pub ranked: &'a [&'a Told],
    pub versus: &'a Versus,
    pub notes: &'a [String],
    pub equity: &'a str,
    pub drawdown: &'a str,
}

/// How a metric is said.
#[derive(Clone, Copy)]
enum Form {
    Percent,
    Plain,
    Money,
    Count,
}

const METRICS: [(&str, &str, Form); 14] = [
    ("total_return", "return", Form::Percent),
    ("cagr", "CAGR", Form::Percent),
    ("volatility", "volatility", Form::Percent),
    ("sharpe", "Sharpe", Form::Plain),
    ("sortino", "Sortino", Form::Plain),
    ("calmar", "Calmar", Form::Plain),
    ("max_drawdown", "max drawdown", Form::Percent),
    ("beta", "beta", Form::Plain),
    ("trades", "trades", Form::Count),
    ("win_rate", "win rate", Form::Percent),
    ("turnover_per_year", "turnover", Form::Plain),
    ("funding_net_usd", "funding", Form::Money),
    ("fees_usd", "fees", Form::Money),
    ("liquidations", "liquidations", Form::Count),
];

#[must_use]
pub fn page(page: &Page) -> String {
    let mut body = format!("<h1>{}{}</h1>\n", escaped(page.title), mark(page.synthetic));
    let drawn = page.versus.names.len();
    let _ = write!(body, "<p class=\"dim\">{} strategies, ranked by {}", page.ranked.len(), escaped(page.by));
    if drawn < page.ranked.len() {
        let _ = write!(body, "; the best {drawn} are drawn");
    }
    body += ". The best of many is partly luck.</p>\n";
    body += &told_figure(page.equity, "Equity of the best strategies over each other");
    body += &ranking(page);
    body += &told_figure(page.drawdown, "Drawdowns of the best strategies over each other");
    let points: Vec<Point> = page.ranked.iter().filter_map(|told| point(told)).collect();
    body += &told_figure(&scatter(&points, drawn), "Yearly growth against yearly volatility, a point a strategy");
    body += "<h2>Better, or lucky?</h2>\n";
    body += &duels(page.versus);
    body += "<h2>How alike they are</h2>\n";
    body += &correlations(page.versus);
    body += "<h2>What was set differently</h2>\n";
    body += &settings(&page.versus.names, &page.versus.settings);
    body += "<h2>Cautions</h2>\n";
    body += &cautions(page.notes);
    whole(page.title, &body)
}

fn value(told: &Told, name: &str) -> Option<f64> {
    told.metrics.get(name).and_then(Value::as_f64)
}

fn point(told: &Told) -> Option<Point> {
    let growth = value(told, "cagr").or_else(|| value(told, "total_return"))?;
    Some(Point { name: told.name.clone(), risk: value(told, "volatility")?, growth })
}

fn said(value: Option<f64>, form: Form) -> String {
    match form {
        Form::Percent => percent(value),
        Form::Plain => number(value),
        Form::Money => value.map_or_else(|| number(None), money),
        Form::Count => value.map_or_else(|| number(None), |count| grouped(count, 0)),
    }
}

/// The metric of the ranking comes first where it has no column of its own.
fn ranking(page: &Page) -> String {
    let own = METRICS.iter().all(|(name, ..)| *name != page.by);
    let mut columns: Vec<Column> = vec![("strategy", false), ("rank", true)];
    if own {
        columns.push((page.by, true));
    }
    columns.extend(METRICS.iter().map(|(_, head, _)| (*head, true)));
    let row = |(i, told): (usize, &&Told)| {
        let mut cells = vec![told.name.clone(), (i + 1).to_string()];
        if own {
            cells.push(number(value(told, page.by)));
        }
        cells.extend(METRICS.iter().map(|(name, _, form)| said(value(told, name), *form)));
        cells
    };
    table("One row a strategy, best first", &columns, &page.ranked.iter().enumerate().map(row).collect::<Vec<_>>())
}

fn duels(versus: &Versus) -> String {
    let Some(first) = versus.duels.first() else { return "<p class=\"dim\">One strategy alone.</p>\n".to_string() };
    let rows: Vec<Vec<String>> = versus
        .duels
        .iter()
        .map(|duel| {
            let found = duel.difference.as_ref();
            let interval = |i: Option<crate::metrics::bootstrap::Interval>, say: fn(Option<f64>) -> String| {
                i.map_or_else(|| number(None), |i| format!("{} to {}", say(Some(i.low)), say(Some(i.high))))
            };
            vec![
                duel.than.clone(),
                number(found.and_then(|d| d.sharpe)),
                interval(found.and_then(|d| d.sharpe_interval), number),
                percent(found.and_then(|d| d.annual_return)),
                interval(found.and_then(|d| d.annual_return_interval), percent),
                percent(found.and_then(|d| d.better_in)),
                found.map_or("not the same days, or too few", |d| if d.told_apart() { "told apart" } else { "could be luck" }).to_string(),
            ]
        })
        .collect();
    let columns = [
        ("less", false),
        ("Sharpe", true),
        ("95 % interval", true),
        ("return a year", true),
        ("95 % interval", true),
        ("ahead in", true),
        ("verdict", false),
    ];
    let caption = format!("{} less each other one, on the same days; stationary bootstrap, 2,000 histories, seed 1", first.better);
    table(&caption, &columns, &rows)
}

fn correlations(versus: &Versus) -> String {
    let width = versus.names.len();
    let mut columns: Vec<Column> = vec![("strategy", false)];
    columns.extend(versus.names.iter().map(|name| (name.as_str(), true)));
    let row = |(i, name): (usize, &String)| {
        let cells = versus.correlation[i * width..(i + 1) * width].iter().map(|c| number(*c));
        std::iter::once(name.clone()).chain(cells).collect()
    };
    table("Correlation of daily returns", &columns, &versus.names.iter().enumerate().map(row).collect::<Vec<_>>())
}

/// A value that is not that of the best strategy is marked.
fn settings(names: &[String], all: &[Setting]) -> String {
    if all.is_empty() {
        return "<p class=\"dim\">Nothing that the manifests tell.</p>\n".to_string();
    }
    let mut out = String::from("<table>\n<caption>Marked: not as in the first</caption>\n<thead><tr><th scope=\"col\">key</th>");
    for name in names {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(name));
    }
    out += "</tr></thead>\n<tbody>\n";
    for setting in all {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(&setting.key));
        for value in &setting.values {
            let shown = if value.is_empty() { "–".to_string() } else { escaped(value) };
            let other = *value != setting.values[0];
            let _ = if other { write!(out, "<td><mark>{shown}</mark></td>") } else { write!(out, "<td>{shown}</td>") };
        }
        out += "</tr>\n";
    }
    wide("What was set differently", &(out + "</tbody>\n</table>")) + "\n"
}
