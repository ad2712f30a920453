//! The TOML of a strategy as types. Every key's meaning, unit and default stands here once; the JSON Schema and
//! `strategies/README.md` say the same.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::assumptions::AssumptionKeys;
use crate::exchange::patience::{Then, While};
use crate::market::{Tier, VenueKind};
use crate::strategy::{CrowdingExit, Limits, Waterfall};
use crate::units::{Direction, Span};

/// One strategy file.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    /// Names the report folder: letters, digits, `-` and `_`.
    pub name: String,
    /// One sentence for the reader.
    pub about: String,
    /// The market phase it is made for; for the reader, it switches nothing.
    pub regime: Purpose,
    /// How often rules look: exits and reviews fall on multiples of this (counted from 1970). At least one bar.
    #[serde(default = "day")]
    #[schemars(with = "String")]
    pub decide: Span,
    pub rebalance: Rebalance,
    /// How orders are sent. Default: market orders.
    #[serde(default)]
    pub orders: Orders,
    /// What the run assumes of the venue: a named set, and the fields that differ from it. Default: the realistic set.
    #[serde(default)]
    pub assumptions: AssumptionKeys,
    /// The parts the equity is dealt into; weights sum to 1.
    pub buckets: IndexMap<String, Bucket>,
    /// Where realised profit goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waterfall: Option<Waterfall>,
    /// What no bucket may exceed, unless it has limits of its own.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// What `rotate tune` may turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<Tune>,
}

impl AsRef<Self> for Strategy {
    fn as_ref(&self) -> &Self {
        self
    }
}

fn day() -> Span {
    Span::DAY
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    Bull,
    Bear,
    Rotation,
    Any,
}

/// When buckets and holdings are brought back to their weights.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rebalance {
    /// Bucket weights are restored this often.
    #[schemars(with = "String")]
    pub every: Span,
    /// Relative drift below which nothing is traded: 0.2 leaves a holding alone between 80 % and 120 % of its target.
    #[serde(default)]
    pub band: f64,
}

/// A part of the equity with a purpose.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Share of equity. Of a perpetual bucket it is margin, and ring-fenced: the most that can be lost is what was put in.
    pub weight: f64,
    /// What it holds: `"cash"`, `{ spot = … }` or `{ perp = … }`.
    pub hold: Hold,
    /// `"long"` (default) or `"short"`; short only with perpetuals.
    #[serde(default = "long")]
    pub direction: Direction,
    /// What candidates are ranked by; without it by market cap, then by the order of `assets.csv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Candidates score strictly above this to be entered (long momentum: 0 means "has risen").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enter_above: Option<f64>,
    /// Candidates score strictly below this to be entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enter_below: Option<f64>,
    /// How picks share the bucket.
    #[serde(default)]
    pub weigh: Weigh,
    /// How often picks are chosen anew. Default: `decide`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub review: Option<Span>,
    /// Perpetuals only: notional over margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leverage: Option<Leverage>,
    /// Perpetuals only: `"isolated"` (default) or `"cross"`.
    #[serde(default, skip_serializing_if = "Margin::is_isolated")]
    pub margin: Margin,
    /// Perpetuals only: leverage falls until liquidation is further away than price is expected to move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liquidation_distance: Option<LiquidationDistance>,
    /// Perpetuals only: what follows a liquidation. Default: the cool-down and nothing else.
    #[serde(default, skip_serializing_if = "AfterLiquidation::is_default")]
    pub after_liquidation: AfterLiquidation,
    /// How this bucket's orders are sent, if not as the strategy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<Orders>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Leave in profit, by a resting limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_profit: Option<TakeProfit>,
    /// Leave when funding stays high while price stalls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<CrowdingExit>,
    /// Leave when the score no longer carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_score: Option<LossExit>,
    /// After a stop, an exit or a liquidation the instrument is left alone for so long. Default 7d.
    #[serde(default = "week")]
    #[schemars(with = "String")]
    pub cooldown: Span,
    /// The one way a ring-fenced bucket draws on another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_up: Option<TopUp>,
    /// Limits in place of the strategy's.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Spot only: reward a year by asset, simple, as a fraction of what was held over a whole UTC day; paid in kind at the midnight after it.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub staking: IndexMap<String, f64>,
    /// Interest a year on the bucket's stablecoins, simple, on what was there over a whole UTC day; paid at the midnight after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest: Option<f64>,
}

