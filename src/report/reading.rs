//! Reports read back from their folders, to be laid side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::bounded::{self, OWN};
use crate::fault::Fault;
use crate::metrics::sharpe::{Trials, per_day, probability};
use crate::names;
use crate::report::loaded::{LoadedStrategy, Ranking, ranked};
use crate::report::opened;
use crate::report::settings::{self, Settings};
use crate::units::Time;

/// Reads reports, or single strategies of reports, in the order given and by folder name within a report. Only the best by `ranking` have
/// their curves read, so that two thousand open as fast as their summaries.
pub fn read(folders: &[PathBuf], ranking: &Ranking) -> Result<Vec<LoadedStrategy>, Fault> {
    let mut all = Vec::new();
    let mut checked = BTreeSet::new();
    for folder in folders {
        if folder.join("summary.json").is_file() {
            let report = opened::report_of(folder);
            if !checked.contains(&report) {
                opened::manifest(&report)?;
                checked.insert(report);
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
    if !all.iter().any(|strategy| strategy.metrics.contains_key(&ranking.by)) {
        let known: Vec<&str> = all[0].metrics.keys().map(String::as_str).collect();
        return Err(Fault::new(
            format!("--by {}", ranking.by),
            "no such metric",
            format!("one of {}", known.join(", ")),
            format!("{}write it as in comparison.csv", names::suggestion(&ranking.by, known.iter().copied())),
        ));
    }
    distinguish(&mut all);
    deflate(&mut all);
    let mut manifests: BTreeMap<PathBuf, Value> = BTreeMap::new();
    for at in ranked(&all, &ranking.by).into_iter().take(ranking.top) {
        let report = opened::report_of(&all[at].folder);
        if !manifests.contains_key(&report) {
            manifests.insert(report.clone(), opened::manifest(&report)?);
        }
        all[at].settings = settings::of(&manifests[&report], &all[at].strategy);
        let Curve { times, equity, benchmark } = curve(&all[at].folder.join("equity.csv"), all[at].to)?;
        let strategy = &mut all[at];
        (strategy.times, strategy.equity) = (times, equity);
        strategy.benchmark = strategy.benchmark.take().zip(benchmark).map(|((name, _), values)| (name, values));
    }
    Ok(all)
}

/// Holds each Sharpe ratio against the luck of all that are laid side by side, where those are more than its own report tried.
fn deflate(all: &mut [LoadedStrategy]) {
    let number = |strategy: &LoadedStrategy, name: &str| strategy.metrics.get(name).and_then(Value::as_f64);
    let observed = |strategy: &LoadedStrategy| strategy.metrics.get("sharpe_observations").and_then(Value::as_u64).unwrap_or(0) as usize;
    let trials = Trials::of_annual(&all.iter().map(|strategy| (number(strategy, "sharpe"), observed(strategy))).collect::<Vec<_>>());
    for strategy in all {
        let tried = number(strategy, "sharpe_trials");
        if !tried.is_some_and(|own| own < trials.count as f64) {
            continue;
        }
        let held = || {
            // None where the report has none: too few days, or nothing moved.
            number(strategy, "probabilistic_sharpe")?;
            let observations = strategy.metrics.get("sharpe_observations").and_then(Value::as_u64)?;
            let (ratio, skew, kurtosis) = (number(strategy, "sharpe")?, number(strategy, "skew")?, number(strategy, "kurtosis")?);
            probability(per_day(ratio), trials.luck(), usize::try_from(observations).ok()?, skew, kurtosis)
        };
        let deflated = held();
        strategy.metrics.insert("deflated_sharpe".to_string(), json!(deflated));
        strategy.metrics.insert("sharpe_trials".to_string(), json!(trials.count));
    }
}

/// Strategies of one name get their report's folder, then a number, before it.
fn distinguish(all: &mut [LoadedStrategy]) {
    let twins = |all: &[LoadedStrategy]| -> Vec<bool> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for one in all {
            *counts.entry(&one.name).or_default() += 1;
        }
        all.iter().map(|one| counts[one.name.as_str()] > 1).collect()
    };
    for (i, twin) in twins(all).into_iter().enumerate() {
        if twin {
            let report = all[i].folder.parent().and_then(Path::file_name).map(|n| names::shown(&n.to_string_lossy()));
            let report = report.unwrap_or_default();
            // The same folder by another path, where its own name would be taken for a formula.
            let here = if names::formula(&report).is_err() { "./" } else { "" };
            all[i].name = format!("{here}{report}/{}", all[i].strategy);
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

fn one(folder: &Path) -> Result<LoadedStrategy, Fault> {
    let place = folder.join("summary.json");
    let wanted = "the summary.json of a finished report";
    let summary = opened::summary(folder)?;
    let missing = |key: &str| unreadable(&place, &format!("`{key}` is missing or of another kind"), wanted);
    let word = |key: &str| summary.get(key).and_then(Value::as_str).map(str::to_string).ok_or_else(|| missing(key));
    let time = |key: &str| word(key).and_then(|text| Time::parse(&text).ok_or_else(|| missing(key)));
    let capital = summary.get("capital").and_then(Value::as_f64).filter(|c| *c > 0.0).ok_or_else(|| missing("capital"))?;
    let metrics = summary.get("metrics").and_then(Value::as_object).cloned().ok_or_else(|| missing("metrics"))?;
    let cautions = summary.get("cautions").and_then(Value::as_array).ok_or_else(|| missing("cautions"))?;
    let against = summary.get("benchmark").and_then(Value::as_str).map(|name| named(&place, name.to_owned())).transpose()?;
    let strategy = named(&place, word("strategy")?)?;
    let mut cautions: Vec<String> = cautions.iter().filter_map(|c| c.as_str().map(str::to_string)).collect();
    // The market's own come last; a summary that does not count them has none apart.
    let of_market = summary.get("market_cautions").and_then(Value::as_u64).unwrap_or(0) as usize;
    let market_cautions = cautions.split_off(cautions.len().saturating_sub(of_market));
    Ok(LoadedStrategy {
        name: strategy.clone(),
        strategy,
        folder: folder.to_path_buf(),
        page: None,
        market: named(&place, word("market")?)?,
        synthetic: summary.get("synthetic").and_then(Value::as_bool).ok_or_else(|| missing("synthetic"))?,
        from: time("from")?,
        to: time("to")?,
        capital,
        metrics,
        cautions,
        market_cautions,
        settings: Settings::new(),
        times: Vec::new(),
        equity: Vec::new(),
        benchmark: against.map(|name| (name, Vec::new())),
    })
}

/// A name of a summary, which becomes a cell of tables and a line of pictures.
fn named(place: &Path, name: String) -> Result<String, Fault> {
    match names::name(&name) {
        Ok(()) => Ok(name),
        Err(unfit) => {
            let (found, expected, _) = unfit.words();
            Err(unreadable(place, &format!("the name `{name}`, {found}"), expected))
        }
    }
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
    let text = bounded::bytes(place, OWN).map_err(|e| fault(e.to_string()))?;
    let mut reader = csv::Reader::from_reader(text.as_slice());
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
