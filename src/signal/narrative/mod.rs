//! Narratives as groups: how strong one is, and how broad, from its members as of the day. `voice` and [`breadth`] ask a [`History`];
//! the [`NarrativeBook`] holds what takes a walk through time, an index of each narrative, computed once per market.

mod book;
mod view;

pub use book::{NarrativeBook, Weighting};
pub use view::NarrativeView;

use crate::signal::{History, score};
use crate::units::{AssetId, InstrumentId, NarrativeId, Span};

/// The series that speaks for an asset in a signal: spot where it has one, else the perpetual.
#[must_use]
pub(crate) fn voice(history: &History, asset: AssetId) -> Option<InstrumentId> {
    let directory = history.directory();
    [directory.spot(asset), directory.perp(asset)].into_iter().flatten().find(|&id| history.trades(id))
}

/// Share of members whose return over `span` is positive; `None` with no member old enough.
#[must_use]
pub fn breadth(history: &History, narrative: NarrativeId, span: Span) -> Option<f64> {
    let moves = history.members(narrative).filter_map(|asset| voice(history, asset)).filter_map(|id| score::momentum(history, id, span));
    let (rose, all) = moves.fold((0_u32, 0_u32), |(rose, all), moved| (rose + u32::from(moved > 0.0), all + 1));
    (all > 0).then(|| f64::from(rose) / f64::from(all))
}
