//! What one order gets in one bar.
//!
//! Rules (`fidelity.md` section 6): a market order fills at the open; a limit at its own price and only when the bar trades through it;
//! a stop at the worse of its trigger and the open, and a share of the way from there to the bar's extreme beyond it. Takers pay half the spread, impact and the taker fee; makers the maker fee.
//! Several orders of one position in one bar are [`crate::exchange::intrabar`]'s.

use crate::exchange::Refusal;
use crate::exchange::costs::{Impact, Maker, Taker};
use crate::exchange::stops::{Trail, overshot};
use crate::exchange::volume::{VolumePool, accepted};

pub use crate::exchange::bar::Bar;
pub use crate::exchange::side::Side;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// At the open, whatever it is.
    Market,
    /// At `price` or better. `resting`: it stood in the book before the bar, on the passive side of the last price, so it fills at its
    /// own price even when the open lies beyond it (a market that never closes passed through it). Not resting: it arrives at the open,
    /// and is a taker if the open is at or beyond it.
    Limit { price: f64, resting: bool },
    /// A market order once `trigger` is touched: from below for a buyer, from above for a seller. Protective or to enter.
    Stop { trigger: f64 },
    /// A limit order once `trigger` is touched.
    StopLimit { trigger: f64, limit: f64 },
    /// A stop that follows the best price before this bar; [`Trail::ratchet`] it after the bar.
    TrailingStop(Trail),
    /// A resting limit on the far side of a position.
    TakeProfit { price: f64 },
}

/// One order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderSpec {
    pub side: Side,
    pub kind: Kind,
    /// Coins, positive.
    pub quantity: f64,
    /// Reduce-only: the signed position it may only reduce. It fills at most that much, and nothing when the position is flat or on
    /// its own side. `None`: it may open.
    pub reduces: Option<f64>,
}

impl OrderSpec {
    /// An order that may open.
    #[must_use]
    pub fn new(side: Side, kind: Kind, quantity: f64) -> Self {
        Self { side, kind, quantity, reduces: None }
    }

    /// Refuses orders that mean nothing.
    ///
    /// # Errors
    /// Quantities and prices that are not positive numbers, trails out of bounds.
    pub fn check(&self) -> Result<(), Refusal> {
        let positive = |key, value: f64| Refusal::unless(value > 0.0 && value.is_finite(), key, value, "a positive number");
        positive("quantity", self.quantity)?;
        match self.kind {
            Kind::Market => Ok(()),
            Kind::Limit { price, .. } | Kind::TakeProfit { price } => positive("price", price),
            Kind::Stop { trigger } => positive("trigger", trigger),
            Kind::StopLimit { trigger, limit } => positive("trigger", trigger).and_then(|()| positive("limit", limit)),
            Kind::TrailingStop(trail) => trail.check(),
        }
    }

    /// What it may fill at most, before volume and lots.
    fn wanted(&self) -> f64 {
        match self.reduces {
            None => self.quantity,
            Some(held) if held * self.side.sign() < 0.0 => self.quantity.min(held.abs()),
            Some(_) => 0.0,
        }
    }
}

/// The venue as one order meets it in one bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Venue {
    pub taker: Taker,
    pub maker: Maker,
    /// Trailing liquidity for the square-root law; [`Impact::NONE`] for none.
    pub impact: Impact,
    /// Smallest price step in USD; 0 where unknown: any price beyond the limit is through it.
    pub tick: f64,
    /// By how many ticks a bar must trade through a limit; 0 lets a touch fill.
    pub through_ticks: u32,
    /// Extra slippage of stops, as a fraction of price.
    pub stop_slippage: f64,
    /// What a stop loses beyond its reference, as a share of the way from there to the bar's extreme; see [`overshot`].
    pub stop_overshoot: f64,
    /// Smallest step of quantity in coins; 0 where unknown.
    pub lot: f64,
    /// Smallest order in USD; 0 where unknown.
    pub min_notional: f64,
    /// The symbol's volume in this bar, with what our earlier orders took.
    pub volume: VolumePool,
}

impl Venue {
    /// No costs, no caps, no steps; a limit must be traded through.
    #[must_use]
    pub fn frictionless() -> Self {
        Self {
            taker: Taker { fee: 0.0, half_spread: 0.0 },
            maker: Maker { fee: 0.0 },
            impact: Impact::NONE,
            tick: 0.0,
            through_ticks: 1,
            stop_slippage: 0.0,
            stop_overshoot: 0.0,
            lot: 0.0,
            min_notional: 0.0,
            volume: VolumePool::unlimited(),
        }
    }
}

