//! Moment 4: what meets the open. Stops and targets it lies beyond, then closing orders, then flows between buckets, then opening orders;
//! each kind by instrument, then bucket.

use crate::exchange::intrabar::{InBar, Progress, next_event};
use crate::exchange::orders::{Kind, Moment, OrderSpec, fill_point, take_at};
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::{OrderWhy, Unfilled, Why};
use crate::replay::intrabar::exit_side;
use crate::replay::orders::{Order, Want};
use crate::replay::quote::{fill, worth_working};
use crate::replay::reason::Reason;
use crate::replay::simulation::Simulation;
use crate::strategy::Verdict;

impl Simulation<'_> {
    /// Everything that meets the open, in its order.
    pub fn at_open(&mut self) {
        if self.account.books.alert(&self.cx) {
            self.guards_at_open();
        }
        if self.orders.is_empty() && self.orders.flows().is_empty() {
            return;
        }
        let mut orders = self.orders.take_for_open();
        orders.sort_by_key(|order| (order.want.opens(), order.instrument, order.bucket));
        let mut opening = orders.split_off(orders.partition_point(|order| !order.want.opens()));
        let sold: Vec<_> = orders.iter().map(|order| (order.bucket, order.instrument)).collect();
        let mut waiting: Vec<Order> = orders.into_iter().filter_map(|order| self.account.close(&self.cx, order, Moment::Open)).collect();
        self.execute_flows(&sold, &mut opening);
        opening.sort_by_key(|order| order.bucket);
        for of_bucket in opening.chunk_by(|a, b| a.bucket == b.bucket) {
            self.account.open_all(&self.cx, of_bucket, &mut waiting);
        }
        self.orders.put_all(waiting);
        // What could not carry its margin at the very open it was opened at is gone before the bar brings it anything.
        if self.account.books.states().iter().any(|state| state.entered == self.cx.t) {
            self.liquidate_at_open();
        }
    }

    /// A resting target the open lies beyond was passed on the way to it; a stop it lies beyond fills at it, before anything decided for
    /// this open.
    fn guards_at_open(&mut self) {
        let mut at = 0;
        while at < self.account.books.count() {
            let before = self.account.books.count();
            let state = self.account.books.state(at);
            if state.near && state.guarded_at(self.cx.market.panel.open[state.series + self.cx.t]) {
                self.guard_at_open(at);
            }
            at += usize::from(self.account.books.count() == before);
        }
    }

    fn guard_at_open(&mut self, at: usize) {
        let key = self.account.books.key(at);
        let rules = self.account.path_rules(&self.cx, key.instrument);
        let position = InBar { margin: self.account.books.margin_of(&self.cx, at), ..self.account.books.in_bar(&self.cx, at) };
        let (bar, mark) = (self.cx.last_prices(key.instrument), self.cx.mark_prices(key.instrument));
        if let Some(event) = next_event(&position, std::iter::empty(), &bar, &mark, &rules, Progress::Open) {
            self.book(key, event, Moment::Open);
        }
    }

    /// A market order at once, at a price that may lie inside the bar: what a stop has sent. Whether the position is gone.
    pub fn stop_out(&mut self, at: usize, stop: f64, reference: f64, moment: Moment) -> bool {
        let position = &self.account.books.positions()[at];
        let (bucket, instrument, narrative, held) = (position.bucket, position.instrument, position.narrative, position.quantity);
        let exit = exit_side(position);
        self.trigger(at, stop, reference);
        let spec = OrderSpec { side: exit, kind: Kind::Market, quantity: held.abs(), reduces: Some(held) };
        let venue = self.account.venues.venue(&self.cx, instrument);
        let filled = self.cx.bar(instrument).and_then(|bar| take_at(&spec, reference, true, &bar, &venue));
        let mut rest = self.orders.make(bucket, (instrument, narrative), Want::Close, Reason::Stop, Kind::Market);
        let Some(filled) = filled else {
            self.account.got_nothing(&self.cx, &mut rest, &spec, reference);
            self.spend_stop(at, rest);
            return false;
        };
        if moment == Moment::Inside {
            self.account.pay_adverse_settlements(&self.cx, at, filled.quantity * held.signum());
        }
        self.account.record_volume_cut(&self.cx, &mut rest, held.abs(), filled.quantity);
        let flat = self.account.close_position(&self.cx, at, &filled, Reason::Stop);
        if !flat {
            self.spend_stop(at, rest);
        }
        flat
    }

    /// A stop triggered at `mark` with no more prices to trade at before the next open, where it goes as a market order.
    pub fn send_stop(&mut self, at: usize, stop: f64, mark: f64) {
        self.trigger(at, stop, mark);
        let position = &self.account.books.positions()[at];
        let rest = self.orders.make(position.bucket, (position.instrument, position.narrative), Want::Close, Reason::Stop, Kind::Market);
        self.spend_stop(at, rest);
    }

    /// A stop is reached: on record, nothing else of the place is worked any more, and its cool-down begins.
    fn trigger(&mut self, at: usize, stop: f64, reference: f64) {
        let position = &self.account.books.positions()[at];
        let (bucket, instrument, entry) = (position.bucket, position.instrument, position.bought_at());
        self.account.start_cooldown(&self.cx, bucket, instrument);
        self.orders.cancel(bucket, instrument);
        self.account.record.note(
            self.cx.now(),
            (bucket, instrument),
            Verdict::Exited,
            [Some(reference), Some(entry)],
            Why::StopReached { stop },
        );
    }

    /// A stop is triggered at the open: what was to trade there, to add or to leave, does not. Closing limits keep resting.
    pub fn yield_to_stop(&mut self, at: usize) {
        let position = &self.account.books.positions()[at];
        let (bucket, instrument) = (position.bucket, position.instrument);
        self.account.start_cooldown(&self.cx, bucket, instrument);
        self.orders.keep(|order| {
            let rests = !order.want.opens() && order.kind != Kind::Market;
            order.bucket != bucket || order.instrument != instrument || rests
        });
    }

    /// What volume did not let out goes on as a market order; its trigger is spent.
    fn spend_stop(&mut self, at: usize, rest: Order) {
        self.account.books.state_mut(at).guard.spent = true;
        self.account.books.state_mut(at).guard.stop = None;
        self.orders.put(rest);
    }

    /// A limit at the target, as a maker. Whether the position is gone.
    pub fn take_profit(&mut self, at: usize, target: f64, moment: Moment) -> bool {
        let position = &self.account.books.positions()[at];
        let (bucket, instrument, held) = (position.bucket, position.instrument, position.quantity);
        let kind = Kind::TakeProfit { price: target };
        let spec = OrderSpec { side: exit_side(position), kind, quantity: held.abs(), reduces: Some(held) };
        let venue = self.account.venues.venue(&self.cx, instrument);
        let Some(filled) = self.cx.bar(instrument).and_then(|bar| fill(&spec, &bar, &venue)) else { return false };
        if moment == Moment::Inside {
            self.account.pay_adverse_settlements(&self.cx, at, filled.quantity * held.signum());
        }
        let flat = self.account.close_position(&self.cx, at, &filled, Reason::TakeProfit);
        if flat {
            self.account.start_cooldown(&self.cx, bucket, instrument);
            self.orders.cancel(bucket, instrument);
        }
        flat
    }
}

