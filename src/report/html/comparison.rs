//! Many strategies on one page: ranked, drawn over each other, and told from luck. The page of a comparison, and that of a batch.

use std::fmt::Write;

use serde_json::Value;

use crate::metrics::bootstrap::Interval;
use crate::metrics::table::METRICS;
use crate::report::charts::scatter::{Point, scatter};
use crate::report::html::{Column, cautions, escaped, linked_table, mark, page as whole, table, told_figure, wide};
use crate::report::loaded::LoadedStrategy;
use crate::report::metric_words::said;
use crate::report::number_format::{number, percent};
use crate::report::versus::Versus;

/// What the page is made of; `ranked` has the best first.
pub struct Page<'a> {
    pub title: &'a str,
    pub synthetic: bool,
    /// Below the title, as HTML.
    pub head: &'a str,
    pub by: &'a str,
    pub ranked: &'a [&'a LoadedStrategy],
    pub versus: &'a Versus,
    pub notes: &'a [String],
    /// What the markets themselves warn of.
    pub market_notes: &'a [String],
    pub equity: &'a str,
    pub drawdown: &'a str,
}

/// A table with more rows than this stands at the end of the page, below what tells its best from luck.
const MANY: usize = 40;
/// Settings that differ, more than which are shown only to whoever asks.
const FEW_SETTINGS: usize = 12;

#[must_use]
pub fn page(page: &Page) -> String {
    let (count, drawn) = (page.ranked.len(), page.versus.names.len());
    let mut body = format!("<h1>{}{}</h1>\n{}", escaped(page.title), mark(page.synthetic), page.head);
    let _ = write!(body, "<p class=\"dim\">{count} strategies, ranked by {}", escaped(page.by));
    if drawn < count {
        let _ = write!(body, "; the best {drawn} are drawn");
    }
    body += ". The best of many is partly luck.</p>\n";
    body += "<nav><a href=\"#all\">All of them</a><a href=\"#luck\">Better, or lucky?</a><a href=\"#alike\">How alike they are</a>\
             <a href=\"#set\">What was set differently</a><a href=\"#cautions\">Cautions</a></nav>\n";
    body += &told_figure(page.equity, "Equity of the best strategies over each other");
    if count <= MANY {
        body += &ranking(page);
    }
    body += &told_figure(page.drawdown, "Drawdowns of the best strategies over each other");
    let points: Vec<Point> = page.ranked.iter().filter_map(|told| point(told)).collect();
    body += &told_figure(&scatter(&points, drawn), "Yearly growth against yearly volatility, a point a strategy");
    body += "<h2 id=\"luck\">Better, or lucky?</h2>\n";
    body += &duels(page.versus);
    body += "<h2 id=\"alike\">How alike they are</h2>\n";
    body += &correlations(page.versus);
    body += "<h2 id=\"set\">What was set differently</h2>\n";
    body += &settings(page.versus);
    body += "<h2 id=\"cautions\">Cautions</h2>\n";
    body += &many_cautions(page.notes);
    if !page.market_notes.is_empty() {
        body += "<h3>Of the market itself</h3>\n";
        body += &cautions(page.market_notes);
    }
    if count > MANY {
        body += &ranking(page);
    }
    whole(page.title, &body)
}

/// The first of them, the others only for whoever asks.
fn many_cautions(all: &[String]) -> String {
    if all.len() <= MANY {
        return cautions(all);
    }
    let (first, more) = all.split_at(MANY);
    format!("{}<details class=\"rows\"><summary>{} more</summary>\n{}</details>\n", cautions(first), more.len(), cautions(more))
}

fn value(told: &LoadedStrategy, name: &str) -> Option<f64> {
    told.metrics.get(name).and_then(Value::as_f64)
}

fn point(told: &LoadedStrategy) -> Option<Point> {
    let growth = value(told, "cagr").or_else(|| value(told, "total_return"))?;
    Some(Point { name: told.name.clone(), risk: value(told, "volatility")?, growth })
}

/// The metric of the ranking comes first where it has no column of its own.
fn ranking(page: &Page) -> String {
    // Some a report has only where it was asked for them, or where the strategy has such a variant.
    let there = |name: &str| page.ranked.iter().any(|told| told.metrics.contains_key(name));
    let with_column = METRICS.iter().filter_map(|metric| Some((metric.name, metric.column?)));
    let mut shown: Vec<(&str, &str)> = with_column.filter(|(name, _)| there(name)).collect();
    if shown.iter().all(|(name, _)| *name != page.by) {
        shown.insert(0, (page.by, page.by));
    }
    let mut columns: Vec<Column> = vec![("strategy", false), ("rank", true)];
    columns.extend(shown.iter().map(|(_, head)| (*head, true)));
    let row = |(i, told): (usize, &&LoadedStrategy)| {
        let cells = shown.iter().map(|(name, _)| said(name, value(told, name)));
        [told.name.clone(), (i + 1).to_string()].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = page.ranked.iter().enumerate().map(row).collect();
    let addresses: Vec<Option<String>> = page.ranked.iter().map(|told| told.page.clone()).collect();
    format!("<h2 id=\"all\">All of them</h2>\n{}", linked_table("One row a strategy, best first", &columns, &rows, &addresses))
}

fn duels(versus: &Versus) -> String {
    let Some(first) = versus.duels.first() else { return "<p class=\"dim\">One strategy alone.</p>\n".to_string() };
    let interval = |i: Option<Interval>, say: fn(Option<f64>) -> String| {
        i.map_or_else(|| number(None), |i| format!("{} to {}", say(Some(i.low)), say(Some(i.high))))
    };
    let rows: Vec<Vec<String>> = versus
        .duels
        .iter()
        .map(|duel| {
            // Where nothing can be told, no number pretends to.
            let found = duel.difference.as_ref().filter(|_| duel.not_comparable.is_none());
            let days = duel.on_days().map_or_else(String::new, |days| format!(", {days}"));
            vec![
                duel.than.clone(),
                number(found.and_then(|d| d.sharpe)),
                interval(found.and_then(|d| d.sharpe_interval), number),
                percent(found.and_then(|d| d.annual_return)),
                interval(found.and_then(|d| d.annual_return_interval), percent),
                percent(found.and_then(|d| d.better_in)),
                duel.verdict() + &days,
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
    let caption = format!("{} less each other one, on the days both have; stationary bootstrap, 2,000 histories, seed 1", first.better);
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
fn settings(versus: &Versus) -> String {
    let all = &versus.settings;
    if all.is_empty() {
        return "<p class=\"dim\">Nothing that the manifests tell.</p>\n".to_string();
    }
    let mut out = String::from("<table>\n<caption>Marked: not as in the first; flags are those of the command</caption>\n");
    out += "<thead><tr><th scope=\"col\">key</th>";
    for name in &versus.names {
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
    out = wide("What was set differently", &(out + "</tbody>\n</table>")) + "\n";
    if versus.settings_left_out > 0 {
        let _ = writeln!(out, "<p class=\"dim\">… and {} more; the manifests have all of them.</p>", versus.settings_left_out);
    }
    if all.len() <= FEW_SETTINGS {
        return out;
    }
    let count = all.len() + versus.settings_left_out;
    format!("<details class=\"rows\"><summary>{count} settings that are not the same everywhere</summary>\n{out}</details>\n")
}
