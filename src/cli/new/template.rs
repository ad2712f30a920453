//! A file as a template, made of its JSON Schema: every key with what it means and its default, behind a `#` where it may be left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::strategy::Shape;

/// Letters of a line of comment.
const WIDTH: usize = 110;

/// What stands where a key has no default begins so.
const OPEN: char = '<';

/// How a template is read.
pub(super) const LEGEND: &str = "A line `#key = value` shows a default: take the # away to change it. A line `#key = <…>` is a key without one, \
    which says nothing until it is written. NAME stands for a name of your own.";

/// A template in the making.
pub(super) struct Template<'s> {
    schema: &'s Value,
    /// Keys that must be there, or had better be, with their values; the rest stays behind a `#`.
    live: &'s [(&'s str, &'s str)],
    /// The header under which keys stand, for whoever is led back to them.
    header: String,
    /// Where each table of the schema was shown, by its name there.
    shown: BTreeMap<String, String>,
    text: String,
    /// Tables of which there may be several: they end the tables before them.
    tail: String,
}

impl<'s> Template<'s> {
    /// Nothing yet.
    pub fn of(schema: &'s Value, live: &'s [(&'s str, &'s str)]) -> Self {
        Self { schema, live, header: String::new(), shown: BTreeMap::new(), text: String::new(), tail: String::new() }
    }

    /// A comment, in lines of a width one can read.
    pub fn comment(&mut self, words: &str) {
        self.text += &commented(words);
    }

    /// Lines as they are.
    pub fn lines(&mut self, lines: &str) {
        self.text += lines;
    }

    /// All keys of the file but some.
    pub fn file(&mut self, but: &[&str]) {
        self.keys(Shape::of(self.schema), "", but);
    }

    /// All keys of a table of the schema, under a header of their own.
    pub fn table(&mut self, place: Shape<'s>, header: &str, live: &'s [(&'s str, &'s str)]) {
        self.live = live;
        self.header = format!("{header}.");
        let _ = writeln!(self.text, "\n[{header}]");
        self.keys(place, "", &[]);
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text + &self.tail
    }

    fn keys(&mut self, place: Shape<'s>, above: &str, but: &[&str]) {
        let required: Vec<&str> = place.node()["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (key, node) in place.node()["properties"].as_object().into_iter().flatten() {
            if !but.contains(&key.as_str()) {
                let key_path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
                self.entry(place.at(node), &key_path, required.contains(&key.as_str()), "");
            }
        }
    }

    /// One key, and what stands below it. `fallback` describes it where it does not itself.
    fn entry(&mut self, place: Shape<'s>, path: &str, required: bool, fallback: &str) {
        let forms = place.alternatives();
        let own = place.node()["description"].as_str();
        let described = own.or_else(|| place.description()).unwrap_or(fallback).to_owned();
        let [form] = forms[..] else { return self.choice(place, &forms, path, required, &described) };
        if form.node()["properties"].is_object() {
            return self.inner(place, form, path, &described);
        }
        if form.node()["items"].is_object()
            && place.at(&form.node()["items"]).alternatives().iter().all(|item| item.node()["properties"].is_object())
        {
            return self.several(place.at(&form.node()["items"]), path, &described);
        }
        if form.node()["additionalProperties"].is_object() {
            self.text.push('\n');
            self.comment(&described);
            return self.entry(place.at(&form.node()["additionalProperties"]), &format!("{path}.NAME"), false, "");
        }
        self.choice(place, &forms, path, required, &described);
    }

    /// A table: shown in full where it stands first.
    fn inner(&mut self, place: Shape<'s>, form: Shape<'s>, path: &str, described: &str) {
        self.text.push('\n');
        self.comment(&format!("{path}: {described}"));
        let full = format!("{}{path}", self.header);
        match place.name().map(|name| self.shown.entry(name.to_owned()).or_insert_with(|| full.clone()).clone()) {
            Some(first) if first != full => self.comment(&format!("`{path}` has the same keys as `{first}` above.")),
            _ => self.keys(form, path, &[]),
        }
    }

