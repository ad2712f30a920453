//! Many strategies on one page: ranked, drawn over each other, and whether their differences are significant. The page of a comparison, and that of a batch.

use serde_json::Value;

use crate::metrics::bootstrap::Interval;
use crate::metrics::table::{Better, METRICS, named};
use crate::report::charts::canvas::Svg;
use crate::report::charts::scatter::{Point, scatter};
use crate::report::html::escape::{Html, tag, text};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::{cautions, dim_paragraph, heading, navigation, on_demand, page as whole, title};
use crate::report::html::table::{Column, column_head, heat_cell, linked_table, table, wide};
use crate::report::loaded::LoadedStrategy;
use crate::report::metric_words::metric_text;
use crate::report::number_format::{number, percent, signed_percent};
use crate::report::settings::Setting;
use crate::report::versus::Versus;

/// What the page is made of; `ranked` has the best first.
pub struct Page<'a> {
    pub title: &'a str,
    pub synthetic: bool,
    /// Below the title.
    pub head: Html,
    pub by: &'a str,
    pub ranked: &'a [&'a LoadedStrategy],
    pub versus: &'a Versus,
    pub notes: &'a [String],
    /// What the markets themselves warn of.
    pub market_notes: &'a [String],
    pub equity: &'a Svg,
    pub drawdown: &'a Svg,
}

/// A table with more rows than this stands at the end of the page, below whether its best is significantly better.
const MANY: usize = 40;
/// Settings that differ, more than which are shown only to whoever asks.
const FEW_SETTINGS: usize = 12;

/// The sections of the page, to jump to.
const SECTIONS: &[(&str, &str)] = &[
    ("results", "Results"),
    ("significance", "Significance"),
    ("correlation", "Correlation"),
    ("settings", "Different settings"),
    ("cautions", "Cautions"),
];

/// The whole page.
#[must_use]
pub fn page(page: &Page) -> String {
    let (count, drawn) = (page.ranked.len(), page.versus.names.len());
    let some = if drawn < count { format!("; the best {drawn} are drawn") } else { String::new() };
    let ranked = format!("{count} strategies, ranked by {}{some}. The best of many is partly luck.", page.by);
    let mut body = title(page.title, page.synthetic) + &page.head + dim_paragraph(&text(&ranked)) + navigation(SECTIONS);
    body += wide_figure(page.equity, "Equity of the best strategies over each other");
    if count <= MANY {
        body += ranking(page);
    }
    body += wide_figure(page.drawdown, "Drawdowns of the best strategies over each other");
    let points: Vec<Point> = page.ranked.iter().filter_map(|strategy| point(strategy)).collect();
    body += wide_figure(&scatter(&points, drawn), "Yearly growth against yearly volatility, a point a strategy");
    body += head("significance");
    body += duels(page.versus);
    body += head("correlation");
    body += correlations(page.versus);
    body += head("settings");
    body += settings(page.versus);
    body += head("cautions");
    body += many_cautions(page.notes);
    if !page.market_notes.is_empty() {
        body += tag("h3").text("About the market").line();
        body += cautions(page.market_notes);
    }
    if count > MANY {
        body += ranking(page);
    }
    whole(page.title, &body).into_string()
}

/// A heading by the name of its section.
fn head(id: &'static str) -> Html {
    let name = SECTIONS.iter().find(|section| section.0 == id).map_or(id, |section| section.1);
    heading(id, name)
}

/// The first of them, the others only for whoever asks.
fn many_cautions(all: &[String]) -> Html {
    if all.len() <= MANY {
        return cautions(all);
    }
    let (first, more) = all.split_at(MANY);
    cautions(first) + on_demand(&format!("{} more", more.len()), &cautions(more))
}

fn value(strategy: &LoadedStrategy, name: &str) -> Option<f64> {
    strategy.metrics.get(name).and_then(Value::as_f64)
}

fn point(strategy: &LoadedStrategy) -> Option<Point> {
    let growth = value(strategy, "cagr").or_else(|| value(strategy, "total_return"))?;
    Some(Point { name: strategy.name.clone(), risk: value(strategy, "volatility")?, growth })
}

/// The metric of the ranking comes first where it has no column of its own.
fn ranking(page: &Page) -> Html {
    // Some a report has only where it was asked for them, or where the strategy has such a variant.
    let there = |name: &str| page.ranked.iter().any(|strategy| strategy.metrics.contains_key(name));
    let with_column = METRICS.iter().filter_map(|metric| Some((metric.name, metric.column?)));
    let mut shown: Vec<(&str, &str)> = with_column.filter(|(name, _)| there(name)).collect();
    if shown.iter().all(|(name, _)| *name != page.by) {
        shown.insert(0, (page.by, page.by));
    }
    let mut columns: Vec<Column> = vec![("strategy", false), ("rank", true)];
    columns.extend(shown.iter().map(|(_, head)| (*head, true)));
    let row = |(i, strategy): (usize, &&LoadedStrategy)| {
        let cells = shown.iter().map(|(name, _)| metric_text(name, value(strategy, name)));
        [strategy.name.clone(), (i + 1).to_string()].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = page.ranked.iter().enumerate().map(row).collect();
    let addresses: Vec<Option<String>> = page.ranked.iter().map(|strategy| strategy.page.clone()).collect();
    let best: Vec<Option<usize>> = [None, None].into_iter().chain(shown.iter().map(|(name, _)| best(page.ranked, name))).collect();
    head("results") + linked_table("One row a strategy, best first; in bold the best of a column", &columns, &rows, &addresses, &best)
}

/// The row that is best by a metric, the first of equals; nothing of one that is neither good nor bad, or of a single strategy.
fn best(ranked: &[&LoadedStrategy], name: &str) -> Option<usize> {
    let sign = match named(name)?.better {
        Better::More => 1.0,
        Better::Less => -1.0,
        Better::Neither => return None,
    };
    let known = ranked.iter().enumerate().filter_map(|(row, strategy)| Some((row, sign * value(strategy, name)?)));
    let best = known.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(row, _)| row).filter(|_| ranked.len() > 1)
}

