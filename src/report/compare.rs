//! `rotate compare`: reports laid side by side. Works on folders alone: no market, no replay.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::folder::Staging;
use crate::metrics::table::named;
use crate::report::charts::overlay::Overlay;
use crate::report::charts::palette;
use crate::report::charts::panel::{Series, period};
use crate::report::files::{put, write_picture};
use crate::report::kinds::Kind;
use crate::report::loaded::{LoadedStrategy, ranked};
use crate::report::metric_words::metric_text;
use crate::report::strategy_table::{Line, table};
use crate::report::versus::Versus;
use crate::report::{comparison, html, manifest, terminal};

/// Cautions on the terminal, at most: of thousands of runs nobody reads each one's own.
const CAUTIONS: usize = 12;
/// The best is held against so many others on the terminal.
const DUELS: usize = 3;

/// Strategies side by side: what is said of them, computed once, for the terminal, machines and a folder.
pub struct Comparison<'a> {
    all: &'a [LoadedStrategy],
    /// The metric of the ranking.
    by: &'a str,
    /// All, the best first.
    ranked: Vec<&'a LoadedStrategy>,
    /// The first of the ranking, those with a curve.
    best: Vec<&'a LoadedStrategy>,
    versus: Versus,
    notes: Vec<String>,
    market_notes: Vec<String>,
}

impl<'a> Comparison<'a> {
    /// `all` are at least one.
    #[must_use]
    pub fn of(all: &'a [LoadedStrategy], by: &'a str) -> Self {
        let ranked: Vec<&LoadedStrategy> = ranked(all, by).into_iter().map(|i| &all[i]).collect();
        let best: Vec<&LoadedStrategy> = ranked.iter().copied().filter(|one| !one.times.is_empty()).collect();
        Self { all, by, versus: Versus::of(&best), ranked, best, notes: notes(all), market_notes: market_notes(all) }
    }

    fn title(&self) -> String {
        let first = &self.all[0].market;
        let one_market = self.all.iter().all(|one| one.market == *first);
        if one_market { format!("Comparison on {first}") } else { "Comparison".to_string() }
    }

    /// On the terminal: the best, with what to mind. `written` is where all of them were written, if they were.
    #[must_use]
    pub fn text(&self, written: Option<&Path>, look: terminal::Look) -> String {
        let made_up: Vec<&str> = self.all.iter().filter(|one| one.synthetic).map(|one| one.name.as_str()).collect();
        let mark = match made_up.len() {
            0 => String::new(),
            count if count == self.all.len() => " (SYNTHETIC DATA)".to_string(),
            _ => format!(" (SYNTHETIC DATA: {})", terminal::some_of(&made_up)),
        };
        let head = terminal::caution_line("", &format!("{}{mark}, ranked by {}", self.title(), self.by), look);
        let lines: Vec<Line> = self.best.iter().map(|one| line(one, self.by)).collect();
        let rows = table(&lines, look);
        let rest = match (self.all.len() - lines.len(), written) {
            (0, _) => String::new(),
            (more, Some(out)) => format!("… and {more} more in {}\n", out.join("comparison.csv").display()),
            (more, None) => format!("… and {more} more: --top shows up to 60, --out DIR writes all of them\n"),
        };
        let duels = self.versus.duels.iter().take(DUELS).map(|duel| terminal::caution_line("  ", &duel.in_words(), look));
        let duels: String = duels.collect();
        let between = if duels.is_empty() { String::new() } else { format!("\nsignificance\n{duels}") };
        let cautions = terminal::caution_lines(&self.cautions(), look);
        let place = written.map_or_else(String::new, |out| format!("\ncomparison: {}\n", out.join("index.html").display()));
        format!("{head}\n{rows}{rest}{between}{cautions}{place}")
    }

    /// As many as one reads on a terminal.
    fn cautions(&self) -> Vec<String> {
        let mut list = self.notes.clone();
        if !self.market_notes.is_empty() {
            let warned = self.all.iter().filter(|one| !one.market_cautions.is_empty());
            let markets: BTreeSet<&str> = warned.map(|one| one.market.as_str()).collect();
            list.push(format!(
                "{} about the market itself ({}): see report.html of each strategy",
                self.market_notes.len(),
                terminal::some_of(&markets.into_iter().collect::<Vec<_>>())
            ));
        }
        if list.len() > CAUTIONS {
            let more = list.len() - CAUTIONS;
            list.truncate(CAUTIONS);
            list.push(format!("… and {more} more: the page of --out and --format json have all"));
        }
        list
    }