/// When in the bar something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    Open,
    Inside,
}

/// What an order got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filled {
    /// Coins, positive.
    pub quantity: f64,
    /// The price before costs: within the bar's range, or its open, or the limit of a resting order the open lies beyond.
    pub reference: f64,
    /// What is paid or received per coin: the reference with half-spread, impact and slippage for a taker; the limit for a maker.
    pub price: f64,
    /// Fee in USD.
    pub fee: f64,
    /// `|price − reference| · quantity` in USD.
    pub slippage: f64,
    pub maker: bool,
    pub moment: Moment,
    /// Coins of the order left over; what becomes of them is the order's rule.
    pub remainder: f64,
}

/// Where and how an order trades, before quantities and costs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Trigger {
    reference: f64,
    moment: Moment,
    maker: bool,
    /// The price a taker does not go beyond.
    bound: Option<Bound>,
    stop: bool,
}

/// The limit of an order that came as a taker. What its costs would carry past the limit waits there, and still pays as it came.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    limit: f64,
    /// Whether the bar is known to trade through the limit afterwards.
    passed_later: bool,
}

/// Whether a bar whose best price for the order was `extreme` traded through a limit by the ticks asked for.
#[must_use]
pub fn trades_through(side: Side, extreme: f64, limit: f64, tick: f64, through_ticks: u32) -> bool {
    let beyond = side.sign() * (limit - extreme);
    if through_ticks == 0 {
        return beyond >= 0.0;
    }
    // Prices are decimal fractions in binary: a hair of slack, but never a touch.
    beyond > 0.0 && beyond >= f64::from(through_ticks) * tick - 1e-9 * limit.abs()
}

/// What one order gets in one bar, alone: the trade's place, its quantity under reduce-only, volume cap, lot and minimum notional, its
/// costs. `None`: it does not fill, because the price does not come, the volume is used up, the quantity rounds to nothing, or its
/// impact cannot be priced ([`Impact`] unknown).
///
/// The venue's [`VolumePool`] is not changed; take `quantity` from it before the next order of the symbol.
#[must_use]
pub fn fill_in_bar(order: &OrderSpec, bar: &Bar, venue: &Venue) -> Option<Filled> {
    if !bar.is_sound() || order.check().is_err() {
        return None;
    }
    let trigger = triggered(order.side, &order.kind, bar, venue.tick, venue.through_ticks)?;
    settle(order, trigger, bar, venue)
}

/// Where an order trades before costs: price, moment, and whether as a maker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FillPoint {
    pub reference: f64,
    pub moment: Moment,
    pub maker: bool,
}

/// Where in a bar an order trades, if volume and lot let it. A limit that arrives beyond the open, but whose costs would carry it past its price, rests
/// there from then on: it waits for the bar to trade through it. `None`: the price does not come.
#[must_use]
pub fn fill_point(order: &OrderSpec, bar: &Bar, venue: &Venue) -> Option<FillPoint> {
    let (side, through) = (order.side, venue.through_ticks);
    let point = point_before_costs(side, &order.kind, bar, venue.tick, through)?;
    let Kind::Limit { price: limit, .. } = order.kind else { return Some(point) };
    if point.maker {
        return Some(point);
    }
    let taken = (venue.volume.taken() + order.quantity.min(venue.volume.left())) * point.reference;
    let crossing = venue.impact.of(taken).map(|impact| venue.taker.price_with_impact(side.sign(), point.reference, impact));
    if crossing.is_none_or(|price| side.reaches(price, limit)) {
        return Some(point);
    }
    let waits = FillPoint { reference: limit, moment: Moment::Inside, ..point };
    trades_through(side, side.best_extreme(bar), limit, venue.tick, through).then_some(waits)
}

fn point_before_costs(side: Side, kind: &Kind, bar: &Bar, tick: f64, through_ticks: u32) -> Option<FillPoint> {
    let trigger = triggered(side, kind, bar, tick, through_ticks)?;
    match trigger.bound {
        Some(bound) if !side.reaches(trigger.reference, bound.limit) => {
            bound.passed_later.then_some(FillPoint { reference: bound.limit, moment: Moment::Inside, maker: trigger.maker })
        }
        _ => Some(FillPoint { reference: trigger.reference, moment: trigger.moment, maker: trigger.maker }),
    }
}

