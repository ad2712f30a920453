//! What was left is left alone for a while, and a bucket that was liquidated may open nothing any more.

use crate::strategy::entries::{Door, EntryRule, Refusal};
use crate::strategy::rule::{Kind, POSITION, Rule};
use crate::strategy::spans::week;
use crate::strategy::{Barred, EntryCause};
use crate::units::{InstrumentId, NarrativeId, Span};

/// After a stop, an exit or a liquidation the instrument is left alone for so long.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeftAlone {
    pub cooldown: Span,
}

impl Rule for LeftAlone {
    fn key(&self) -> Option<&'static str> {
        (self.cooldown != week()).then_some("cooldown")
    }

    fn on(&self) -> &'static [Kind] {
        POSITION
    }

    fn spans(&self) -> Vec<(&'static str, Span)> {
        vec![("cooldown", self.cooldown)]
    }
}

impl EntryRule for LeftAlone {
    fn refuses(&self, door: &Door, id: InstrumentId, _: Option<NarrativeId>) -> Option<Refusal> {
        let refused = |cause| Some(Refusal::Rule(Barred { cause, observed: None, threshold: None }));
        if door.state.stopped {
            return refused(EntryCause::Liquidated);
        }
        let &(_, until) = door.state.cooling.iter().find(|(cooling, _)| *cooling == id)?;
        refused(EntryCause::Cooldown { until })
    }
}
