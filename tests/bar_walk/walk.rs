//! One position walked through one bar by the engine that runs: what [`next_event`] says comes next is booked into a list.

use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::intrabar::{self, Entered, Margin, Progress, Working, next_event};
use rotate::exchange::margin::Isolated;
use rotate::exchange::orders::{Bar, Kind, Moment, OrderSpec, Venue, fill_point, take_at};
use rotate::exchange::volume::VolumePool;
use rotate::units::Bracket;

use super::words::{Entry, Event, InBar, PathRules, What};

/// Maintenance asks for nothing: a margin is gone where it is used up.
const NO_MAINTENANCE: &[Bracket] = &[Bracket { floor: 0.0, cap: f64::INFINITY, rate: 0.0, max_leverage: f64::INFINITY, amount: 0.0 }];

/// What happens to one position in one bar; empty when nothing does. The bar's own volume lets out what the rules' capacity says.
pub fn walk_bar(position: &InBar, bar: &Bar, mark: &Bar, rules: &PathRules) -> Vec<Event> {
    let mut walk = Walk::new(position, &Bar { volume: f64::INFINITY, ..*bar }, mark, rules);
    match position.entry {
        Entry::Held => {
            walk.held.quantity = 1.0;
            walk.at_open(position.close_at_open);
        }
        Entry::Order(kind) => walk.sent = Some(OrderSpec::new(walk.held.exit().other(), kind, 1.0)),
    }
    walk.enter_at_open();
    match rules.leg {
        IntrabarPath::AdverseFirst => {
            walk.adverse_leg();
            walk.favourable_leg();
        }
        IntrabarPath::FavourableFirst => {
            walk.favourable_leg();
            walk.adverse_leg();
        }
    }
    walk.events
}

struct Walk {
    held: intrabar::InBar<'static>,
    /// The order that may open it.
    sent: Option<OrderSpec>,
    bar: Bar,
    mark: Bar,
    rules: intrabar::PathRules,
    events: Vec<Event>,
}

impl Walk {
    fn new(position: &InBar, bar: &Bar, mark: &Bar, rules: &PathRules) -> Self {
        let &PathRules { leg, tick, through_ticks, stop_cost, stop_overshoot, capacity } = rules;
        let direction = position.direction;
        // Bought at the very price at which it is to be liquidated, with nothing behind it.
        let margin = position.liquidation.map(|entry_price| Margin {
            isolated: Isolated { direction, quantity: 1.0, entry_price, wallet: 0.0 },
            brackets: NO_MAINTENANCE,
            closing_fee: 0.0,
        });
        let volume = VolumePool::new(1.0, capacity.clamp(0.0, 1.0), 1.0, f64::INFINITY);
        let venue = Venue { tick, through_ticks, stop_slippage: stop_cost, stop_overshoot, volume, ..Venue::frictionless() };
        let (stop, take_profit) = (position.stop, position.take_profit);
        let held = intrabar::InBar { stop, take_profit, margin, ..intrabar::InBar::flat(direction) };
        Self { held, sent: None, bar: *bar, mark: *mark, rules: intrabar::PathRules { leg, venue }, events: Vec::new() }
    }

    fn next(&self, progress: Progress) -> Option<intrabar::Event> {
        let orders = self.sent.map(|spec| Working { id: 0, spec }).into_iter();
        // Before the entry its levels protect nothing.
        let position = if self.held.quantity > 0.0 { self.held } else { intrabar::InBar::flat(self.held.direction) };
        next_event(&position, orders, &self.bar, &self.mark, &self.rules, progress)
    }

    fn at_open(&mut self, close: bool) {
        if self.liquidated_at_open() {
            return;
        }
        let event = self.next(Progress::Open);
        if let Some(event) = event {
            self.book(event, Moment::Open);
        }
        if close && event != Some(intrabar::Event::RunOver) {
            self.leave(What::Closed, Moment::Open, self.bar.open, false);
        }
    }

    fn enter_at_open(&mut self) {
        let point = self.sent.and_then(|order| fill_point(&order, &self.bar, &self.rules.venue));
        if let Some(point) = point.filter(|point| point.moment == Moment::Open) {
            self.enter(Entered::Here, point.reference, point.maker);
            self.liquidated_at_open();
        }
    }

    fn liquidated_at_open(&mut self) -> bool {
        let broken = self.held.margin.is_some_and(|margin| margin.fails_at(self.mark.open));
        if broken {
            self.liquidate(Moment::Open, self.mark.open);
        }
        broken
    }

    fn adverse_leg(&mut self) {
        while let Some(event) = self.next(Progress::AdverseLeg) {
            self.book(event, Moment::Inside);
        }
    }

    fn favourable_leg(&mut self) {
        let mut last = None;
        while let Some(event) = self.next(Progress::FavourableLeg(last)).filter(|_| self.held.quantity > 0.0) {
            self.book(event, Moment::Inside);
            last = Some(event);
        }
    }

    fn book(&mut self, event: intrabar::Event, moment: Moment) {
        match event {
            intrabar::Event::Stopped { reference, .. } => {
                self.leave(What::Stopped, moment, reference, false);
                self.held.stop = None;
            }
            intrabar::Event::RunOver => {}
            intrabar::Event::Liquidated { mark } => self.liquidate(moment, mark),
            intrabar::Event::TookProfit { price } => self.leave(What::TookProfit, moment, price, true),
            intrabar::Event::Deleveraged { .. } => panic!("nobody asked for that stress"),
            intrabar::Event::Reached { price, .. } => {
                let order = self.sent.expect("it was sent");
                let rising = matches!(order.kind, Kind::Stop { .. } | Kind::StopLimit { .. });
                let maker = fill_point(&order, &self.bar, &self.rules.venue).is_some_and(|point| point.maker);
                self.enter(Entered::Inside { at: price, rising }, price, maker);
                if self.rules.leg == IntrabarPath::FavourableFirst {
                    self.favourable_leg();
                }
            }
        }
    }

    fn enter(&mut self, entered: Entered, reference: f64, maker: bool) {
        let moment = if entered == Entered::Here { Moment::Open } else { Moment::Inside };
        (self.sent, self.held.entered, self.held.quantity) = (None, entered, 1.0);
        self.events.push(Event { what: What::Entered, moment, reference, maker, share: 1.0 });
    }

    fn leave(&mut self, what: What, moment: Moment, reference: f64, maker: bool) {
        let quantity = self.held.quantity;
        let reduces = Some(self.held.direction.sign() * quantity);
        let order = OrderSpec { side: self.held.exit(), kind: Kind::Market, quantity, reduces };
        if let Some(filled) = take_at(&order, reference, false, &self.bar, &self.rules.venue) {
            self.rules.venue.volume.take(filled.quantity);
            self.held.quantity -= filled.quantity;
            self.events.push(Event { what, moment, reference, maker, share: filled.quantity });
        }
    }

    fn liquidate(&mut self, moment: Moment, reference: f64) {
        let share = std::mem::take(&mut self.held.quantity);
        self.events.push(Event { what: What::Liquidated, moment, reference, maker: false, share });
    }
}
