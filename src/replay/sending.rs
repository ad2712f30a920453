//! How buckets send what they want, and what becomes of what did not fill.

use crate::exchange::orders::Kind;
use crate::exchange::time_in_force::{OnExpiry, TimeInForce, WhileOpen};
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::decision::OrderWhy;
use crate::replay::orders::{Order, Want, Way, side};
use crate::replay::reason::Reason;
use crate::replay::simulation::Simulation;
use crate::strategy::{PlanBucket, Verdict};
use crate::units::{BucketId, InstrumentId, NarrativeId};

impl Simulation<'_> {
    /// After a bar: what has not filled goes on, at its price or at a new one, or is over.
    pub fn age_orders(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        for mut order in self.orders.take_all() {
            if order.way != Way::There {
                self.orders.put(order);
                continue;
            }
            order.seen += 1;
            let bucket = self.cx.bucket(order.bucket);
            let market_order = TimeInForce {
                bars: bucket.market_orders_expire.unwrap_or(u32::MAX),
                waiting: WhileOpen::Rest,
                offset: 0.0,
                then: OnExpiry::Expire,
            };
            // What a stop has sent goes on until it is done.
            let patience = match (&bucket.limits, order.kind) {
                _ if order.reason == Reason::Stop => TimeInForce { bars: u32::MAX, ..market_order },
                (Some(limits), Kind::Limit { .. }) => *limits,
                // A limit that has become a market order goes on until it is filled.
                (Some(_), _) => TimeInForce { bars: u32::MAX, ..market_order },
                (None, _) => market_order,
            };
            let close = self.cx.last_close(order.instrument, self.cx.t);
            match patience.follow(side(bucket, order.want.opens()), order.kind, order.seen, close) {
                Some(kind) => _ = self.orders.put(Order { kind, ..order }),
                None => self.expire(&order),
            }
        }
    }

    fn expire(&mut self, order: &Order) {
        let why = OrderWhy::Expired { order: order.reason, bars: order.seen };
        let left = match order.want {
            Want::Add { quantity, .. } | Want::Reduce { quantity, .. } => Some(quantity.abs()),
            Want::Close => None,
        };
        let limit = if let Kind::Limit { price, .. } = order.kind { Some(price) } else { None };
        self.account.record.note(self.cx.now(), (order.bucket, order.instrument), Verdict::Refused, [left, limit], why);
    }
}

impl Decider<'_, '_> {
    /// What a bucket has ordered at earlier closes and does not hold yet, with its signed quantity.
    pub fn coming(&self, bucket: BucketId) -> Vec<(InstrumentId, Option<NarrativeId>, f64)> {
        if !self.orders.any_under_way() {
            return Vec::new();
        }
        let entries =
            self.orders.iter().filter(|order| order.bucket == bucket && order.reason == Reason::Enter && self.orders.under_way(order.way));
        let fresh = entries.filter(|order| self.books.find(bucket, order.instrument).is_none());
        let quantity = |order: &Order| if let Want::Add { quantity, .. } = order.want { quantity } else { 0.0 };
        fresh.map(|order| (order.instrument, order.narrative, quantity(order))).collect()
    }

    /// Puts a market order of a review on its way.
    pub fn send_at_market(&mut self, bucket: BucketId, subject: (InstrumentId, Option<NarrativeId>), want: Want, reason: Reason) {
        let order = self.orders.make(bucket, subject, want, reason, Kind::Market);
        let way = self.orders.way();
        self.orders.put(Order { way, ..order });
    }

    /// Sends an order as its bucket sends them, from the close of this bar.
    pub fn send(&mut self, bucket: &PlanBucket, subject: (InstrumentId, Option<NarrativeId>), want: Want, reason: Reason) -> &mut Order {
        let kind = self.cx.kind_at(bucket, subject.0, want.opens(), self.cx.t);
        let order = self.orders.make(bucket.id, subject, want, reason, kind);
        let way = self.orders.way();
        self.orders.put(Order { way, ..order })
    }
}

impl Context<'_> {
    /// How a bucket sends an order decided at the close of bar `t`: a market order, or a limit on the passive side of the last price.
    pub fn kind_at(&self, bucket: &PlanBucket, instrument: InstrumentId, opens: bool, t: usize) -> Kind {
        match &bucket.limits {
            Some(patience) => Kind::Limit { price: patience.limit(side(bucket, opens), self.last_close(instrument, t)), resting: false },
            None => Kind::Market,
        }
    }
}
