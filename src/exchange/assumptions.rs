//! What a run assumes about the venue where data cannot say it: named sets of numbers and path rules.
//!
//! A file names a set and may override single fields; what a run used is always written in full. The numbers are ours, chosen within
//! what `fidelity.md` section 4 found (Y of order 1, participation 1–5 % for small caps); none of them is measured here.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::Refusal;

pub use crate::exchange::assumption_keys::AssumptionKeys;

/// The named sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The bound above: favourable leg first, a touch fills, half the spread and impact.
    Optimistic,
    /// What we would defend: adverse leg first, a trade through fills, full spread and impact.
    #[default]
    Realistic,
    /// The bound below: twice the spread, half the volume, stops that slip and are run over, every position at its own worst, profitable shorts
    /// taken away in a crash.
    Pessimistic,
}

impl Preset {
    /// All sets, from the kindest to the harshest.
    pub const ALL: [Self; 3] = [Self::Optimistic, Self::Realistic, Self::Pessimistic];

    /// Its word in strategies and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Optimistic => "optimistic",
            Self::Realistic => "realistic",
            Self::Pessimistic => "pessimistic",
        }
    }
}

impl FromStr for Preset {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.name() == text)
            .ok_or_else(|| Refusal::new("name", text, "optimistic, realistic or pessimistic"))
    }
}

/// Which half of a bar is assumed to come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntrabarPath {
    /// The extreme that hurts the position before the one that helps it.
    #[default]
    AdverseFirst,
    /// The other way round: the optimistic bound.
    FavourableFirst,
}

/// What comes back after a liquidation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LiquidationRule {
    /// The whole margin is gone.
    #[default]
    LoseMargin,
    /// Closed at the worse of mark and liquidation price, less the liquidation fee; the rest comes back, never below 0.
    ExchangeLike,
}

/// From which fall on profitable shorts are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a fraction above 0, below 1, or \"off\"")]
pub enum AdlCrash {
    /// A fall within a bar, a fraction.
    At(f64),
    /// Never.
    Never(Off),
}

/// The word `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Off {
    Off,
}

impl AdlCrash {
    /// No stress.
    pub(crate) const OFF: Self = Self::Never(Off::Off);

    /// The fall, where the stress is on.
    #[must_use]
    pub fn fall(self) -> Option<f64> {
        match self {
            Self::At(fall) => Some(fall),
            Self::Never(_) => None,
        }
    }
}

/// What an order spread evenly over a steady fall gets, as a share of the way. A stop fills between its trigger and there where the book held
/// (realistic: half of this), between there and the extreme where it did not (pessimistic: half of the rest). Ours; no venue publishes it.
const MEAN_OF_A_STEADY_FALL: f64 = 0.5;

/// Later than so many bars, orders are sized by a market that is gone.
pub const MOST_LATENCY: u32 = 10;

/// Everything a run assumes of the venue. Fractions unless said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "AssumptionKeys", deny_unknown_fields)]
#[schemars(with = "AssumptionKeys")]
pub struct Assumptions {
    /// The set the fields start from.
    pub name: Preset,
    /// Y of the square-root impact; 0 switches it off.
    pub impact: f64,
    /// Every fee of the market times this.
    pub fee_multiplier: f64,
    /// Every half-spread of the market times this.
    pub spread_multiplier: f64,
    /// Every funding rate that the market declares for holes in its history, times this; rates on file stay.
    pub assumed_funding_multiplier: f64,
    /// The largest share of one bar's volume that all our orders in a symbol may take, in (0, 1].
    pub bar_participation: f64,
    /// The largest share of the trailing 24 h volume that they may take in one bar, in (0, 1].
    pub day_participation: f64,
    /// Which half of a bar comes first.
    pub path: IntrabarPath,
    /// By how many price ticks a bar must trade through a limit to fill it; 0 lets a touch fill.
    pub through_ticks: u32,
    /// Extra slippage of stop orders, as a fraction of price, on top of spread and impact.
    pub stop_slippage: f64,
    /// How much worse than trigger and open a stop fills, as a share of the way from there to the bar's extreme, in [0, 1]. At 0 no crash costs more
    /// than the trigger, at 1 every stop gets the worst price of its bar.
    pub stop_overshoot: f64,
    /// Whether maintenance margin includes the fee of closing (OKX, Gate, Bybit) or not (Binance).
    pub closing_fee_in_margin: bool,
    /// What comes back after a liquidation.
    pub liquidation: LiquidationRule,
    /// Fee on the notional liquidated; read by `exchange-like` alone. Binance's own answers carry 0.01 and 0.0125.
    pub liquidation_fee: f64,
    /// In cross margin, test every underlying at its own worst extreme and not only all lows and all highs.
    pub strict_cross: bool,
    /// Auto-deleveraging stress: profitable shorts are closed at a bankruptcy price in a bar that falls by this much or more; `off`: never.
    pub adl_crash: AdlCrash,
    /// Bars between the open after a decision and the open its orders and flows reach; what rests at the venue is not late.
    pub latency_bars: u32,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self::preset(Preset::default())
    }
}

