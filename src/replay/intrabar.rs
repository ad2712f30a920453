//! Moments 5 and 6: from the open to the extreme that hurts a position, then to the one that helps it. What comes next there is
//! [`crate::exchange::intrabar`]'s to say; here it is asked, and booked.

use crate::exchange::assumptions::IntrabarPath;
use crate::exchange::intrabar::{Entered, Event, InBar, PathRules, Progress, Working, next_event};
use crate::exchange::liquidation::AdlStress;
use crate::exchange::orders::{Bar, Filled, Moment, OrderSpec, Side};
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::Why;
use crate::replay::orders::{Order, Want, Way, side};
use crate::replay::positions::PositionBook;
use crate::replay::positions::PositionKey;
use crate::replay::reason::Reason;
use crate::replay::simulation::Simulation;
use crate::strategy::Verdict;
use crate::units::{BucketId, Direction, InstrumentId};

impl Simulation<'_> {
    /// Both legs, in the order of the plan; then the orders that have seen the bar age by it.
    pub fn legs(&mut self) {
        let deleveraging = self.account.books.may_be_deleveraged(&self.cx);
        let pools = self.cx.roles.cross.iter().any(|&bucket| self.account.books.has_positions(bucket));
        if !self.account.books.alert(&self.cx) && self.orders.is_empty() && !deleveraging && !pools {
            return;
        }
        // Where no price comes and nothing is ordered, nothing happens.
        let positions = self.account.books.positions().iter().enumerate();
        let books = &self.account.books;
        let crashed = |at: usize| {
            let short = deleveraging && !books.state(at).long;
            short && books.deleveraged_at(&self.cx, at, &self.cx.last_prices(books.key(at).instrument)).is_some()
        };
        let concerned = positions.filter(|&(at, _)| books.touched(&self.cx, at) || crashed(at));
        let mut keys: Vec<PositionKey> = concerned.map(|(_, position)| PositionKey::of(position)).collect();
        keys.extend(self.orders.iter().filter(|order| order.way == Way::There).map(Order::key));
        keys.sort_unstable();
        keys.dedup();
        match self.cx.plan.assumptions.path {
            IntrabarPath::AdverseFirst => {
                self.adverse(&keys);
                self.favourable(&keys);
            }
            IntrabarPath::FavourableFirst => {
                self.favourable(&keys);
                self.adverse(&keys);
            }
        }
        self.age_orders();
    }

    fn adverse(&mut self, keys: &[PositionKey]) {
        for &key in keys {
            self.adverse_leg(key);
        }
        for &pool in &self.cx.roles.cross {
            self.pool_legs(pool);
        }
    }

    fn favourable(&mut self, keys: &[PositionKey]) {
        for &key in keys {
            self.favourable_leg(key);
        }
    }

    /// Stop, limits on the side that hurts, and liquidation. Of a pool the limits alone: every one of them fills before anybody is stopped, for the leg is
    /// exposed to all of it.
    fn adverse_leg(&mut self, key: PositionKey) {
        let mut stopped = false;
        while let Some(event) = self.next_adverse(key) {
            match event {
                // What a stop of this leg has left behind has its settlements behind it.
                Event::Liquidated { mark } if stopped => self.liquidate(self.place_of(key), mark),
                _ => self.book(key, event, Moment::Inside),
            }
            stopped |= matches!(event, Event::Stopped { .. });
        }
    }

    fn next_adverse(&mut self, key: PositionKey) -> Option<Event> {
        let held = self.account.books.place(key).filter(|_| !self.cx.is_cross(key.bucket));
        let t = self.cx.t;
        let may_enter = |order: &&Order| order.works_for(key) && order.tried_inside != t && order.want.opens();
        if held.is_none() && !self.orders.iter().any(|order| may_enter(&order)) {
            return None;
        }
        let rules = self.account.path_rules(&self.cx, key.instrument);
        let bucket = self.cx.bucket(key.bucket);
        let position = match held {
            Some(at) => InBar { margin: self.account.books.margin_of(&self.cx, at), ..self.account.books.in_bar(&self.cx, at) },
            None => InBar::flat(bucket.direction),
        };
        let orders = self.orders.iter().filter(may_enter).filter_map(|order| {
            let Want::Add { quantity, .. } = order.want else { return None };
            Some(Working { id: order.id, spec: OrderSpec::new(side(bucket, true), order.kind, quantity.abs()) })
        });
        next_event(
            &position,
            orders,
            &self.cx.last_prices(key.instrument),
            &self.cx.mark_prices(key.instrument),
            &rules,
            Progress::AdverseLeg,
        )
    }

    /// Targets, closing limits and the stress of auto-deleveraging, with the levels that stand when the leg begins.
    fn favourable_leg(&mut self, key: PositionKey) {
        let Some(at) = self.account.books.place(key) else { return };
        let Some(bar) = self.cx.bar(key.instrument) else { return };
        let position =
            InBar { deleveraging: self.account.books.deleveraged_at(&self.cx, at, &bar), ..self.account.books.in_bar(&self.cx, at) };
        let mut last = None;
        while let Some(event) = self.next_favourable(key, &position, &bar, last) {
            self.book(key, event, Moment::Inside);
            if self.account.books.place(key).is_none() {
                return;
            }
            last = Some(event);
        }
    }

    fn next_favourable(&mut self, key: PositionKey, position: &InBar, bar: &Bar, last: Option<Event>) -> Option<Event> {
        let rules = self.account.path_rules(&self.cx, key.instrument);
        let closes = self.orders.iter().filter(|order| order.works_for(key) && !order.want.opens());
        let held = position.direction.sign() * position.quantity;
        let orders = closes.map(|order| Working {
            id: order.id,
            spec: OrderSpec { side: position.exit(), kind: order.kind, quantity: position.quantity, reduces: Some(held) },
        });
        next_event(position, orders, bar, &self.cx.mark_prices(key.instrument), &rules, Progress::FavourableLeg(last))
    }

    /// Books what happens to a position, or to an order of its place.
    pub fn book(&mut self, key: PositionKey, event: Event, moment: Moment) {
        match event {
            Event::Stopped { trigger, reference } => _ = self.stop_out(self.place_of(key), trigger, reference, moment),
            Event::RunOver => self.yield_to_stop(self.place_of(key)),
            Event::Liquidated { mark } => {
                let at = self.place_of(key);
                self.account.pay_adverse_settlements(&self.cx, at, self.account.books.positions()[at].quantity);
                self.liquidate(at, mark);
            }
            Event::TookProfit { price } => _ = self.take_profit(self.place_of(key), price, moment),
            Event::Deleveraged { price } => self.deleverage(self.place_of(key), price),
            Event::Reached { order, .. } => {
                let order = self.orders.take(order);
                if order.want.opens() {
                    self.enter_inside(order);
                } else {
                    let rest = self.account.close(&self.cx, order, moment);
                    self.orders.put_all(rest);
                }
            }
        }
    }

    fn place_of(&self, key: PositionKey) -> usize {
        self.account.books.place(key).expect("an event of an open position")
    }

    /// Fills an opening limit inside the bar, once. The best the four prices allow is that the good leg comes after it.
    fn enter_inside(&mut self, mut order: Order) {
        order.tried_inside = self.cx.t;
        let key = order.key();
        let mut rest = Vec::new();
        self.account.open_inside(&self.cx, order, &mut rest);
        self.orders.put_all(rest);
        if self.cx.plan.assumptions.path == IntrabarPath::FavourableFirst {
            self.favourable_leg(key);
        }
    }

    fn deleverage(&mut self, at: usize, price: f64) {
        let position = &self.account.books.positions()[at];
        let (bucket, instrument, held, entry) = (position.bucket, position.instrument, position.quantity, position.entry_price());
        self.account.record.note(self.cx.now(), (bucket, instrument), Verdict::Exited, [Some(price), Some(entry)], Why::Deleveraged);
        self.account.pay_adverse_settlements(&self.cx, at, self.account.books.positions()[at].quantity);
        let fee = self.cx.quote(instrument, self.cx.t).taker.fee(held * price);
        let filled = Filled {
            quantity: held.abs(),
            reference: price,
            price,
            fee,
            slippage: 0.0,
            maker: false,
            moment: Moment::Inside,
            remainder: 0.0,
        };
        self.account.close_position(&self.cx, at, &filled, Reason::Deleveraged);
        self.account.start_cooldown(&self.cx, bucket, instrument);
        self.orders.cancel(bucket, instrument);
    }
}

