//! What was set differently: the keys of strategies as understood, and what the command asked for, from the manifests.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// Settings shown, at most.
const KEYS: usize = 40;
/// What a command may ask for beside keys of the strategy: what a manifest calls it, and the flag it is shown as. The form of tables decides
/// nothing, and what was replaced by `--set` stands among the keys.
const FLAGS: &[(&str, &str)] = &[
    ("market_dir", "--market"),
    ("from", "--from"),
    ("to", "--to"),
    ("capital", "--capital"),
    ("assumptions", "--assumptions"),
    ("ladder", "--ladder"),
];

/// Names and values of everything that was set for one strategy.
pub type Settings = BTreeMap<String, String>;

/// A setting that is not the same everywhere, one value a strategy; empty where it has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    pub key: String,
    pub values: Vec<String>,
}

/// Of one strategy of a manifest; what the manifest does not tell is not there.
#[must_use]
pub fn of(manifest: &Value, strategy: &str) -> Settings {
    let mut all = Settings::new();
    let records = manifest.get("strategies").and_then(Value::as_array).into_iter().flatten();
    let own = records.into_iter().find(|record| record.get("name").and_then(Value::as_str) == Some(strategy));
    if let Some(resolved) = own.and_then(|record| record.get("resolved")) {
        flatten("", resolved, &mut all);
    }
    if let Some(market) = manifest.get("market").and_then(Value::as_str) {
        // Beside the flags, which come before all keys.
        all.insert("--market (its name)".to_owned(), market.to_owned());
    }
    for (name, flag) in FLAGS {
        if let Some(value) = manifest.get("settings").and_then(|settings| settings.get(name)) {
            flatten(flag, value, &mut all);
        }
    }
    all
}

/// Those whose values differ, by name, as many as one can look at; and how many are left out.
#[must_use]
pub(crate) fn that_differ(all: &[&Settings]) -> (Vec<Setting>, usize) {
    let keys: BTreeSet<&String> = all.iter().flat_map(|own| own.keys()).collect();
    let row =
        |key: &&String| Setting { key: (*key).clone(), values: all.iter().map(|own| own.get(*key).cloned().unwrap_or_default()).collect() };
    let differs = |setting: &Setting| setting.values.iter().any(|value| *value != setting.values[0]);
    let decides = |key: &&&String| !matches!(key.as_str(), "name" | "about");
    let mut found: Vec<Setting> = keys.iter().filter(decides).map(row).filter(differs).collect();
    let left_out = found.len().saturating_sub(KEYS);
    found.truncate(KEYS);
    (found, left_out)
}

fn flatten(prefix: &str, value: &Value, into: &mut Settings) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_command_asked_for_differs_as_keys_do() {
        let manifest = |capital: &str, from: Value, weight: f64| {
            json!({
                "market": "sample",
                "settings": { "capital": capital, "from": from, "to": null, "ladder": false, "tables": capital, "set": [capital] },
                "strategies": [{ "name": "one", "resolved": { "about": capital, "buckets": { "a": { "weight": weight } } } }],
            })
        };
        let both = [of(&manifest("1", Value::Null, 0.5), "one"), of(&manifest("2", json!("2024-01-01T00:00:00Z"), 0.4), "one")];
        let (found, left_out) = that_differ(&both.iter().collect::<Vec<_>>());
        let rows: Vec<(&str, [&str; 2])> = found.iter().map(|s| (s.key.as_str(), [s.values[0].as_str(), s.values[1].as_str()])).collect();
        assert_eq!(rows, [("--capital", ["1", "2"]), ("--from", ["", "2024-01-01T00:00:00Z"]), ("buckets.a.weight", ["0.5", "0.4"])]);
        assert_eq!(left_out, 0);
        let many: Vec<Settings> = (0..2).map(|value| (0..50).map(|key| (format!("k{key}"), value.to_string())).collect()).collect();
        let (found, left_out) = that_differ(&many.iter().collect::<Vec<_>>());
        assert_eq!((found.len(), left_out), (40, 10));
    }
}