/// The costs and quantity of a trade whose place is known, as a taker at `reference`: what [`crate::exchange::intrabar`] says of a
/// stop. `stop` adds the slippage of stops.
#[must_use]
pub fn take_at(order: &OrderSpec, reference: f64, stop: bool, bar: &Bar, venue: &Venue) -> Option<Filled> {
    settle(order, Trigger { reference, moment: Moment::Inside, maker: false, bound: None, stop }, bar, venue)
}

fn triggered(side: Side, kind: &Kind, bar: &Bar, tick: f64, through_ticks: u32) -> Option<Trigger> {
    let at_open = Trigger { reference: bar.open, moment: Moment::Open, maker: false, bound: None, stop: false };
    let through = |extreme, price| trades_through(side, extreme, price, tick, through_ticks);
    match *kind {
        Kind::Market => Some(at_open),
        Kind::Limit { price, resting: false } if side.reaches(bar.open, price) => {
            let bound = Bound { limit: price, passed_later: through(side.best_extreme(bar), price) };
            Some(Trigger { bound: Some(bound), ..at_open })
        }
        Kind::Limit { price, .. } | Kind::TakeProfit { price } => {
            let moment = if through(bar.open, price) { Moment::Open } else { Moment::Inside };
            let rests = Trigger { reference: price, moment, maker: true, bound: None, stop: false };
            through(side.best_extreme(bar), price).then_some(rests)
        }
        Kind::Stop { trigger } => stop(side, trigger, bar),
        Kind::TrailingStop(trail) => stop(side, trail.level(side), bar),
        Kind::StopLimit { trigger, limit } => {
            let stop = stop(side, trigger, bar)?;
            // After a trigger at the open the whole bar is still to come; after one inside, only the close is known to come later.
            let later = if stop.moment == Moment::Open { side.best_extreme(bar) } else { bar.close };
            Some(Trigger { bound: Some(Bound { limit, passed_later: through(later, limit) }), ..stop })
        }
    }
}

fn stop(side: Side, trigger: f64, bar: &Bar) -> Option<Trigger> {
    let beyond = side.other();
    let place = |reference, moment| Some(Trigger { reference, moment, maker: false, bound: None, stop: true });
    if beyond.reaches(bar.open, trigger) {
        place(bar.open, Moment::Open)
    } else if beyond.reaches(side.worst_extreme(bar), trigger) {
        place(trigger, Moment::Inside)
    } else {
        None
    }
}

fn settle(order: &OrderSpec, mut trigger: Trigger, bar: &Bar, venue: &Venue) -> Option<Filled> {
    // A bar nobody traded in fills nobody.
    if bar.volume == 0.0 {
        return None;
    }
    let wanted = order.wanted();
    let allowed = wanted.min(venue.volume.left());
    let closes_all = order.reduces.is_some_and(|held| allowed >= held.abs());
    let quantity = accepted(allowed, trigger.reference, venue.lot, venue.min_notional, closes_all);
    if quantity <= 0.0 {
        return None;
    }
    let price = if trigger.maker {
        trigger.reference
    } else {
        // Full value of the impact of all we have taken of this bar so far and now.
        let taken = (venue.volume.taken() + quantity) * trigger.reference;
        let extreme = order.side.worst_extreme(bar);
        let (from, slip) = if trigger.stop {
            (overshot(order.side, trigger.reference, extreme, venue.stop_overshoot), venue.stop_slippage)
        } else {
            (trigger.reference, 0.0)
        };
        let price = venue.taker.price_with_impact(order.side.sign(), from, venue.impact.of(taken)? + slip);
        match trigger.bound {
            Some(bound) if !order.side.reaches(price, bound.limit) => {
                if !bound.passed_later {
                    return None;
                }
                // The limit is what its costs reach; a reference beyond the limit is one it waited for.
                if !order.side.reaches(trigger.reference, bound.limit) {
                    trigger.reference = bound.limit;
                }
                trigger.moment = Moment::Inside;
                bound.limit
            }
            _ => price,
        }
    };
    let notional = quantity * price;
    let fee = if trigger.maker { venue.maker.fee(notional) } else { venue.taker.fee(notional) };
    Some(Filled {
        quantity,
        reference: trigger.reference,
        price,
        fee,
        slippage: (price - trigger.reference).abs() * quantity,
        maker: trigger.maker,
        moment: trigger.moment,
        remainder: wanted - quantity,
    })
}

#[cfg(test)]
mod tests;