    /// A table of which there may be several.
    fn several(&mut self, item: Shape<'s>, path: &str, described: &str) {
        let before = std::mem::take(&mut self.text);
        let described = if described.is_empty() { item.description().unwrap_or_default() } else { described };
        self.text = format!("\n{}#[[{path}]]\n", commented(described));
        if let [form] = item.alternatives()[..] {
            self.keys(form, "", &[]);
        }
        self.tail += &std::mem::replace(&mut self.text, before);
    }

    /// A value, or one of several forms.
    fn choice(&mut self, place: Shape<'s>, forms: &[Shape<'s>], path: &str, required: bool, described: &str) {
        let words: Vec<(String, &str)> = forms.iter().flat_map(|form| constants(form.node())).collect();
        let kinds = kinds(forms, &words);
        self.comment(described);
        if required {
            self.comment(if path.contains('.') { "Required in its table." } else { "Required." });
        }
        for (word, meaning) in words.iter().filter(|(_, meaning)| !meaning.is_empty()) {
            self.comment(&format!("  {word}: {meaning}"));
        }
        let default = default(place.node(), forms, required);
        let value = default.or_else(|| (!kinds.is_empty()).then(|| format!("{OPEN}{}>", kinds.join(" or "))));
        match (self.live.iter().find(|(key, _)| *key == path), value) {
            (Some((_, value)), _) => _ = writeln!(self.text, "{path} = {value}"),
            (None, Some(value)) => _ = writeln!(self.text, "#{path} = {value}"),
            (None, None) => {}
        }
        // The keys of each form that is a table.
        for form in forms.iter().filter(|_| forms.len() > 1) {
            let about = form.node()["description"].as_str().unwrap_or_default();
            for (key, node) in form.node()["properties"].as_object().into_iter().flatten() {
                self.entry(form.at(node), &format!("{path}.{key}"), false, about);
            }
        }
    }
}

/// Words of a form that is one of some, as values, each with its meaning.
fn constants(node: &Value) -> Vec<(String, &str)> {
    let meaning = node["description"].as_str().unwrap_or_default();
    if node.get("const").is_some() {
        return vec![(value(&node["const"]), meaning)];
    }
    node["enum"].as_array().into_iter().flatten().filter(|word| !word.is_null()).map(|word| (value(word), "")).collect()
}

/// What may stand there, in words.
fn kinds(forms: &[Shape], words: &[(String, &str)]) -> Vec<String> {
    let mut kinds: Vec<String> = words.iter().map(|(word, _)| word.clone()).collect();
    for form in forms.iter().filter(|form| constants(form.node()).is_empty()) {
        let types = match &form.node()["type"] {
            Value::Array(list) => list.iter().filter_map(Value::as_str).find(|word| *word != "null"),
            word => word.as_str(),
        };
        let kind = match types {
            Some("number") => "number",
            Some("integer") => "whole number",
            Some("boolean") => "true or false",
            Some("array") => "list",
            Some("string") if form.node().get("pattern").is_some() => "span",
            Some("string") => "text",
            Some("object") if form.node().get("properties").is_none() => "table",
            _ => continue,
        };
        if !kinds.iter().any(|known| known == kind) {
            kinds.push(kind.to_owned());
        }
    }
    kinds
}

/// Its default, as a value of TOML.
fn default(node: &Value, forms: &[Shape], required: bool) -> Option<String> {
    match &node["default"] {
        Value::Null => {
            let plain = matches!(forms, [form] if form.node()["type"] == "boolean");
            (plain && !required).then(|| "false".to_owned())
        }
        found => Some(value(found)),
    }
}

/// A value of JSON in TOML.
fn value(json: &Value) -> String {
    toml::Value::try_from(json).map(|value| value.to_string()).unwrap_or_default()
}

fn commented(words: &str) -> String {
    let indent: String = words.chars().take_while(|letter| *letter == ' ').collect();
    let (mut lines, mut line) = (String::new(), String::new());
    for word in words.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= WIDTH {
            let _ = writeln!(lines, "# {indent}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    if !line.is_empty() {
        let _ = writeln!(lines, "# {indent}{line}");
    }
    lines
}
