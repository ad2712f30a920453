//! The exit from a crowded trade: funding high while price stalls.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::funding::PERIODS_A_YEAR;
use crate::strategy::validate::{Checked, Key};
use crate::units::Span;

/// Funding high while price stalls. The threshold is either `funding_8h_above`, or `funding_above` with its `unit`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrowdingExit {
    /// Mean eight-hour-equivalent rate that the position pays, at or above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_8h_above: Option<f64>,
    /// The same, in the unit that `unit` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_above: Option<f64>,
    /// What `funding_above` is a rate for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<FundingUnit>,
    /// Over so many last settlements.
    pub settlements: usize,
    /// And price has made no headway over this span.
    #[schemars(with = "String")]
    pub stall: Span,
}

/// What a funding rate is for. Converted without compounding (`fidelity.md` 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundingUnit {
    /// Eight hours.
    #[serde(rename = "per_8h")]
    Per8h,
    /// A day: three times eight hours.
    PerDay,
    /// A year of 365 days: 1095 times eight hours.
    Apr,
}

impl FundingUnit {
    /// How many times eight hours it is.
    #[must_use]
    pub fn periods(self) -> f64 {
        match self {
            Self::Per8h => 1.0,
            Self::PerDay => 3.0,
            Self::Apr => PERIODS_A_YEAR,
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Per8h => "per 8 h",
            Self::PerDay => "a day",
            Self::Apr => "a year",
        }
    }
}

impl CrowdingExit {
    /// The threshold as a rate for eight hours.
    ///
    /// # Panics
    /// Where neither form of it is there; a validated rule has one.
    #[must_use]
    pub fn limit_8h(&self) -> f64 {
        let spelled = || Some(self.funding_above? / self.unit?.periods());
        self.funding_8h_above.or_else(spelled).expect("validated: one threshold")
    }

    pub(super) fn check(&self, key: &Key) -> Checked {
        if self.settlements == 0 {
            return key.child("settlements").wrong("0", "at least 1", "3 is one day of eight-hour funding");
        }
        let forms = "funding_8h_above, or funding_above with a unit";
        let way_out = "funding_above = 0.0005 with unit = \"per_8h\", \"per_day\" or \"apr\" says what it is a rate for";
        match (self.funding_8h_above, self.funding_above, self.unit) {
            (None, None, _) => return key.wrong("no threshold", forms, way_out),
            (Some(_), Some(_), _) => return key.child("funding_above").wrong("two thresholds", forms, "remove one of them"),
            (Some(_), None, Some(_)) => {
                return key.child("unit").wrong(
                    "a unit beside funding_8h_above",
                    forms,
                    "funding_8h_above is a rate for eight hours: remove the unit",
                );
            }
            (None, Some(_), None) => return key.child("funding_above").wrong("a rate without a unit", forms, way_out),
            _ => {}
        }
        key.child("funding_8h_above").number(self.funding_8h_above, "0.0005 is 0.05 % per 8 h")?;
        key.child("funding_above").number(self.funding_above, "0.0005 is 0.05 % per unit")?;
        key.child(if self.unit.is_some() { "funding_above" } else { "funding_8h_above" }).funding_rate(self.limit_8h())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(funding_above: f64, unit: FundingUnit) -> f64 {
        let exit =
            CrowdingExit { funding_8h_above: None, funding_above: Some(funding_above), unit: Some(unit), settlements: 3, stall: Span::DAY };
        exit.limit_8h()
    }

    /// The conversions of `tests/golden/funding_threshold_conversions.csv`.
    #[test]
    fn a_threshold_is_converted_without_compounding() {
        let golden = include_str!("../../tests/golden/funding_threshold_conversions.csv");
        let per_8h = |reading: &str| -> f64 {
            let row = golden.lines().find(|row| row.starts_with(reading)).expect("the reading");
            row.split(',').nth(1).expect("per_8h").parse().expect("a number")
        };
        for (reading, unit) in
            [("literal 0.05% per year", FundingUnit::Apr), ("0.05% per day", FundingUnit::PerDay), ("0.05% per 8h", FundingUnit::Per8h)]
        {
            let (ours, theirs) = (limit(0.0005, unit), per_8h(reading));
            assert!((ours / theirs - 1.0).abs() < 1e-12, "{reading}: {ours} for {theirs}");
        }
    }
}
