//! What a parser of TOML refused, in plain words, and the line on which it stands.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::fault::Fault;
use crate::names::suggestion;
use crate::strategy::renamed::new_name;

/// A refusal of what stands in one file.
pub(super) fn syntax_fault(path: &Path, text: &str, error: &toml::de::Error) -> Fault {
    let line = line_at(text, error.span().unwrap_or_default().start);
    refused(text, error, |_| Fault::at(path, line))
}

/// A refusal; `place` is where it stands, told the key where there is one.
pub(super) fn refused(text: &str, error: &toml::de::Error, place: impl Fn(Option<&[String]>) -> String) -> Fault {
    let span = error.span().unwrap_or_default();
    let (mut found, expected) = in_plain_words(error.message());
    // What is missing at the top stands nowhere.
    let key = key_at(text, &span).filter(|_| !span.is_empty());
    if let Some(key) = &key {
        let _ = write!(found, " (at `{}`)", key.join("."));
    }
    let fix = mended(&found, &expected);
    Fault::new(place(key.as_deref()), found, expected, fix)
}

/// How to mend what a parser refused: by its new name what once had another, else by the names near to one that it does not know.
pub(super) fn mended(found: &str, expected: &str) -> String {
    let quoted = |text: &'_ str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let unknown = found.strip_prefix("unknown ").and_then(|_| quoted(found).into_iter().next());
    let known = quoted(expected);
    if let Some((old, new)) = unknown.as_deref().and_then(|name| Some((name, new_name(name, &known)?))) {
        return format!("`{old}` is called `{new}` now: rename it");
    }
    let near = unknown.map_or_else(String::new, |name| suggestion(&name, known.iter().map(String::as_str)));
    format!("{near}correct the key or its value; `rotate schema` lists all of them")
}

/// What a parser found and what it expected, without the names of our types.
pub(super) fn in_plain_words(message: &str) -> (String, String) {
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

/// The line of a byte, from 1.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

/// The line on which a key path stands, or its deepest part that does.
pub(super) fn line_of_key(text: &str, key: &[String]) -> usize {
    depth_and_line(text, key).1
}

/// How many parts of a key path a text has.
pub(super) fn reach(text: &str, key: &[String]) -> usize {
    depth_and_line(text, key).0
}

fn depth_and_line(text: &str, key: &[String]) -> (usize, usize) {
    let Ok(document) = DeTable::parse(text) else { return (0, 1) };
    let mut table = document.get_ref();
    let (mut depth, mut line) = (0, 1);
    for part in key {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == part.as_str()) else { break };
        (depth, line) = (depth + 1, line_at(text, name.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    (depth, line)
}

/// The deepest dotted key whose name or value covers a part of the text.
pub(super) fn key_at(text: &str, part: &Range<usize>) -> Option<Vec<String>> {
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
    search(document.get_ref(), &|span| span.start <= part.start && part.end <= span.end, &mut path).then_some(path)
}