fn duels(versus: &Versus) -> Html {
    let Some(first) = versus.duels.first() else { return dim_paragraph(&text("There is only one strategy.")) };
    let interval = |i: Option<Interval>, say: fn(Option<f64>) -> String| {
        i.map_or_else(|| number(None), |i| format!("{} to {}", say(Some(i.low)), say(Some(i.high))))
    };
    let rows: Vec<Vec<String>> = versus
        .duels
        .iter()
        .map(|duel| {
            // Where nothing can be told, no number pretends to.
            let found = duel.difference.as_ref().filter(|_| duel.not_comparable.is_none());
            let falls = duel.drawdown_difference.filter(|_| duel.not_comparable.is_none());
            let days = duel.on_days().map_or_else(String::new, |days| format!(", {days}"));
            vec![
                duel.than.clone(),
                number(found.and_then(|d| d.sharpe)),
                interval(found.and_then(|d| d.sharpe_interval), number),
                percent(found.and_then(|d| d.annual_return)),
                interval(found.and_then(|d| d.annual_return_interval), percent),
                signed_percent(falls.map(|d| d.max_drawdown)),
                interval(falls.and_then(|d| d.interval), signed_percent),
                percent(found.and_then(|d| d.better_in)),
                duel.significant_in() + &days,
            ]
        })
        .collect();
    let columns = [
        ("difference to", false),
        ("Sharpe", true),
        ("95 % interval", true),
        ("return a year", true),
        ("95 % interval", true),
        ("max drawdown", true),
        ("95 % interval", true),
        ("ahead in", true),
        ("verdict", false),
    ];
    let caption = format!(
        "{} minus each other strategy, on the days both have, at daily closes; stationary bootstrap, 2,000 histories, seed 1",
        first.better
    );
    table(&caption, &columns, &rows)
}

fn correlations(versus: &Versus) -> Html {
    let width = versus.names.len();
    let names: Html = versus.names.iter().map(|name| column_head(name, true)).sum();
    let head = tag("thead").holds(&tag("tr").holds(&(column_head("strategy", false) + names))).line();
    // The closer two move together, or against each other, the deeper the colour.
    let cell = |value: &Option<f64>| match value {
        Some(share) => heat_cell(*share < 0.0, share.abs() * 0.5).text(&number(Some(*share))),
        None => tag("td").text(&number(None)),
    };
    let row = |(i, name): (usize, &String)| {
        let cells: Html = versus.correlation[i * width..(i + 1) * width].iter().map(cell).sum();
        tag("tr").holds(&(tag("th").with("scope", "row").text(name) + cells)).line()
    };
    let rows: Html = versus.names.iter().enumerate().map(row).sum();
    let body = tag("tbody").holds(&(Html::new().line() + rows)).line();
    let caption = tag("caption").text("Correlation of daily returns").line();
    wide("Correlation of daily returns", &tag("table").class("heat").holds(&(Html::new().line() + caption + head + body))).line()
}

/// A value that is not that of the best strategy is marked.
fn settings(versus: &Versus) -> Html {
    let all = &versus.settings;
    if all.is_empty() {
        return dim_paragraph(&text("The manifests show no difference."));
    }
    let names: Html = versus.names.iter().map(|name| column_head(name, false)).sum();
    let head = tag("thead").holds(&tag("tr").holds(&(column_head("key", false) + names))).line();
    let cell = |setting: &Setting, value: &String| {
        let shown = if value.is_empty() { "–" } else { value };
        if *value == setting.values[0] { tag("td").text(shown) } else { tag("td").holds(&tag("mark").text(shown)) }
    };
    let row = |setting: &Setting| {
        let cells: Html = setting.values.iter().map(|value| cell(setting, value)).sum();
        tag("tr").holds(&(tag("th").with("scope", "row").text(&setting.key) + cells)).line()
    };
    let rows = tag("tbody").holds(&(Html::new().line() + all.iter().map(row).sum::<Html>())).line();
    let caption = tag("caption").text("Marked: different from the first strategy; flags are those of the command").line();
    let mut out = wide("Different settings", &tag("table").holds(&(Html::new().line() + caption + head + rows))).line();
    if versus.settings_left_out > 0 {
        out += dim_paragraph(&text(&format!("… and {} more; the manifests have all.", versus.settings_left_out)));
    }
    if all.len() <= FEW_SETTINGS {
        return out;
    }
    let count = all.len() + versus.settings_left_out;
    on_demand(&format!("{count} settings differ between the strategies"), &out)
}