fn long() -> Direction {
    Direction::Long
}

fn week() -> Span {
    Span::from_seconds(7 * 86_400)
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// Stablecoins.
    Cash,
    Spot(Selection),
    Perp(Selection),
}

/// Who is considered, and how many are taken.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Only these assets, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<Vec<String>>,
    /// Only these tiers, as known on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Vec<Tier>>,
    /// Market-cap rank as known on the day, both ends included.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "two_ranks")]
    pub rank: Option<[u32; 2]>,
    /// Take this many, best score first. Default: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Take this many narratives, strongest first (mean score of its candidates), instead of single coins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narratives: Option<usize>,
    /// With `narratives`: at most this many coins of each. Default 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_narrative: Option<usize>,
    /// Listed for at least so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub min_age: Option<Span>,
    /// Listed no longer ago than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub max_age: Option<Span>,
    /// Only assets of these kinds of venue. Default: perpetuals of `"regulated"` and `"cex"`, spot of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venues: Option<Vec<VenueKind>>,
    /// Dollars traded a day over the last 30 days, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_daily_volume: Option<f64>,
}

/// An array of two would take the first two of three without a word.
fn two_ranks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<[u32; 2]>, D::Error> {
    let ranks = Vec::<u32>::deserialize(deserializer)?;
    let two = ranks.as_slice().try_into().map_err(|_| serde::de::Error::invalid_length(ranks.len(), &"[first, last]"))?;
    Ok(Some(two))
}

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
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weigh {
    /// The bucket divided by the number of places it has, so that empty places stay in cash.
    #[default]
    Equal,
    /// In proportion to one over the 30-day volatility.
    InverseVolatility,
    /// In proportion to market cap.
    Cap,
    /// Stated shares by asset; a missing asset's share stays in cash.
    Fixed(IndexMap<String, f64>),
}

/// Notional over margin, by how far the narrative has come.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leverage {
    /// At entry.
    pub open: f64,
    /// Once the narrative is confirmed: at least 60 % of its coins are up over the score's span and over a quarter of it. Default: `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<f64>,
}

impl Leverage {
    /// Each rung by the name of its key.
    pub fn rungs(self) -> impl Iterator<Item = (&'static str, f64)> {
        [("open", Some(self.open)), ("confirmed", self.confirmed)].into_iter().filter_map(|(rung, leverage)| Some((rung, leverage?)))
    }
}

/// A protective stop, worked by the venue inside the bar. Of several the nearest protects.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Perpetuals: leave when price alone has cost this share of the margin put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_of_margin: Option<f64>,
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
    fn is_isolated(&self) -> bool {
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
    fn is_default(&self) -> bool {
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
    pub waiting: While,
    /// After `expire`: `"expire"` (default), gone; or `"taker"`, a market order from then on.
    pub then: Then,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderKind {
    #[default]
    Market,
    Limit,
}

/// The score has turned.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LossExit {
    /// Leave when the score is at or below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Leave when the score is at or above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
}

/// Bring a ring-fenced bucket back to its weight.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TopUp {
    /// The cash bucket that pays.
    pub from: String,
    /// At most this often.
    #[schemars(with = "String")]
    pub every: Span,
    /// Only when the bucket is worth less than this share of its weight.
    pub below: f64,
}

/// Keys of this file and the values to try.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tune {
    /// `"buckets.narratives.weight" = [0.05, 0.10, 0.15]`; every combination is one trial.
    #[schemars(with = "IndexMap<String, Vec<serde_json::Value>>")]
    pub keys: IndexMap<String, Vec<toml::Value>>,
    /// The metric trials are ranked by, in-sample. Default `sharpe`.
    #[serde(default = "sharpe")]
    pub by: String,
    /// The last share of the time, kept out of the ranking. Default one third.
    #[serde(default = "third")]
    pub out_of_sample: f64,
    /// Changing one bucket's weight changes this one's the other way, so that weights still sum to 1. Default: the first cash bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
}

fn sharpe() -> String {
    "sharpe".to_owned()
}

fn third() -> f64 {
    1.0 / 3.0
}
