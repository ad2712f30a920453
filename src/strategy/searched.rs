//! What may be tried of a key: a list, or a range.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::strategy::key::{Checked, Key};

/// What may be tried of a key.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "toml::Value", into = "toml::Value")]
pub struct Search {
    /// A list or a range.
    pub values: Values,
    /// Another key, which is turned as well, and the value it must have for this one to matter.
    pub when: Option<(String, toml::Value)>,
}

/// A list or a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One of these.
    List(Vec<toml::Value>),
    /// Whole numbers.
    Whole { min: i64, max: i64, step: u64 },
    /// Numbers; any of them without a step.
    Number { min: f64, max: f64, step: Option<f64>, log: bool },
}

impl Values {
    /// The ends of a range, or every value that is listed.
    #[must_use]
    pub fn ends(&self) -> Vec<toml::Value> {
        match self {
            Self::List(values) => values.clone(),
            Self::Whole { min, max, .. } => vec![(*min).into(), (*max).into()],
            Self::Number { min, max, .. } => vec![(*min).into(), (*max).into()],
        }
    }
}

/// A range as it is written.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale: Option<Scale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<Vec<toml::Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<toml::Table>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Scale {
    Linear,
    Log,
}

/// How it may be written, for the words of a refusal.
const FORMS: &str = "a list, as in [0.05, 0.10], or a range, as in { min = 0.05, max = 0.15, step = 0.01 }";

impl TryFrom<toml::Value> for Search {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let table = match value {
            toml::Value::Array(values) => return Ok(Self { values: Values::List(values), when: None }),
            toml::Value::Table(table) => table,
            other => return Err(format!("the value {other} to try, expected {FORMS}")),
        };
        let written: Written = table.try_into().map_err(|error: toml::de::Error| error.message().trim().to_owned())?;
        let when = match written.when {
            None => None,
            Some(table) if table.len() == 1 => table.into_iter().next(),
            Some(table) => {
                return Err(format!("{} keys in `when`, expected one, as in when = {{ \"key\" = \"value\" }}", table.len()));
            }
        };
        let values = match (written.values, written.min, written.max) {
            (Some(values), None, None) if written.step.is_none() && written.scale.is_none() => Values::List(values),
            (None, Some(min), Some(max)) => range(&min, &max, written.step.as_ref(), matches!(written.scale, Some(Scale::Log)))?,
            _ => return Err(format!("neither a list nor a range, expected {FORMS}")),
        };
        Ok(Self { values, when })
    }
}

fn range(min: &toml::Value, max: &toml::Value, step: Option<&toml::Value>, log: bool) -> Result<Values, String> {
    let whole = |value: &toml::Value| value.as_integer();
    if let (Some(min), Some(max), false) = (whole(min), whole(max), log) {
        match step.map(whole) {
            None => return Ok(Values::Whole { min, max, step: 1 }),
            Some(Some(step)) => {
                let step = u64::try_from(step).map_err(|_| format!("a step of {step}, expected one above 0"))?;
                return Ok(Values::Whole { min, max, step });
            }
            Some(None) => {}
        }
    }
    let number = |value: &toml::Value| {
        let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
        number.ok_or_else(|| format!("the bound {value}, expected a number; values of another kind are listed"))
    };
    Ok(Values::Number { min: number(min)?, max: number(max)?, step: step.map(number).transpose()?, log })
}

impl From<Search> for toml::Value {
    fn from(search: Search) -> Self {
        let when = search.when.map(|(key, value)| toml::Table::from_iter([(key, value)]));
        let written = match search.values {
            Values::List(values) if when.is_none() => return Self::Array(values),
            Values::List(values) => Written { values: Some(values), ..Written::default() },
            Values::Whole { min, max, step } => Written {
                min: Some(min.into()),
                max: Some(max.into()),
                step: (step != 1).then(|| Self::Integer(step.cast_signed())),
                ..Written::default()
            },
            Values::Number { min, max, step, log } => Written {
                min: Some(min.into()),
                max: Some(max.into()),
                step: step.map(Self::Float),
                scale: log.then_some(Scale::Log),
                ..Written::default()
            },
        };
        Self::try_from(Written { when, ..written }).expect("plain values")
    }
}

impl JsonSchema for Search {
    fn schema_name() -> Cow<'static, str> {
        "Search".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What may be tried of a key: a list of values, or a range; `when` names another key that is turned, and the value it must have for this one to matter.",
            "anyOf": [
                { "type": "array" },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "min": { "type": "number", "description": "The smallest value." },
                        "max": { "type": "number", "description": "The largest value." },
                        "step": { "type": "number", "description": "Only `min`, `min + step`, and so on. Default: 1 between whole numbers, otherwise any number." },
                        "scale": { "enum": ["linear", "log"], "description": "Whether equal differences (default) or equal ratios are equally likely." },
                        "values": { "type": "array", "description": "A list, where `when` stands beside it." },
                        "when": { "type": "object", "description": "`{ \"key\" = value }`: this key matters only while that one has that value." }
                    }
                }
            ]
        })
    }
}

impl Search {
    /// `key` is that of the search, `keys` are all that are turned.
    pub(super) fn check(&self, name: &str, keys: &IndexMap<String, Self>, key: &Key) -> Checked {
        match &self.values {
            Values::List(values) if values.is_empty() => {
                return key.wrong("no values", "at least one value to try", "list them: [0.05, 0.10]");
            }
            Values::List(values) if (1..values.len()).any(|at| values[..at].contains(&values[at])) => {
                return key.wrong("a value that stands twice", "each value once", "take one of the two out");
            }
            Values::Whole { min, max, .. } if min > max => {
                return key.wrong(format!("min {min} above max {max}"), "min below max", "swap them");
            }
            Values::Whole { step: 0, .. } => return key.child("step").wrong("0", "1 or more", "leave it out for 1"),
            Values::Number { min, max, step, log } => {
                if !min.is_finite() || !max.is_finite() || min > max {
                    return key.wrong(format!("from {min} to {max}"), "two numbers, min below max", "swap or correct them");
                }
                if let Some(step) = step.filter(|step| !(*step > 0.0 && step.is_finite())) {
                    return key.child("step").wrong(step.to_string(), "above 0", "leave it out for any number");
                }
                if *log && *min <= 0.0 {
                    return key.child("min").wrong(min.to_string(), "above 0 on a logarithmic scale", "raise it, or take `scale` out");
                }
            }
            _ => {}
        }
        let Some((other, value)) = &self.when else { return Ok(()) };
        let key = key.child("when");
        let before = keys.keys().take_while(|earlier| *earlier != name).any(|earlier| earlier == other);
        match keys.get(other).map(|search| &search.values) {
            Some(Values::List(values)) if before && values.contains(value) => Ok(()),
            Some(Values::List(_)) if before => {
                key.wrong(format!("{other} = {value}"), "one of the values that are tried of that key", "correct the value")
            }
            _ => key.wrong(
                format!("`{other}`"),
                "a key that is listed before this one, with a list of values",
                "turn that key too, or take `when` out",
            ),
        }
    }
}
