//! The TOML of a strategy as types. Every key's meaning, unit and default stands here once; the JSON Schema and
//! `strategies/README.md` say the same.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::assumptions::AssumptionKeys;
use crate::signal::lifecycle::LifeCycleRule;
use crate::signal::narrative::Weighting;
use crate::signal::regime::RegimeRule;
use crate::strategy::adaptive::Adaptive;
use crate::strategy::entries::checklist::Checklist;
use crate::strategy::key::{Checked, Key};
use crate::strategy::spans::week;
use crate::strategy::{
    AfterLiquidation, EntryGate, ExitKeys, Hedge, Leverage, Limits, LiquidationDistance, Margin, Orders, Rhythm, Score, ScoreExit,
    Selection, Stop, TakeProfit, Tax, TimeStop, Tune, Waterfall,
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
    /// The market regime it is made for; for the reader, it switches nothing.
    pub regime: Purpose,
    /// How often rules look: exits and reviews fall on multiples of this (counted from 1970). A multiple of the market's bar; `"bar"`: at every bar.
    #[serde(default = "day")]
    #[schemars(with = "String")]
    pub decide: Rhythm,
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
    /// Tells the market regime that `adaptive` follows, and labels this strategy's report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<RegimeRule>,
    /// Bucket weights by market regime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<Adaptive>,
    /// The parts the equity is split into; weights sum to 1.
    pub buckets: IndexMap<String, Bucket>,
    /// Where realised profit goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waterfall: Option<Waterfall>,
    /// What no bucket may exceed, unless it has limits of its own.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// How the report reckons tax on realised gains. Absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Tax>,
    /// What `rotate tune` may turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<Tune>,
}

impl AsRef<Self> for Strategy {
    fn as_ref(&self) -> &Self {
        self
    }
}

fn day() -> Rhythm {
    Rhythm::Every(Span::DAY)
}

/// The market regime that a strategy is made for.
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
    /// Bucket weights are restored this often: a multiple of `decide`, or `"bar"`.
    #[schemars(with = "String")]
    pub every: Rhythm,
    /// Relative drift below which nothing is traded: 0.2 leaves a holding alone between 80 % and 120 % of its target.
    #[serde(default)]
    pub band: f64,
}

impl Rebalance {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, decide: Rhythm) -> Checked {
        let Self { every, band } = *self;
        if !(0.0..1.0).contains(&band) {
            return key.child("band").wrong(band.to_string(), "at least 0, below 1", "0.2 tolerates a fifth of drift");
        }
        key.child("every").falls_on(every, decide)
    }
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
    /// How often picks are chosen anew: a multiple of `decide`, or `"bar"`. Default: `decide`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub review: Option<Rhythm>,
    /// Perpetuals only: notional over margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leverage: Option<Leverage>,
    /// Perpetuals only: `"isolated"` (default) or `"cross"`.
    #[serde(default, skip_serializing_if = "Margin::is_isolated")]
    #[schemars(extend("default" = Margin::default()))]
    pub margin: Margin,
    /// Perpetuals only: leverage falls until liquidation is further away than price is expected to move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liquidation_distance: Option<LiquidationDistance>,
    /// Perpetuals only: what follows a liquidation. Default: the cool-down and nothing else.
    #[serde(default, skip_serializing_if = "AfterLiquidation::is_default")]
    #[schemars(extend("default" = AfterLiquidation::default()))]
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
    pub exit: Option<ExitKeys>,
    /// Leave when the score no longer carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_score: Option<ScoreExit>,
    /// Leave what has stood still for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_stop: Option<TimeStop>,
    /// After a stop, an exit or a liquidation the instrument is left alone for so long. Default 7d.
    #[serde(default = "week")]
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

/// What a bucket holds.
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

/// How the picks of a bucket share it.
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

/// Bring a ring-fenced bucket back to its weight.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TopUp {
    /// The cash bucket that pays.
    pub from: String,
    /// At most this often.
    pub every: Span,
    /// Only when the bucket is worth less than this share of its weight.
    pub below: f64,
    /// All top-ups together bring at most this beyond what has left the bucket, each counted as a share of the equity of its day. Default: the
    /// bucket's weight, so that twice the weight is the most that is ever put in and lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

impl TopUp {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, strategy: &Strategy) -> Checked {
        let Self { from, every: _, below, max } = self;
        key.child("below").share(*below)?;
        if let Some(max) = *max {
            key.child("max").positive(max, "write the share of equity that all top-ups together may take, as 0.15")?;
        }
        key.child("from").cash_bucket(from, strategy)
    }
}