impl Account {
    /// Works a closing order on what meets the open, or on what the rest of the bar brings; what is left of it comes back.
    pub fn close(&mut self, cx: &Context, mut order: Order, moment: Moment) -> Option<Order> {
        // It may have been stopped, liquidated or delisted since the decision.
        let at = self.books.find(order.bucket, order.instrument)?;
        let Some(bar) = cx.bar_met(&order) else { return self.no_bar(cx, order) };
        let position = &self.books.positions()[at];
        let (held, exit) = (position.quantity, exit_side(position));
        let quantity = match order.want {
            Want::Reduce { quantity, .. } => quantity.min(held.abs()),
            _ => held.abs(),
        };
        let spec = OrderSpec { side: exit, kind: order.kind, quantity, reduces: Some(held) };
        let venue = self.venues.venue(cx, order.instrument);
        if fill_point(&spec, &bar, &venue).is_none_or(|point| point.moment != moment) {
            return Some(order);
        }
        let Some(filled) = fill(&spec, &bar, &venue) else {
            return self.got_nothing(cx, &mut order, &spec, bar.open).then_some(order);
        };
        self.record_volume_cut(cx, &mut order, quantity, filled.quantity);
        if moment == Moment::Inside {
            self.pay_adverse_settlements(cx, at, filled.quantity * held.signum());
        }
        if self.close_position(cx, at, &filled, order.reason) {
            return None;
        }
        if let Want::Reduce { leverage, .. } = order.want {
            self.back_as_asked(cx, at, leverage);
            let left = quantity - filled.quantity;
            if !worth_working(left, filled.price, &venue) {
                return None;
            }
            order.want = Want::Reduce { quantity: left, leverage };
        }
        Some(order)
    }

    /// The instrument does not trade in this bar: on record once. What enters or leaves waits, the rest lapses.
    pub fn no_bar(&mut self, cx: &Context, mut order: Order) -> Option<Order> {
        let waits = order.want == Want::Close || order.reason == Reason::Enter;
        if !order.explained {
            let why = OrderWhy::NoBar { order: order.reason, waits };
            self.record.note(cx.now(), (order.bucket, order.instrument), Verdict::Refused, [None, None], why);
            order.explained = true;
        }
        waits.then_some(order)
    }

    /// An order that could have traded got nothing: on record once. Whether it is worked on: the venue refuses what is too small for it, and only what
    /// leaves a position altogether is sent to it again.
    pub fn got_nothing(&mut self, cx: &Context, order: &mut Order, spec: &OrderSpec, reference: f64) -> bool {
        let (why, observed, threshold) = self.venues.why_nothing(cx, spec, order.instrument, reference);
        let goes_on = order.want == Want::Close || why != Unfilled::TooSmall;
        if !std::mem::replace(&mut order.explained, true) {
            let why = OrderWhy::Unfilled { order: order.reason, why };
            self.record.note(cx.now(), (order.bucket, order.instrument), Verdict::Refused, [Some(observed), Some(threshold)], why);
        }
        goes_on
    }

    /// A fill that volume cut short: on record once an order.
    pub fn record_volume_cut(&mut self, cx: &Context, order: &mut Order, wanted: f64, got: f64) {
        if got < wanted && self.venues.pool(cx, order.instrument).left() < wanted && !std::mem::replace(&mut order.explained, true) {
            let why = OrderWhy::CutByVolume { order: order.reason };
            self.record.note(cx.now(), (order.bucket, order.instrument), Verdict::Resized, [Some(wanted), Some(got)], why);
        }
    }
}
