//! `rotate compare`: reports read back and laid side by side. Works on folders alone: no market, no replay.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::metrics::LESS_IS_BETTER;
use crate::metrics::sharpe::{Trials, per_day, probability};
use crate::report::charts::overlay::Overlay;
use crate::report::charts::palette;
use crate::report::charts::panel::{Series, period};
use crate::report::versus::{Duel, Versus};
use crate::report::words::{number, percent};
use crate::report::write::{put, write_picture};
use crate::report::{Staging, comparison, html, manifest, opened, terminal};
use crate::units::Time;

/// One strategy of a report, as read from its folder.
#[derive(Clone, Debug)]
pub struct Told {
    /// As shown: the strategy, with its report before it where two reports have one of that name.
    pub name: String,
    pub strategy: String,
    pub folder: PathBuf,
    pub market: String,
    pub synthetic: bool,
    pub from: Time,
    pub to: Time,
    pub capital: f64,
    pub metrics: Map<String, Value>,
    pub cautions: Vec<String>,
    /// Closes of bars in seconds, and the equity there; empty of those that are not drawn.
    pub times: Vec<f64>,
    pub equity: Vec<f64>,
    /// What was held against it: its name, and its worth at the same closes.
    pub benchmark: Option<(String, Vec<f64>)>,
}

/// By which metric strategies are ranked, and how many of the best are drawn and compared with each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    pub by: String,
    pub top: usize,
}

impl Default for Ranking {
    fn default() -> Self {
        Self { by: "sharpe".to_string(), top: 12 }
    }
}

/// Reads reports, or single strategies of reports, in the order given and by folder name within a report. Only the best by `ranking` have
/// their curves read, so that two thousand open as fast as their summaries.
pub fn read(folders: &[PathBuf], ranking: &Ranking) -> Result<Vec<Told>, Fault> {
    let mut all = Vec::new();
    let mut sound = BTreeSet::new();
    for folder in folders {
        if folder.join("summary.json").is_file() {
            let report = opened::report_of(folder);
            if !sound.contains(&report) {
                opened::manifest(&report)?;
                sound.insert(report);
            }
            all.push(one(folder)?);
        } else {
            for strategy in strategies(folder)? {
                all.push(one(&strategy)?);
            }
        }
    }
    if all.is_empty() {
        return Err(Fault::new(
            "compare",
            "no report",
            "folders of reports or of strategies in them",
            "as in: rotate compare reports/latest",
        ));
    }
    if !all.iter().any(|told| told.metrics.contains_key(&ranking.by)) {
        let names: Vec<&str> = all[0].metrics.keys().map(String::as_str).collect();
        return Err(Fault::new(
            format!("--by {}", ranking.by),
            "no such metric",
            format!("one of {}", names.join(", ")),
            "write it as in comparison.csv",
        ));
    }
    distinguish(&mut all);
    deflate(&mut all);
    for at in ranked(&all, &ranking.by).into_iter().take(ranking.top) {
        let Curve { times, equity, benchmark } = curve(&all[at].folder.join("equity.csv"), all[at].to)?;
        let told = &mut all[at];
        (told.times, told.equity) = (times, equity);
        told.benchmark = told.benchmark.take().zip(benchmark).map(|((name, _), values)| (name, values));
    }
    Ok(all)
}

/// Holds each Sharpe ratio against the luck of all that are laid side by side, where those are more than its own report tried.
fn deflate(all: &mut [Told]) {
    let number = |told: &Told, name: &str| told.metrics.get(name).and_then(Value::as_f64);
    let observed = |told: &Told| told.metrics.get("sharpe_observations").and_then(Value::as_u64).unwrap_or(0) as usize;
    let trials = Trials::of_annual(&all.iter().map(|told| (number(told, "sharpe"), observed(told))).collect::<Vec<_>>());
    for told in all {
        let tried = number(told, "sharpe_trials");
        if !tried.is_some_and(|own| own < trials.count as f64) {
            continue;
        }
        let held = || {
            // None where the report has none: too few days, or nothing moved.
            number(told, "probabilistic_sharpe")?;
            let observations = told.metrics.get("sharpe_observations").and_then(Value::as_u64)?;
            let (ratio, skew, kurtosis) = (number(told, "sharpe")?, number(told, "skew")?, number(told, "kurtosis")?);
            probability(per_day(ratio), trials.luck(), usize::try_from(observations).ok()?, skew, kurtosis)
        };
        let deflated = held();
        told.metrics.insert("deflated_sharpe".to_string(), json!(deflated));
        told.metrics.insert("sharpe_trials".to_string(), json!(trials.count));
    }
}

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

