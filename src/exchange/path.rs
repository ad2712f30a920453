//! In which order things happen to one position inside one bar.
//!
//! Four prices do not say which extreme came first. The rule is the one that hurts (`fidelity.md` section 6): the open, then the leg
//! against the position with stop and liquidation in price order, then the leg in its favour for what survived. An entry is exposed to
//! the rest of its bar, the adverse extreme assumed to come after it, and takes no profit in it. [`Leg::FavourableFirst`] is the bound on
//! the other side: the best order of events the four prices allow.

use crate::exchange::assumptions::Leg;
use crate::exchange::orders::{Bar, Kind, Moment, Place, Side, place, trades_through};
use crate::exchange::stops::overshot;
use crate::units::Direction;

/// How the position comes into the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry {
    /// Held from before.
    Held,
    /// An order that may open it in this bar: market, limit, stop or stop-limit.
    Order(Kind),
}

/// One position and its orders in one bar. Prices in USD; levels known before the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InBar {
    pub direction: Direction,
    pub entry: Entry,
    /// A close decided earlier, executed at the open. Only for a position held from before.
    pub close_at_open: bool,
    /// Protective stop, a trailing one at its level before the bar; a touch triggers it.
    pub stop: Option<f64>,
    /// Resting limit; must be traded through.
    pub take_profit: Option<f64>,
    /// Mark price at which it is liquidated; `None`: price alone cannot.
    pub liquidation: Option<f64>,
}

/// The rules of the walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathRules {
    pub leg: Leg,
    /// Price step in USD, 0 where unknown.
    pub tick: f64,
    pub through_ticks: u32,
    /// What a stop pays beyond its reference (half-spread, impact, slippage), as a fraction of price. Where that carries it to the
    /// liquidation price, it is a liquidation.
    pub stop_cost: f64,
    /// What it loses before that, as a share of the way from its reference to the extreme.
    pub stop_overshoot: f64,
    /// The share of the position that this bar's volume lets out, in [0, 1]. Liquidation is not bound by it.
    pub capacity: f64,
}

impl Default for PathRules {
    /// Adverse leg first, through the limit, no costs, no cap.
    fn default() -> Self {
        Self { leg: Leg::AdverseFirst, tick: 0.0, through_ticks: 1, stop_cost: 0.0, stop_overshoot: 0.0, capacity: 1.0 }
    }
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Entered,
    /// The close decided earlier.
    Closed,
    Stopped,
    TookProfit,
    Liquidated,
}

/// One thing that happens, in order of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    pub what: What,
    pub moment: Moment,
    /// Price before costs: of the last-price bar, or of the mark for a liquidation (the mark open, or the liquidation price inside).
    pub reference: f64,
    pub maker: bool,
    /// Share of the position, in (0, 1].
    pub share: f64,
}

