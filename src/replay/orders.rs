//! What is decided at a close and done from the next open on.

use crate::exchange::orders::{Kind, Side};
use crate::exchange::time_in_force::{OnExpiry, TimeInForce, WhileOpen};
use crate::replay::positions::PositionKey;
use crate::replay::simulation::Simulation;
use crate::strategy::{PlanBucket, Verdict};
use crate::units::{BucketId, Direction, InstrumentId, NarrativeId, Usd};

/// The reason of the one kind of order that may open a position; every other adds to what is still there.
pub(super) const ENTER: &str = "enter";
/// The reason of what a triggered stop sends; no review takes it back.
pub(super) const STOP: &str = "stop";
/// The reason of flows that pass realised profit on.
pub(super) const WATERFALL: &str = "waterfall";

/// The reason of flows that bring a ring-fenced bucket back to its weight.
pub(super) const TOP_UP: &str = "top-up";
/// The reason of flows that hold perpetuals to their share.
pub(super) const SWEEP: &str = "sweep";

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
    pub reason: &'static str,
    /// As the venue knows it now: a market order or a limit.
    pub kind: Kind,
    /// Bars it has been worked.
    pub seen: u32,
    /// What keeps it from filling is on record already.
    pub told: bool,
    /// The last bar in which it filled, in part, after the open.
    pub tried_inside: usize,
    /// The average true range known at the decision, for the stop of what it opens.
    pub atr: Option<f64>,
    /// The leverage asked for what it opens, before anything lowered that.
    pub rung: f64,
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
    pub fn key(&self) -> PositionKey {
        PositionKey { bucket: self.bucket, instrument: self.instrument }
    }

    /// Whether it is at the venue, for this position.
    pub fn works_for(&self, key: PositionKey) -> bool {
        self.way == Way::There && self.key() == key
    }

    /// After one more open.
    pub fn at_open(mut self) -> Self {
        self.way.meets();
        self
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
    pub reason: &'static str,
    pub way: Way,
}

