//! What is decided at a close and done at the next open.

use crate::units::{BucketId, InstrumentId, NarrativeId, Usd};

/// The reason of the one kind of order that may open a position; every other adds to what is still there.
pub(super) const ENTER: &str = "enter";

/// A market order for the next open. Sizes come from the close at which it was decided.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub bucket: BucketId,
    pub instrument: InstrumentId,
    pub narrative: Option<NarrativeId>,
    pub want: Want,
    pub reason: &'static str,
    /// Has waited for a bar to fill in; the refusal is on record already.
    pub waited: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Want {
    /// Go flat.
    Close,
    /// Give up this much (positive); what stays is backed as `leverage` asks.
    Reduce { quantity: f64, leverage: f64 },
    /// Take on this much (signed); `leverage` is notional over margin, 1 for spot.
    Add { quantity: f64, leverage: f64 },
}

impl Want {
    pub fn opens(self) -> bool {
        matches!(self, Self::Add { .. })
    }
}

/// The reason of flows that pass realised profit on.
pub(super) const WATERFALL: &str = "waterfall";

/// Cash to move between buckets at the next open, after closing orders and before opening ones.
#[derive(Clone, Debug)]
pub(super) struct PlannedFlow {
    pub from: BucketId,
    pub to: BucketId,
    pub amount: Usd,
    pub reason: &'static str,
}
