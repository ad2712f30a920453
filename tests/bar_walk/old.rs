//! The order of events in a bar as it was first written, one position at a time and price against price: what the engine that runs is held against.

use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::orders::{Bar, FillPoint, Kind, Moment, OrderSpec, Side, Venue, fill_point, trades_through};
use rotate::exchange::stops::overshot;
use rotate::units::Direction;

use super::words::{Entry, Event, InBar, PathRules, What};

/// What happens to one position in one bar; empty when nothing does. `bar` holds last prices and triggers orders, `mark` mark prices and
/// triggers liquidation; without mark data pass the bar twice.
///
/// A position whose share is not used up by the events stays open.
pub fn walk_bar(position: &InBar, bar: &Bar, mark: &Bar, rules: &PathRules) -> Vec<Event> {
    let exit = match position.direction {
        Direction::Long => Side::Sell,
        Direction::Short => Side::Buy,
    };
    let mut walk = Walk {
        position,
        rules,
        exit,
        open: 0.0,
        capacity: rules.capacity.clamp(0.0, 1.0),
        spent: false,
        entered_inside: None,
        events: Vec::new(),
    };
    match position.entry {
        Entry::Held => walk.held(bar, mark),
        Entry::Order(kind) => walk.entering(&kind, bar, mark),
    }
    walk.events
}

struct Walk<'a> {
    position: &'a InBar,
    rules: &'a PathRules,
    /// The side that closes the position.
    exit: Side,
    /// Share still open.
    open: f64,
    /// Share that volume still lets out.
    capacity: f64,
    /// The stop was triggered at the open and filled there.
    spent: bool,
    /// Where it entered after the open.
    entered_inside: Option<f64>,
    events: Vec<Event>,
}

