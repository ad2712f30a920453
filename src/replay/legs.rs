//! Moments 5 and 6: from the open to the extreme that hurts a position, then to the one that helps it. Four prices do not say which came
//! first; the run's assumptions do, and unless they are optimistic it is the one that hurts.

use crate::exchange::assumptions::Leg;
use crate::exchange::liquidation::AdlStress;
use crate::exchange::orders::{Bar, Filled, Kind, Moment, OrderSpec, Side, take_at};
use crate::replay::decision::Why;
use crate::replay::desk::{Desk, margin_view};
use crate::replay::orders::{Order, Want, Way, side};
use crate::replay::protect::exit_side;
use crate::replay::quote::meets;
use crate::replay::reason::Reason;
use crate::strategy::Verdict;
use crate::units::{BucketId, Direction, InstrumentId};

type Place = (BucketId, InstrumentId);

impl Desk<'_> {
    pub fn legs(&mut self) {
        let deleveraging = self.plan.assumptions.adl_crash.fall().is_some() && !self.perp_buckets.is_empty();
        let pools = self.cross_buckets.iter().any(|&bucket| self.has_positions(bucket));
        if !self.alert() && self.orders.is_empty() && !deleveraging && !pools {
            return;
        }
        // Where no price comes and nothing is ordered, nothing happens.
        let positions = self.books.positions().iter().enumerate();
        let concerned = positions.filter(|&(at, _)| deleveraging || self.touched(at));
        let mut places: Vec<Place> = concerned.map(|(_, position)| (position.bucket, position.instrument)).collect();
        places.extend(self.orders.iter().filter(|order| order.way == Way::There).map(|order| (order.bucket, order.instrument)));
        places.sort_unstable();
        places.dedup();
        match self.plan.assumptions.path {
            Leg::AdverseFirst => {
                self.adverse(&places);
                self.favourable(&places);
            }
            Leg::FavourableFirst => {
                self.favourable(&places);
                self.adverse(&places);
            }
        }
        self.age_orders();
    }

    fn adverse(&mut self, places: &[Place]) {
        for &place in places {
            if self.is_cross(place.0) {
                // In a pool every limit fills before anybody is stopped: the leg is exposed to all of it.
                while let Some((order, _)) = self.entry_inside(place) {
                    self.enter_inside(order);
                }
            } else {
                self.adverse_leg(place);
            }
        }
        for k in 0..self.cross_buckets.len() {
            self.pool_legs(self.cross_buckets[k]);
        }
    }

    /// Stop, limits on the side that hurts, and liquidation, in the order of price; at the same price what is worse for us comes first. A
    /// position that leaves inside the bar pays the bar's later settlements that go against it and receives none.
    fn adverse_leg(&mut self, place: Place) {
        loop {
            let entry = self.entry_inside(place);
            let Some(at) = self.books.find(place.0, place.1) else {
                let Some((order, _)) = entry else { return };
                self.enter_inside(order);
                continue;
            };
            let exit = exit_side(self.beside[at].long);
            let before = |level: f64| entry.is_none_or(|(_, price)| exit.reaches(level, price));
            let cell = self.beside[at].series + self.t;
            let panel = &self.market.panel;
            let (last, mark) = if self.beside[at].long { (&panel.low, &panel.mark_low) } else { (&panel.high, &panel.mark_high) };
            let (last, mark) = (last[cell], mark[cell]);
            let stop = self.beside[at].guard.stop.filter(|&stop| exit.other().reaches(last, stop) && before(stop));
            let failing = self.first_failing_mark(at, mark).filter(|&price| before(price));
            if stop.is_none() && failing.is_none() {
                let Some((order, _)) = entry else { return };
                self.enter_inside(order);
                continue;
            }
            let reference = stop.map(|stop| exit.worse(stop, self.market.panel.open[cell]));
            let paid = reference.and_then(|reference| self.paid_by_stop(at, reference));
            // Where its costs carry a stop to the price of liquidation, it is a liquidation.
            match (stop.zip(reference), failing) {
                (Some((stop, reference)), _) if !paid.is_some_and(|paid| self.fails_at(at, paid)) => {
                    let gone = self.stop_out(at, stop, reference, Moment::Inside);
                    if gone {
                        return;
                    }
                    // What volume held back is exposed to the rest of the leg.
                    if let Some(at) = self.books.find(place.0, place.1)
                        && let Some(price) = self.first_failing_mark(at, mark)
                    {
                        self.liquidate(at, price);
                    }
                    return;
                }
                (_, Some(price)) => {
                    self.pay_adverse_settlements(at, self.books.positions()[at].quantity);
                    self.liquidate(at, price);
                    return;
                }
                (Some((_, reference)), None) => {
                    self.pay_adverse_settlements(at, self.books.positions()[at].quantity);
                    self.liquidate(at, paid.unwrap_or(reference));
                    return;
                }
                (None, None) => unreachable!("one of the two was there"),
            }
        }
    }

    /// What a stop pays a unit, its impact at the size the bar lets out; `None` where it lets out nothing.
    pub fn paid_by_stop(&mut self, at: usize, reference: f64) -> Option<f64> {
        let position = &self.books.positions()[at];
        let (instrument, held) = (position.instrument, position.quantity);
        let spec = OrderSpec { side: exit_side(held > 0.0), kind: Kind::Market, quantity: held.abs(), reduces: Some(held) };
        let venue = self.venue(instrument);
        self.bar(instrument).and_then(|bar| take_at(&spec, reference, true, &bar, &venue)).map(|filled| filled.price)
    }

    /// The next opening limit of a place that the rest of the bar fills: where it stands among the orders, and its price.
    fn entry_inside(&mut self, (bucket, instrument): Place) -> Option<(usize, f64)> {
        let t = self.t;
        let here = |order: &Order| {
            let untried = order.way == Way::There && order.tried_inside != t;
            untried && order.bucket == bucket && order.instrument == instrument && order.want.opens()
        };
        if !self.orders.iter().any(here) {
            return None;
        }
        let bar = self.bar(instrument)?;
        let opens = side(self.bucket(bucket), true);
        let venue = self.venue(instrument);
        self.orders.iter().enumerate().filter(|(_, order)| here(order)).find_map(|(at, order)| {
            let Want::Add { quantity, .. } = order.want else { return None };
            let spec = OrderSpec::new(opens, order.kind, quantity.abs());
            let fills = meets(&spec, &bar, &venue).filter(|place| place.moment == Moment::Inside)?;
            Some((at, fills.reference))
        })
    }

    /// Fills an opening limit inside the bar, once. The best the four prices allow is that the good leg comes after it.
    fn enter_inside(&mut self, at: usize) {
        let order = Order { tried_inside: self.t, ..self.orders.remove(at) };
        let place = (order.bucket, order.instrument);
        let mut rest = Vec::new();
        self.open_inside(order, &mut rest);
        self.orders.append(&mut rest);
        if self.plan.assumptions.path == Leg::FavourableFirst {
            self.favourable_leg(place);
        }
    }

    fn favourable(&mut self, places: &[Place]) {
        for &place in places {
            self.favourable_leg(place);
        }
    }

    /// Targets and closing limits, in the order of price. What was opened or added to in this bar takes no profit in it, unless the good leg is
    /// assumed to come first.
    fn favourable_leg(&mut self, (bucket, instrument): Place) {
        let Some(at) = self.books.find(bucket, instrument) else { return };
        let Some(bar) = self.bar(instrument) else { return };
        let exit = exit_side(self.beside[at].long);
        let fresh = self.beside[at].entered == self.t && self.plan.assumptions.path == Leg::AdverseFirst;
        let mut steps: Vec<(f64, Step)> = Vec::new();
        if let Some(target) = self.beside[at].guard.target.filter(|_| !fresh) {
            steps.push((target, Step::Target));
        }
        if let Some(price) = self.deleveraged_at(at, &bar) {
            steps.push((price, Step::Deleverage));
        }
        let closes =
            |order: &&Order| order.way == Way::There && order.bucket == bucket && order.instrument == instrument && !order.want.opens();
        for order in self.orders.iter().filter(closes) {
            if let Kind::Limit { price, .. } = order.kind {
                steps.push((price, Step::Close(order.id)));
            }
        }
        steps.sort_by(|(a, _), (b, _)| if exit == Side::Sell { a.total_cmp(b) } else { b.total_cmp(a) });
        for (price, step) in steps {
            let Some(at) = self.books.find(bucket, instrument) else { return };
            match step {
                Step::Target => _ = self.take_profit(at, price, Moment::Inside),
                Step::Deleverage => self.deleverage(at, price),
                Step::Close(id) => {
                    // It may have been cancelled with a target before it.
                    let Some(place) = self.orders.iter().position(|order| order.id == id) else { continue };
                    let order = self.orders.remove(place);
                    let rest = self.close(order, Moment::Inside);
                    self.orders.extend(rest);
                }
            }
        }
    }

    /// The stress of auto-deleveraging: a profitable short in a bar that crashes.
    fn deleveraged_at(&self, at: usize, bar: &Bar) -> Option<f64> {
        let crash = self.plan.assumptions.adl_crash.fall()?;
        let position = &self.books.positions()[at];
        // The longs that go bankrupt by the crash itself: one over it is their leverage.
        let stress = AdlStress { crash, leverage: 1.0 / crash };
        (position.margined && position.direction() == Direction::Short).then(|| stress.closes_short(position.entry_price(), bar)).flatten()
    }

    fn deleverage(&mut self, at: usize, price: f64) {
        let position = &self.books.positions()[at];
        let (bucket, instrument, held, entry) = (position.bucket, position.instrument, position.quantity, position.entry_price());
        self.note((bucket, instrument), Verdict::Exited, [Some(price), Some(entry)], Why::Deleveraged);
        self.pay_adverse_settlements(at, self.books.positions()[at].quantity);
        let fee = self.quote(instrument, self.t).taker.fee(held * price);
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
        self.leave(at, &filled, Reason::Deleveraged);
        self.bar_entry(bucket, instrument);
        self.cancel(bucket, instrument);
    }

    pub fn has_positions(&self, bucket: BucketId) -> bool {
        self.books.positions().iter().any(|position| position.bucket == bucket)
    }

    /// Between the open and the extreme `mark`, the first mark price at which the margin no longer suffices.
    fn first_failing_mark(&self, at: usize, mark: f64) -> Option<f64> {
        if !self.fails_at(at, mark) {
            return None;
        }
        let position = &self.books.positions()[at];
        let panel = &self.market.panel;
        let open = panel.mark_open[panel.at(position.instrument, self.t)];
        let price = margin_view(position).liquidation_price(self.brackets(position.instrument), self.closing_fee()).unwrap_or(mark);
        // The price lies between open and extreme; at the open itself when the bar's own funding broke the margin there.
        Some(match position.direction() {
            Direction::Long => price.clamp(mark, open.max(mark)),
            Direction::Short => price.clamp(open.min(mark), mark),
        })
    }
}

/// What the good leg may bring.
#[derive(Clone, Copy)]
enum Step {
    Target,
    Deleverage,
    /// A closing limit, by its number.
    Close(u32),
}