/// What happens to one position in one bar; empty when nothing does. `bar` holds last prices and triggers orders, `mark` mark prices and
/// triggers liquidation; without mark data pass the bar twice.
///
/// A position whose share is not used up by the events stays open. Quantities and costs of each event are
/// [`take_at`](crate::exchange::orders::take_at) and [`make_at`](crate::exchange::orders::make_at).
#[must_use]
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
            Leg::AdverseFirst => {
                self.adverse_leg(adverse, self.adverse(mark), bar.open, mark);
                self.favourable_leg(favourable);
            }
            Leg::FavourableFirst => {
                self.favourable_leg(favourable);
                self.adverse_leg(adverse, self.adverse(mark), bar.open, mark);
            }
        }
    }

    fn entering(&mut self, kind: &Kind, bar: &Bar, mark: &Bar) {
        let Some(Place { reference, moment, maker }) = place(self.exit.other(), kind, bar, self.rules.tick, self.rules.through_ticks)
        else {
            return;
        };
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
            Leg::AdverseFirst => self.adverse_leg(self.adverse(bar), self.adverse(mark), from, mark),
            Leg::FavourableFirst => {
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
        self.exit.best_extreme(bar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: InBar = InBar {
        direction: Direction::Long,
        entry: Entry::Held,
        close_at_open: false,
        stop: Some(95.0),
        take_profit: Some(110.0),
        liquidation: Some(80.0),
    };

    fn walk(position: &InBar, prices: [f64; 4], rules: &PathRules) -> Vec<(What, f64)> {
        let [open, high, low, close] = prices;
        let bar = Bar::of_prices(open, high, low, close);
        walk_bar(position, &bar, &bar, rules).into_iter().map(|event| (event.what, event.reference)).collect()
    }

    #[test]
    fn stop_before_target_and_the_other_way_round() {
        let wide = [100.0, 112.0, 94.0, 105.0];
        assert_eq!(walk(&LONG, wide, &PathRules::default()), [(What::Stopped, 95.0)]);
        let hopeful = PathRules { leg: Leg::FavourableFirst, ..PathRules::default() };
        assert_eq!(walk(&LONG, wide, &hopeful), [(What::TookProfit, 110.0)]);
        let short = InBar { direction: Direction::Short, stop: Some(105.0), take_profit: Some(90.0), liquidation: Some(130.0), ..LONG };
        assert_eq!(walk(&short, [100.0, 106.0, 89.0, 95.0], &PathRules::default()), [(What::Stopped, 105.0)]);
    }

    #[test]
    fn gaps() {
        let rules = PathRules::default();
        assert_eq!(walk(&LONG, [90.0, 96.0, 89.0, 95.0], &rules), [(What::Stopped, 90.0)]);
        assert_eq!(walk(&LONG, [79.0, 96.0, 78.0, 95.0], &rules), [(What::Liquidated, 79.0)]);
        assert_eq!(walk(&LONG, [113.0, 114.0, 90.0, 95.0], &rules), [(What::TookProfit, 110.0)], "its own price");
    }

    #[test]
    fn liquidation_in_price_order() {
        let rules = PathRules::default();
        let bar = [100.0, 101.0, 70.0, 90.0];
        assert_eq!(walk(&InBar { stop: None, ..LONG }, bar, &rules), [(What::Liquidated, 80.0)]);
        assert_eq!(walk(&InBar { stop: Some(75.0), ..LONG }, bar, &rules), [(What::Liquidated, 80.0)]);
        assert_eq!(walk(&InBar { stop: Some(80.0), ..LONG }, bar, &rules), [(What::Liquidated, 80.0)], "ties against us");
        assert_eq!(walk(&LONG, bar, &rules), [(What::Stopped, 95.0)]);
        let costly = PathRules { stop_cost: 0.2, ..rules };
        assert_eq!(walk(&LONG, bar, &costly), [(What::Liquidated, 80.0)], "the stop would pay 76");
        let stuck = PathRules { stop_cost: 0.2, capacity: 0.0, ..rules };
        assert!(walk(&LONG, [100.0, 101.0, 94.0, 95.0], &stuck).is_empty(), "nothing was sold at any price");
        assert!(walk(&LONG, [94.0, 96.0, 93.0, 95.0], &stuck).is_empty(), "nor at the open");
        let run_over = PathRules { stop_overshoot: 0.5, ..rules };
        assert_eq!(walk(&LONG, [100.0, 101.0, 70.0, 90.0], &run_over), [(What::Stopped, 95.0)], "82.5, above 80");
        assert_eq!(walk(&LONG, [100.0, 101.0, 64.0, 90.0], &run_over), [(What::Liquidated, 80.0)], "79.5");
        let closing = InBar { close_at_open: true, ..LONG };
        assert_eq!(walk(&closing, [90.0, 101.0, 76.0, 90.0], &run_over), [(What::Stopped, 90.0)], "83");
        assert_eq!(walk(&closing, [90.0, 101.0, 66.0, 90.0], &run_over), [(What::Liquidated, 80.0)], "78, through a gap");
        let half = PathRules { capacity: 0.5, ..rules };
        assert_eq!(walk(&LONG, bar, &half), [(What::Stopped, 95.0), (What::Liquidated, 80.0)]);
    }

    #[test]
    fn an_entry_is_exposed_and_takes_no_profit() {
        let rules = PathRules::default();
        let market = InBar { entry: Entry::Order(Kind::Market), ..LONG };
        assert_eq!(walk(&market, [100.0, 112.0, 96.0, 111.0], &rules), [(What::Entered, 100.0)]);
        assert_eq!(walk(&market, [100.0, 112.0, 94.0, 111.0], &rules), [(What::Entered, 100.0), (What::Stopped, 95.0)]);
        let limit = InBar { entry: Entry::Order(Kind::Limit { price: 97.0, resting: true }), ..LONG };
        assert_eq!(walk(&limit, [100.0, 112.0, 94.0, 111.0], &rules), [(What::Entered, 97.0), (What::Stopped, 95.0)]);
        assert!(walk(&limit, [100.0, 112.0, 97.0, 111.0], &rules).is_empty(), "a touch");
        let through = walk(&limit, [92.0, 96.0, 91.0, 93.0], &rules);
        assert_eq!(through, [(What::Entered, 97.0), (What::Stopped, 92.0)], "the open passed both on its way: no bar saw 95");
        let breakout = InBar { entry: Entry::Order(Kind::Stop { trigger: 105.0 }), ..LONG };
        assert_eq!(walk(&breakout, [100.0, 112.0, 94.0, 111.0], &rules), [(What::Entered, 105.0), (What::Stopped, 95.0)]);
        let hopeful = PathRules { leg: Leg::FavourableFirst, ..rules };
        assert_eq!(walk(&breakout, [100.0, 112.0, 94.0, 111.0], &hopeful), [(What::Entered, 105.0), (What::TookProfit, 110.0)]);
        assert_eq!(walk(&breakout, [100.0, 109.0, 94.0, 100.0], &hopeful), [(What::Entered, 105.0)], "the low came before it");
        assert_eq!(walk(&breakout, [100.0, 109.0, 90.0, 94.0], &hopeful), [(What::Entered, 105.0), (What::Stopped, 95.0)]);
    }

    #[test]
    fn a_decided_close_comes_before_the_bar() {
        let closing = InBar { close_at_open: true, ..LONG };
        assert_eq!(walk(&closing, [100.0, 112.0, 70.0, 94.0], &PathRules::default()), [(What::Closed, 100.0)]);
    }

    #[test]
    fn marks_liquidate_and_last_prices_trigger() {
        let bar = Bar::of_prices(100.0, 101.0, 70.0, 90.0);
        let calm = Bar::of_prices(100.0, 101.0, 85.0, 90.0);
        let bare = InBar { stop: None, ..LONG };
        assert!(walk_bar(&bare, &bar, &calm, &PathRules::default()).is_empty());
        assert_eq!(walk_bar(&bare, &calm, &bar, &PathRules::default()).len(), 1);
    }
}
