//! How a strategy differs from what it extends, key by key.

use toml::{Table, Value};

/// A key that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub key: String,
    /// As in what it extends; nothing where that lacks the key.
    pub base: Option<String>,
    /// Its own; nothing where it has taken the key out.
    pub own: Option<String>,
}

/// Both as tables of a file; keys in the order of the strategy, those that it has no more last.
pub(in crate::strategy) fn changes(own: &Table, base: &Table) -> Vec<Change> {
    let (own, base) = (leaves(own), leaves(base));
    let value = |all: &[(String, String)], key: &str| all.iter().find(|(other, _)| other == key).map(|(_, value)| value.clone());
    let removed = base.iter().filter(|(key, _)| value(&own, key).is_none());
    let keys = own.iter().chain(removed).map(|(key, _)| key);
    let both = keys.map(|key| Change { key: key.clone(), base: value(&base, key), own: value(&own, key) });
    both.filter(|change| change.base != change.own && !matches!(change.key.as_str(), "name" | "about")).collect()
}

/// Every value that is no table, by its dotted key.
fn leaves(table: &Table) -> Vec<(String, String)> {
    fn walk(table: &Table, above: &str, found: &mut Vec<(String, String)>) {
        for (key, value) in table {
            let key = if key.contains('.') { format!("\"{key}\"") } else { key.clone() };
            let key = if above.is_empty() { key } else { format!("{above}.{key}") };
            match value {
                Value::Table(inner) if !inner.is_empty() => walk(inner, &key, found),
                value => found.push((key, value.to_string())),
            }
        }
    }
    let mut found = Vec::new();
    walk(table, "", &mut found);
    found
}
