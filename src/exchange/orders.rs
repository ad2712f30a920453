//! What one order gets in one bar.
//!
//! Rules (`fidelity.md` section 6): a market order fills at the open; a limit at its own price and only when the bar trades through it;
//! a stop at the worse of its trigger and the open, and a share of the way from there to the bar's extreme beyond it. Takers pay half the spread, impact and the taker fee; makers the maker fee.
//! Several orders of one position in one bar are [`crate::exchange::path`]'s.

use crate::exchange::Refusal;
use crate::exchange::costs::{Impact, Maker, Taker};
use crate::exchange::stops::{Trail, overshot};
use crate::exchange::volume::{VolumePool, accepted};

/// Prices of one bar in USD and its volume in coins. `NaN` volume means unknown, and then nothing fills under a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
}

impl Bar {
    /// A bar whose volume does not limit.
    #[must_use]
    pub fn of_prices(open: f64, high: f64, low: f64, close: f64) -> Self {
        Self { open, high, low, close, volume: f64::INFINITY }
    }

    /// Whether it is a bar at all: positive finite prices, the low lowest, the high highest.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.low > 0.0 && self.high.is_finite() && self.low <= self.open.min(self.close) && self.high >= self.open.max(self.close)
    }
}

/// `+1` buy, `−1` sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Buy => 1.0,
            Self::Sell => -1.0,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }

    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Whether `price` is at `level` or better for this side to trade: at or below it for a buyer.
    #[must_use]
    pub fn reaches(self, price: f64, level: f64) -> bool {
        self.sign() * (level - price) >= 0.0
    }

    /// The worse of two prices for this side: the higher for a buyer.
    #[must_use]
    pub fn worse(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Buy => a.max(b),
            Self::Sell => a.min(b),
        }
    }

    /// The extreme of a bar that is best for a resting limit of this side: the low for a buyer.
    pub(super) fn best_extreme(self, bar: &Bar) -> f64 {
        match self {
            Self::Buy => bar.low,
            Self::Sell => bar.high,
        }
    }

    /// The extreme that triggers a stop of this side: the high for a buyer.
    pub(super) fn worst_extreme(self, bar: &Bar) -> f64 {
        self.other().best_extreme(bar)
    }
}

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
struct Touch {
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
    let touch = touch(order.side, &order.kind, bar, venue.tick, venue.through_ticks)?;
    settle(order, touch, bar, venue)
}

/// Where an order trades before costs: price, moment, and whether as a maker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub reference: f64,
    pub moment: Moment,
    pub maker: bool,
}

/// Where an order of this kind trades in a bar, its size and costs left aside. `None`: it does not.
#[must_use]
pub fn place(side: Side, kind: &Kind, bar: &Bar, tick: f64, through_ticks: u32) -> Option<Place> {
    let touch = touch(side, kind, bar, tick, through_ticks)?;
    match touch.bound {
        Some(bound) if !side.reaches(touch.reference, bound.limit) => {
            bound.passed_later.then_some(Place { reference: bound.limit, moment: Moment::Inside, maker: touch.maker })
        }
        _ => Some(Place { reference: touch.reference, moment: touch.moment, maker: touch.maker }),
    }
}

/// The costs and quantity of a trade whose place is known, as a taker at `reference`: what [`crate::exchange::path`] says of a stop, a
/// close at the open or an entry. `stop` adds the slippage of stops.
#[must_use]
pub fn take_at(order: &OrderSpec, reference: f64, stop: bool, bar: &Bar, venue: &Venue) -> Option<Filled> {
    settle(order, Touch { reference, moment: Moment::Inside, maker: false, bound: None, stop }, bar, venue)
}

/// The quantity and fee of a trade as a maker at `price`.
#[must_use]
pub fn make_at(order: &OrderSpec, price: f64, bar: &Bar, venue: &Venue) -> Option<Filled> {
    settle(order, Touch { reference: price, moment: Moment::Inside, maker: true, bound: None, stop: false }, bar, venue)
}

