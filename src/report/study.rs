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
use crate::report::study_text::{self, headline, plain, ranked, shared_prefix};
use crate::report::{html, trials};
use crate::tune::{Journal, Study, Trial, journal};
use crate::units::Time;

/// Keys beyond this many would make more heat maps than anybody looks at.
const MOST_HEAT_KEYS: usize = 4;
/// Values of a key beyond this many make cells too small to look at.
const MOST_HEAT_CELLS: usize = 24;

/// Writes every file of a study into `dir`.
pub fn write_study(dir: &Path, market: &Market, study: &Study, journal: &Journal, manifest: &Manifest) -> Result<(), Fault> {
    std::fs::create_dir_all(dir).map_err(|error| broken(dir, &error))?;
    put(&dir.join(journal::FILE), &journal.bytes())?;
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

/// Writes a part of a study: its journal, and what it is a part of.
pub fn write_part(dir: &Path, journal: &Journal, manifest: &Manifest) -> Result<(), Fault> {
    std::fs::create_dir_all(dir).map_err(|error| broken(dir, &error))?;
    put(&dir.join(journal::FILE), &journal.bytes())?;
    put(&dir.join("manifest.json"), manifest.to_json().as_bytes())
}

/// First instant that is out of sample; `None` when nothing was held out.
#[must_use]
pub fn split(study: &Study) -> Option<Time> {
    study.timeline.out_of_sample.as_ref().map(|bars| study.clock.open(bars.start))
}

/// First instant of the window that tuning never looks at; `None` when nothing was kept for it.
#[must_use]
pub fn final_window(study: &Study) -> Option<Time> {
    study.timeline.final_window().map(|bars| study.clock.open(bars.start))
}

/// The best strategy ready to run, its provenance in comments.
fn best(market: &Market, study: &Study) -> String {
    let trial = study.best();
    let by = &study.goals.objectives[0].text;
    let mut head = format!(
        "# Best of {} settings of `{}` on {}{}, by {by} in-sample.\n",
        study.trials.len(),
        study.strategy,
        market.name,
        if market.synthetic { " (SYNTHETIC DATA)" } else { "" },
    );
    let _ = writeln!(head, "# {}", study_text::verdict(study));
    for sentence in study_text::advice(study) {
        let _ = writeln!(head, "# {sentence}");
    }
    let shown = |value: Option<f64>| value.map_or_else(|| "not available".to_owned(), |value| format!("{value:.4}"));
    let _ = writeln!(head, "# in-sample {by}: {}", shown(study.objective(trial, false)));
    if let Some(split) = split(study) {
        let _ = writeln!(head, "# out of sample, from {split}: {}", shown(study.objective(trial, true)));
    }
    for (at, key) in study.keys.iter().enumerate() {
        let _ = writeln!(
            head,
            "# {key} = {} (before: {})",
            study_text::chosen(&trial.setting, at),
            study_text::chosen(&study.before_setting, at)
        );
    }
    let body = toml::to_string_pretty(&study.best_file.strategy).expect("a strategy that was read can be written");
    format!("{head}\n{body}")
}

/// A heat map for each pair of keys: the mean in-sample objective over all trials that share the two values.
fn heats(market: &Market, study: &Study) -> Vec<(String, Svg)> {
    let keys = study.keys.len().min(MOST_HEAT_KEYS);
    let by = &study.goals.objectives[0].text;
    let mut all = Vec::new();
    for r in 0..keys {
        for c in r + 1..keys {
            let [rows, columns] = [r, c].map(|key| study.values(key).into_iter().map(plain).collect::<Vec<String>>());
            if rows.len() > MOST_HEAT_CELLS || columns.len() > MOST_HEAT_CELLS {
                continue;
            }
            let mean = |row: &String, column: &String| {
                let of = |trial: &&Trial, key: usize, value: &String| trial.setting[key].as_ref().is_some_and(|own| plain(own) == *value);
                let shared = study.trials.iter().filter(|trial| of(trial, r, row) && of(trial, c, column));
                let known: Vec<f64> = shared.filter_map(|trial| trial.objectives[0]).collect();
                (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
            };
            let values = rows.iter().flat_map(|row| columns.iter().map(move |column| (row, column))).map(|(row, column)| mean(row, column));
            let heat = Heat {
                title: format!("{}: {by} in-sample", study.strategy),
                subtitle: format!(
                    "{}{} · mean over the other parameters · {} settings tried",
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

fn file_safe(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' }).collect()
}

/// The terminal's table: the best trials, both sides of the split.
#[must_use]
pub fn closing(study: &Study, most: usize) -> String {
    let (columns, mut rows) = ranked(study, most);
    rows.insert(0, columns.iter().map(|(head, _)| head.clone()).collect());
    let widths: Vec<usize> = (0..columns.len()).map(|c| rows.iter().map(|row| width(&row[c])).max().unwrap_or(0)).collect();
    let mut out = format!("{}\n\n", study_text::verdict(study));
    for sentence in study_text::advice(study) {
        out += &(sentence + "\n");
    }
    let _ = writeln!(out, "\n{}", headline(study));
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
    out += "\n";
    for caution in study_text::cautions(study) {
        let _ = write!(out, "\ncaution: {caution}");
    }
    out + "\n"
}

/// For machines: the verdict, the best trial and how it did on both sides.
#[must_use]
pub fn closing_json(study: &Study) -> Value {
    let best = study.best();
    let measured = best.measured.as_ref();
    let reasons = study_text::reasons(study).into_iter().map(|(grade, reason)| serde_json::json!({ "grade": grade, "reason": reason }));
    let values = study.keys.iter().zip(&best.setting).map(|(key, value)| (key.clone(), serde_json::json!(value)));
    serde_json::json!({
        "strategy": study.strategy,
        "verdict": study.judgement.verdict.name(),
        "reasons": reasons.collect::<Vec<_>>(),
        "advice": study_text::advice(study),
        "cautions": study_text::cautions(study),
        "settings": study.trials.len(),
        "variants": study.variants,
        "by": study.goals.objectives.iter().map(|objective| &objective.text).collect::<Vec<_>>(),
        "out_of_sample_from": split(study),
        "final_window_from": final_window(study),
        "best": {
            "trial": study.ranking[0] + 1,
            "values": values.collect::<serde_json::Map<_, _>>(),
            "in_sample": measured.map(|measured| &measured.in_sample),
            "out_of_sample": measured.and_then(|measured| measured.out_of_sample.as_ref()),
        },
    })
}
