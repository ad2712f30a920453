//! What candidates are ranked by.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::signal::{SignalView, decouple, score};
use crate::strategy::spans::quarter;
use crate::units::{InstrumentId, NarrativeId, Span};

/// One number a candidate; highest is best unless `lowest` says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// Return over the span.
    Momentum(Span),
    /// Return over the span, least first: what has fallen most.
    Oversold(Span),
    /// Return over the span less that of BTC: what has decoupled upwards.
    AgainstBtc(Span),
    /// Return over the span less what its beta to BTC explains.
    Residual(ResidualScore),
    /// Price over its own mean of the span, less one: what stands above its trailing value.
    OverTrailingValue(Span),
    /// The latest value known of a metric of `evidence/*.csv`: of the coin, else of its narrative.
    Evidence(EvidenceScore),
}

/// A metric of evidence that coins are ranked by: a signal of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "toml::Value", into = "toml::Value")]
pub struct EvidenceScore {
    /// As in the column `metric`.
    pub metric: String,
    /// A value that has been known for longer is unknown again.
    pub max_age: Option<Span>,
    /// Whether the lowest is the best.
    pub lowest_first: bool,
}

/// The same as a table.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    metric: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<Span>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lowest_first: bool,
}

impl TryFrom<toml::Value> for EvidenceScore {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let Written { metric, max_age, lowest_first } = match value {
            toml::Value::String(metric) => Written { metric, max_age: None, lowest_first: false },
            toml::Value::Table(table) => table.try_into().map_err(|error: toml::de::Error| error.message().trim().to_owned())?,
            other => {
                let form = "the name of a metric, or a table, as in { metric = \"mysignal\", max_age = \"30d\" }";
                return Err(format!("the evidence {other}, expected {form}"));
            }
        };
        Ok(Self { metric, max_age, lowest_first })
    }
}

impl From<EvidenceScore> for toml::Value {
    fn from(score: EvidenceScore) -> Self {
        let EvidenceScore { metric, max_age, lowest_first } = score;
        if max_age.is_none() && !lowest_first {
            return Self::String(metric);
        }
        Self::try_from(Written { metric, max_age, lowest_first }).expect("plain values")
    }
}

impl JsonSchema for EvidenceScore {
    fn schema_name() -> Cow<'static, str> {
        "EvidenceScore".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A metric of evidence/*.csv by its name, or a table that says more of it.",
            "anyOf": [
                { "type": "string", "description": "As in the column `metric`." },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["metric"],
                    "properties": {
                        "metric": { "type": "string", "description": "As in the column `metric`." },
                        "max_age": {
                            "type": "string",
                            "description": "A value that has been known for longer is unknown again. Absent: the latest holds until there is another."
                        },
                        "lowest_first": { "type": "boolean", "default": false, "description": "Whether the lowest is the best." }
                    }
                }
            ]
        })
    }
}

/// Both spans of a residual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidualScore {
    /// Of the return.
    pub span: Span,
    /// Over which beta is estimated; it ends where the return begins. Default 90d.
    #[serde(default = "quarter")]
    pub beta: Span,
}

impl Score {
    /// The window of prices it looks at; evidence has none.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Momentum(span) | Self::Oversold(span) | Self::AgainstBtc(span) | Self::OverTrailingValue(span) => Some(*span),
            Self::Residual(residual) => Some(residual.span),
            Self::Evidence(_) => None,
        }
    }

    /// The metric of evidence it looks at.
    pub(super) fn metric(&self) -> Option<&str> {
        match self {
            Self::Evidence(evidence) => Some(&evidence.metric),
            Self::Momentum(_) | Self::Oversold(_) | Self::AgainstBtc(_) | Self::OverTrailingValue(_) | Self::Residual(_) => None,
        }
    }

    /// Its key in the file, below the bucket.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Momentum(_) => "score.momentum",
            Self::Oversold(_) => "score.oversold",
            Self::AgainstBtc(_) => "score.against_btc",
            Self::Residual(_) => "score.residual",
            Self::OverTrailingValue(_) => "score.over_trailing_value",
            Self::Evidence(_) => "score.evidence",
        }
    }

    /// The least it can be, where it has such a bound: a price cannot fall by more than all of itself.
    pub(super) fn floor(&self) -> Option<f64> {
        match self {
            Self::Momentum(_) | Self::Oversold(_) | Self::OverTrailingValue(_) => Some(-1.0),
            Self::AgainstBtc(_) | Self::Residual(_) | Self::Evidence(_) => None,
        }
    }

    /// Whether the lowest is the best.
    pub(super) fn lowest_first(&self) -> bool {
        match self {
            Self::Oversold(_) => true,
            Self::Evidence(evidence) => evidence.lowest_first,
            Self::Momentum(_) | Self::AgainstBtc(_) | Self::OverTrailingValue(_) | Self::Residual(_) => false,
        }
    }

    /// The score of a coin; evidence may be that of the narrative it is looked at for.
    pub(super) fn of(&self, view: &SignalView, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<f64> {
        let history = &view.history;
        match self {
            Self::Momentum(span) | Self::Oversold(span) => score::momentum(history, id, *span),
            Self::AgainstBtc(span) => score::against_benchmark(history, id, *span),
            Self::Residual(residual) => decouple::residual(history, id, residual.span, residual.beta),
            Self::OverTrailingValue(span) => decouple::over_trailing_value(history, id, *span),
            Self::Evidence(EvidenceScore { metric, max_age, lowest_first: _ }) => {
                view.evidence()?.value_for(history.directory().asset_of(id), narrative, metric, *max_age)
            }
        }
    }
}