impl Assumptions {
    /// The numbers of a named set.
    #[must_use]
    pub fn preset(name: Preset) -> Self {
        let realistic = Self {
            name,
            impact: 1.0,
            fee_multiplier: 1.0,
            spread_multiplier: 1.0,
            assumed_funding_multiplier: 1.0,
            bar_participation: 0.02,
            day_participation: 0.02,
            path: IntrabarPath::AdverseFirst,
            through_ticks: 1,
            stop_slippage: 0.0,
            stop_overshoot: MEAN_OF_A_STEADY_FALL / 2.0,
            closing_fee_in_margin: true,
            liquidation: LiquidationRule::LoseMargin,
            liquidation_fee: 0.0125,
            strict_cross: false,
            adl_crash: AdlCrash::OFF,
            latency_bars: 0,
        };
        match name {
            Preset::Realistic => realistic,
            Preset::Optimistic => Self {
                impact: 0.5,
                spread_multiplier: 0.5,
                bar_participation: 0.10,
                day_participation: 0.10,
                path: IntrabarPath::FavourableFirst,
                through_ticks: 0,
                stop_overshoot: 0.0,
                closing_fee_in_margin: false,
                liquidation: LiquidationRule::ExchangeLike,
                liquidation_fee: 0.01,
                ..realistic
            },
            Preset::Pessimistic => Self {
                impact: 1.5,
                spread_multiplier: 2.0,
                bar_participation: 0.01,
                day_participation: 0.01,
                through_ticks: 2,
                stop_slippage: 0.002,
                stop_overshoot: f64::midpoint(MEAN_OF_A_STEADY_FALL, 1.0),
                strict_cross: true,
                adl_crash: AdlCrash::At(0.3),
                ..realistic
            },
        }
    }

