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
#[derive(Clone, Copy)]
pub(super) struct Shape<'s> {
    root: &'s Value,
    /// None where the schema knows nothing of it.
    at: Option<&'s Value>,
}

impl<'s> Shape<'s> {
    /// The file itself.
    pub fn of(root: &'s Value) -> Self {
        Self { root, at: Some(root) }
    }

    /// What may stand here, each alternative by itself.
    fn alternatives(self) -> Vec<&'s Value> {
        let mut found = Vec::new();
        let mut open: Vec<&Value> = self.at.into_iter().collect();
        while let Some(place) = open.pop() {
            if let Some(name) = place["$ref"].as_str() {
                open.push(&self.root["$defs"][name.rsplit('/').next().unwrap_or_default()]);
            } else if let Some(list) = place["oneOf"].as_array().or(place["anyOf"].as_array()) {
                open.extend(list.iter().rev());
            } else if place["type"] != "null" {
                found.push(place);
            }
        }
        found
    }

    /// Whether one of several forms is chosen here.
    pub fn is_choice(self) -> bool {
        self.alternatives().len() > 1
    }

    /// What stands at a key of it.
    pub fn below(self, key: &str) -> Self {
        let of = |place: &'s Value| place["properties"].get(key).or(Some(&place["additionalProperties"])).filter(|below| below.is_object());
        Self { at: self.alternatives().into_iter().find_map(of), ..self }
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
