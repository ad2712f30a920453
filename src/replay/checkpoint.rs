//! A replay stopped at a close: what it has done, and what it has decided to do next.

use crate::replay::orders::OrderQueue;
use crate::replay::reason::{FlowReason, Reason};
use crate::replay::run::Run;
use crate::units::{BucketId, InstrumentId};

/// What stands at the close of one bar.
#[derive(Debug)]
pub struct Checkpoint {
    /// Every bar and event so far; its benchmark goes on over the whole market.
    pub run: Run,
    /// What waits for the next open, in the order in which it will be done.
    pub pending: Vec<Pending>,
}

/// An order, or a flow between buckets, that has been decided and not done, or not wholly.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub reason: PendingReason,
    pub bucket: BucketId,
    /// `None` for a flow of cash.
    pub instrument: Option<InstrumentId>,
    /// All that is known of it, in words; numbers to the last bit.
    pub detail: String,
}

/// Why it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingReason {
    Order(Reason),
    Flow(FlowReason),
}

impl PendingReason {
    /// The word of it, as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Order(reason) => reason.name(),
            Self::Flow(reason) => reason.name(),
        }
    }
}

impl OrderQueue {
    /// All that waits: orders, then flows.
    pub fn pending(&self) -> Vec<Pending> {
        let orders = self.iter().map(|order| Pending {
            reason: PendingReason::Order(order.reason),
            bucket: order.bucket,
            instrument: Some(order.instrument),
            detail: format!("{order:?}"),
        });
        let flows = self.flows().iter().map(|flow| Pending {
            reason: PendingReason::Flow(flow.reason),
            bucket: flow.from,
            instrument: None,
            detail: format!("{flow:?}"),
        });
        orders.chain(flows).collect()
    }
}
