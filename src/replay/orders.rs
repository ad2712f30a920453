//! What is decided at a close and done from the next open on.

use std::ops::Deref;

use crate::exchange::orders::{Kind, Side};
use crate::replay::positions::PositionKey;
use crate::replay::reason::{FlowReason, Reason};
use crate::strategy::PlanBucket;
use crate::units::{BucketId, Direction, InstrumentId, NarrativeId, Usd};

/// An order from the next open on. Sizes come from the close at which it was decided.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Counted as they are sent.
    pub id: u32,
    pub bucket: BucketId,
    pub instrument: InstrumentId,
    pub narrative: Option<NarrativeId>,
    /// What is left of it.
    pub want: Want,
    pub reason: Reason,
    /// As the venue knows it now: a market order or a limit.
    pub kind: Kind,
    /// Bars it has been worked.
    pub seen: u32,
    /// What keeps it from filling is on record already.
    pub explained: bool,
    /// The last bar in which it filled, in part, after the open.
    pub tried_inside: usize,
    /// The average true range known at the decision, for the stop of what it opens.
    pub atr: Option<f64>,
    /// The leverage asked for what it opens, before anything lowered that.
    pub leverage_asked: f64,
    pub way: Way,
}

/// Where on its way to the venue something is that was decided at a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// So many opens pass before the one it meets.
    Coming(u32),
    There,
}

impl Way {
    /// An open passes; whether it has been met.
    pub fn meets(&mut self) -> bool {
        match *self {
            Self::Coming(opens) if opens > 0 => *self = Self::Coming(opens - 1),
            _ => *self = Self::There,
        }
        *self == Self::There
    }
}

impl Order {
    /// The position it is for.
    pub fn key(&self) -> PositionKey {
        PositionKey { bucket: self.bucket, instrument: self.instrument }
    }

    /// Whether it is at the venue, for this position.
    pub fn works_for(&self, key: PositionKey) -> bool {
        self.way == Way::There && self.key() == key
    }
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
    /// Whether it adds to a position.
    pub fn opens(self) -> bool {
        matches!(self, Self::Add { .. })
    }
}

/// Cash to move between buckets at the next open, after closing orders and before opening ones.
#[derive(Clone, Debug)]
pub(super) struct PlannedFlow {
    pub from: BucketId,
    pub to: BucketId,
    pub amount: Usd,
    pub reason: FlowReason,
    pub way: Way,
}

/// What was decided and has not been done, or not wholly: orders and flows, each in the order in which it will be done. Reads as its orders.
#[derive(Debug)]
pub(super) struct OrderQueue {
    orders: Vec<Order>,
    flows: Vec<PlannedFlow>,
    /// Orders made so far.
    made: u32,
    /// Opens that pass before what is sent at a close meets one.
    latency: u32,
}

impl Deref for OrderQueue {
    type Target = [Order];

    fn deref(&self) -> &[Order] {
        &self.orders
    }
}

impl OrderQueue {
    /// Empty; what is sent at a close meets its open after `latency` others.
    pub fn new(latency: u32) -> Self {
        Self { orders: Vec::new(), flows: Vec::new(), made: 0, latency }
    }

    /// The way of what is decided now.
    pub fn way(&self) -> Way {
        Way::Coming(self.latency)
    }

    /// Whether something sent at an earlier close has yet to reach the venue: no review takes it back, and what it brings is reckoned with.
    pub fn under_way(&self, way: Way) -> bool {
        matches!(way, Way::Coming(opens) if opens < self.latency)
    }

    /// Whether anything at all may be, for orders that take a while.
    pub fn any_under_way(&self) -> bool {
        self.latency > 0 && !self.orders.is_empty()
    }

