//! A stop that is measured in true ranges needs one: a listing too young for it has no place for its stop.

use crate::signal::{History, indicator};
use crate::strategy::entries::{Door, EntryRule, Refusal};
use crate::strategy::rule::{Kind, POSITION, Rule};
use crate::strategy::{Barred, EntryCause, PlanBucket};
use crate::units::{InstrumentId, NarrativeId, Span};

#[derive(Clone, Copy, Debug)]
pub(super) struct MeasuredStop {
    pub span: Span,
}

impl Rule for MeasuredStop {
    fn key(&self) -> Option<&'static str> {
        Some("stop.atr")
    }

    fn on(&self) -> &'static [Kind] {
        POSITION
    }

    fn spans(&self) -> Vec<(&'static str, Span)> {
        vec![("stop.atr.span", self.span)]
    }
}

impl EntryRule for MeasuredStop {
    fn refuses(&self, door: &Door, id: InstrumentId, _: Option<NarrativeId>) -> Option<Refusal> {
        let young = indicator::atr(&door.view.history, id, self.span).is_none();
        young.then_some(Refusal::Rule(Barred { cause: EntryCause::Unmeasured, observed: None, threshold: None }))
    }
}

/// The average true range that a bucket's stop is measured in; `None` where it has no such stop, or the listing is too young.
#[must_use]
pub fn true_range(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<f64> {
    indicator::atr(history, id, bucket.stop?.atr?.span)
}
