//! Keys that once had another name: whoever writes the old one is told the new one.

/// Table (`*` is any bucket), old name, new name.
const RENAMED: &[(&str, &str, &str)] = &[
    ("limits.position", "most", "max"),
    ("limits.leverage_at_entry", "least", "min"),
    ("limits.leverage_at_entry", "most", "max"),
    ("limits.futures", "least", "min"),
    ("limits.futures", "most", "max"),
    ("buckets.*.limits.position", "most", "max"),
    ("buckets.*.limits.leverage_at_entry", "least", "min"),
    ("buckets.*.limits.leverage_at_entry", "most", "max"),
    ("buckets.*.top_up", "most", "max"),
    ("buckets.*.entry", "pays_8h_at_most", "max_funding_8h"),
    ("buckets.*.exit", "funding_received_8h_below", "funding_below"),
    ("classifier.breadth", "least", "min_coins"),
];

/// What an unknown key is called now, in a table that knows the keys `known`: most of what has an old name stands in several tables, and goes by one
/// name in each.
pub(super) fn new_name(unknown: &str, known: &[String]) -> Option<&'static str> {
    RENAMED.iter().find(|(_, old, new)| *old == unknown && known.iter().any(|key| key == new)).map(|&(.., new)| new)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::strategy::{Override, StrategyFile};

    /// A strategy that has every table of the list.
    const ALL: &str = r#"
name = "n"
about = "a"
regime = "any"
rebalance = { every = "7d" }
limits = { position = { max = 0.5, of = "notional" }, leverage_at_entry = { min = 1.0, max = 5.0 }, futures = { min = 0.1, max = 0.5, sweep_to = "rest" } }
classifier = { breadth = { min_coins = 3 } }

[buckets.perps]
weight = 0.4
hold = { perp = { count = 3 } }
leverage = { open = 2.0 }
entry = { max_funding_8h = 0.0001 }
exit = { funding_below = 0.0, settlements = 3 }
top_up = { from = "rest", every = "30d", below = 0.5, max = 0.2 }
limits = { position = { max = 0.2, of = "margin" }, leverage_at_entry = { min = 1.0, max = 3.0 } }

[buckets.rest]
weight = 0.6
hold = "cash"
"#;

    fn table_of<'t>(whole: &'t mut toml::Table, path: &str) -> &'t mut toml::Table {
        path.replace('*', "perps")
            .split('.')
            .fold(whole, |table, part| table.get_mut(part).and_then(toml::Value::as_table_mut).unwrap_or_else(|| panic!("no {path}")))
    }

    #[test]
    fn every_old_key_is_refused_with_the_new_one_named() {
        let valid = StrategyFile::parse(Path::new("all.toml"), ALL.to_owned()).unwrap_or_else(|fault| panic!("{fault}"));
        for (table, old, new) in RENAMED {
            let mut whole: toml::Table = toml::from_str(ALL).expect("TOML");
            let place = table_of(&mut whole, table);
            let value = place.remove(*new).unwrap_or_else(|| panic!("{table} has no {new}"));
            place.insert((*old).to_owned(), value.clone());
            let fault = StrategyFile::parse(Path::new("old.toml"), whole.to_string()).expect_err("an old key");
            assert!(fault.found.contains(&format!("`{old}`")), "{table}.{old}: {fault}");
            assert_eq!(fault.fix, format!("`{old}` is called `{new}` now: rename it"), "{table}");
            // On the command line as in the file.
            let set = Override::parse(&format!("{}.{old}={value}", table.replace('*', "perps"))).expect("an override");
            let fault = valid.with_all(&[set]).expect_err("an old key");
            assert_eq!(fault.fix, format!("`{old}` is called `{new}` now: rename it"), "{table}");
        }
    }
}
