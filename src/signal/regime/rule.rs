//! The parameters of a regime classifier, as a strategy writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::Contradiction;
use crate::units::Span;

/// A classifier of the market regime. Every part is optional; each votes bull, bear or sideways, and `combine` says what becomes of the
/// votes. A part without enough history does not vote. A part's vote goes past a threshold to change and must come back by its
/// `hysteresis` to change again.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegimeRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawdown: Option<Drawdown>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breadth: Option<Breadth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volatility: Option<Volatility>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<FundingLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dominance: Option<Dominance>,
    /// What becomes of the votes. Default `"majority"`.
    #[serde(default)]
    pub combine: Combine,
    /// How often the parts are looked at: closes that fall on a multiple of this (counted from 1970). Default 1d.
    #[serde(default = "day")]
    pub every: Span,
    /// A regime holds at least this long. Default 7d.
    #[serde(default = "week")]
    pub dwell: Span,
}

impl RegimeRule {
    /// Which parts vote and what becomes of their votes, in a phrase.
    #[must_use]
    pub fn in_words(&self) -> String {
        let parts = [
            ("trend", self.trend.is_some()),
            ("drawdown", self.drawdown.is_some()),
            ("breadth", self.breadth.is_some()),
            ("volatility", self.volatility.is_some()),
            ("funding", self.funding.is_some()),
            ("dominance", self.dominance.is_some()),
        ];
        let voting: Vec<&str> = parts.iter().filter(|(_, votes)| *votes).map(|(name, _)| *name).collect();
        let combined = match self.combine {
            Combine::All => "all must agree",
            Combine::Any => "one is enough where none says the contrary",
            Combine::Majority => "by majority",
        };
        format!("{}, {combined}, looked at every {}, held for at least {}", voting.join(", "), self.every, self.dwell)
    }
}

/// Trend, drawdown and breadth by majority.
impl Default for RegimeRule {
    fn default() -> Self {
        Self {
            trend: Some(Trend::default()),
            drawdown: Some(Drawdown::default()),
            breadth: Some(Breadth::default()),
            volatility: None,
            funding: None,
            dominance: None,
            combine: Combine::default(),
            every: day(),
            dwell: week(),
        }
    }
}

fn day() -> Span {
    Span::DAY
}

fn week() -> Span {
    days(7)
}

const fn days(count: i64) -> Span {
    Span::from_seconds(count * 86_400)
}

/// How the votes of the parts make one regime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// Bull or bear where every part that votes says so, else sideways.
    All,
    /// Bull or bear where one part says so and none the contrary, else sideways.
    Any,
    /// Bull or bear where more than half of the parts that vote say so, else sideways.
    #[default]
    Majority,
}

/// The benchmark's last close over its own trailing mean, less 1: bull above `band`, bear below `−band`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Trend {
    /// Length of the mean. Default 100d.
    pub average: Span,
    /// Fraction of the mean. Default 0.05.
    pub band: f64,
    /// Fraction of the mean. Default 0.02.
    pub hysteresis: f64,
}

impl Default for Trend {
    fn default() -> Self {
        Self { average: days(100), band: 0.05, hysteresis: 0.02 }
    }
}

/// The benchmark's distance from the highest close of the span, at most 0: bear below one threshold, bull again only above the other
/// (`fidelity.md` 5).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Drawdown {
    /// Default 365d.
    pub high: Span,
    /// Default −0.20.
    pub bear: f64,
    /// Default −0.10.
    pub bull: f64,
}

impl Default for Drawdown {
    fn default() -> Self {
        Self { high: days(365), bear: -0.20, bull: -0.10 }
    }
}

/// Share of a universe, as of the day, whose close is above its own trailing mean (`fidelity.md` 5). A coin counts by its spot, else by its
/// perpetual, whichever traded and is as old as the mean.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Breadth {
    /// Length of the mean. Default 50d.
    pub average: Span,
    /// Only market-cap ranks from … to …, as of the day, by tier where unknown. Default: all coins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<[u32; 2]>,
    /// Fewer coins have no breadth. Default 5.
    pub min_coins: usize,
    /// Bull above. Default 0.60.
    pub bull: f64,
    /// Bear below. Default 0.40.
    pub bear: f64,
    /// Default 0.05.
    pub hysteresis: f64,
}

impl Default for Breadth {
    fn default() -> Self {
        Self { average: days(50), rank: None, min_coins: 5, bull: 0.60, bear: 0.40, hysteresis: 0.05 }
    }
}

/// Rank of the benchmark's volatility among its own past, in `(0, 1]`, one value a look: bear above `bear`, bull below `bull`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Volatility {
    /// Bar returns of so long. Default 30d.
    pub span: Span,
    /// The past it is ranked in. Default 365d.
    pub past: Span,
    /// Default 0.50.
    pub bull: f64,
    /// Default 0.80.
    pub bear: f64,
    /// Default 0.05.
    pub hysteresis: f64,
}

impl Default for Volatility {
    fn default() -> Self {
        Self { span: days(30), past: days(365), bull: 0.50, bear: 0.80, hysteresis: 0.05 }
    }
}