/// Side by side on the terminal, with what to mind.
#[must_use]
pub fn text(all: &[Told], by: &str, look: terminal::Look) -> String {
    let made_up: Vec<&str> = all.iter().filter(|told| told.synthetic).map(|told| told.name.as_str()).collect();
    let mark = match made_up.len() {
        0 => String::new(),
        count if count == all.len() => " (SYNTHETIC DATA)".to_string(),
        _ => format!(" (SYNTHETIC DATA: {})", made_up.join(", ")),
    };
    let head = terminal::caution_line("", &format!("{}{mark}", title(all)), look);
    let order: Vec<&Told> = ranked(all, by).into_iter().map(|i| &all[i]).collect();
    let table = terminal::table(&order.into_iter().map(line).collect::<Vec<_>>(), look);
    let told: Vec<String> = Versus::of(&best(all, by)).duels.iter().take(3).map(in_words).collect();
    let duels: String = told.iter().map(|text| terminal::caution_line("  ", text, look)).collect();
    let between = if duels.is_empty() { String::new() } else { format!("\nbetter, or lucky?\n{duels}") };
    format!("{head}\n{table}{between}{}", terminal::caution_lines(&notes(all), look))
}

/// Whether the first is better, in a sentence.
#[must_use]
pub fn in_words(duel: &Duel) -> String {
    let Some(found) = &duel.difference else {
        return format!("{} and {}: not the same days, or too few to tell", duel.better, duel.than);
    };
    let range =
        found.sharpe_interval.map_or_else(String::new, |i| format!(" (95 % interval {} to {})", number(Some(i.low)), number(Some(i.high))));
    let verdict = if found.told_apart() { "told apart" } else { "could be luck" };
    format!(
        "{} less {}: Sharpe {}{range}, ahead in {} of resampled histories: {verdict}",
        duel.better,
        duel.than,
        number(found.sharpe),
        percent(found.better_in)
    )
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
            })
        })
        .collect();
    let ranking: Vec<&str> = ranked(all, by).into_iter().map(|i| all[i].name.as_str()).collect();
    json!({ "strategies": strategies, "by": by, "ranking": ranking, "best": Versus::of(&best(all, by)), "cautions": notes(all) })
}

/// Writes `comparison.csv`, the overlays, `index.html` and a manifest that marks the folder as ours.
pub fn write(out: &Path, all: &[Told], by: &str) -> Result<(), Fault> {
    let staging = Staging::begin(out)?;
    let dir = staging.path();
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
        by,
        ranked: &order,
        versus: &Versus::of(&best),
        notes: &notes(all),
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
    put(&dir.join("manifest.json"), format!("{record:#}\n").as_bytes())?;
    staging.finish()
}

fn line(told: &Told) -> terminal::Line {
    let start = (!told.equity.is_empty()).then_some(told.capital);
    let equity = start.into_iter().chain(told.equity.iter().copied()).collect();
    terminal::Line { equity, ..terminal::Line::read(&told.name, &told.metrics) }
}

/// What makes the numbers not quite comparable, then what the reports themselves warn of.
fn notes(all: &[Told]) -> Vec<String> {
    let mut notes = Vec::new();
    let differ = |pick: fn(&Told) -> String| all.iter().any(|told| pick(told) != pick(&all[0]));
    if differ(|told| told.market.clone()) {
        notes.push("the strategies ran on different markets".to_string());
    }
    if differ(|told| period(told.from, told.to)) {
        notes.push("the strategies ran over different periods".to_string());
    }
    if differ(|told| told.capital.to_string()) {
        notes.push("the strategies started with different capital: pictures show the growth of $100".to_string());
    }
    let told: Vec<(&str, &[String])> = all.iter().map(|told| (told.name.as_str(), told.cautions.as_slice())).collect();
    notes.extend(terminal::gathered(&told));
    notes
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

/// Strategies of one name get their report's folder, then a number, before it.
fn distinguish(all: &mut [Told]) {
    let twins = |all: &[Told]| -> Vec<bool> { all.iter().map(|a| all.iter().filter(|b| a.name == b.name).count() > 1).collect() };
    for (i, twin) in twins(all).into_iter().enumerate() {
        if twin {
            let report = all[i].folder.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
            all[i].name = format!("{}/{}", report.unwrap_or_default(), all[i].strategy);
        }
    }
    for (i, twin) in twins(all).into_iter().enumerate() {
        if twin {
            all[i].name = format!("{} ({})", all[i].name, i + 1);
        }
    }
}

fn strategies(report: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries = fs::read_dir(report).map_err(|e| unreadable(report, &e.to_string(), "a folder that `rotate run` wrote"))?;
    if !report.join("manifest.json").is_file() {
        return Err(unreadable(
            report,
            "neither manifest.json nor summary.json is there",
            "a folder that `rotate run` wrote, or one strategy in it",
        ));
    }
    opened::manifest(report)?;
    let mut found: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).filter(|p| p.is_dir()).collect();
    found.sort();
    if found.is_empty() {
        return Err(unreadable(report, "no strategy in it", "at least one folder with summary.json and equity.csv"));
    }
    Ok(found)
}

