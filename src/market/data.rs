//! What comes of the files of one symbol in one folder: prices or rates, checked, and where they came from.

use crate::market::RawSettlement;
use crate::market::bars::Series;
use crate::market::series::Origin;

/// What came of the files of one symbol in one folder.
pub(super) enum Data {
    Bars(Series),
    Rates { settlements: Vec<RawSettlement>, origin: Origin },
}

impl Data {
    pub(super) fn origin(&self) -> &Origin {
        match self {
            Self::Bars(series) => &series.origin,
            Self::Rates { origin, .. } => origin,
        }
    }
}
