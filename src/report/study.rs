//! A study as a folder (`formats.md` section 4): the table of trials, heat maps, best.toml, study.html, manifest.json.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::fault::Fault;
use crate::folder::broken;
use crate::market::{InputFile, Market, digest};
use crate::report::columns::{left, right, width};
use crate::report::files::{put, write_picture};
use crate::report::kinds::HAND_MADE;
use crate::report::manifest::Manifest;
use crate::report::study_text::{self, headline, ranked, shared_prefix};
use crate::report::{html, study_heats, trials};
use crate::tune::{Journal, Study, journal};
use crate::units::Time;

/// Writes every file of a study into `dir`.
pub fn write_study(dir: &Path, market: &Market, study: &Study, journal: &Journal, manifest: &Manifest) -> Result<(), Fault> {
    std::fs::create_dir_all(dir).map_err(|error| broken(dir, &error))?;
    put(&dir.join(journal::FILE), &journal.bytes())?;
    trials::write(dir, study)?;
    let best = best(market, study);
    put(&dir.join(HAND_MADE[0]), best.as_bytes())?;
    let heats = study_heats::of(&study_text::pooled_name(market, study), study);
    for heat in &heats {
        write_picture(dir, &heat.name, &heat.svg, true)?;
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
        "# Best of {} settings of `{}` on {}, by {by} in-sample.\n",
        study.trials.len(),
        study.strategy,
        study_text::market_name(market),
    );
    for sentence in study_text::verdict(study, market).into_iter().chain(study_text::advice(study)) {
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

/// The terminal's table: the best trials, both sides of the split.
#[must_use]
pub fn closing(study: &Study, market: &Market, most: usize) -> String {
    let (columns, mut rows) = ranked(study, most);
    rows.insert(0, columns.iter().map(|(head, _)| head.clone()).collect());
    let widths: Vec<usize> = (0..columns.len()).map(|c| rows.iter().map(|row| width(&row[c])).max().unwrap_or(0)).collect();
    let mut out = format!("{}\n\n{}\n\n", study_text::market_name(market), study_text::verdict(study, market).join("\n"));
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
    let reasons = |judgement| -> Vec<Value> {
        let all = study_text::reasons(judgement).into_iter();
        all.map(|(grade, reason)| serde_json::json!({ "grade": grade, "reason": reason })).collect()
    };
    let elsewhere = study.elsewhere.iter().map(|other| {
        let verdict = other.judgement.verdict.name();
        serde_json::json!({ "market": other.market, "synthetic": other.synthetic, "verdict": verdict, "reasons": reasons(&other.judgement) })
    });
    let values = study.keys.iter().zip(&best.setting).map(|(key, value)| (key.clone(), serde_json::json!(value)));
    serde_json::json!({
        "strategy": study.strategy,
        "verdict": study.verdict().name(),
        "reasons": reasons(&study.judgement),
        "elsewhere": elsewhere.collect::<Vec<_>>(),
        "advice": study_text::advice(study),
        "cautions": study_text::cautions(study),
        "settings": study.trials.len(),
        "variants": study.variants(),
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