fn touch(side: Side, kind: &Kind, bar: &Bar, tick: f64, through_ticks: u32) -> Option<Touch> {
    let at_open = Touch { reference: bar.open, moment: Moment::Open, maker: false, bound: None, stop: false };
    let through = |extreme, price| trades_through(side, extreme, price, tick, through_ticks);
    match *kind {
        Kind::Market => Some(at_open),
        Kind::Limit { price, resting: false } if side.reaches(bar.open, price) => {
            let bound = Bound { limit: price, passed_later: through(side.best_extreme(bar), price) };
            Some(Touch { bound: Some(bound), ..at_open })
        }
        Kind::Limit { price, .. } | Kind::TakeProfit { price } => {
            let moment = if through(bar.open, price) { Moment::Open } else { Moment::Inside };
            let rests = Touch { reference: price, moment, maker: true, bound: None, stop: false };
            through(side.best_extreme(bar), price).then_some(rests)
        }
        Kind::Stop { trigger } => stop(side, trigger, bar),
        Kind::TrailingStop(trail) => stop(side, trail.level(side), bar),
        Kind::StopLimit { trigger, limit } => {
            let stop = stop(side, trigger, bar)?;
            // After a trigger at the open the whole bar is still to come; after one inside, only the close is known to come later.
            let later = if stop.moment == Moment::Open { side.best_extreme(bar) } else { bar.close };
            Some(Touch { bound: Some(Bound { limit, passed_later: through(later, limit) }), ..stop })
        }
    }
}

fn stop(side: Side, trigger: f64, bar: &Bar) -> Option<Touch> {
    let beyond = side.other();
    let place = |reference, moment| Some(Touch { reference, moment, maker: false, bound: None, stop: true });
    if beyond.reaches(bar.open, trigger) {
        place(bar.open, Moment::Open)
    } else if beyond.reaches(side.worst_extreme(bar), trigger) {
        place(trigger, Moment::Inside)
    } else {
        None
    }
}

