//! Realised profit, and when it is passed on.

use crate::ledger::Closed;
use crate::replay::account::Account;
use crate::replay::decider::Decider;
use crate::replay::position_state::PositionState;
use crate::replay::reason::FlowReason;
use crate::units::{BucketId, Usd};

impl Decider<'_, '_> {
    /// Profit due at this close goes where the waterfall says, at the next open.
    pub fn plan_waterfall(&mut self) {
        let Some(waterfall) = &self.cx.plan.waterfall else { return };
        let ends_month = self.cx.ends_month();
        for &from in &waterfall.from {
            let profit = self.buckets[from.index()].realised.take(waterfall.trigger, ends_month);
            if !profit.is_positive() {
                continue;
            }
            for &(to, share) in &waterfall.to {
                self.orders.plan_flow(from, to, profit.share(share), FlowReason::Waterfall);
            }
        }
    }
}

impl Account {
    /// A part of a position was sold, or bought back, with this profit.
    pub fn realise_part(&mut self, at: usize, bucket: BucketId, profit: Usd) {
        let offered = profit.max(Usd::ZERO);
        self.books.state_mut(at).offered += offered;
        self.books.state_mut(at).realised += profit;
        self.buckets[bucket.index()].realised.won += offered;
        self.buckets[bucket.index()].realised.add(profit);
    }

    /// The rest of a position is gone.
    pub fn realise_rest(&mut self, state: &PositionState, closed: &Closed) {
        let realised = &mut self.buckets[closed.bucket.index()].realised;
        realised.won += (closed.traded() - state.offered).max(Usd::ZERO);
        realised.add(closed.traded() - state.realised);
    }
}
