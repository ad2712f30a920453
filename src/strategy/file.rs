//! A strategy file: read, overridden by `--set`, validated; every refusal names file, line and key.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::bounded::{self, BY_HAND, size};
use crate::exchange::assumptions::Preset;
use crate::fault::Fault;
use crate::names;
use crate::strategy::key::Wrong;
use crate::strategy::renamed::new_name;
use crate::strategy::{Strategy, did_you_mean, validate};

/// A strategy as it will run, and the text it came from.
#[derive(Clone, Debug)]
pub struct StrategyFile {
    pub path: PathBuf,
    pub text: String,
    /// `KEY=VALUE` applied on top, in order.
    pub overrides: Vec<String>,
    pub strategy: Strategy,
}

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
    fn apply(&self, table: &mut toml::Table) -> Result<(), (String, String, String)> {
        let (last, path) = self.key.split_last().expect("a key has a part");
        let mut place = table;
        for (at, part) in path.iter().enumerate() {
            let above = &self.key[..at];
            if above == ["buckets"] && !place.contains_key(part) {
                let names: Vec<&str> = place.keys().map(String::as_str).collect();
                let near = did_you_mean(part, names.iter().copied()).map(|near| format!(": {near}")).unwrap_or_default();
                return Err((
                    format!("no bucket `{part}`{near}"),
                    "a bucket of the strategy".to_owned(),
                    format!("buckets here: {}", names.join(", ")),
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
    fn is_in(&self, table: &toml::Table) -> bool {
        let (last, path) = self.key.split_last().expect("a key has a part");
        let above = path.iter().try_fold(table, |place, part| place.get(part)?.as_table());
        above.is_some_and(|place| place.contains_key(last))
    }

    /// Of what a command replaces what is meant for each of its strategies: everything for those that it names, for others the keys their own file has,
    /// and those that no file has.
    #[must_use]
    pub fn meant_for(sets: &[Self], files: &[StrategyFile], named: bool) -> Vec<Vec<Self>> {
        let nowhere = |set: &Self| !files.iter().any(|file| file.has(set));
        let own = |file: &StrategyFile| sets.iter().filter(|set| named || file.has(set) || nowhere(set)).cloned().collect();
        files.iter().map(own).collect()
    }
}

/// The parts of a dotted key; one in quotes may have dots in it, as a key of `tune.keys` has.
fn parts(key: &str) -> Vec<String> {
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

impl StrategyFile {
    /// Reads and validates one file.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let text = bounded::text(path, BY_HAND).map_err(|why| {
            Fault::new(
                path.display().to_string(),
                format!("cannot be read: {why}"),
                format!("a strategy file in TOML, of at most {}", size(BY_HAND)),
                "name an existing file; without names every strategies/*.toml is run",
            )
        })?;
        Self::parse(path, text)
    }

    /// The same, from text; `path` is only for messages.
    pub fn parse(path: &Path, text: String) -> Result<Self, Fault> {
        let strategy: Strategy = toml::from_str(&text).map_err(|error| syntax_fault(path, &text, &error))?;
        let file = Self { path: path.to_owned(), text, overrides: Vec::new(), strategy };
        validate::check(&file.strategy).map_err(|wrong| file.fault(&wrong))?;
        Ok(file)
    }

    pub(super) fn fault(&self, wrong: &Wrong) -> Fault {
        let key = wrong.key.join(".");
        // The file was valid before: what is wrong came with an override, that of this key, or one of those above or below it.
        let touches = |set: &&String| Override::parse(set).is_ok_and(|set| set.key.iter().zip(&wrong.key).all(|(a, b)| a == b));
        let near: Vec<&str> = self.overrides.iter().filter(touches).map(String::as_str).collect();
        let all: Vec<&str> = self.overrides.iter().map(String::as_str).collect();
        let place = if self.overrides.is_empty() {
            Fault::at(&self.path, line_of_key(&self.text, &wrong.key))
        } else {
            format!("{}: --set {}", self.path.display(), if near.is_empty() { all } else { near }.join(" --set "))
        };
        Fault::new(place, format!("`{key}`: {}", wrong.found), wrong.expected.clone(), wrong.fix.clone())
    }

    /// The same strategy under a named set of assumptions, whatever it says itself.
    #[must_use]
    pub fn under(mut self, preset: Preset) -> Self {
        self.strategy = self.strategy.under(preset);
        self
    }

    /// Whether the file has the key of an override.
    #[must_use]
    pub fn has(&self, set: &Override) -> bool {
        toml::from_str::<toml::Table>(&self.text).is_ok_and(|table| set.is_in(&table))
    }

    /// The same strategy with keys replaced or added, all of them together.
    ///
    /// # Errors
    /// A key or a value that no strategy may have; a strategy that is not valid with them.
    pub fn with_all(&self, sets: &[Override]) -> Result<Self, Fault> {
        let mut table: toml::Table = toml::Table::try_from(&self.strategy).expect("a strategy that was read can be written as a table");
        for set in sets {
            set.apply(&mut table).map_err(|(found, expected, fix)| {
                Fault::new(format!("{}: --set {}", self.path.display(), set.text), found, expected, fix)
            })?;
        }
        let strategy: Strategy = table.try_into().map_err(|error: toml::de::Error| {
            let sets: Vec<&str> = sets.iter().map(|set| set.text.as_str()).collect();
            let (found, expected) = in_plain_words(error.message());
            let place = format!("{}: --set {}", self.path.display(), sets.join(" --set "));
            let fix = mended(&found, &expected);
            Fault::new(place, found, expected, fix)
        })?;
        let overrides = self.overrides.iter().cloned().chain(sets.iter().map(|set| set.text.clone())).collect();
        let file = Self { path: self.path.clone(), text: self.text.clone(), overrides, strategy };
        validate::check(&file.strategy).map_err(|wrong| file.fault(&wrong))?;
        Ok(file)
    }
}

fn syntax_fault(path: &Path, text: &str, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let (mut found, expected) = in_plain_words(error.message());
    // What is missing at the top stands nowhere.
    if let Some(key) = key_at(text, &span).filter(|_| !span.is_empty()) {
        let _ = write!(found, " (at `{key}`)");
    }
    let fix = mended(&found, &expected);
    Fault::new(Fault::at(path, line_at(text, span.start)), found, expected, fix)
}

/// How to mend what a parser refused: by its new name what once had another, else by the names near to one that it does not know.
fn mended(found: &str, expected: &str) -> String {
    let quoted = |text: &'_ str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let unknown = found.strip_prefix("unknown ").and_then(|_| quoted(found).into_iter().next());
    let known = quoted(expected);
    if let Some((old, new)) = unknown.as_deref().and_then(|name| Some((name, new_name(name, &known)?))) {
        return format!("`{old}` is called `{new}` now: rename it");
    }
    let near = unknown.and_then(|name| did_you_mean(&name, known.iter().map(String::as_str)));
    let near = near.map(|near| format!("{near} ")).unwrap_or_default();
    format!("{near}correct the key or its value; `rotate schema` lists all of them")
}

/// What a parser found and what it expected, without the names of our types.
fn in_plain_words(message: &str) -> (String, String) {
    let message = message.trim();
    if let Some((found, allowed)) = message.split_once(", expected ") {
        let expected = match allowed {
            "f32" | "f64" => "a number",
            "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, at least 0",
            "a sequence" => "a list, as in [\"BTC\", \"ETH\"]",
            _ if allowed.starts_with("struct ") || allowed == "a map" => "a table, as in { key = value }",
            _ => allowed,
        };
        return (found.to_owned(), expected.to_owned());
    }
    // Of a span, which says itself how it is written.
    if let Some((found, form)) = message.split_once(": write ") {
        return (found.to_owned(), form.to_owned());
    }
    let expected = match message {
        "duplicate key" => "each key once".to_owned(),
        _ if message.starts_with("wanted exactly 1 element") => return ("several words at once".to_owned(), "one of them".to_owned()),
        _ => match message.strip_prefix("missing field ") {
            Some(field) => format!("the key {field}"),
            None => "TOML".to_owned(),
        },
    };
    (message.to_owned(), expected)
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

/// The line on which a key path stands, or its deepest part that does.
fn line_of_key(text: &str, key: &[String]) -> usize {
    let Ok(document) = DeTable::parse(text) else { return 1 };
    let mut table = document.get_ref();
    let mut line = 1;
    for part in key {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == part.as_str()) else { break };
        line = line_at(text, name.span().start);
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    line
}

/// The deepest dotted key whose name or value covers a part of the text.
fn key_at(text: &str, part: &Range<usize>) -> Option<String> {
    fn search(table: &DeTable, covers: &dyn Fn(&Range<usize>) -> bool, path: &mut Vec<String>) -> bool {
        for (name, value) in table {
            path.push(name.get_ref().to_string());
            if let DeValue::Table(inner) = value.get_ref()
                && search(inner, covers, path)
            {
                return true;
            }
            if covers(&name.span()) || covers(&value.span()) {
                return true;
            }
            path.pop();
        }
        false
    }
    let document = DeTable::parse(text).ok()?;
    let mut path = Vec::new();
    search(document.get_ref(), &|span| span.start <= part.start && part.end <= span.end, &mut path).then(|| path.join("."))
}
