//! The two keys that only a strategy which extends another one has.

use schemars::JsonSchema;
use toml::de::{DeTable, DeValue};

use crate::fault::Fault;
use crate::strategy::located::{line_at, syntax_fault};
use crate::strategy::overlay::layer::{Base, Layer};
use crate::strategy::shipped::STRATEGIES;

/// What stands at the top of a strategy that extends another one.
#[derive(Debug, JsonSchema)]
pub struct OverlayKeys {
    /// The strategy it differs from: a file in the same folder, or one that the program brings along.
    #[allow(dead_code, reason = "only its schema is asked for")]
    extends: String,
    /// Keys, or whole tables, that it takes out of that strategy, before its own are added: `["buckets.alts", "limits.futures"]`.
    #[allow(dead_code, reason = "only its schema is asked for")]
    remove: Option<Vec<String>>,
}

/// Both keys as they were found in a file.
#[derive(Debug, Default)]
pub(in crate::strategy) struct Head {
    pub base: Option<Base>,
    /// Each with the line it stands on.
    pub remove: Vec<(String, usize)>,
}

/// The keys of the file itself that it does not take from what it extends.
pub(super) const OWN: [&str; 4] = ["name", "about", "extends", "remove"];

impl Head {
    /// # Errors
    /// No TOML; a value of another kind; `remove` without `extends`.
    pub fn of(layer: &Layer) -> Result<Self, Fault> {
        let Layer { path, text, .. } = layer;
        let document = DeTable::parse(text).map_err(|error| syntax_fault(path, text, &error))?;
        let table = document.get_ref();
        let entry = |key: &str| table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value);
        let line = |at: usize| line_at(text, at);
        let wrong = |at: usize, found: String, expected: &str, fix: &str| Err(Fault::new(Fault::at(path, line(at)), found, expected, fix));
        let mut head = Self::default();
        if let Some(value) = entry("extends") {
            let at = value.span().start;
            let named = match value.get_ref() {
                DeValue::String(name) => base(name, line(at)),
                _ => None,
            };
            let brought: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
            let expected = format!("the name of a file in the same folder, as in \"base.toml\", or one of {}", brought.join(", "));
            let shown = &text[value.span()];
            let Some(named) = named else {
                let fix = "write a name of letters, digits, - and _, without a folder";
                return wrong(at, format!("`extends` = {shown}"), &expected, fix);
            };
            head.base = Some(named);
        }
        let Some(value) = entry("remove") else { return Ok(head) };
        let at = value.span().start;
        if head.base.is_none() {
            let fix = "add `extends`, or leave the keys out of this file";
            return wrong(at, "`remove` without `extends`".to_owned(), "a strategy to take keys from", fix);
        }
        let expected = "a list of keys, as in [\"buckets.alts\", \"limits.futures\"]";
        let DeValue::Array(list) = value.get_ref() else {
            return wrong(at, format!("`remove` = {}", &text[value.span()]), expected, "write a list, even of one key");
        };
        for key in list {
            let DeValue::String(name) = key.get_ref() else {
                return wrong(key.span().start, format!("{} in `remove`", &text[key.span()]), expected, "write each key in quotes");
            };
            head.remove.push((name.to_string(), line(key.span().start)));
        }
        Ok(head)
    }
}

/// A name that leads nowhere else.
fn base(text: &str, line: usize) -> Option<Base> {
    let (name, is_file) = text.strip_suffix(".toml").map_or((text, false), |name| (name, true));
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let fit = !name.is_empty() && name.len() <= crate::names::LONGEST && name.chars().all(plain);
    fit.then(|| Base { name: name.to_owned(), is_file, line })
}
