//! What names an open position.

use crate::units::{BucketId, InstrumentId};

/// A bucket holds at most one position of an instrument; this names it, open or not. Ordered as positions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PositionKey {
    pub bucket: BucketId,
    pub instrument: InstrumentId,
}
