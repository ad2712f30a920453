//! In which order things happen to one position inside one bar.
//!
//! Four prices do not say which extreme came first. The rule is the one that hurts (`fidelity.md` section 6): the open, then the leg
//! against the position with stop, opening limits and liquidation in price order, then the leg in its favour for what survived. An entry is
//! exposed to the rest of its bar, the adverse extreme assumed to come after it, and takes no profit in it. [`IntrabarPath::FavourableFirst`] is the bound
//! on the other side: the best order of events the four prices allow.
//!
//! [`next_event`] says what comes next; whoever holds the position books it and asks again. So one rule serves the replay, which books into a
//! ledger, and the golden cases, which book into a list.

use std::cmp::Ordering;

use crate::exchange::assumptions::IntrabarPath;
use crate::exchange::margin::Isolated;
use crate::exchange::orders::{Bar, Kind, Moment, OrderSpec, Side, Venue, fill_point, take_at, trades_through};
use crate::units::{Bracket, Direction};

/// What must hold for an isolated position to stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin<'a> {
    pub isolated: Isolated,
    pub brackets: &'a [Bracket],
    /// What maintenance margin includes of the fee of closing, as a fraction of notional.
    pub closing_fee: f64,
}

impl Margin<'_> {
    /// The exact inequality at a mark price; a missing price (NaN) fails nothing.
    #[must_use]
    pub fn fails_at(&self, mark: f64) -> bool {
        self.isolated.is_liquidated(self.brackets, mark, self.closing_fee)
    }

    /// On the way from the open to the extreme `end`, the first mark price at which the margin no longer suffices; at the open itself where the bar's
    /// own funding has broken it there.
    fn first_failing(&self, open: f64, end: f64) -> Option<f64> {
        if !self.fails_at(end) {
            return None;
        }
        let price = self.isolated.liquidation_price(self.brackets, self.closing_fee).unwrap_or(end);
        Some(match self.isolated.direction {
            Direction::Long => price.clamp(end, open.max(end)),
            Direction::Short => price.clamp(open.min(end), end),
        })
    }
}

/// How a position came into the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entered {
    /// Held from before.
    Before,
    /// Opened or added to in this bar; what follows starts from the open.
    Here,
    /// Opened inside it at this price; `rising` where it was met on the way to the extreme that helps.
    Inside { at: f64, rising: bool },
}

/// One position as a bar meets it. Prices in USD; levels known before the bar, or since the entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InBar<'a> {
    pub direction: Direction,
    /// Coins, positive; 0 where nothing is held yet.
    pub quantity: f64,
    pub entered: Entered,
    /// Protective stop, a trailing one at its level before the bar; a touch triggers it.
    pub stop: Option<f64>,
    /// Resting limit that takes profit; must be traded through.
    pub take_profit: Option<f64>,
    /// The price at which the venue's auto-deleveraging closes it.
    pub deleveraging: Option<f64>,
    /// `None`: no mark price liquidates it. It is spot, or in a pool, which is tested as a whole.
    pub margin: Option<Margin<'a>>,
}

impl InBar<'_> {
    /// Nothing held yet, on this side.
    #[must_use]
    pub fn flat(direction: Direction) -> Self {
        let entered = Entered::Before;
        Self { direction, quantity: 0.0, entered, stop: None, take_profit: None, deleveraging: None, margin: None }
    }

    /// The side that closes it.
    #[must_use]
    pub fn exit(&self) -> Side {
        Side::closing(self.direction)
    }

    /// What its stop would pay a coin that meets the market at `reference`, its impact at the size the bar lets out; `None` where it lets out nothing.
    #[must_use]
    pub fn paid_by_stop(&self, reference: f64, bar: &Bar, venue: &Venue) -> Option<f64> {
        let held = self.direction.sign() * self.quantity;
        let order = OrderSpec { side: self.exit(), kind: Kind::Market, quantity: self.quantity, reduces: Some(held) };
        take_at(&order, reference, true, bar, venue).map(|filled| filled.price)
    }

    fn fails_at(&self, mark: f64) -> bool {
        self.margin.is_some_and(|margin| margin.fails_at(mark))
    }
}

