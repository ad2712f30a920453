//! What candidates are ranked by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::{History, decouple, score};
use crate::strategy::spans::quarter;
use crate::units::{InstrumentId, Span};

/// One number a candidate; highest is best unless `lowest` says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// Return over the span.
    Momentum(#[schemars(with = "String")] Span),
    /// Return over the span, least first: what has fallen most.
    Oversold(#[schemars(with = "String")] Span),
    /// Return over the span less that of BTC: what has decoupled upwards.
    AgainstBtc(#[schemars(with = "String")] Span),
    /// Return over the span less what its beta to BTC explains.
    Residual(ResidualScore),
    /// Price over its own mean of the span, less one: what stands above its trailing value.
    OverTrailingValue(#[schemars(with = "String")] Span),
}

/// Both spans of a residual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidualScore {
    /// Of the return.
    #[schemars(with = "String")]
    pub span: Span,
    /// Over which beta is estimated; it ends where the return begins. Default 90d.
    #[serde(default = "quarter")]
    #[schemars(with = "String")]
    pub beta: Span,
}

impl Score {
    /// The window it looks at.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Momentum(span) | Self::Oversold(span) | Self::AgainstBtc(span) | Self::OverTrailingValue(span) => *span,
            Self::Residual(residual) => residual.span,
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
        }
    }

    /// The least it can be, where it has such a bound: a price cannot fall by more than all of itself.
    pub(super) fn floor(&self) -> Option<f64> {
        match self {
            Self::Momentum(_) | Self::Oversold(_) | Self::OverTrailingValue(_) => Some(-1.0),
            Self::AgainstBtc(_) | Self::Residual(_) => None,
        }
    }

    /// Whether the lowest is the best.
    pub(super) fn lowest_first(&self) -> bool {
        matches!(self, Self::Oversold(_))
    }

    pub(super) fn of(&self, history: &History, id: InstrumentId) -> Option<f64> {
        match *self {
            Self::Momentum(span) | Self::Oversold(span) => score::momentum(history, id, span),
            Self::AgainstBtc(span) => score::against_benchmark(history, id, span),
            Self::Residual(residual) => decouple::residual(history, id, residual.span, residual.beta),
            Self::OverTrailingValue(span) => decouple::over_trailing_value(history, id, span),
        }
    }
}
