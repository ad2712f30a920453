//! `--set KEY=VALUE`: keys that a command replaces or adds.

use crate::fault::Fault;
use crate::names::{self, suggestion};

/// One `--set KEY=VALUE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    pub text: String,
    pub key: Vec<String>,
    pub value: toml::Value,
}

impl Override {
    /// Reads `buckets.narratives.weight=0.1`. The value is TOML; a bare word is taken as text, so `rebalance.every=7d` works.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = |found: &str| {
            Fault::new(
                format!("--set {text}"),
                found,
                "KEY=VALUE, as in buckets.narratives.weight=0.10",
                "write the dotted key of the strategy file, an equals sign, and a TOML value",
            )
        };
        if let Err(unfit) = names::line(text) {
            return Err(wrong(&unfit.words().0));
        }
        let (key, value) = text.split_once('=').ok_or_else(|| wrong("no equals sign"))?;
        let key = parts(key.trim());
        if key.iter().any(String::is_empty) {
            return Err(wrong("an empty key"));
        }
        let value = value.trim();
        let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok().and_then(|mut table| table.remove("value"));
        let value = parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()));
        Ok(Self { text: text.to_owned(), key, value })
    }

    /// Puts the value where the key says, making the tables above it that are not there yet; whether a key may stand there, the types of a strategy say.
    ///
    /// # Errors
    /// A part of the key above the last is something else than a table; a bucket that is not there.
    pub(super) fn apply(&self, table: &mut toml::Table) -> Result<(), (String, String, String)> {
        let (last, path) = self.key.split_last().expect("a key has a part");
        let mut place = table;
        for (at, part) in path.iter().enumerate() {
            let above = &self.key[..at];
            if above == ["buckets"] && !place.contains_key(part) {
                let names: Vec<&str> = place.keys().map(String::as_str).collect();
                return Err((
                    format!("no bucket `{part}`"),
                    "a bucket of the strategy".to_owned(),
                    format!("{}buckets here: {}", suggestion(part, names.iter().copied()), names.join(", ")),
                ));
            }
            let inner = place.entry(part.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            let toml::Value::Table(inner) = inner else {
                let found = format!("`{}` is {inner}, which has no keys", self.key[..=at].join("."));
                return Err((found, "a key that stands in a table".to_owned(), "replace the whole of it, or correct the key".to_owned()));
            };
            place = inner;
        }
        place.insert(last.clone(), self.value.clone());
        Ok(())
    }

    /// Whether a table has the key.
    pub(super) fn is_in(&self, table: &toml::Table) -> bool {
        let (last, path) = self.key.split_last().expect("a key has a part");
        let above = path.iter().try_fold(table, |place, part| place.get(part)?.as_table());
        above.is_some_and(|place| place.contains_key(last))
    }
}

/// The parts of a dotted key; one in quotes may have dots in it, as a key of `tune.keys` has.
pub(super) fn parts(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for letter in key.chars() {
        match letter {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ => parts.last_mut().expect("one at least").push(letter),
        }
    }
    parts
}
