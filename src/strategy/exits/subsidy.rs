//! Leaves a subsidised trade when the subsidy ends: what a position receives has fallen below what it is held for.
//!
//! What is received is the mean of the last settlements per 8 h, with the sign of the side: a long receives where rates are negative, a short where they
//! are positive. One that pays receives less than nothing.

use crate::signal::crowding;
use crate::strategy::exits::{ExitRule, FundingUnit, Look, UNITS};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause};

#[derive(Clone, Copy, Debug)]
pub(super) struct SubsidyExit {
    /// A fraction of notional, for the time that `unit` says.
    pub below: f64,
    pub unit: Option<FundingUnit>,
    pub settlements: Option<usize>,
}

impl SubsidyExit {
    /// The least that must be received for eight hours. Nothing is nothing in every unit.
    fn threshold_8h(&self) -> f64 {
        self.below / self.unit.map_or(1.0, FundingUnit::periods)
    }
}

impl Rule for SubsidyExit {
    fn key(&self) -> Option<&'static str> {
        Some("exit.funding_below")
    }

    fn on(&self) -> &'static [Kind] {
        &[Kind::Perp]
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { below, unit, settlements } = *self;
        let key = bucket.child("exit");
        key.child("settlements").settlements(settlements)?;
        let key = key.child("funding_below");
        key.number(Some(below), "0.0 leaves when a position no longer collects")?;
        if unit.is_none() && below != 0.0 {
            return key.wrong("a rate without a unit", "a unit beside it, or 0", UNITS);
        }
        key.funding_rate(self.threshold_8h())
    }
}

impl ExitRule for SubsidyExit {
    fn due(&self, look: &Look) -> Option<Exit> {
        let (threshold, settlements) = (self.threshold_8h(), self.settlements?);
        let paid = crowding::measure(&look.view.history, look.instrument, look.bucket.direction, settlements, None)?.funding_8h;
        let (received, cause) = (-paid, ExitCause::SubsidyEnded { settlements });
        (received < threshold).then_some(Exit { cause, observed: Some(received), threshold: Some(threshold) })
    }

    fn sees_funding(&self) -> bool {
        true
    }
}
