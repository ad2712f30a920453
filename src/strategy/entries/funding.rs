//! Enters only what does not pay too much for being held.

use crate::signal::funding;
use crate::strategy::entries::{Door, EntryRule, Refusal};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{Kind, Rule, Within};
use crate::strategy::{Barred, EntryCause};
use crate::units::{InstrumentId, NarrativeId};

/// Settlements that the mean is made of.
const SETTLEMENTS: usize = 3;

/// What the position would pay per 8 h, a fraction of notional, is at most this.
#[derive(Clone, Copy, Debug)]
pub(super) struct FundingGate {
    pub max: f64,
}

impl Rule for FundingGate {
    fn key(&self) -> Option<&'static str> {
        Some("entry.max_funding_8h")
    }

    fn on(&self) -> &'static [Kind] {
        &[Kind::Perp]
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { max } = *self;
        bucket.child("entry").child("max_funding_8h").funding_rate(max)
    }
}

impl EntryRule for FundingGate {
    fn refuses(&self, door: &Door, id: InstrumentId, _: Option<NarrativeId>) -> Option<Refusal> {
        let pays = funding::latest_8h(&door.view.history, id, SETTLEMENTS).map(|rate| rate * door.bucket.direction.sign());
        let barred = Barred { cause: EntryCause::FundingAgainst, observed: pays, threshold: Some(self.max) };
        pays.is_none_or(|pays| pays > self.max).then_some(Refusal::Rule(barred))
    }
}