impl Account {
    /// What the venue asks of an instrument inside this bar.
    pub fn path_rules(&mut self, cx: &Context, instrument: InstrumentId) -> PathRules {
        PathRules { leg: cx.plan.assumptions.path, venue: self.venues.venue(cx, instrument) }
    }
}

impl PositionBook {
    /// A position as the bar meets it, its margin left aside.
    pub fn in_bar<'a>(&self, cx: &Context<'a>, at: usize) -> InBar<'a> {
        let (position, state) = (&self.positions()[at], self.state(at));
        InBar {
            direction: position.direction(),
            quantity: position.quantity.abs(),
            entered: if state.entered == cx.t { Entered::Here } else { Entered::Before },
            stop: state.guard.stop,
            take_profit: state.guard.target,
            deleveraging: None,
            margin: None,
        }
    }

    /// Whether a short is held under the stress of auto-deleveraging, which asks about every bar.
    pub fn may_be_deleveraged(&self, cx: &Context) -> bool {
        cx.plan.assumptions.adl_crash.fall().is_some() && self.states().iter().any(|state| !state.long)
    }

    /// The stress of auto-deleveraging: a profitable short in a bar that crashes.
    fn deleveraged_at(&self, cx: &Context, at: usize, bar: &Bar) -> Option<f64> {
        let crash = cx.plan.assumptions.adl_crash.fall()?;
        let position = &self.positions()[at];
        // The longs that go bankrupt by the crash itself: one over it is their leverage.
        let stress = AdlStress { crash, leverage: 1.0 / crash };
        (position.margined && position.direction() == Direction::Short).then(|| stress.closes_short(position.entry_price(), bar)).flatten()
    }

    /// Whether a bucket holds anything.
    pub fn has_positions(&self, bucket: BucketId) -> bool {
        !self.of_bucket(bucket).is_empty()
    }
}

/// The side that closes a position.
pub(super) fn exit_side(position: &crate::ledger::Position) -> Side {
    Side::closing(position.direction())
}