impl Simulation<'_> {
    /// The way of what is decided now.
    pub fn way(&self) -> Way {
        Way::Coming(self.plan.assumptions.latency_bars)
    }

    /// Whether something sent at an earlier close has yet to reach the venue: no review takes it back, and what it brings is reckoned with.
    fn under_way(&self, way: Way) -> bool {
        matches!(way, Way::Coming(opens) if opens < self.plan.assumptions.latency_bars)
    }

    /// Plans a flow from the close of this bar, or from what happened in it.
    pub fn plan_flow(&mut self, from: BucketId, to: BucketId, amount: Usd, reason: &'static str) {
        let way = self.way();
        self.flows.push(PlannedFlow { from, to, amount, reason, way });
    }

    /// What flows of earlier closes bring a bucket, less what they take, in USD.
    pub fn flowing(&self, bucket: BucketId) -> f64 {
        let way = |flow: &&PlannedFlow| self.under_way(flow.way);
        let net = |flow: &PlannedFlow| match flow {
            flow if flow.to == bucket => flow.amount,
            flow if flow.from == bucket => -flow.amount,
            _ => Usd::ZERO,
        };
        self.flows.iter().filter(way).map(net).sum::<Usd>().to_f64()
    }

    /// Whether an order of an earlier close for this place has yet to reach the venue.
    pub fn is_coming(&self, bucket: BucketId, instrument: InstrumentId) -> bool {
        self.orders.iter().any(|order| order.bucket == bucket && order.instrument == instrument && self.under_way(order.way))
    }

    /// What a bucket has ordered at earlier closes and does not hold yet, with its signed quantity.
    pub fn coming(&self, bucket: BucketId) -> Vec<(InstrumentId, Option<NarrativeId>, f64)> {
        let entries = self.orders.iter().filter(|order| order.bucket == bucket && order.reason == ENTER && self.under_way(order.way));
        let fresh = entries.filter(|order| self.books.find(bucket, order.instrument).is_none());
        let quantity = |order: &Order| if let Want::Add { quantity, .. } = order.want { quantity } else { 0.0 };
        fresh.map(|order| (order.instrument, order.narrative, quantity(order))).collect()
    }

    /// Takes back what a bucket has at the venue or sends now, except what a stop has sent.
    pub fn take_back(&mut self, bucket: BucketId) {
        self.keep_orders(|order| order.bucket != bucket || order.reason == STOP);
    }

    /// The same for one place, for something else to be sent instead.
    pub fn replace(&mut self, bucket: BucketId, instrument: InstrumentId) {
        self.keep_orders(|order| order.bucket != bucket || order.instrument != instrument);
    }

    /// What is under way is kept whatever anybody says: no word overtakes it.
    fn keep_orders(&mut self, keep: impl Fn(&Order) -> bool) {
        let mut orders = std::mem::take(&mut self.orders);
        orders.retain(|order| keep(order) || self.under_way(order.way));
        self.orders = orders;
    }

    /// Puts a market order of a review on its way.
    pub fn send_at_market(&mut self, bucket: BucketId, subject: (InstrumentId, Option<NarrativeId>), want: Want, reason: &'static str) {
        let order = self.order(bucket, subject, want, reason, Kind::Market);
        let way = self.way();
        self.orders.push(Order { way, ..order });
    }

    /// Sends an order as its bucket sends them, from the close of this bar.
    pub fn send(
        &mut self,
        bucket: &PlanBucket,
        subject: (InstrumentId, Option<NarrativeId>),
        want: Want,
        reason: &'static str,
    ) -> &mut Order {
        let kind = self.kind_at(bucket, subject.0, want.opens(), self.t);
        let order = self.order(bucket.id, subject, want, reason, kind);
        let way = self.way();
        self.orders.push(Order { way, ..order });
        self.orders.last_mut().expect("one was pushed")
    }

    pub fn order(
        &mut self,
        bucket: BucketId,
        (instrument, narrative): (InstrumentId, Option<NarrativeId>),
        want: Want,
        reason: &'static str,
        kind: Kind,
    ) -> Order {
        self.sent += 1;
        let (id, tried_inside) = (self.sent, usize::MAX);
        let rung = if let Want::Add { leverage, .. } = want { leverage } else { 1.0 };
        Order {
            id,
            bucket,
            instrument,
            narrative,
            want,
            reason,
            kind,
            seen: 0,
            told: false,
            tried_inside,
            atr: None,
            rung,
            way: Way::There,
        }
    }

    /// How a bucket sends an order decided at the close of bar `t`: a market order, or a limit on the passive side of the last price.
    pub fn kind_at(&self, bucket: &PlanBucket, instrument: InstrumentId, opens: bool, t: usize) -> Kind {
        match &bucket.limits {
            Some(patience) => Kind::Limit { price: patience.limit(side(bucket, opens), self.last_close(instrument, t)), resting: false },
            None => Kind::Market,
        }
    }

    /// After a bar: what has not filled goes on, at its price or at a new one, or is over.
    pub fn age_orders(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        let orders = std::mem::take(&mut self.orders);
        for mut order in orders {
            if order.way != Way::There {
                self.orders.push(order);
                continue;
            }
            order.seen += 1;
            let bucket = self.bucket(order.bucket);
            let market_order = TimeInForce {
                bars: bucket.market_orders_expire.unwrap_or(u32::MAX),
                waiting: WhileOpen::Rest,
                offset: 0.0,
                then: OnExpiry::Expire,
            };
            // What a stop has sent goes on until it is done.
            let patience = match (&bucket.limits, order.kind) {
                _ if order.reason == STOP => TimeInForce { bars: u32::MAX, ..market_order },
                (Some(limits), Kind::Limit { .. }) => *limits,
                // A limit that has become a market order goes on until it is filled.
                (Some(_), _) => TimeInForce { bars: u32::MAX, ..market_order },
                (None, _) => market_order,
            };
            let close = self.last_close(order.instrument, self.t);
            match patience.follow(side(bucket, order.want.opens()), order.kind, order.seen, close) {
                Some(kind) => self.orders.push(Order { kind, ..order }),
                None => self.expire(&order),
            }
        }
    }

    fn expire(&mut self, order: &Order) {
        let why = format!("what is left of the order `{}` has expired after {} bars", order.reason, order.seen);
        let left = match order.want {
            Want::Add { quantity, .. } | Want::Reduce { quantity, .. } => Some(quantity.abs()),
            Want::Close => None,
        };
        let limit = if let Kind::Limit { price, .. } = order.kind { Some(price) } else { None };
        self.note("expired", (order.bucket, order.instrument), Verdict::Refused, [left, limit], &why);
    }

    /// Whether an order that leaves an instrument is still being worked.
    pub fn is_leaving(&self, bucket: BucketId, instrument: InstrumentId) -> bool {
        self.orders.iter().any(|order| order.bucket == bucket && order.instrument == instrument && order.want == Want::Close)
    }

    /// A position was taken away: whatever else was ordered for it is cancelled.
    pub fn cancel(&mut self, bucket: BucketId, instrument: InstrumentId) {
        self.orders.retain(|order| order.bucket != bucket || order.instrument != instrument);
    }
}

/// The side that opens a bucket's positions, or the one that closes them.
pub(super) fn side(bucket: &PlanBucket, opens: bool) -> Side {
    if (bucket.direction == Direction::Long) == opens { Side::Buy } else { Side::Sell }
}
