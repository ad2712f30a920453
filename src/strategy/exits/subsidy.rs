//! Leaves a subsidised trade: what a position collects has fallen below what it is held for.

use crate::signal::crowding;
use crate::strategy::exits::{ExitRule, Look};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause};

#[derive(Clone, Copy, Debug)]
pub(super) struct SubsidyExit {
    pub funding_received_8h_below: Option<f64>,
    pub settlements: Option<usize>,
}

impl SubsidyExit {
    pub fn is_written(&self) -> bool {
        let Self { funding_received_8h_below, settlements: _ } = self;
        funding_received_8h_below.is_some()
    }
}

impl Rule for SubsidyExit {
    fn key(&self) -> Option<&'static str> {
        Some("exit.funding_received_8h_below")
    }

    fn on(&self) -> &'static [Kind] {
        &[Kind::Perp]
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { funding_received_8h_below, settlements } = *self;
        let key = bucket.child("exit");
        key.child("settlements").settlements(settlements)?;
        let received = key.child("funding_received_8h_below");
        received.number(funding_received_8h_below, "0.0 leaves when a position no longer collects")?;
        funding_received_8h_below.map_or(Ok(()), |rate| received.funding_rate(rate))
    }
}

impl ExitRule for SubsidyExit {
    fn due(&self, look: &Look) -> Option<Exit> {
        let (limit, settlements) = (self.funding_received_8h_below?, self.settlements?);
        let paid = crowding::measure(&look.sight.history, look.instrument, look.bucket.direction, settlements, None)?.funding_8h;
        let (received, cause) = (-paid, ExitCause::SubsidyEnded { settlements });
        (received < limit).then_some(Exit { cause, observed: Some(received), threshold: Some(limit) })
    }

    fn sees_funding(&self) -> bool {
        true
    }
}
