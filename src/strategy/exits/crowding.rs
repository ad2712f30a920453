//! Leaves a crowded trade: funding paid is high, alone or while price stalls.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::funding::PERIODS_A_YEAR;
use crate::signal::{Directory, crowding};
use crate::strategy::exits::{ExitRule, Look, THRESHOLDS, UNITS};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause};
use crate::units::Span;

/// The price of a crowd, `funding_8h_above` or `funding_above` with its `unit`.
#[derive(Clone, Copy, Debug)]
pub(super) struct CrowdingExit {
    pub funding_8h_above: Option<f64>,
    pub funding_above: Option<f64>,
    pub unit: Option<FundingUnit>,
    pub settlements: Option<usize>,
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

    /// The unit as a sentence says it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Per8h => "per 8 h",
            Self::PerDay => "a day",
            Self::Apr => "a year",
        }
    }
}

/// The most that is paid before a position is left, as it is written and for eight hours.
#[derive(Clone, Copy, Debug)]
pub struct PaidThreshold {
    /// As it is written, where it has a unit.
    pub spelled: Option<(f64, FundingUnit)>,
    /// Fraction of notional per 8 h, as paid by the position.
    pub rate_8h: f64,
    /// The mean is made of so many last settlements.
    pub settlements: usize,
    /// Price must make no headway as well.
    pub stalls: bool,
}

impl CrowdingExit {
    /// A unit or a stall alone is written too, and refused.
    pub fn is_written(&self) -> bool {
        let Self { funding_8h_above, funding_above, unit, settlements: _, stall } = self;
        funding_8h_above.is_some() || funding_above.is_some() || unit.is_some() || stall.is_some()
    }

    /// The most that is paid for eight hours, in whichever form it is written.
    fn limit_8h(&self) -> Option<f64> {
        let spelled = || Some(self.funding_above? / self.unit?.periods());
        self.funding_8h_above.or_else(spelled)
    }
}

impl Rule for CrowdingExit {
    fn key(&self) -> Option<&'static str> {
        Some(match self {
            Self { funding_8h_above: Some(_), .. } => "exit.funding_8h_above",
            Self { funding_above: Some(_), .. } => "exit.funding_above",
            Self { unit: Some(_), .. } => "exit.unit",
            _ => "exit.stall",
        })
    }

    fn on(&self) -> &'static [Kind] {
        &[Kind::Perp]
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { funding_8h_above, funding_above, unit, settlements, stall: _ } = *self;
        let key = bucket.child("exit");
        match (funding_8h_above, funding_above, unit) {
            (None, None, None) => {
                let fix = "remove it: a subsidy that has ended is left whatever price does";
                let expected = "stall beside funding_8h_above or funding_above";
                return key.child("stall").wrong("a stall without a price to pay", expected, fix);
            }
            (None, None, Some(_)) => return key.child("unit").wrong("a unit without a rate", THRESHOLDS, UNITS),
            (Some(_), Some(_), _) => return key.child("funding_above").wrong("two thresholds", THRESHOLDS, "remove one of them"),
            (Some(_), None, Some(_)) => {
                let fix = "funding_8h_above is a rate for eight hours: remove the unit";
                return key.child("unit").wrong("a unit beside funding_8h_above", THRESHOLDS, fix);
            }
            (None, Some(_), None) => return key.child("funding_above").wrong("a rate without a unit", THRESHOLDS, UNITS),
            (Some(_), None, None) | (None, Some(_), Some(_)) => {}
        }
        key.child("settlements").settlements(settlements)?;
        key.child("funding_8h_above").number(funding_8h_above, "0.0005 is 0.05 % per 8 h")?;
        key.child("funding_above").number(funding_above, "0.0005 is 0.05 % per unit")?;
        let paid = key.child(if unit.is_some() { "funding_above" } else { "funding_8h_above" });
        self.limit_8h().map_or(Ok(()), |rate| paid.funding_rate(rate))
    }

    fn spans(&self) -> Vec<(&'static str, Span)> {
        self.stall.map(|span| ("exit.stall", span)).into_iter().collect()
    }

    /// A mean is never above all that it is the mean of.
    fn caution(&self, within: &Within, market: &Directory) -> Option<String> {
        let limit = self.limit_8h()?;
        let sign = within.bucket.direction.sign();
        let whom = if sign > 0.0 { "long" } else { "short" };
        (!market.ever_settles_at(limit, sign)).then(|| {
            format!(
                "bucket `{}` leaves by funding at {:.4} % per 8 h, but no {whom} ever paid as much in a settlement of this market: the rule never speaks",
                within.name,
                limit * 100.0
            )
        })
    }
}

impl ExitRule for CrowdingExit {
    fn due(&self, look: &Look) -> Option<Exit> {
        let (limit, settlements) = (self.limit_8h()?, self.settlements?);
        let seen = crowding::measure(&look.view.history, look.instrument, look.bucket.direction, settlements, self.stall)?;
        let cause = ExitCause::Crowded { settlements, progress: seen.progress.zip(self.stall) };
        let due = seen.funding_8h >= limit && seen.progress.is_none_or(|gain| gain <= 0.0);
        due.then_some(Exit { cause, observed: Some(seen.funding_8h), threshold: Some(limit) })
    }

    fn paid(&self) -> Option<PaidThreshold> {
        Some(PaidThreshold {
            spelled: self.funding_above.zip(self.unit),
            rate_8h: self.limit_8h()?,
            settlements: self.settlements?,
            stalls: self.stall.is_some(),
        })
    }

    fn sees_funding(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(funding_above: f64, unit: FundingUnit) -> f64 {
        let spelled = (Some(funding_above), Some(unit));
        let (settlements, stall) = (Some(3), None);
        let exit = CrowdingExit { funding_8h_above: None, funding_above: spelled.0, unit: spelled.1, settlements, stall };
        exit.limit_8h().expect("a threshold")
    }

    /// The conversions of `tests/golden/funding_threshold_conversions.csv`.
    #[test]
    fn a_threshold_is_converted_without_compounding() {
        let golden = include_str!("../../../tests/golden/funding_threshold_conversions.csv");
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
