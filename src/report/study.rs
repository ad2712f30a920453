//! A study as a folder (`formats.md` section 4): the table of trials, heat maps, best.toml, study.html, manifest.json.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::fault::Fault;
use crate::folder::broken;
use crate::market::{InputFile, Market, digest};
use crate::report::charts::canvas::Svg;
use crate::report::charts::heat::Heat;
use crate::report::columns::{left, right, width};
use crate::report::files::{put, write_picture};
use crate::report::kinds::HAND_MADE;
use crate::report::manifest::Manifest;
use crate::report::study_text::{headline, plain, ranked, shared_prefix};
use crate::report::{html, trials};
use crate::tune::Study;

/// Keys beyond this many would make more heat maps than anybody looks at.
const MOST_HEAT_KEYS: usize = 4;

/// Writes every file of a study into `dir`.
pub fn write_study(dir: &Path, market: &Market, study: &Study, manifest: &Manifest) -> Result<(), Fault> {
    std::fs::create_dir_all(dir).map_err(|error| broken(dir, &error))?;
    trials::write(dir, study)?;
    let best = best(market, study);
    put(&dir.join(HAND_MADE[0]), best.as_bytes())?;
    let heats = heats(market, study);
    for (name, svg) in &heats {
        write_picture(dir, name, svg)?;
    }
    put(&dir.join("study.html"), html::study::page(market, study, &heats).as_bytes())?;
    let outputs = vec![InputFile { path: HAND_MADE[0].to_owned(), sha256: digest::of(best.as_bytes()) }];
    put(&dir.join("manifest.json"), Manifest { outputs, ..manifest.clone() }.to_json().as_bytes())
}

/// The best strategy ready to run, its provenance in comments.
fn best(market: &Market, study: &Study) -> String {
    let trial = study.best();
    let mut head = format!(
        "# Best of {} combinations of `{}` on {}{}, by {} in-sample.\n",
        study.trials.len(),
        study.strategy,
        market.name,
        if market.synthetic { " (SYNTHETIC DATA)" } else { "" },
        study.by
    );
    let shown = |value: Option<f64>| value.map_or_else(|| "not available".to_owned(), |value| format!("{value:.4}"));
    let _ = writeln!(head, "# in-sample {}: {}", study.by, shown(trial.metric(&study.by, false)));
    if let Some(split) = study.split {
        let _ = writeln!(head, "# out of sample, from {split}: {}", shown(trial.metric(&study.by, true)));
    }
    for (key, value) in &trial.combination.0 {
        let _ = writeln!(head, "# {key} = {value}");
    }
    let body = toml::to_string_pretty(&trial.file.strategy).expect("a strategy that was read can be written");
    format!("{head}\n{body}")
}

/// A heat map for each pair of keys: the mean in-sample metric over all trials that share the two values.
fn heats(market: &Market, study: &Study) -> Vec<(String, Svg)> {
    let keys = study.keys.len().min(MOST_HEAT_KEYS);
    let mut all = Vec::new();
    for r in 0..keys {
        for c in r + 1..keys {
            let (rows, columns) = (values(study, r), values(study, c));
            let mean = |row: &String, column: &String| {
                let shared =
                    study.trials.iter().filter(|t| plain(&t.combination.0[r].1) == *row && plain(&t.combination.0[c].1) == *column);
                let known: Vec<f64> = shared.filter_map(|trial| trial.metric(&study.by, false)).collect();
                (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
            };
            let values = rows.iter().flat_map(|row| columns.iter().map(move |column| (row, column))).map(|(row, column)| mean(row, column));
            let heat = Heat {
                title: format!("{}: {} in-sample", study.strategy, study.by),
                subtitle: format!(
                    "{}{} · mean over the other parameters · {} combinations tried",
                    market.name,
                    if market.synthetic { " (SYNTHETIC DATA)" } else { "" },
                    study.trials.len()
                ),
                row_key: study.keys[r].clone(),
                column_key: study.keys[c].clone(),
                values: values.collect(),
                rows: rows.clone(),
                columns: columns.clone(),
            };
            all.push((format!("heatmap-{}-{}", file_safe(&study.keys[r]), file_safe(&study.keys[c])), heat.draw()));
        }
    }
    all
}

/// The distinct values of a key, in the order tried.
fn values(study: &Study, key: usize) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for trial in &study.trials {
        let value = plain(&trial.combination.0[key].1);
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn file_safe(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' }).collect()
}

/// The terminal's table: the best trials, both sides of the split.
#[must_use]
pub fn closing(study: &Study, most: usize) -> String {
    let (columns, mut rows) = ranked(study, most);
    rows.insert(0, columns.iter().map(|(head, _)| head.clone()).collect());
    let widths: Vec<usize> = (0..columns.len()).map(|c| rows.iter().map(|row| width(&row[c])).max().unwrap_or(0)).collect();
    let mut out = headline(study) + "\n";
    let prefix = shared_prefix(&study.keys);
    if !prefix.is_empty() {
        let _ = writeln!(out, "parameters under {}", prefix.trim_end_matches('.'));
    }
    for row in &rows {
        let cells = row.iter().zip(&widths).zip(&columns);
        let cells: Vec<String> =
            cells.map(|((cell, &places), (_, number))| if *number { right(cell, places) } else { left(cell, places) }).collect();
        let _ = write!(out, "\n{}", cells.join("  ").trim_end());
    }
    out + "\n"
}

/// For machines: the best trial and how it did on both sides.
#[must_use]
pub fn closing_json(study: &Study) -> Value {
    let best = study.best();
    serde_json::json!({
        "strategy": study.strategy,
        "combinations": study.trials.len(),
        "by": study.by,
        "out_of_sample_from": study.split,
        "best": {
            "trial": study.ranking[0] + 1,
            "values": best.combination.0.iter().map(|(key, value)| (key.clone(), serde_json::json!(value))).collect::<serde_json::Map<_, _>>(),
            "in_sample": best.in_sample,
            "out_of_sample": best.out_of_sample,
        },
    })
}