    /// A fresh order, not sent yet.
    pub fn make(
        &mut self,
        bucket: BucketId,
        (instrument, narrative): (InstrumentId, Option<NarrativeId>),
        want: Want,
        reason: Reason,
        kind: Kind,
    ) -> Order {
        self.made += 1;
        let (id, tried_inside) = (self.made, usize::MAX);
        let leverage_asked = if let Want::Add { leverage, .. } = want { leverage } else { 1.0 };
        Order {
            id,
            bucket,
            instrument,
            narrative,
            want,
            reason,
            kind,
            seen: 0,
            explained: false,
            tried_inside,
            atr: None,
            leverage_asked,
            way: Way::There,
        }
    }

    /// Behind all others.
    pub fn put(&mut self, order: Order) -> &mut Order {
        self.orders.push(order);
        self.orders.last_mut().expect("one was put in")
    }

    /// Behind all others, in their order.
    pub fn put_all(&mut self, orders: impl IntoIterator<Item = Order>) {
        self.orders.extend(orders);
    }

    /// Leaves the queue without orders, and with the room they had; flows stay.
    pub fn take_all(&mut self) -> Vec<Order> {
        self.orders.drain(..).collect()
    }

    /// # Panics
    /// Where there is no such order.
    pub fn take(&mut self, id: u32) -> Order {
        let place = self.orders.iter().position(|order| order.id == id).expect("it works");
        self.orders.remove(place)
    }

    /// Takes what is wanted, in its order; the rest stays in its own.
    pub fn take_where(&mut self, wanted: impl Fn(&Order) -> bool) -> Vec<Order> {
        if self.orders.iter().all(&wanted) {
            return self.take_all();
        }
        self.orders.extract_if(.., |order| wanted(order)).collect()
    }

    /// Drops all others.
    pub fn keep(&mut self, kept: impl Fn(&Order) -> bool) {
        self.orders.retain(kept);
    }

    /// An open passes; takes the orders that meet it.
    pub fn take_for_open(&mut self) -> Vec<Order> {
        self.orders.iter_mut().for_each(|order| _ = order.way.meets());
        self.take_where(|order| order.way == Way::There)
    }

    /// Takes back what a bucket has at the venue or sends now, except what a stop has sent.
    pub fn take_back(&mut self, bucket: BucketId) {
        self.keep_or_under_way(|order| order.bucket != bucket || order.reason == Reason::Stop);
    }

    /// The same for one place, for something else to be sent instead.
    pub fn replace(&mut self, bucket: BucketId, instrument: InstrumentId) {
        self.keep_or_under_way(|order| order.bucket != bucket || order.instrument != instrument);
    }

    /// What is under way is kept whatever anybody says: no word overtakes it.
    fn keep_or_under_way(&mut self, keep: impl Fn(&Order) -> bool) {
        let latency = self.latency;
        self.orders.retain(|order| keep(order) || matches!(order.way, Way::Coming(opens) if opens < latency));
    }

    /// A position was taken away: whatever else was ordered for it is cancelled.
    pub fn cancel(&mut self, bucket: BucketId, instrument: InstrumentId) {
        self.orders.retain(|order| order.bucket != bucket || order.instrument != instrument);
    }

    /// Whether an order that leaves an instrument is still being worked.
    pub fn is_leaving(&self, bucket: BucketId, instrument: InstrumentId) -> bool {
        self.orders.iter().any(|order| order.bucket == bucket && order.instrument == instrument && order.want == Want::Close)
    }

    /// Whether an order of an earlier close for this place has yet to reach the venue.
    pub fn is_coming(&self, bucket: BucketId, instrument: InstrumentId) -> bool {
        self.latency > 0
            && self.orders.iter().any(|order| order.bucket == bucket && order.instrument == instrument && self.under_way(order.way))
    }

    /// Flows that wait, in the order in which they were planned.
    pub fn flows(&self) -> &[PlannedFlow] {
        &self.flows
    }

    /// Plans a flow from the close of this bar, or from what happened in it.
    pub fn plan_flow(&mut self, from: BucketId, to: BucketId, amount: Usd, reason: FlowReason) {
        let way = self.way();
        self.flows.push(PlannedFlow { from, to, amount, reason, way });
    }

