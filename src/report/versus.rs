//! What separates the best of many: their days side by side, whether one is better or lucky, and which settings differ.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use crate::metrics::confidence::Difference;
use crate::metrics::daily::daily_returns;
use crate::metrics::relative::correlation;
use crate::report::compare::Told;
use crate::units::{Clock, Span, Usd};

/// Settings shown, at most.
const KEYS: usize = 40;

/// The first of the ranking less another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Duel {
    pub better: String,
    pub than: String,
    /// None where the days are not the same, or too few.
    pub difference: Option<Difference>,
}

/// A setting that is not the same everywhere, one value a strategy; empty where it has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    pub key: String,
    pub values: Vec<String>,
}

/// Of the strategies whose curves were read, in the order of the ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Versus {
    pub names: Vec<String>,
    /// Row-major: of daily returns; none where days differ.
    pub correlation: Vec<Option<f64>>,
    pub duels: Vec<Duel>,
    pub settings: Vec<Setting>,
}

impl Versus {
    /// `best` is ranked, the best first, each with its curve.
    #[must_use]
    pub fn of(best: &[&Told]) -> Self {
        let days: Vec<Vec<f64>> = best.iter().map(|told| days(told)).collect();
        let alike = |a: usize, b: usize| best[a].from == best[b].from && days[a].len() == days[b].len();
        let pairs = (0..best.len()).flat_map(|a| (0..best.len()).map(move |b| (a, b)));
        let correlation = pairs.map(|(a, b)| alike(a, b).then(|| correlation(&days[a], &days[b])).flatten()).collect();
        let duel = |b: usize| Duel {
            better: best[0].name.clone(),
            than: best[b].name.clone(),
            difference: alike(0, b).then(|| Difference::of_days(&days[0], &days[b])).flatten(),
        };
        Self {
            names: best.iter().map(|told| told.name.clone()).collect(),
            correlation,
            duels: (1..best.len()).map(duel).collect(),
            settings: settings(best),
        }
    }
}

/// Daily returns of a curve that was read back.
fn days(told: &Told) -> Vec<f64> {
    let Some(first) = told.times.first() else { return Vec::new() };
    let bar = Span::from_seconds((*first as i64 - told.from.seconds()).max(1));
    let clock = Clock { start: told.from, bar, bars: told.times.len() };
    let equity: Vec<Usd> = told.equity.iter().map(|e| Usd::round(*e)).collect();
    daily_returns(&clock, &equity, Usd::round(told.capital))
}

/// Keys of the resolved strategies whose values differ, by name; a manifest that cannot be read has no settings.
fn settings(best: &[&Told]) -> Vec<Setting> {
    let mut manifests: BTreeMap<PathBuf, Value> = BTreeMap::new();
    let flat: Vec<BTreeMap<String, String>> = best
        .iter()
        .map(|told| {
            let Some(report) = told.folder.parent() else { return BTreeMap::new() };
            let manifest = manifests.entry(report.to_path_buf()).or_insert_with(|| {
                let text = fs::read_to_string(report.join("manifest.json")).unwrap_or_default();
                serde_json::from_str(&text).unwrap_or_default()
            });
            let records = manifest.get("strategies").and_then(Value::as_array).into_iter().flatten();
            let own = records.into_iter().find(|record| record.get("name").and_then(Value::as_str) == Some(&told.strategy));
            let mut all = BTreeMap::new();
            if let Some(resolved) = own.and_then(|record| record.get("resolved")) {
                flatten("", resolved, &mut all);
            }
            all
        })
        .collect();
    let keys: std::collections::BTreeSet<&String> = flat.iter().flat_map(BTreeMap::keys).collect();
    let row = |key: &&String| Setting {
        key: (*key).clone(),
        values: flat.iter().map(|own| own.get(*key).cloned().unwrap_or_default()).collect(),
    };
    let differs = |setting: &Setting| setting.values.iter().any(|value| *value != setting.values[0]);
    let words = |key: &&&String| !matches!(key.as_str(), "name" | "about");
    keys.iter().filter(words).map(row).filter(differs).take(KEYS).collect()
}

fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                flatten(&if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") }, value, into);
            }
        }
        Value::Null => {}
        Value::String(text) => drop(into.insert(prefix.to_string(), text.clone())),
        other => drop(into.insert(prefix.to_string(), other.to_string())),
    }
}
