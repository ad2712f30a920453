//! Assumptions as a strategy writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::Refusal;
use crate::exchange::assumptions::{self, AdlCrash, Assumptions, LiquidationRule, Preset};

/// The same as written in a file: the name of a set and the fields that differ from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssumptionKeys {
    /// The set the other fields start from: `optimistic`, `realistic` (default) or `pessimistic`.
    pub name: Preset,
    /// Y of the square-root impact; 0 switches it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<f64>,
    /// Every fee of the market times this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee_multiplier: Option<f64>,
    /// Every half-spread of the market times this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread_multiplier: Option<f64>,
    /// Every funding rate that the market declares for holes in its history, times this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_funding_multiplier: Option<f64>,
    /// The largest share of one bar's volume that all orders in a symbol may take, above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bar_participation: Option<f64>,
    /// The largest share of the trailing 24 h volume that they may take in one bar, above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_participation: Option<f64>,
    /// `adverse-first` or `favourable-first`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<assumptions::IntrabarPath>,
    /// By how many price ticks a bar must trade through a limit to fill it; 0 lets a touch fill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through_ticks: Option<u32>,
    /// Extra slippage of stop orders, as a fraction of price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_slippage: Option<f64>,
    /// How much worse than trigger and open a stop fills, as a share of the way from there to the bar's extreme, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_overshoot: Option<f64>,
    /// Whether maintenance margin includes the fee of closing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing_fee_in_margin: Option<bool>,
    /// `lose-margin` or `exchange-like`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liquidation: Option<LiquidationRule>,
    /// Fee on the notional liquidated, for `exchange-like`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liquidation_fee: Option<f64>,
    /// In cross margin, test every underlying at its own worst extreme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_cross: Option<bool>,
    /// Close profitable shorts at a bankruptcy price in a bar that falls by this fraction or more; `off`: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adl_crash: Option<AdlCrash>,
    /// Orders and flows reach the venue so many bars after the open that follows their decision, a whole number from 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_bars: Option<u32>,
}

impl AssumptionKeys {
    /// The named set with the fields given put in its place.
    ///
    /// # Errors
    /// As [`Assumptions::check`].
    pub fn resolve(&self) -> Result<Assumptions, Refusal> {
        let set = Assumptions::preset(self.name);
        let resolved = Assumptions {
            name: self.name,
            impact: self.impact.unwrap_or(set.impact),
            fee_multiplier: self.fee_multiplier.unwrap_or(set.fee_multiplier),
            spread_multiplier: self.spread_multiplier.unwrap_or(set.spread_multiplier),
            assumed_funding_multiplier: self.assumed_funding_multiplier.unwrap_or(set.assumed_funding_multiplier),
            bar_participation: self.bar_participation.unwrap_or(set.bar_participation),
            day_participation: self.day_participation.unwrap_or(set.day_participation),
            path: self.path.unwrap_or(set.path),
            through_ticks: self.through_ticks.unwrap_or(set.through_ticks),
            stop_slippage: self.stop_slippage.unwrap_or(set.stop_slippage),
            stop_overshoot: self.stop_overshoot.unwrap_or(set.stop_overshoot),
            closing_fee_in_margin: self.closing_fee_in_margin.unwrap_or(set.closing_fee_in_margin),
            liquidation: self.liquidation.unwrap_or(set.liquidation),
            liquidation_fee: self.liquidation_fee.unwrap_or(set.liquidation_fee),
            strict_cross: self.strict_cross.unwrap_or(set.strict_cross),
            adl_crash: self.adl_crash.unwrap_or(set.adl_crash),
            latency_bars: self.latency_bars.unwrap_or(set.latency_bars),
        };
        resolved.check()?;
        Ok(resolved)
    }
}

impl TryFrom<AssumptionKeys> for Assumptions {
    type Error = Refusal;
    fn try_from(keys: AssumptionKeys) -> Result<Self, Refusal> {
        keys.resolve()
    }
}