/// Mean 8-hour-equivalent funding over the last settlements of some perpetuals: bull above, bear below.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FundingLevel {
    /// Those the market has of them. Default BTC and ETH.
    pub assets: Vec<String>,
    /// Default 21.
    pub settlements: usize,
    /// Fraction of notional per 8 h. Default 0.0001, the usual floor of exchanges.
    pub bull: f64,
    /// Fraction of notional per 8 h. Default 0.
    pub bear: f64,
    /// Default 0.00002.
    pub hysteresis: f64,
}

impl Default for FundingLevel {
    fn default() -> Self {
        Self { assets: vec!["BTC".to_owned(), "ETH".to_owned()], settlements: 21, bull: 0.000_1, bear: 0.0, hysteresis: 0.000_02 }
    }
}

/// Change over the span of the benchmark's share of market cap, among the coins whose cap was known at both its ends: bull (for everything
/// else) where it falls, bear where it rises (`fidelity.md` 5). Caps of the market's own coins only: no published total.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dominance {
    /// Default 30d.
    pub span: Span,
    /// Bull below: −0.02 is two points of share lost. Default −0.02.
    pub bull: f64,
    /// Bear above. Default 0.02.
    pub bear: f64,
    /// Default 0.005.
    pub hysteresis: f64,
}

impl Default for Dominance {
    fn default() -> Self {
        Self { span: days(30), bull: -0.02, bear: 0.02, hysteresis: 0.005 }
    }
}

impl RegimeRule {
    /// # Errors
    /// No part at all, thresholds on the wrong side of each other or where the measure cannot go, a hysteresis that is negative or wider
    /// than what lies between its thresholds.
    pub fn check(&self) -> Result<(), Contradiction> {
        use Contradiction as C;
        let parts = [self.trend.is_some(), self.drawdown.is_some(), self.breadth.is_some()];
        let more = [self.volatility.is_some(), self.funding.is_some(), self.dominance.is_some()];
        if !parts.into_iter().chain(more).any(|there| there) {
            return Err(C {
                key: "regime",
                found: "no part".to_owned(),
                expected: "at least one of trend, drawdown, breadth, volatility, funding, dominance",
                fix: "add one: `trend = {}` takes its defaults",
            });
        }
        let order = "write bull and bear on the sides its meaning says";
        let slack = "at least 0, at most the distance between bull and bear";
        let narrower = "make it smaller";
        if let Some(part) = &self.trend {
            C::unless(part.band >= 0.0, "trend.band", part.band, "at least 0", "0.05 is five per cent on either side")?;
            let is_valid = (0.0..=2.0 * part.band).contains(&part.hysteresis);
            C::unless(is_valid, "trend.hysteresis", part.hysteresis, "at least 0, at most twice the band", narrower)?;
        }
        if let Some(part) = &self.drawdown {
            C::unless(
                (-1.0..=0.0).contains(&part.bull),
                "drawdown.bull",
                part.bull,
                "from -1 to 0",
                "−0.1 is ten per cent below the high",
            )?;
            C::unless(part.bear >= -1.0 && part.bear < part.bull, "drawdown.bear", part.bear, "from -1, below `bull`", order)?;
        }
        if let Some(part) = &self.breadth {
            C::unless((0.0..=1.0).contains(&part.bull), "breadth.bull", part.bull, "from 0 to 1", "0.6 is six coins of ten")?;
            C::unless(part.bear >= 0.0 && part.bear <= part.bull, "breadth.bear", part.bear, "from 0, at most `bull`", order)?;
            let is_valid = (0.0..=part.bull - part.bear).contains(&part.hysteresis);
            C::unless(is_valid, "breadth.hysteresis", part.hysteresis, slack, narrower)?;
        }
        if let Some(part) = &self.volatility {
            C::unless((0.0..=1.0).contains(&part.bear), "volatility.bear", part.bear, "from 0 to 1", "0.8 is the 80th percentile")?;
            C::unless(part.bull >= 0.0 && part.bull <= part.bear, "volatility.bull", part.bull, "from 0, at most `bear`", order)?;
            let is_valid = (0.0..=part.bear - part.bull).contains(&part.hysteresis);
            C::unless(is_valid, "volatility.hysteresis", part.hysteresis, slack, narrower)?;
        }
        if let Some(part) = &self.funding {
            let known = part.settlements as f64;
            C::unless(part.settlements > 0, "funding.settlements", known, "at least 1", "21 are a week of eight hours each")?;
            for (key, rate) in [("funding.bull", part.bull), ("funding.bear", part.bear)] {
                C::unless_rate(key, rate, "0.0001 is 0.01 % per 8 h")?;
            }
            C::unless(part.bear <= part.bull, "funding.bear", part.bear, "at most `bull`", order)?;
            let is_valid = (0.0..=part.bull - part.bear).contains(&part.hysteresis);
            C::unless(is_valid, "funding.hysteresis", part.hysteresis, slack, narrower)?;
        }
        if let Some(part) = &self.dominance {
            C::unless(part.bull <= part.bear, "dominance.bull", part.bull, "at most `bear`: a falling share is bull", order)?;
            let is_valid = (0.0..=part.bear - part.bull).contains(&part.hysteresis);
            C::unless(is_valid, "dominance.hysteresis", part.hysteresis, slack, narrower)?;
        }
        Ok(())
    }
}
