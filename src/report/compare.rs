//! `rotate compare`: reports laid side by side. Works on folders alone: no market, no replay.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::folder::Staging;
use crate::metrics::LESS_IS_BETTER;
use crate::report::charts::overlay::Overlay;
use crate::report::charts::palette;
use crate::report::charts::panel::{Series, period};
use crate::report::metric_words::said;
pub use crate::report::reading::{Ranking, Told, read};
use crate::report::versus::{Duel, Versus};
use crate::report::write::{put, write_picture};
use crate::report::{Kind, comparison, html, manifest, terminal};

/// Positions from best to worst; equals and unknowns keep their order, unknowns last.
#[must_use]
pub fn ranked(all: &[Told], by: &str) -> Vec<usize> {
    let sign = if LESS_IS_BETTER.contains(&by) { 1.0 } else { -1.0 };
    let key = |i: &usize| all[*i].metrics.get(by).and_then(Value::as_f64).map_or(f64::INFINITY, |value| sign * value);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|a, b| key(a).total_cmp(&key(b)));
    order
}

/// The best of the ranking, those with a curve.
fn best<'a>(all: &'a [Told], by: &str) -> Vec<&'a Told> {
    ranked(all, by).into_iter().map(|i| &all[i]).filter(|told| !told.times.is_empty()).collect()
}

/// Cautions on the terminal, at most: of thousands of runs nobody reads each one's own.
const CAUTIONS: usize = 12;

/// Side by side on the terminal: the best, with what to mind. `written` is where all of them were written, if they were.
#[must_use]
pub fn text(all: &[Told], by: &str, written: Option<&Path>, look: terminal::Look) -> String {
    let made_up: Vec<&str> = all.iter().filter(|told| told.synthetic).map(|told| told.name.as_str()).collect();
    let mark = match made_up.len() {
        0 => String::new(),
        count if count == all.len() => " (SYNTHETIC DATA)".to_string(),
        _ => format!(" (SYNTHETIC DATA: {})", terminal::some_of(&made_up)),
    };
    let head = terminal::caution_line("", &format!("{}{mark}, ranked by {by}", title(all)), look);
    let best = best(all, by);
    let lines: Vec<terminal::Line> = best.iter().map(|told| line(told, by)).collect();
    let table = terminal::table(&lines, look);
    let rest = match (all.len() - lines.len(), written) {
        (0, _) => String::new(),
        (more, Some(out)) => format!("… and {more} more in {}\n", out.join("comparison.csv").display()),
        (more, None) => format!("… and {more} more: --top shows up to 60, --out DIR writes all of them\n"),
    };
    let told: Vec<String> = Versus::of(&best).duels.iter().take(3).map(Duel::in_words).collect();
    let duels: String = told.iter().map(|text| terminal::caution_line("  ", text, look)).collect();
    let between = if duels.is_empty() { String::new() } else { format!("\nsignificance\n{duels}") };
    let mut list = notes(all);
    let of_markets = market_notes(all).len();
    if of_markets > 0 {
        let markets: BTreeSet<&str> = all.iter().filter(|told| !told.market_cautions.is_empty()).map(|told| told.market.as_str()).collect();
        let markets: Vec<&str> = markets.into_iter().collect();
        list.push(format!("{of_markets} about the market itself ({}): see report.html of each strategy", terminal::some_of(&markets)));
    }
    if list.len() > CAUTIONS {
        let more = list.len() - CAUTIONS;
        list.truncate(CAUTIONS);
        list.push(format!("… and {more} more: the page of --out and --format json have all"));
    }
    let place = written.map_or_else(String::new, |out| format!("\ncomparison: {}\n", out.join("index.html").display()));
    format!("{head}\n{table}{rest}{between}{}{place}", terminal::caution_lines(&list, look))
}

fn title(all: &[Told]) -> String {
    let one_market = all.iter().all(|told| told.market == all[0].market);
    if one_market { format!("Comparison on {}", all[0].market) } else { "Comparison".to_string() }
}

/// The same for machines.
#[must_use]
pub fn to_json(all: &[Told], by: &str) -> Value {
    let strategies: Vec<Value> = all
        .iter()
        .map(|told| {
            json!({
                "name": told.name,
                "strategy": told.strategy,
                "market": told.market,
                "synthetic": told.synthetic,
                "from": told.from,
                "to": told.to,
                "capital": told.capital,
                "metrics": told.metrics,
                "cautions": told.cautions,
                "market_cautions": told.market_cautions,
            })
        })
        .collect();
    let ranking: Vec<&str> = ranked(all, by).into_iter().map(|i| all[i].name.as_str()).collect();
    json!({ "strategies": strategies, "by": by, "ranking": ranking, "best": Versus::of(&best(all, by)), "cautions": notes(all), "market_cautions": market_notes(all) })
}