/// An order that works for the position inside the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Working {
    /// Tells it from the others; of two at one price the smaller comes first.
    pub id: u32,
    pub spec: OrderSpec,
}

/// The venue and the assumption about the order of the legs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathRules {
    pub leg: IntrabarPath,
    /// With what is left of the bar's volume.
    pub venue: Venue,
}

/// How far the bar has come for the position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// It has opened, and the margin stands: what the open lies beyond, at most one thing.
    Open,
    /// On the way to the extreme that hurts. What has happened there shows in the position and its orders.
    AdverseLeg,
    /// On the way to the extreme that helps. The position is as it came into the leg; the last event of it tells how far it is.
    FavourableLeg(Option<Event>),
}

/// What happens to the position next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// The stop is triggered, and meets the market at `reference`.
    Stopped {
        trigger: f64,
        reference: f64,
    },
    /// The open has run over the stop so far that the margin goes: it is liquidated on the way there, in the leg, before anything decided for this open.
    RunOver,
    /// The venue takes all of it over at this mark price.
    Liquidated {
        mark: f64,
    },
    TookProfit {
        price: f64,
    },
    Deleveraged {
        price: f64,
    },
    /// A limit comes to its price. An opening one trades there; what a closing one gets is its fill's to say.
    Reached {
        order: u32,
        price: f64,
    },
}

impl Event {
    /// Its price, and its rank among others of the leg in favour at the same price.
    fn step(&self) -> Option<(f64, u64)> {
        match *self {
            Self::TookProfit { price } => Some((price, 0)),
            Self::Deleveraged { price } => Some((price, 1)),
            Self::Reached { order, price } => Some((price, 2 + u64::from(order))),
            Self::Stopped { .. } | Self::RunOver | Self::Liquidated { .. } => None,
        }
    }
}

/// What happens to one position next in a part of its bar; `None` when nothing does, or nothing more. `bar` holds last prices and triggers orders,
/// `mark` mark prices and triggers liquidation; without mark data pass the bar twice. `orders` are those that are at the venue and have not been
/// tried in this part.
///
/// It says what and where. How much of it volume lets through, and at what cost, is [`take_at`]'s and
/// [`fill_in_bar`](crate::exchange::orders::fill_in_bar)'s to say.
#[must_use]
pub fn next_event(
    position: &InBar,
    orders: impl Iterator<Item = Working>,
    bar: &Bar,
    mark: &Bar,
    rules: &PathRules,
    progress: Progress,
) -> Option<Event> {
    match progress {
        Progress::Open => beyond_the_open(position, bar, rules),
        Progress::AdverseLeg => on_the_adverse_leg(position, orders, bar, mark, rules),
        Progress::FavourableLeg(last) => on_the_favourable_leg(position, orders, bar, rules, last),
    }
}

/// A resting target the open lies beyond was passed on the way to it; a stop it lies beyond fills at it.
fn beyond_the_open(position: &InBar, bar: &Bar, rules: &PathRules) -> Option<Event> {
    let (exit, venue) = (position.exit(), &rules.venue);
    let passed = |price: &f64| trades_through(exit, bar.open, *price, venue.tick, venue.through_ticks);
    if let Some(price) = position.take_profit.filter(passed) {
        return Some(Event::TookProfit { price });
    }
    let trigger = position.stop.filter(|&stop| exit.other().reaches(bar.open, stop))?;
    let run_over = position.paid_by_stop(bar.open, bar, venue).is_some_and(|paid| position.fails_at(paid));
    Some(if run_over { Event::RunOver } else { Event::Stopped { trigger, reference: bar.open } })
}