fn one(folder: &Path) -> Result<Told, Fault> {
    let place = folder.join("summary.json");
    let wanted = "the summary.json of a finished report";
    let summary = opened::summary(folder)?;
    let missing = |key: &str| unreadable(&place, &format!("`{key}` is missing or of another kind"), wanted);
    let word = |key: &str| summary.get(key).and_then(Value::as_str).map(str::to_string).ok_or_else(|| missing(key));
    let time = |key: &str| word(key).and_then(|text| Time::parse(&text).ok_or_else(|| missing(key)));
    let capital = summary.get("capital").and_then(Value::as_f64).filter(|c| *c > 0.0).ok_or_else(|| missing("capital"))?;
    let metrics = summary.get("metrics").and_then(Value::as_object).cloned().ok_or_else(|| missing("metrics"))?;
    let cautions = summary.get("cautions").and_then(Value::as_array).ok_or_else(|| missing("cautions"))?;
    let against = summary.get("benchmark").and_then(Value::as_str).map(str::to_string);
    let strategy = word("strategy")?;
    Ok(Told {
        name: strategy.clone(),
        strategy,
        folder: folder.to_path_buf(),
        market: word("market")?,
        synthetic: summary.get("synthetic").and_then(Value::as_bool).ok_or_else(|| missing("synthetic"))?,
        from: time("from")?,
        to: time("to")?,
        capital,
        metrics,
        cautions: cautions.iter().filter_map(|c| c.as_str().map(str::to_string)).collect(),
        times: Vec::new(),
        equity: Vec::new(),
        benchmark: against.map(|name| (name, Vec::new())),
    })
}

/// The columns of an `equity.csv` that are compared; the benchmark only where every row has one.
struct Curve {
    times: Vec<f64>,
    equity: Vec<f64>,
    benchmark: Option<Vec<f64>>,
}

fn curve(place: &Path, to: Time) -> Result<Curve, Fault> {
    let wanted = "the equity.csv of a finished report, with the columns time and equity";
    let fault = |found: String| unreadable(place, &found, wanted);
    let mut reader = csv::Reader::from_path(place).map_err(|e| fault(e.to_string()))?;
    let header = reader.headers().map_err(|e| fault(e.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|h| h == name).ok_or_else(|| fault(format!("no column `{name}`")));
    let (time, equity) = (column("time")?, column("equity")?);
    let held = column("benchmark").ok();
    let (mut times, mut values) = (Vec::new(), Vec::new());
    let mut against = held.map(|_| Vec::new());
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|e| Fault { place: Fault::at(place, i + 2), ..fault(format!("cut short or garbled: {e}")) })?;
        let line = |what: &str| Fault { place: Fault::at(place, i + 2), ..fault(format!("`{what}` cannot be read")) };
        let at = Time::parse(&record[time]).ok_or_else(|| line(&record[time]))?;
        let value = record[equity].parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(|| line(&record[equity]))?;
        times.push(at.seconds() as f64);
        values.push(value);
        let held = held.and_then(|column| record[column].parse::<f64>().ok()).filter(|v| v.is_finite());
        against = against.zip(held).map(|(mut all, value)| {
            all.push(value);
            all
        });
    }
    let last = times.last().map(|seconds| Time::from_seconds(*seconds as i64).to_string());
    opened::ends_with_the_run(place, times.len(), last.as_deref(), &to.to_string())?;
    Ok(Curve { times, equity: values, benchmark: against })
}

fn unreadable(place: &Path, found: &str, expected: &str) -> Fault {
    Fault::new(place.display().to_string(), found, expected, "run the report again, or name another folder")
}
