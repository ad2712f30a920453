//! What cells are read from beside their row: the run and what it came to, and what ids are called.

use std::borrow::Cow;

use crate::evaluate::Evaluation;
use crate::market::Market;
use crate::replay::run::{RecordNames, Run};
use crate::units::{AssetId, BucketId, InstrumentId, NarrativeId};

/// One run and the market it stands on.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub market: &'a Market,
    pub evaluation: &'a Evaluation<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn run(&self) -> &'a Run {
        self.evaluation.run
    }

    /// What the ids of the record are called.
    pub(super) fn names(&self) -> RecordNames<'a> {
        self.run().names(self.market)
    }

    pub(super) fn asset(&self, id: InstrumentId) -> Cow<'a, str> {
        self.market.asset(self.market.instrument(id).asset).name.as_str().into()
    }

    /// The quote currency where there is none: it stands for interest on cash.
    pub(super) fn asset_or_quote(&self, id: Option<AssetId>) -> Cow<'a, str> {
        id.map_or(&self.market.quote, |id| &self.market.asset(id).name).as_str().into()
    }

    /// `spot` or `perp`.
    pub(super) fn kind(&self, id: InstrumentId) -> Cow<'a, str> {
        self.market.instrument(id).kind.name().into()
    }

    pub(super) fn symbol(&self, id: InstrumentId) -> Cow<'a, str> {
        self.market.instrument(id).symbol.as_str().into()
    }

    pub(super) fn bucket(&self, id: BucketId) -> Cow<'a, str> {
        self.run().buckets[id.index()].as_str().into()
    }

    /// Empty where there is none.
    pub(super) fn narrative(&self, id: Option<NarrativeId>) -> Cow<'a, str> {
        id.map_or(Cow::Borrowed(""), |id| self.market.narrative(id).into())
    }
}
