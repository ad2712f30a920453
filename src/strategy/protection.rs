//! How positions are protected, margined and traded, as a strategy says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::time_in_force::{OnExpiry, WhileOpen};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::Within;
use crate::strategy::{Bucket, Hold};
use crate::units::{Direction, Span};

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
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, bucket: &Bucket) -> Checked {
        let Self { loss_of_margin, by, from_entry, atr, trailing } = *self;
        if loss_of_margin.is_none() && from_entry.is_none() && atr.is_none() && trailing.is_none() {
            return key.wrong("empty", "loss_of_margin, from_entry, atr or trailing", "remove the key to have no stop");
        }
        if loss_of_margin.is_some() && matches!(bucket.hold, Hold::Spot(_)) {
            return of_margin_on_spot(key, "stop", "loss_of_margin");
        }
        if by.is_some() && loss_of_margin.is_none() {
            let fix = "by says what a loss of margin is measured by: remove it";
            return key.child("by").wrong("without loss_of_margin", "loss_of_margin beside it", fix);
        }
        for (name, value) in [("loss_of_margin", loss_of_margin), ("from_entry", from_entry), ("trailing", trailing)] {
            value.map_or(Ok(()), |value| key.child(name).share(value))?;
        }
        if let Some(AtrStop { multiple, span: _ }) = atr {
            key.child("atr").child("multiple").positive(multiple, "3.0 is three average true ranges")?;
        }
        // A long's stop below every price there is.
        let falls = bucket.direction == Direction::Long && !matches!(bucket.hold, Hold::Hedge(_));
        let worst = [("from_entry", from_entry), ("trailing", trailing)].into_iter().find(|&(_, share)| falls && share == Some(1.0));
        match worst {
            Some((name, _)) => key.child(name).wrong("1, a long's stop at a price of 0", "above 0, below 1", "0.2 leaves a fifth below"),
            None => Ok(()),
        }
    }

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
    /// So many average true ranges from the average entry.
    pub multiple: f64,
    /// Wilder's average true range over the bars of this span.
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

/// Spot has no margin that could be lost or earned upon.
fn of_margin_on_spot(key: &Key, table: &str, rule: &str) -> Checked {
    key.wrong(format!("{rule} on a spot bucket"), "from_entry", format!("spot has no margin: use {table} = {{ from_entry = 0.2 }}"))
}

impl TakeProfit {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, bucket: &Bucket) -> Checked {
        let Self { gain_of_margin, from_entry } = *self;
        if gain_of_margin.is_none() && from_entry.is_none() {
            return key.wrong("empty", "gain_of_margin or from_entry", "remove the key to have no target");
        }
        if gain_of_margin.is_some() && matches!(bucket.hold, Hold::Spot(_)) {
            return of_margin_on_spot(key, "take_profit", "gain_of_margin");
        }
        for (name, value) in [("gain_of_margin", gain_of_margin), ("from_entry", from_entry)] {
            value.map_or(Ok(()), |value| key.child(name).positive(value, "0.5 is half as much again"))?;
        }
        if bucket.direction == Direction::Short && from_entry.is_some_and(|share| share >= 1.0) {
            let fix = "no price falls by all of itself";
            return key.child("from_entry").wrong("a short's target at or below 0", "below 1", fix);
        }
        Ok(())
    }
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
    /// So many times the move expected.
    pub moves: f64,
    /// Over so long.
    pub horizon: Span,
}

impl LiquidationDistance {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key) -> Checked {
        let Self { moves, horizon: _ } = *self;
        key.child("moves").positive(moves, "3.0 is three times the expected move")
    }
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
    pub(super) fn check(&self, key: &Key, within: &Within) -> Checked {
        match self {
            Self::StayOut | Self::Stop => Ok(()),
            Self::Refill(from) => key.child("refill").cash_bucket(from, within.strategy),
        }
    }

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
    pub expire: Option<Span>,
    /// `"rest"` (default) at its price, or `"reprice"` before each bar.
    #[serde(rename = "while")]
    pub waiting: WhileOpen,
    /// After `expire`: `"expire"` (default), gone; or `"taker"`, a market order from then on.
    pub then: OnExpiry,
}

/// How orders of a bucket are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderKind {
    #[default]
    Market,
    Limit,
}

impl Orders {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key) -> Checked {
        let Self { kind, offset, expire, waiting: _, then: _ } = *self;
        if !(0.0..1.0).contains(&offset) {
            return key.child("offset").wrong(offset.to_string(), "at least 0, below 1", "0.002 is 0.2 % from the last close");
        }
        if kind == OrderKind::Market && *self != (Self { kind, expire, ..Self::default() }) {
            let fix = "offset, while and then are for limits";
            return key.child("kind").wrong("market orders with a limit's rules", "kind = \"limit\"", fix);
        }
        Ok(())
    }
}