/// Writes `comparison.csv`, the overlays, `index.html` and a manifest that marks the folder as ours.
pub fn write(out: &Path, all: &[Told], by: &str) -> Result<(), Fault> {
    let staging = Staging::begin(out, Kind::Comparison)?;
    staging.fill(|dir| write_in(dir, all, by))?;
    staging.finish()
}

fn write_in(dir: &Path, all: &[Told], by: &str) -> Result<(), Fault> {
    let rows: Vec<_> = all.iter().map(|told| (told.name.clone(), told.metrics.clone())).collect();
    put(&dir.join("comparison.csv"), &comparison::comparison_csv(&rows)?)?;
    let best = best(all, by);
    let overlay = overlay(all, &best);
    let (equity, drawdown) = (overlay.equity(), overlay.drawdown());
    write_picture(dir, "equity", &equity)?;
    write_picture(dir, "drawdown", &drawdown)?;
    let order: Vec<&Told> = ranked(all, by).into_iter().map(|i| &all[i]).collect();
    let page = html::comparison::page(&html::comparison::Page {
        title: &overlay.title,
        synthetic: overlay.synthetic,
        head: html::escape::Html::new(),
        by,
        ranked: &order,
        versus: &Versus::of(&best),
        notes: &notes(all),
        market_notes: &market_notes(all),
        equity: &equity,
        drawdown: &drawdown,
    });
    put(&dir.join("index.html"), page.as_bytes())?;
    let record = json!({
        "program": manifest::PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "command": ["compare"],
        "by": by,
        "compared": all.iter().map(|told| &told.name).collect::<Vec<_>>(),
    });
    put(&dir.join("manifest.json"), format!("{record:#}\n").as_bytes())
}

/// The metric of the ranking has its own column where it is not among those of every table.
fn line(told: &Told, by: &str) -> terminal::Line {
    let start = (!told.equity.is_empty()).then_some(told.capital);
    let equity = start.into_iter().chain(told.equity.iter().copied()).collect();
    let own = (!terminal::METRICS.contains(&by)).then(|| (by.to_owned(), said(by, told.metrics.get(by).and_then(Value::as_f64))));
    terminal::Line { equity, by: own, ..terminal::Line::read(&told.name, &told.metrics) }
}

/// What makes the numbers not quite comparable, then what the reports themselves warn of.
fn notes(all: &[Told]) -> Vec<String> {
    let mut notes = Vec::new();
    let differ = |pick: fn(&Told) -> String| all.iter().any(|told| pick(told) != pick(&all[0]));
    if differ(|told| told.market.clone()) {
        notes.push("the strategies ran on different markets".to_string());
    }
    if differ(|told| period(told.from, told.to)) {
        notes.push(
            "the strategies ran over different periods: metrics are of each one's own, two are compared on the days they share".to_string(),
        );
    }
    if differ(|told| told.capital.to_string()) {
        notes.push("the strategies started with different capital: pictures show the growth of $100".to_string());
    }
    let told: Vec<(&str, &[String])> = all.iter().map(|told| (told.name.as_str(), told.cautions.as_slice())).collect();
    notes.extend(terminal::gathered(&told));
    notes
}

/// What the markets themselves warn of, each once.
fn market_notes(all: &[Told]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.iter().flat_map(|told| &told.market_cautions).filter(|text| seen.insert(text.as_str())).cloned().collect()
}

/// The best over each other.
fn overlay(all: &[Told], best: &[&Told]) -> Overlay {
    let rebased = best.iter().any(|told| told.capital != best[0].capital);
    let from = all.iter().map(|told| told.from).min().unwrap_or_default();
    let to = all.iter().map(|told| told.to).max().unwrap_or_default();
    let line = |told: &Told| {
        let times = std::iter::once(told.from.seconds() as f64).chain(told.times.iter().copied()).collect();
        let unit = if rebased { 100.0 / told.capital } else { 1.0 };
        let values = std::iter::once(told.capital).chain(told.equity.iter().copied()).map(|v| v * unit).collect();
        Series { name: told.name.clone(), times, values, ink: palette::line(0) }
    };
    Overlay {
        title: title(all),
        below: period(from, to),
        synthetic: all.iter().any(|told| told.synthetic),
        axis: if rebased { "Growth of $100".to_string() } else { "Equity, USD".to_string() },
        lines: best.iter().map(|told| line(told)).collect(),
        benchmark: benchmark(best),
    }
}

/// The benchmark all have in common, if they have: then the picture spans what that of a run spans, on the same kind of axis.
fn benchmark(all: &[&Told]) -> Option<Series> {
    let first = all.first()?;
    let (name, values) = first.benchmark.as_ref()?;
    let alike = |told: &Told| told.benchmark == first.benchmark && told.times == first.times && told.capital == first.capital;
    all.iter().all(|told| alike(told)).then(|| Series {
        name: format!("{name} held"),
        times: std::iter::once(first.from.seconds() as f64).chain(first.times.iter().copied()).collect(),
        values: std::iter::once(first.capital).chain(values.iter().copied()).collect(),
        ink: palette::benchmark(),
    })
}