impl Walk<'_> {
    fn held(&mut self, bar: &Bar, mark: &Bar) {
        self.open = 1.0;
        if self.liquidated_at_open(mark) {
            return;
        }
        // A resting target the open lies beyond was passed on the way to it, before anything decided for this open.
        if let Some(target) = self.position.take_profit.filter(|target| self.through(bar.open, *target)) {
            self.leave(What::TookProfit, Moment::Open, target, true);
        }
        let (adverse, favourable) = (self.adverse(bar), self.favourable(bar));
        let gapped = self.position.stop.is_some_and(|stop| self.hits(bar.open, stop));
        // What is run over so far that the margin goes is liquidated on the way there, in the leg; it takes the place of a close at the open.
        let run_over = gapped && self.breaks(bar.open, adverse);
        if gapped && !run_over {
            self.leave(What::Stopped, Moment::Open, bar.open, false);
            self.spent = true;
        }
        if self.position.close_at_open && !run_over {
            self.leave(What::Closed, Moment::Open, bar.open, false);
        }
        match self.rules.leg {
            IntrabarPath::AdverseFirst => {
                self.adverse_leg(adverse, self.adverse(mark), bar.open, mark);
                self.favourable_leg(favourable);
            }
            IntrabarPath::FavourableFirst => {
                self.favourable_leg(favourable);
                self.adverse_leg(adverse, self.adverse(mark), bar.open, mark);
            }
        }
    }

    fn entering(&mut self, kind: &Kind, bar: &Bar, mark: &Bar) {
        let venue = Venue { tick: self.rules.tick, through_ticks: self.rules.through_ticks, ..Venue::frictionless() };
        let order = OrderSpec::new(self.exit.other(), *kind, 1.0);
        let Some(FillPoint { reference, moment, maker }) = fill_point(&order, bar, &venue) else { return };
        self.open = 1.0;
        self.events.push(Event { what: What::Entered, moment, reference, maker, share: 1.0 });
        if moment == Moment::Open && self.liquidated_at_open(mark) {
            return;
        }
        self.entered_inside = (moment == Moment::Inside).then_some(reference);
        // A limit the open lies beyond filled on the way there: what follows starts from the open.
        let from = if moment == Moment::Open { bar.open } else { reference };
        match self.rules.leg {
            // The extreme came after the entry; and no profit in the bar of the entry.
            IntrabarPath::AdverseFirst => self.adverse_leg(self.adverse(bar), self.adverse(mark), from, mark),
            IntrabarPath::FavourableFirst => {
                self.favourable_leg(self.favourable(bar));
                // After an entry on the way up only the close is known to come; on the way down the low is.
                let on_the_way_up = moment == Moment::Inside && matches!(kind, Kind::Stop { .. } | Kind::StopLimit { .. });
                let (last, marked) = if on_the_way_up { (bar.close, mark.close) } else { (self.adverse(bar), self.adverse(mark)) };
                self.adverse_leg(last, marked, from, mark);
            }
        }
    }

    /// Stop and liquidation in price order, down to the extremes given; `from` is where the price comes from.
    fn adverse_leg(&mut self, extreme: f64, mark_extreme: f64, from: f64, mark: &Bar) {
        let liquidation = self.position.liquidation.filter(|price| self.hits(mark_extreme, *price));
        if let Some(stop) = self.position.stop.filter(|stop| !self.spent && self.hits(extreme, *stop)) {
            let reference = self.exit.worse(stop, from);
            // At the same price, and where its costs carry it there, liquidation comes first.
            if !self.breaks(reference, extreme) {
                self.leave(What::Stopped, Moment::Inside, reference, false);
            } else if liquidation.is_none() {
                self.liquidate(Moment::Inside, reference);
            }
        }
        if let Some(price) = liquidation {
            // An entry beyond its own liquidation price is gone where it entered, at a mark there was.
            let at = self.exit.worse(self.exit.worse(price, mark.open), self.entered_inside.unwrap_or(price));
            self.liquidate(Moment::Inside, self.exit.other().worse(at, mark_extreme));
        }
    }

    /// Whether what a stop pays beyond its reference carries it to liquidation. What volume lets nothing of out pays nothing.
    fn breaks(&self, reference: f64, extreme: f64) -> bool {
        let fills = self.open.min(self.capacity) > 0.0;
        let paid = overshot(self.exit, reference, extreme, self.rules.stop_overshoot) * (1.0 + self.exit.sign() * self.rules.stop_cost);
        fills && self.position.liquidation.is_some_and(|price| self.hits(paid, price))
    }

    fn favourable_leg(&mut self, extreme: f64) {
        if let Some(target) = self.position.take_profit.filter(|target| self.through(extreme, *target)) {
            self.leave(What::TookProfit, Moment::Inside, target, true);
        }
    }

    fn liquidated_at_open(&mut self, mark: &Bar) -> bool {
        let hit = self.position.liquidation.is_some_and(|price| self.hits(mark.open, price));
        if hit {
            self.liquidate(Moment::Open, mark.open);
        }
        hit
    }

    fn leave(&mut self, what: What, moment: Moment, reference: f64, maker: bool) {
        let share = self.open.min(self.capacity);
        if share > 0.0 {
            self.open -= share;
            self.capacity -= share;
            self.events.push(Event { what, moment, reference, maker, share });
        }
    }

    fn liquidate(&mut self, moment: Moment, reference: f64) {
        if self.open > 0.0 {
            let share = std::mem::take(&mut self.open);
            self.events.push(Event { what: What::Liquidated, moment, reference, maker: false, share });
        }
    }

    /// Whether a price has come to a level on the losing side.
    fn hits(&self, price: f64, level: f64) -> bool {
        self.exit.other().reaches(price, level)
    }

    fn through(&self, extreme: f64, target: f64) -> bool {
        trades_through(self.exit, extreme, target, self.rules.tick, self.rules.through_ticks)
    }

    fn adverse(&self, bar: &Bar) -> f64 {
        self.exit.worst_extreme(bar)
    }

    fn favourable(&self, bar: &Bar) -> f64 {
        self.exit.other().worst_extreme(bar)
    }
}
