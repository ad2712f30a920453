//! One step of a narrative: in its own life, or into a bucket and out of it.

use crate::replay::reason::Reason;
use crate::signal::lifecycle::{Cause, Stage};
use crate::strategy::Empty;
use crate::units::BucketId;

/// A step of a narrative.
#[derive(Clone, Debug, PartialEq)]
pub enum RotationStep {
    /// In its own life.
    Stage { from: Stage, to: Stage, cause: Cause },
    /// A bucket into it or out of it.
    Bucket { bucket: BucketId, turn: Turn },
}

/// What a bucket does with a narrative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It buys the first coin of it, which is among the strongest by mean score.
    Entered,
    /// The last of its coins is gone, for the reason of the fill; where it picks nothing at all, why.
    Left { reason: Reason, empty: Option<Empty> },
}

impl RotationStep {
    /// The bucket that entered or left; `None` where the narrative itself took a step.
    #[must_use]
    pub fn bucket(&self) -> Option<BucketId> {
        match self {
            Self::Stage { .. } => None,
            Self::Bucket { bucket, .. } => Some(*bucket),
        }
    }

    /// The words of where it came from and where it went.
    #[must_use]
    pub fn ends(&self) -> (&'static str, &'static str) {
        match self {
            Self::Stage { from, to, .. } => (from.name(), to.name()),
            Self::Bucket { turn: Turn::Entered, .. } => (OUT, HELD),
            Self::Bucket { turn: Turn::Left { .. }, .. } => (HELD, OUT),
        }
    }

    /// The word of its cause: what follows a colon says which.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Stage { cause, .. } => cause.to_string(),
            Self::Bucket { turn, .. } => turn.cause(),
        }
    }
}

/// Where a narrative stands in a bucket, as words of tables.
pub const HELD: &str = "held";
/// Where a bucket stands that holds nothing of a narrative.
pub const OUT: &str = "out";

impl Turn {
    fn cause(self) -> String {
        match self {
            Self::Entered => "strongest".to_owned(),
            Self::Left { reason: Reason::RotatedOut, empty } => {
                format!("{}:{}", Reason::RotatedOut.name(), empty.map_or("outranked", Empty::name))
            }
            Self::Left { reason, .. } => reason.name().to_owned(),
        }
    }
}