fn settle(order: &OrderSpec, mut touch: Touch, bar: &Bar, venue: &Venue) -> Option<Filled> {
    // A bar nobody traded in fills nobody.
    if bar.volume == 0.0 {
        return None;
    }
    let wanted = order.wanted();
    let allowed = wanted.min(venue.volume.left());
    let closes_all = order.reduces.is_some_and(|held| allowed >= held.abs());
    let quantity = accepted(allowed, touch.reference, venue.lot, venue.min_notional, closes_all);
    if quantity <= 0.0 {
        return None;
    }
    let price = if touch.maker {
        touch.reference
    } else {
        // Full value of the impact of all we have taken of this bar so far and now.
        let taken = (venue.volume.taken() + quantity) * touch.reference;
        let extreme = order.side.worst_extreme(bar);
        let (from, slip) = if touch.stop {
            (overshot(order.side, touch.reference, extreme, venue.stop_overshoot), venue.stop_slippage)
        } else {
            (touch.reference, 0.0)
        };
        let price = venue.taker.price_with_impact(order.side.sign(), from, venue.impact.of(taken)? + slip);
        match touch.bound {
            Some(bound) if !order.side.reaches(price, bound.limit) => {
                if !bound.passed_later {
                    return None;
                }
                // The limit is what its costs reach; a reference beyond the limit is one it waited for.
                if !order.side.reaches(touch.reference, bound.limit) {
                    touch.reference = bound.limit;
                }
                touch.moment = Moment::Inside;
                bound.limit
            }
            _ => price,
        }
    };
    let notional = quantity * price;
    let fee = if touch.maker { venue.maker.fee(notional) } else { venue.taker.fee(notional) };
    Some(Filled {
        quantity,
        reference: touch.reference,
        price,
        fee,
        slippage: (price - touch.reference).abs() * quantity,
        maker: touch.maker,
        moment: touch.moment,
        remainder: wanted - quantity,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAR: Bar = Bar { open: 100.0, high: 105.0, low: 95.0, close: 101.0, volume: 1_000.0 };

    fn fill(side: Side, kind: Kind) -> Option<Filled> {
        let venue =
            Venue { taker: Taker { fee: 0.001, half_spread: 0.01 }, maker: Maker { fee: 0.0002 }, tick: 0.5, ..Venue::frictionless() };
        fill_in_bar(&OrderSpec::new(side, kind, 1.0), &BAR, &venue)
    }

    #[test]
    fn a_market_order_crosses_the_spread_at_the_open() {
        let got = fill(Side::Buy, Kind::Market).unwrap();
        assert_eq!((got.reference, got.price, got.moment, got.maker), (100.0, 101.0, Moment::Open, false));
        assert!((got.fee - 0.101).abs() < 1e-15 && (got.slippage - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_limit_needs_a_trade_through() {
        let limit = |price| Kind::Limit { price, resting: true };
        assert!(fill(Side::Buy, limit(95.0)).is_none(), "a touch");
        assert!(fill(Side::Buy, limit(95.4)).is_none(), "less than a tick");
        let got = fill(Side::Buy, limit(95.5)).unwrap();
        assert_eq!((got.price, got.maker, got.slippage), (95.5, true, 0.0));
        assert!((got.fee - 95.5 * 0.0002).abs() < 1e-15);
        assert!(fill(Side::Sell, limit(104.5)).is_some() && fill(Side::Sell, limit(105.0)).is_none());
    }

    #[test]
    fn a_limit_that_arrives_beyond_the_open_is_a_taker_within_its_limit() {
        let limit = |price, resting| Kind::Limit { price, resting };
        let got = fill(Side::Buy, limit(103.0, false)).unwrap();
        assert_eq!((got.reference, got.price, got.maker), (100.0, 101.0, false));
        // The spread would carry it past 100.5: it waits there and pays the taker fee.
        let waits = fill(Side::Buy, limit(100.5, false)).unwrap();
        assert_eq!((waits.reference, waits.price, waits.maker), (100.0, 100.5, false));
        // In the book before the bar, the market passed through its price.
        assert_eq!(fill(Side::Buy, limit(103.0, true)).unwrap().price, 103.0);
    }

    #[test]
    fn a_stop_is_filled_at_the_worse_of_trigger_and_open() {
        assert_eq!(fill(Side::Sell, Kind::Stop { trigger: 97.0 }).unwrap().reference, 97.0);
        assert_eq!(fill(Side::Sell, Kind::Stop { trigger: 102.0 }).unwrap().reference, 100.0);
        assert_eq!(fill(Side::Sell, Kind::Stop { trigger: 95.0 }).unwrap().reference, 95.0, "a touch triggers");
        assert!(fill(Side::Sell, Kind::Stop { trigger: 94.0 }).is_none());
        assert_eq!(fill(Side::Buy, Kind::Stop { trigger: 97.0 }).unwrap().reference, 100.0);
    }

    #[test]
    fn a_stop_limit_waits_for_what_is_known_to_come() {
        let order = |trigger, limit| Kind::StopLimit { trigger, limit };
        assert_eq!(fill(Side::Buy, order(102.0, 104.0)).unwrap().reference, 102.0);
        // Triggered at the open, limit below: the low comes later.
        assert_eq!(fill(Side::Buy, order(99.0, 98.0)).unwrap().price, 98.0);
        // Triggered inside, limit below the close: the low may have come before.
        assert!(fill(Side::Buy, order(103.0, 99.0)).is_none());
        // Limit above the close: passed on the way to it.
        assert_eq!(fill(Side::Buy, order(103.0, 102.0)).unwrap().price, 102.0);
    }

    #[test]
    fn reduce_only_never_opens() {
        let order = |reduces| OrderSpec { side: Side::Sell, kind: Kind::Market, quantity: 5.0, reduces };
        let venue = Venue { lot: 1.0, ..Venue::frictionless() };
        assert_eq!(fill_in_bar(&order(Some(2.5)), &BAR, &venue).unwrap().quantity, 2.5, "the whole position, dust and all");
        assert!(fill_in_bar(&order(Some(0.0)), &BAR, &venue).is_none());
        assert!(fill_in_bar(&order(Some(-2.0)), &BAR, &venue).is_none());
        assert_eq!(fill_in_bar(&order(None), &BAR, &venue).unwrap().quantity, 5.0);
    }

    #[test]
    fn volume_lot_and_minimum_cut_the_order() {
        let order = OrderSpec::new(Side::Buy, Kind::Market, 50.0);
        let mut venue = Venue { lot: 3.0, volume: VolumePool::new(0.02, BAR.volume, 1.0, 1e9), ..Venue::frictionless() };
        let got = fill_in_bar(&order, &BAR, &venue).unwrap();
        assert_eq!((got.quantity, got.remainder), (18.0, 32.0));
        venue.volume.take(got.quantity);
        assert!(fill_in_bar(&order, &BAR, &venue).is_none(), "less than a lot is left");
        venue.volume = VolumePool::unlimited();
        venue.min_notional = 5_000.0;
        assert!(fill_in_bar(&order, &BAR, &venue).is_none());
        assert!(fill_in_bar(&order, &Bar { volume: 0.0, ..BAR }, &Venue::frictionless()).is_none());
    }

    #[test]
    fn impact_grows_with_what_was_taken_before() {
        let impact = Impact { coefficient: 1.0, daily_volatility: 0.1, daily_notional: 1e6 };
        let mut venue = Venue { impact, ..Venue::frictionless() };
        let order = OrderSpec::new(Side::Sell, Kind::Market, 100.0);
        let first = fill_in_bar(&order, &BAR, &venue).unwrap();
        assert!((first.price - 99.0).abs() < 1e-12, "10,000 of 1,000,000 at 10 %: one per cent");
        venue.volume.take(300.0);
        assert!((fill_in_bar(&order, &BAR, &venue).unwrap().price - 98.0).abs() < 1e-12);
    }
}
