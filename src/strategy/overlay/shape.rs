//! What the JSON Schema says of a place in a strategy: whether its table is one of several that exclude each other, and what stands below.

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::strategy::Strategy;
use crate::strategy::overlay::head::OverlayKeys;

/// The schema of a strategy that extends none.
pub(super) fn whole_schema() -> Value {
    schemars::schema_for!(Strategy).to_value()
}

/// The JSON Schema of a strategy that extends another one: every key may be left out but what it is called and what it extends.
///
/// # Panics
/// Never: the keys of a strategy are an object.
#[must_use]
pub fn overlay_schema() -> Schema {
    let mut schema = whole_schema();
    optional(&mut schema);
    let keys = schemars::schema_for!(OverlayKeys).to_value();
    let properties = schema["properties"].as_object_mut().expect("a strategy has keys");
    let own = keys["properties"].as_object().expect("it has two keys").clone();
    let all: Map<String, Value> = own.into_iter().chain(std::mem::take(properties)).collect();
    *properties = all;
    schema["title"] = json!("Overlay");
    schema["description"] = json!("A strategy that says how it differs from another one.");
    schema["required"] = json!(["name", "about", "extends"]);
    Schema::try_from(schema).expect("an object")
}

/// Takes every word of what is required out.
fn optional(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            // A key of that name would be an object.
            if map.get("required").is_some_and(Value::is_array) {
                map.remove("required");
            }
            map.values_mut().for_each(optional);
        }
        Value::Array(list) => list.iter_mut().for_each(optional),
        _ => {}
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'s> {
    root: &'s Value,
    /// Null where the schema knows nothing of it.
    at: &'s Value,
}

impl<'s> Shape<'s> {
    /// The file itself.
    #[must_use]
    pub fn of(root: &'s Value) -> Self {
        Self { root, at: root }
    }

    /// Another place of the same schema.
    #[must_use]
    pub fn at(self, at: &'s Value) -> Self {
        Self { at, ..self }
    }

    /// What the schema says here.
    #[must_use]
    pub fn node(self) -> &'s Value {
        self.at
    }

    /// What it names, where it says no more than that it is one of these.
    fn target(self, place: &Value) -> Option<(&'s str, &'s Value)> {
        let name = place["$ref"].as_str()?.rsplit('/').next()?;
        let (name, node) = self.root["$defs"].as_object()?.get_key_value(name)?;
        Some((name, node))
    }

    /// The name of the table that stands here.
    #[must_use]
    pub fn name(self) -> Option<&'s str> {
        let alone = self.at["anyOf"].as_array().and_then(|list| list.iter().find(|one| one["type"] != "null"));
        self.target(alone.unwrap_or(self.at)).map(|(name, _)| name)
    }

    /// What is said of it, here or where it is named.
    #[must_use]
    pub fn description(self) -> Option<&'s str> {
        let named = || self.root["$defs"].get(self.name()?);
        self.at["description"].as_str().or_else(|| named()?["description"].as_str())
    }

    /// What may stand here, each alternative by itself.
    #[must_use]
    pub fn alternatives(self) -> Vec<Self> {
        self.forms().into_iter().map(|form| self.at(form)).collect()
    }

    fn forms(self) -> Vec<&'s Value> {
        let mut found = Vec::new();
        let mut open: Vec<&Value> = vec![self.at];
        while let Some(place) = open.pop() {
            if let Some((_, node)) = self.target(place) {
                open.push(node);
            } else if let Some(list) = place["oneOf"].as_array().or(place["anyOf"].as_array()) {
                open.extend(list.iter().rev());
            } else if !place.is_null() && place["type"] != "null" {
                found.push(place);
            }
        }
        found
    }

    /// Whether one of several forms is chosen here.
    #[must_use]
    pub fn is_choice(self) -> bool {
        self.forms().len() > 1
    }

    /// The first of them.
    #[must_use]
    pub fn only(self) -> Self {
        self.forms().first().map_or(self, |form| self.at(form))
    }

    /// What stands at a key of it.
    #[must_use]
    pub fn below(self, key: &str) -> Self {
        let of = |place: &'s Value| place["properties"].get(key).or(Some(&place["additionalProperties"])).filter(|below| below.is_object());
        self.at(self.forms().into_iter().find_map(of).unwrap_or(&Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_told_from_tables() {
        let schema = whole_schema();
        let at = |key: &str| key.split('.').fold(Shape::of(&schema), Shape::below);
        for key in [
            "buckets.any.hold",
            "buckets.any.score",
            "buckets.any.weigh",
            "buckets.any.after_liquidation",
            "checklist.criteria.any.measure",
        ] {
            assert!(at(key).is_choice(), "{key}");
        }
        for key in [
            "buckets",
            "buckets.any",
            "buckets.any.hold.spot",
            "buckets.any.stop",
            "limits",
            "limits.futures",
            "lifecycle.emerge",
            "rebalance",
        ] {
            assert!(!at(key).is_choice(), "{key}");
        }
    }

    #[test]
    fn an_overlay_must_say_no_more_than_what_it_is_called_and_what_it_extends() {
        let schema = overlay_schema().to_value();
        assert_eq!(schema["required"], json!(["name", "about", "extends"]));
        assert!(schema["$defs"].as_object().unwrap().values().all(|part| part["required"].is_null()));
        assert!(schema["properties"]["remove"]["description"].is_string());
    }
}
