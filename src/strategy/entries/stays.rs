//! What an exit rule would make leave at once is not entered.

use crate::strategy::entries::{Door, EntryRule, Refusal};
use crate::strategy::exits::exit_due;
use crate::strategy::rule::{Kind, POSITION, Rule};
use crate::units::{InstrumentId, NarrativeId};

#[derive(Clone, Copy, Debug)]
pub(super) struct WouldStay;

impl Rule for WouldStay {
    fn key(&self) -> Option<&'static str> {
        None
    }

    fn on(&self) -> &'static [Kind] {
        POSITION
    }
}

impl EntryRule for WouldStay {
    fn refuses(&self, door: &Door, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Refusal> {
        exit_due(&door.look(id, narrative)).map(|exit| Refusal::Rule(exit.into()))
    }
}
