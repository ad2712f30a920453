//! Who decides at a close: sees positions and cash, and moves neither. What is decided goes on its way as orders and flows, and on record.

use crate::replay::buckets::BucketState;
use crate::replay::context::Context;
use crate::replay::orders::OrderQueue;
use crate::replay::positions::{PositionBook, PositionKey};
use crate::replay::recorder::Recorder;
use crate::units::Usd;

pub(super) struct Decider<'s, 'a> {
    pub cx: Context<'a>,
    pub books: &'s PositionBook,
    /// Of the whole account at this close.
    pub equity: Usd,
    /// By bucket.
    pub buckets: &'s mut [BucketState],
    pub orders: &'s mut OrderQueue,
    pub record: &'s mut Recorder,
    /// The leverage that held positions are asked to stand at from here on.
    pub asked: Vec<(PositionKey, f64)>,
}
