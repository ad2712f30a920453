//! Exits by funding: from a crowded trade, where it is high, alone or while price stalls; and from a subsidised one, where the subsidy ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::funding::PERIODS_A_YEAR;
use crate::strategy::validate::{Checked, Key};
use crate::units::Span;

/// Leaves by funding. The price of a crowd is either `funding_8h_above`, or `funding_above` with its `unit`; what a position must go on receiving is
/// `funding_received_8h_below`. At least one of the two.
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
    /// Mean eight-hour-equivalent rate that the position receives, below this: 0 leaves when it no longer collects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_received_8h_below: Option<f64>,
    /// Over so many last settlements.
    pub settlements: usize,
    /// What is paid makes leave only where price has made no headway over this span. Absent: whatever price does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub stall: Option<Span>,
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
    /// The most that is paid for eight hours, in whichever form it is written; `None` where only what is received counts.
    #[must_use]
    pub fn limit_8h(&self) -> Option<f64> {
        let spelled = || Some(self.funding_above? / self.unit?.periods());
        self.funding_8h_above.or_else(spelled)
    }

    pub(super) fn check(&self, key: &Key) -> Checked {
        if self.settlements == 0 {
            return key.child("settlements").wrong("0", "at least 1", "3 is one day of eight-hour funding");
        }
        let forms = "funding_8h_above, or funding_above with a unit; and/or funding_received_8h_below";
        let way_out = "funding_above = 0.0005 with unit = \"per_8h\", \"per_day\" or \"apr\" says what it is a rate for";
        match (self.funding_8h_above, self.funding_above, self.unit) {
            (None, None, None) if self.funding_received_8h_below.is_none() => return key.wrong("no threshold", forms, way_out),
            (None, None, Some(_)) => return key.child("unit").wrong("a unit without a rate", forms, way_out),
            (Some(_), Some(_), _) => return key.child("funding_above").wrong("two thresholds", forms, "remove one of them"),
            (Some(_), None, Some(_)) => {
                return key.child("unit").wrong(
                    "a unit beside funding_8h_above",
                    forms,
                    "funding_8h_above is a rate for eight hours: remove the unit",
                );
            }
            (None, Some(_), None) => return key.child("funding_above").wrong("a rate without a unit", forms, way_out),
            (None, None, None) if self.stall.is_some() => {
                let way_out = "remove it: a subsidy that has ended is left whatever price does";
                return key.child("stall").wrong(
                    "a stall without a price to pay",
                    "stall beside funding_8h_above or funding_above",
                    way_out,
                );
            }
            _ => {}
        }
        key.child("funding_8h_above").number(self.funding_8h_above, "0.0005 is 0.05 % per 8 h")?;
        key.child("funding_above").number(self.funding_above, "0.0005 is 0.05 % per unit")?;
        let received = key.child("funding_received_8h_below");
        received.number(self.funding_received_8h_below, "0.0 leaves when a position no longer collects")?;
        self.funding_received_8h_below.map_or(Ok(()), |rate| received.funding_rate(rate))?;
        let paid = key.child(if self.unit.is_some() { "funding_above" } else { "funding_8h_above" });
        self.limit_8h().map_or(Ok(()), |rate| paid.funding_rate(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(funding_above: f64, unit: FundingUnit) -> f64 {
        let spelled = (Some(funding_above), Some(unit));
        let exit = CrowdingExit {
            funding_8h_above: None,
            funding_above: spelled.0,
            unit: spelled.1,
            funding_received_8h_below: None,
            settlements: 3,
            stall: None,
        };
        exit.limit_8h().expect("a threshold")
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