/// Stop, opening limits and liquidation in the order of price; at the same price what is worse for the position comes first.
fn on_the_adverse_leg(
    position: &InBar,
    mut orders: impl Iterator<Item = Working>,
    bar: &Bar,
    mark: &Bar,
    rules: &PathRules,
) -> Option<Event> {
    let exit = position.exit();
    let entry = orders.find_map(|Working { id, spec }| {
        let point = fill_point(&spec, bar, &rules.venue).filter(|point| spec.reduces.is_none() && point.moment == Moment::Inside)?;
        Some((id, point.reference))
    });
    let before_entry = |level: &f64| entry.is_none_or(|(_, price)| exit.reaches(*level, price));
    let (entered_at, rising) = match position.entered {
        Entered::Inside { at, rising } => (Some(at), rising),
        Entered::Before | Entered::Here => (None, false),
    };
    // Where the leg in favour came first, after an entry on the way up only the close is known to come; on the way down the low is.
    let only_the_close = rising && rules.leg == IntrabarPath::FavourableFirst;
    let (bar, mark) = if only_the_close { (&up_to_close(bar), &up_to_close(mark)) } else { (bar, mark) };
    let (end, mark_end) = (exit.worst_extreme(bar), exit.worst_extreme(mark));
    let stop = position.stop.filter(|stop| exit.other().reaches(end, *stop) && before_entry(stop));
    let failing = position.margin.and_then(|margin| margin.first_failing(mark.open, mark_end)).filter(before_entry);
    // An entry beyond its own liquidation price is gone where it entered, at a mark there was.
    let failing = failing.map(|price| entered_at.map_or(price, |at| exit.other().worse(exit.worse(price, at), mark_end)));
    let Some(trigger) = stop else {
        let liquidated = failing.map(|mark| Event::Liquidated { mark });
        return liquidated.or(entry.map(|(order, price)| Event::Reached { order, price }));
    };
    let reference = exit.worse(trigger, entered_at.unwrap_or(bar.open));
    // At the same price, and where its costs carry it there, liquidation comes first. What volume lets nothing of out pays nothing.
    let broken = position.paid_by_stop(reference, bar, &rules.venue).filter(|&paid| position.fails_at(paid));
    Some(broken.map_or(Event::Stopped { trigger, reference }, |paid| Event::Liquidated { mark: failing.unwrap_or(paid) }))
}

/// A bar of which nothing but the way to its close is left.
fn up_to_close(bar: &Bar) -> Bar {
    Bar { high: bar.close, low: bar.close, ..*bar }
}

/// The target, auto-deleveraging and closing limits in the order of price. What was opened or added to in this bar takes no profit in it, unless the
/// good leg is assumed to come first.
fn on_the_favourable_leg(
    position: &InBar,
    orders: impl Iterator<Item = Working>,
    bar: &Bar,
    rules: &PathRules,
    last: Option<Event>,
) -> Option<Event> {
    let (exit, venue) = (position.exit(), &rules.venue);
    let along = |(a, first): (f64, u64), (b, second): (f64, u64)| -> Ordering {
        let nearer = if exit == Side::Sell { a.total_cmp(&b) } else { b.total_cmp(&a) };
        nearer.then(first.cmp(&second))
    };
    let fresh = position.entered != Entered::Before && rules.leg == IntrabarPath::AdverseFirst;
    let reached = |price: &f64| trades_through(exit, exit.best_extreme(bar), *price, venue.tick, venue.through_ticks);
    let target = position.take_profit.filter(|_| !fresh).filter(reached).map(|price| Event::TookProfit { price });
    let deleveraged = position.deleveraging.map(|price| Event::Deleveraged { price });
    let limits = orders.filter_map(|Working { id, spec }| match spec.kind {
        Kind::Limit { price, .. } if spec.reduces.is_some() => Some(Event::Reached { order: id, price }),
        _ => None,
    });
    let last = last.and_then(|event| event.step());
    let ahead = |event: Event| {
        let step = event.step()?;
        last.is_none_or(|last| along(step, last) == Ordering::Greater).then_some((step, event))
    };
    let steps = target.into_iter().chain(deleveraged).chain(limits).filter_map(ahead);
    steps.min_by(|(a, _), (b, _)| along(*a, *b)).map(|(_, event)| event)
}