    /// An open passes; takes the flows that meet it.
    pub fn take_flows_for_open(&mut self) -> Vec<PlannedFlow> {
        self.flows.iter_mut().for_each(|flow| _ = flow.way.meets());
        let (due, coming) = std::mem::take(&mut self.flows).into_iter().partition(|flow| flow.way == Way::There);
        self.flows = coming;
        due
    }

    /// What flows of earlier closes bring a bucket, less what they take, in USD.
    pub fn flowing(&self, bucket: BucketId) -> f64 {
        if self.latency == 0 || self.flows.is_empty() {
            return 0.0;
        }
        let way = |flow: &&PlannedFlow| self.under_way(flow.way);
        let net = |flow: &PlannedFlow| match flow {
            flow if flow.to == bucket => flow.amount,
            flow if flow.from == bucket => -flow.amount,
            _ => Usd::ZERO,
        };
        self.flows.iter().filter(way).map(net).sum::<Usd>().to_f64()
    }
}

/// The side that opens a bucket's positions, or the one that closes them.
pub(super) fn side(bucket: &PlanBucket, opens: bool) -> Side {
    if (bucket.direction == Direction::Long) == opens { Side::Buy } else { Side::Sell }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOT: usize = 0;
    const PERP: usize = 1;

    fn queue(latency: u32, sent: &[(usize, Want)]) -> OrderQueue {
        let mut queue = OrderQueue::new(latency);
        for &(bucket, want) in sent {
            send(&mut queue, bucket, want);
        }
        queue
    }

    fn send(queue: &mut OrderQueue, bucket: usize, want: Want) {
        let order = queue.make(BucketId::new(bucket), (InstrumentId::new(3), None), want, Reason::Enter, Kind::Market);
        let way = queue.way();
        queue.put(Order { way, ..order });
    }

    fn ids(orders: &[Order]) -> Vec<u32> {
        orders.iter().map(|order| order.id).collect()
    }

    const BUY: Want = Want::Add { quantity: 2.0, leverage: 1.0 };

    #[test]
    fn what_is_sent_on_time_meets_the_next_open() {
        let mut queue = queue(0, &[(SPOT, BUY), (PERP, Want::Close)]);
        assert!(queue.is_leaving(BucketId::new(PERP), InstrumentId::new(3)) && !queue.is_coming(BucketId::new(PERP), InstrumentId::new(3)));
        assert_eq!(ids(&queue.take_for_open()), [1, 2]);
        assert!(queue.is_empty());
    }

    #[test]
    fn what_is_under_way_is_not_taken_back() {
        let mut queue = queue(1, &[(SPOT, BUY)]);
        queue.take_back(BucketId::new(SPOT));
        assert!(queue.is_empty(), "it was sent at this very close");
        send(&mut queue, SPOT, BUY);
        assert!(queue.take_for_open().is_empty(), "an open passes");
        assert!(queue.is_coming(BucketId::new(SPOT), InstrumentId::new(3)));
        queue.replace(BucketId::new(SPOT), InstrumentId::new(3));
        send(&mut queue, SPOT, Want::Close);
        assert_eq!(ids(&queue.take_for_open()), [2]);
        queue.cancel(BucketId::new(SPOT), InstrumentId::new(3));
        assert!(queue.is_empty(), "where the position is gone even that is cancelled");
    }

    #[test]
    fn flows_wait_as_orders_do() {
        let mut queue = OrderQueue::new(1);
        let [spot, perp] = [SPOT, PERP].map(BucketId::new);
        queue.plan_flow(spot, perp, Usd::round(5.0), FlowReason::Waterfall);
        assert_eq!(queue.flowing(perp), 0.0, "decided now");
        assert!(queue.take_flows_for_open().is_empty());
        assert_eq!((queue.flowing(perp), queue.flowing(spot)), (5.0, -5.0));
        assert_eq!(queue.take_flows_for_open().len(), 1);
    }
}