    /// The fields that are not as in the named set, by key: to be said wherever the name is said.
    #[must_use]
    pub fn departures(&self) -> Vec<&'static str> {
        let set = Self::preset(self.name);
        let fields = [
            ("impact", self.impact != set.impact),
            ("fee_multiplier", self.fee_multiplier != set.fee_multiplier),
            ("spread_multiplier", self.spread_multiplier != set.spread_multiplier),
            ("assumed_funding_multiplier", self.assumed_funding_multiplier != set.assumed_funding_multiplier),
            ("bar_participation", self.bar_participation != set.bar_participation),
            ("day_participation", self.day_participation != set.day_participation),
            ("path", self.path != set.path),
            ("through_ticks", self.through_ticks != set.through_ticks),
            ("stop_slippage", self.stop_slippage != set.stop_slippage),
            ("stop_overshoot", self.stop_overshoot != set.stop_overshoot),
            ("closing_fee_in_margin", self.closing_fee_in_margin != set.closing_fee_in_margin),
            ("liquidation", self.liquidation != set.liquidation),
            ("liquidation_fee", self.liquidation_fee != set.liquidation_fee),
            ("strict_cross", self.strict_cross != set.strict_cross),
            ("adl_crash", self.adl_crash != set.adl_crash),
            ("latency_bars", self.latency_bars != set.latency_bars),
        ];
        fields.into_iter().filter_map(|(key, differs)| differs.then_some(key)).collect()
    }

    /// Refuses numbers that mean nothing.
    ///
    /// # Errors
    /// The first field out of its bounds, by key.
    pub fn check(&self) -> Result<(), Refusal> {
        for (key, value) in [
            ("impact", self.impact),
            ("fee_multiplier", self.fee_multiplier),
            ("spread_multiplier", self.spread_multiplier),
            ("assumed_funding_multiplier", self.assumed_funding_multiplier),
        ] {
            Refusal::unless(value >= 0.0 && value.is_finite(), key, value, "a number from 0")?;
        }
        for (key, value) in [("bar_participation", self.bar_participation), ("day_participation", self.day_participation)] {
            Refusal::unless(value > 0.0 && value <= 1.0, key, value, "a fraction above 0, at most 1")?;
        }
        for (key, value) in [("stop_slippage", self.stop_slippage), ("liquidation_fee", self.liquidation_fee)] {
            Refusal::unless((0.0..1.0).contains(&value), key, value, "a fraction from 0, below 1")?;
        }
        let overshoot = self.stop_overshoot;
        Refusal::unless((0.0..=1.0).contains(&overshoot), "stop_overshoot", overshoot, "a share from 0 to 1")?;
        if let Some(crash) = self.adl_crash.fall() {
            Refusal::unless(crash > 0.0 && crash < 1.0, "adl_crash", crash, "a fraction above 0, below 1, or \"off\"")?;
        }
        let late = self.latency_bars;
        Refusal::unless(late <= MOST_LATENCY, "latency_bars", f64::from(late), "a whole number from 0 to 10")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Refuses fees and half-spreads no venue could charge, wherever they were read.
    ///
    /// # Errors
    /// Below 0 or from 1 on, under the key given.
    fn check_rate(key: &'static str, rate: f64) -> Result<(), Refusal> {
        Refusal::unless((0.0..1.0).contains(&rate), key, rate, "a fraction from 0, below 1")
    }

    #[test]
    fn presets_are_valid_and_ordered() {
        let [optimistic, realistic, pessimistic] = Preset::ALL.map(Assumptions::preset);
        for set in [&optimistic, &realistic, &pessimistic] {
            set.check().unwrap();
            assert!(set.departures().is_empty());
        }
        for (better, worse) in [(&optimistic, &realistic), (&realistic, &pessimistic)] {
            assert!(better.impact < worse.impact && better.spread_multiplier < worse.spread_multiplier);
            assert!(better.bar_participation > worse.bar_participation && better.through_ticks < worse.through_ticks);
            assert!(better.stop_slippage <= worse.stop_slippage && better.fee_multiplier <= worse.fee_multiplier);
            assert!(better.stop_overshoot < worse.stop_overshoot);
        }
        assert_eq!(Assumptions::default(), realistic);
    }

    #[test]
    fn a_field_overrides_its_set_and_is_said() {
        let set: Assumptions = toml::from_str("name = \"pessimistic\"\nimpact = 0.7").unwrap();
        assert_eq!(set.impact, 0.7);
        assert_eq!(set.spread_multiplier, 2.0);
        assert_eq!(set.departures(), ["impact"]);
    }

    #[test]
    fn what_is_written_reads_back() {
        for preset in Preset::ALL {
            for adl_crash in [AdlCrash::At(0.2), AdlCrash::OFF] {
                let set = Assumptions { stop_slippage: 0.01, adl_crash, ..Assumptions::preset(preset) };
                let text = serde_json::to_string(&set).unwrap();
                assert_eq!(serde_json::from_str::<Assumptions>(&text).unwrap(), set, "{text}");
            }
        }
    }

    #[test]
    fn nonsense_is_refused_by_key() {
        for (text, word) in [
            ("bar_participation = 0", "bar_participation = 0"),
            ("bar_participation = 1.5", "bar_participation = 1.5"),
            ("day_participation = nan", "day_participation = NaN"),
            ("spread_multiplier = -1", "spread_multiplier = -1"),
            ("impact = -0.1", "impact = -0.1"),
            ("assumed_funding_multiplier = -1", "assumed_funding_multiplier = -1"),
            ("stop_slippage = 1", "stop_slippage = 1"),
            ("stop_overshoot = 1.1", "stop_overshoot = 1.1"),
            ("adl_crash = 0", "adl_crash = 0"),
            ("adl_crash = \"on\"", "or \"off\""),
            ("latency_bars = 11", "latency_bars = 11"),
            ("latency_bars = -1", "latency_bars"),
            ("latency_bars = 0.5", "latency_bars"),
            ("name = \"hopeful\"", "hopeful"),
            ("participation = 0.1", "participation"),
        ] {
            let error = toml::from_str::<Assumptions>(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!("hopeful".parse::<Preset>().is_err());
        assert!(check_rate("taker", -0.0001).is_err());
    }
}