    /// The same for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let one = |one: &LoadedStrategy| {
            json!({
                "name": one.name,
                "strategy": one.strategy,
                "market": one.market,
                "synthetic": one.synthetic,
                "from": one.from,
                "to": one.to,
                "capital": one.capital,
                "metrics": one.metrics,
                "cautions": one.cautions,
                "market_cautions": one.market_cautions,
            })
        };
        json!({
            "strategies": self.all.iter().map(one).collect::<Vec<_>>(),
            "by": self.by,
            "ranking": self.ranked.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
            "best": self.versus,
            "cautions": self.notes,
            "market_cautions": self.market_notes,
        })
    }

    /// Writes `comparison.csv`, the overlays, `index.html` and a manifest that marks the folder as ours.
    pub fn write(&self, out: &Path) -> Result<(), Fault> {
        let staging = Staging::begin(out, Kind::Comparison)?;
        staging.fill(|dir| self.write_in(dir))?;
        staging.finish()
    }

    fn write_in(&self, dir: &Path) -> Result<(), Fault> {
        let rows: Vec<_> = self.all.iter().map(|one| (one.name.as_str(), Cow::Borrowed(&one.metrics))).collect();
        put(&dir.join("comparison.csv"), &comparison::comparison_csv(&rows)?)?;
        let overlay = self.overlay();
        let (equity, drawdown) = (overlay.equity(), overlay.drawdown());
        write_picture(dir, "equity", &equity, true)?;
        write_picture(dir, "drawdown", &drawdown, true)?;
        let page = html::comparison::page(&html::comparison::Page {
            title: &overlay.title,
            synthetic: overlay.synthetic,
            head: html::Html::new(),
            by: self.by,
            ranked: &self.ranked,
            versus: &self.versus,
            notes: &self.notes,
            market_notes: &self.market_notes,
            equity: &equity,
            drawdown: &drawdown,
        });
        put(&dir.join("index.html"), page.as_bytes())?;
        let record = json!({
            "program": manifest::PROGRAM,
            "version": env!("CARGO_PKG_VERSION"),
            "command": ["compare"],
            "by": self.by,
            "compared": self.all.iter().map(|one| &one.name).collect::<Vec<_>>(),
        });
        put(&dir.join("manifest.json"), format!("{record:#}\n").as_bytes())
    }

    /// The best over each other.
    fn overlay(&self) -> Overlay {
        let rebased = self.best.iter().any(|one| one.capital != self.best[0].capital);
        let from = self.all.iter().map(|one| one.from).min().unwrap_or_default();
        let to = self.all.iter().map(|one| one.to).max().unwrap_or_default();
        let line = |one: &LoadedStrategy| {
            let times = std::iter::once(one.from.seconds() as f64).chain(one.times.iter().copied()).collect();
            let unit = if rebased { 100.0 / one.capital } else { 1.0 };
            let values = std::iter::once(one.capital).chain(one.equity.iter().copied()).map(|v| v * unit).collect();
            Series { name: one.name.clone(), times, values, ink: palette::line(0) }
        };
        Overlay {
            title: self.title(),
            below: period(from, to),
            synthetic: self.all.iter().any(|one| one.synthetic),
            axis: if rebased { "Growth of $100".to_string() } else { "Equity, USD".to_string() },
            lines: self.best.iter().map(|one| line(one)).collect(),
            benchmark: benchmark(&self.best),
        }
    }
}

/// The metric of the ranking has its own column where it is not among those of every table.
fn line(strategy: &LoadedStrategy, by: &str) -> Line {
    let start = (!strategy.equity.is_empty()).then_some(strategy.capital);
    let equity = start.into_iter().chain(strategy.equity.iter().copied()).collect();
    let own = (named(by).is_none_or(|metric| metric.terminal.is_none()))
        .then(|| (by.to_owned(), metric_text(by, strategy.metrics.get(by).and_then(Value::as_f64))));
    Line { equity, by: own, ..Line::read(&strategy.name, &strategy.metrics) }
}

/// What makes the numbers not quite comparable, then what the reports themselves warn of.
fn notes(all: &[LoadedStrategy]) -> Vec<String> {
    let mut notes = Vec::new();
    let differ = |pick: fn(&LoadedStrategy) -> String| all.iter().any(|strategy| pick(strategy) != pick(&all[0]));
    if differ(|strategy| strategy.market.clone()) {
        notes.push("the strategies ran on different markets".to_string());
    }
    if differ(|strategy| period(strategy.from, strategy.to)) {
        notes.push(
            "the strategies ran over different periods: metrics are of each one's own, two are compared on the days they share".to_string(),
        );
    }
    if differ(|strategy| strategy.capital.to_string()) {
        notes.push("the strategies started with different capital: pictures show the growth of $100".to_string());
    }
    let cautions: Vec<(&str, &[String])> = all.iter().map(|strategy| (strategy.name.as_str(), strategy.cautions.as_slice())).collect();
    notes.extend(terminal::gathered(&cautions));
    notes
}

/// What the markets themselves warn of, each once.
fn market_notes(all: &[LoadedStrategy]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.iter().flat_map(|strategy| &strategy.market_cautions).filter(|text| seen.insert(text.as_str())).cloned().collect()
}

/// The benchmark all have in common, if they have: then the picture spans what that of a run spans, on the same kind of axis.
fn benchmark(all: &[&LoadedStrategy]) -> Option<Series> {
    let first = all.first()?;
    let (name, values) = first.benchmark.as_ref()?;
    let same = |one: &LoadedStrategy| one.benchmark == first.benchmark && one.times == first.times && one.capital == first.capital;
    all.iter().all(|one| same(one)).then(|| Series {
        name: format!("{name} held"),
        times: std::iter::once(first.from.seconds() as f64).chain(first.times.iter().copied()).collect(),
        values: std::iter::once(first.capital).chain(values.iter().copied()).collect(),
        ink: palette::benchmark(),
    })
}
