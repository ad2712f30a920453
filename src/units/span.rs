//! Lengths of time.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A length of time written as in charts: `15m`, `1h`, `8h`, `1d`, `2w`. Always at least one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(i64);

impl Span {
    /// 86,400 seconds.
    pub const DAY: Self = Self(86_400);

    /// A length of so many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Its length in hours.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600.0
    }

    /// Its length in days of 24 hours.
    #[must_use]
    pub fn days(self) -> f64 {
        self.0 as f64 / 86_400.0
    }

    /// How many whole bars of length `bar` fit, at least one.
    #[must_use]
    pub fn in_bars(self, bar: Self) -> usize {
        usize::try_from(self.0 / bar.0).unwrap_or(1).max(1)
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time: write a whole number and one of m, h, d, w, as in 15m, 8h, 1d, 2w");
        let unit = match text.chars().last() {
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => return Err(wrong()),
        };
        let count: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        if !(1..=100_000).contains(&count) {
            return Err(wrong());
        }
        Ok(Self(count * unit))
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[mhdw]$" })
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.0 {
            s if s % 604_800 == 0 && s > 604_800 => (s / 604_800, 'w'),
            s if s % 86_400 == 0 => (s / 86_400, 'd'),
            s if s % 3_600 == 0 => (s / 3_600, 'h'),
            s => (s / 60, 'm'),
        };
        f.pad(&format!("{count}{unit}"))
    }
}
