//! Enters only what is nearly alone in rising within its narrative.

use crate::signal::{Directory, narrative};
use crate::strategy::entries::{Door, EntryRule, Refusal};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::strategy::spans::MONTH;
use crate::strategy::{Barred, EntryCause, Score};
use crate::units::{InstrumentId, NarrativeId};

/// The coin's narrative has at most this share of members up over the score's span, or over 30 days where it has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct BreadthGate {
    pub below: f64,
}

impl Rule for BreadthGate {
    fn key(&self) -> Option<&'static str> {
        Some("entry.narrative_breadth_below")
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { below } = *self;
        if (0.0..1.0).contains(&below) {
            return Ok(());
        }
        let key = bucket.child("entry").child("narrative_breadth_below");
        key.wrong(below.to_string(), "from 0, below 1: every breadth is", "0.5 is half of the members")
    }
}

impl EntryRule for BreadthGate {
    fn refuses(&self, door: &Door, _: InstrumentId, narrative: Option<NarrativeId>) -> Option<Refusal> {
        let span = door.bucket.score.as_ref().and_then(Score::span).unwrap_or(MONTH);
        let breadth = narrative.and_then(|narrative| narrative::breadth(&door.view.history, narrative, span));
        let barred = Barred { cause: EntryCause::Breadth { span }, observed: breadth, threshold: Some(self.below) };
        breadth.is_none_or(|breadth| breadth > self.below).then_some(Refusal::Rule(barred))
    }

    fn never_admits(&self, _: &Within, market: &Directory) -> Option<String> {
        let why = "the market has no narratives.csv, so the breadth it enters by is never known";
        (!market.has_narratives()).then(|| why.to_owned())
    }
}
