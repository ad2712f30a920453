//! The JSON Schemas that the program prints, held against the files they describe.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::{ROOT, fine};
use serde_json::Value;

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Follows `$ref`, and the one of several alternatives that is not null.
fn resolve<'a>(schema: &'a Value, mut place: &'a Value) -> &'a Value {
    loop {
        if let Some(name) = place["$ref"].as_str() {
            place = &schema["$defs"][name.rsplit('/').next().unwrap()];
        } else if let Some(inner) = place["anyOf"].as_array() {
            place = inner.iter().find(|one| one["type"] != "null").unwrap();
        } else {
            return place;
        }
    }
}

/// Every key of `value` is one that the schema knows; every key the schema requires is there.
fn follow(schema: &Value, place: &Value, value: &toml::Value, path: &str) {
    let place = resolve(schema, place);
    if let (Some(list), true) = (value.as_array(), place["items"].is_object()) {
        return list.iter().for_each(|inner| follow(schema, &place["items"], inner, path));
    }
    let Some(table) = value.as_table() else { return };
    if let Some(words) = place["oneOf"].as_array() {
        let found = words.iter().map(|one| resolve(schema, one)).find(|one| table.keys().all(|key| one["properties"].get(key).is_some()));
        let found = found.unwrap_or_else(|| panic!("{path}: {table:?} is none of the words of the schema"));
        return table.iter().for_each(|(key, inner)| follow(schema, &found["properties"][key], inner, &format!("{path}.{key}")));
    }
    assert!(place["properties"].is_object() || place["additionalProperties"].is_object(), "{path}: {place} is no table");
    for (key, inner) in table {
        let below = place["properties"].get(key).unwrap_or(&place["additionalProperties"]);
        assert!(below.is_object() || below == &Value::Bool(true), "{path}.{key} is not in the schema");
        follow(schema, below, inner, &format!("{path}.{key}"));
    }
    for key in place["required"].as_array().into_iter().flatten() {
        assert!(table.contains_key(key.as_str().unwrap()), "{path} lacks {key}");
    }
}

#[test]
fn the_schema_knows_every_key_of_every_strategy() {
    let schema = json(&fine(&["schema"]));
    assert_eq!(schema["additionalProperties"], false);
    let mut seen = 0;
    for entry in fs::read_dir(format!("{ROOT}/strategies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "toml") {
            follow(&schema, &schema, &toml::from_str(&read(&path)).unwrap(), path.file_name().unwrap().to_str().unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 5);
    // The same walk refuses what the program refuses.
    for case in ["unknown-key-at-top", "unknown-key-in-bucket", "unknown-key-in-selection", "score-unknown", "weight-missing"] {
        let wrong = toml::from_str(&read(format!("{ROOT}/tests/errors_strategy/{case}/strategy.toml"))).unwrap();
        let outcome = std::panic::catch_unwind(|| follow(&schema, &schema, &wrong, case));
        assert!(outcome.is_err(), "{case} passes the schema");
    }
}

/// A manifest with every key there is.
const ALL: &str = r#"
name = "all"
about = "every key"
synthetic = true
bar = "8h"
benchmark = "BTC"
quote = "USD"
from = 2024-01-01
to = 2024-12-31
fees = { spot_maker = 1, spot_taker = 1, perp_maker = 1, perp_taker = 1 }
half_spread_bps = { large = 1, mid = 2, small = 3 }
listing = { delisted_after = "7d", penalty_pct = 5, jump = 10 }
funding = { missing_rate_8h = 0.0001 }
limits = { table_mib = 512 }
[[half_spread]]
since = 2024-01-01
asset = "BTC"
bps = 1
[[half_spread]]
tier = "small"
bps = 40
[[trading_rules]]
market = "spot"
symbol = "BTCUSDT"
since = 2024-01-01
tick_size = 1
lot_size = 1
min_notional = 1
[data]
wick_limit = 3
wicks = "clip"
[orders]
min_notional = 5
"#;

/// The keys of a table of the schema, with those of the tables below it behind a dot.
fn keys(schema: &Value, place: &Value, path: &str, all: &mut BTreeSet<String>) {
    let place = resolve(schema, place);
    let place = if place["items"].is_object() { resolve(schema, &place["items"]) } else { place };
    for (key, inner) in place["properties"].as_object().into_iter().flatten() {
        all.insert(format!("{path}{key}"));
        keys(schema, inner, &format!("{path}{key}."), all);
    }
}

/// The same of a file.
fn keys_of(value: &toml::Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        toml::Value::Array(list) => list.iter().for_each(|inner| keys_of(inner, path, all)),
        toml::Value::Table(table) => table.iter().for_each(|(key, inner)| {
            all.insert(format!("{path}{key}"));
            keys_of(inner, &format!("{path}{key}."), all);
        }),
        _ => {}
    }
}

#[test]
fn the_schema_knows_every_key_of_every_market() {
    let schema = json(&fine(&["schema", "market"]));
    assert_eq!((&schema["title"], &schema["additionalProperties"]), (&Value::from("Market"), &Value::Bool(false)));
    assert_eq!(fine(&["schema"]), fine(&["schema", "strategy"]));
    let manifest = |folder: &str| toml::from_str::<toml::Value>(&read(format!("{ROOT}/{folder}/market.toml"))).unwrap();
    let all = toml::from_str(ALL).unwrap();
    for (name, value) in [("all", &all), ("sample", &manifest("data/sample")), ("by hand", &manifest("tests/by_hand/market"))] {
        follow(&schema, &schema, value, name);
    }
    let (mut said, mut known) = (BTreeSet::new(), BTreeSet::new());
    keys(&schema, &schema, "", &mut said);
    keys_of(&all, "", &mut known);
    assert_eq!(said, known);
    // The same walk refuses what the program refuses.
    for case in [
        "manifest-unknown-key",
        "manifest-missing-name",
        "manifest-missing-fee",
        "half-spread-no-bps",
        "half-spread-unknown-key",
        "rules-no-symbol",
    ] {
        let wrong = manifest(&format!("tests/errors/{case}"));
        let outcome = std::panic::catch_unwind(|| follow(&schema, &schema, &wrong, case));
        assert!(outcome.is_err(), "{case} passes the schema");
    }
}
