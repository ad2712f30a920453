//! The TOML of a strategy as types. Every key's meaning, unit and default stands here once; the JSON Schema and
//! `strategies/README.md` say the same.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::assumptions::AssumptionKeys;
use crate::market::{Tier, VenueKind};
use crate::signal::lifecycle::{LifeCycleRule, Stage};
use crate::signal::narrative::Weighting;
use crate::signal::regime::RegimeRule;
use crate::strategy::adaptive::Adaptive;
use crate::strategy::checklist::Checklist;
use crate::strategy::{
    AfterLiquidation, CrowdingExit, Limits, LiquidationDistance, Margin, Orders, Stop, TakeProfit, Tax, TimeStop, Waterfall,
};
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
    /// How the members of a narrative make its index: `"equal"` (default) or `"cap"`.
    #[serde(default)]
    pub narrative_index: Weighting,
    /// Follows every narrative through its stages. Without it buckets know no stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<LifeCycleRule>,
    /// What must hold of a narrative or a coin before it is entered, in buckets that say `checklist = true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<Checklist>,
    /// Tells the market phase that `adaptive` follows, and labels this strategy's report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<RegimeRule>,
    /// Bucket weights by market phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<Adaptive>,
    /// The parts the equity is dealt into; weights sum to 1.
    pub buckets: IndexMap<String, Bucket>,
    /// Where realised profit goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waterfall: Option<Waterfall>,
    /// How the report reckons tax on realised gains. Absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Tax>,
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
    /// What else must hold for an entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryGate>,
    /// Whether the strategy's checklist is asked before each entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub checklist: bool,
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
    /// Leave by funding: when it stays high, or when what is received ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<CrowdingExit>,
    /// Leave when the score no longer carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_score: Option<LossExit>,
    /// Leave what has stood still for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_stop: Option<TimeStop>,
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

pub(super) fn week() -> Span {
    Span::from_seconds(7 * 86_400)
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// Stablecoins.
    Cash,
    Spot(Selection),
    Perp(Selection),
    /// Short perpetuals against what another bucket holds on spot.
    Hedge(Hedge),
}

/// Shorts against a bucket's spot.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hedge {
    /// The spot bucket that is hedged.
    pub of: String,
    /// Notional of the shorts over what they hedge: 0.5 is half.
    pub ratio: f64,
    /// `"notional"` (default): each coin by its own perpetual, where it has one; `"beta"`: all of it by the benchmark's perpetual, each coin weighed
    /// by its beta.
    #[serde(default)]
    pub by: HedgeBy,
    /// The span betas are estimated over. Default 90d.
    #[serde(default = "quarter")]
    #[schemars(with = "String")]
    pub span: Span,
    /// The hedged coins stand behind the shorts, beside the bucket's own cash, at their value less this part: 0.05 counts 95 %. They are sold when the
    /// shorts owe, so that more than the bucket's own money can be lost. Absent: they do not. Needs `margin = "cross"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collateral_haircut: Option<f64>,
}

fn quarter() -> Span {
    Span::from_seconds(90 * 86_400)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HedgeBy {
    #[default]
    Notional,
    Beta,
}

/// Gates of an entry beside the score.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntryGate {
    /// The coin's narrative has at most this share of members up over the score's span: what is alone in rising.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative_breadth_below: Option<f64>,
    /// What the position would pay per eight hours, mean of the last three settlements, is at most this; 0 asks that funding is not against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pays_8h_at_most: Option<f64>,
}

/// Stages of a coin's narrative in which a bucket enters, and in which it stays; in every other it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageGate {
    #[serde(default = "early")]
    pub enter: Vec<Stage>,
    #[serde(default = "late")]
    pub keep: Vec<Stage>,
}

fn early() -> Vec<Stage> {
    vec![Stage::Emerging, Stage::Confirmed]
}

fn late() -> Vec<Stage> {
    vec![Stage::Crowded]
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
    /// With `lifecycle`: the stages of a coin's narrative in which it is entered and kept. `{}` enters emerging and confirmed ones and keeps crowded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<StageGate>,
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
    /// Once the narrative is crowded (with `lifecycle`). Default: `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowded: Option<f64>,
    /// Once the narrative is confirmed: with `lifecycle` by its stage; without, at least 60 % of its coins are up over the score's span and over a quarter of it. Default: `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<f64>,
}

impl Leverage {
    /// Each rung by the name of its key.
    pub fn rungs(self) -> impl Iterator<Item = (&'static str, f64)> {
        let rungs = [("open", Some(self.open)), ("confirmed", self.confirmed), ("crowded", self.crowded)];
        rungs.into_iter().filter_map(|(rung, leverage)| Some((rung, leverage?)))
    }
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
    /// All top-ups together bring at most this beyond what has left the bucket, each counted as a share of the equity of its day. Default: the
    /// bucket's weight, so that twice the weight is the most that is ever put in and lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
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
