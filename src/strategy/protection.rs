//! How positions are protected, margined and traded, as a strategy says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::time_in_force::{OnExpiry, WhileOpen};
use crate::units::Span;

/// A protective stop, worked by the venue inside the bar. Of several the nearest protects.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Perpetuals: leave when this share of the margin put in is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_of_margin: Option<f64>,
    /// What counts as lost of the margin: `balance` (default) price and funding, `price` the price alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<LossBy>,
    /// Leave when price is this share worse than the average entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_entry: Option<f64>,
    /// Leave when price is so many average true ranges worse than the average entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atr: Option<AtrStop>,
    /// Leave when price is this share worse than the best price since the entry; it follows after each bar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailing: Option<f64>,
}

/// What a loss of margin is measured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LossBy {
    /// The margin balance: margin put in, funding so far and unrealised profit. The trigger price moves with every settlement.
    #[default]
    Balance,
    /// The way of the price since the entry, whatever funding has taken.
    Price,
}

impl Stop {
    /// Whether the trigger price moves as funding is paid.
    #[must_use]
    pub fn sees_funding(&self) -> bool {
        self.loss_of_margin.is_some() && self.by.unwrap_or_default() == LossBy::Balance
    }
}

/// A distance in average true ranges, as known when the entry was decided.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtrStop {
    pub multiple: f64,
    /// Wilder's average true range over the bars of this span.
    #[schemars(with = "String")]
    pub span: Span,
}

/// A target; of two the nearest.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeProfit {
    /// Perpetuals: when price alone has earned this share of the margin put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_of_margin: Option<f64>,
    /// When price is this share better than the average entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_entry: Option<f64>,
}

/// A position that makes no headway.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeStop {
    /// Held for so long …
    #[schemars(with = "String")]
    pub after: Span,
    /// … and price is less than this share better than the average entry. Default 0.
    #[serde(default)]
    pub unless: f64,
}

/// What stands behind a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Margin {
    /// Each position its own margin: that is the most it can lose.
    #[default]
    Isolated,
    /// The whole bucket behind all its positions: the most they can lose is the bucket.
    Cross,
}

impl Margin {
    pub(super) fn is_isolated(&self) -> bool {
        *self == Self::Isolated
    }
}

/// Liquidation is kept beyond `moves` × the move expected over `horizon` (30-day volatility times the root of time).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiquidationDistance {
    pub moves: f64,
    #[schemars(with = "String")]
    pub horizon: Span,
}

/// What a bucket does once the venue has taken a position over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterLiquidation {
    /// Leave the coin alone for the cool-down.
    #[default]
    StayOut,
    /// The bucket opens nothing any more.
    Stop,
    /// This cash bucket gives what was lost, at the next open, as far as it reaches.
    Refill(String),
}

impl AfterLiquidation {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::StayOut
    }
}

/// How orders are sent and how long they go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Orders {
    /// `"market"` (default) or `"limit"`: limit orders only. Stops and what the venue forces are takers all the same.
    pub kind: OrderKind,
    /// Limits stand this fraction of the last close away, on the passive side. Default 0.
    pub offset: f64,
    /// What has not filled goes on for so long. Default: until the bucket's next review.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expire: Option<Span>,
    /// `"rest"` (default) at its price, or `"reprice"` before each bar.
    #[serde(rename = "while")]
    pub waiting: WhileOpen,
    /// After `expire`: `"expire"` (default), gone; or `"taker"`, a market order from then on.
    pub then: OnExpiry,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderKind {
    #[default]
    Market,
    Limit,
}
