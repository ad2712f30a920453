//! Where protective orders stand: fixed, by ATR, by loss, trailing; whether they stand on the right side; and how far they are run over.

use crate::exchange::Refusal;
use crate::exchange::bar::Bar;
use crate::exchange::side::Side;
use crate::units::Direction;

/// A stop a fraction of the entry price away, on the losing side: `entry · (1 − s · fraction)`.
#[must_use]
pub fn fixed(direction: Direction, entry: f64, fraction: f64) -> f64 {
    entry * (1.0 - direction.sign() * fraction)
}

/// A stop a multiple of the average true range away: `entry − s · multiple · atr`, `atr` in USD and known before the entry.
#[must_use]
pub fn by_atr(direction: Direction, entry: f64, atr: f64, multiple: f64) -> f64 {
    entry - direction.sign() * multiple * atr
}

/// The stop at which price has cost `loss` USD: `entry − s · loss / quantity`. A share of the margin put in, or, where funding counts, that share and
/// the funding received so far; below zero it stands on the winning side, for funding has cost more than may be lost.
#[must_use]
pub fn by_loss(direction: Direction, entry: f64, loss: f64, quantity: f64) -> f64 {
    entry - direction.sign() * loss / quantity
}

/// Where a stop of a side trades that meets the market at `reference` in a bar whose worst price for it is `extreme`: a share of the way from the
/// one to the other. Market orders of a crowd chase the same falling bids, so the further a bar runs beyond a stop, the further its fill lies
/// from the trigger. Never outside the bar, and never better than the reference.
#[must_use]
pub fn overshot(side: Side, reference: f64, extreme: f64, share: f64) -> f64 {
    side.worse(reference, reference + share * (extreme - reference))
}

/// How far a trailing stop follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// A fraction of the best price, in (0, 1).
    Fraction(f64),
    /// USD.
    Price(f64),
}

/// A trailing stop between bars: it follows the best price of the bars closed so far, never the bar it acts in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trail {
    /// The best price so far: highest for a sell stop, lowest for a buy stop. At the start, the entry price.
    pub best: f64,
    pub distance: Distance,
}

impl Trail {
    /// The trigger of a stop of this side: below the best price for a seller, above it for a buyer.
    #[must_use]
    pub fn level(&self, side: Side) -> f64 {
        match self.distance {
            Distance::Fraction(part) => self.best * (1.0 + side.sign() * part),
            Distance::Price(gap) => self.best + side.sign() * gap,
        }
    }

    /// The trail after a bar has passed over it: the stop never moves away from the price. Call it after the bar's adverse leg, for the
    /// bars to come.
    #[must_use]
    pub fn ratchet(self, side: Side, bar: &Bar) -> Self {
        let best = match side {
            Side::Sell => self.best.max(bar.high),
            Side::Buy => self.best.min(bar.low),
        };
        Self { best, ..self }
    }

    /// Refuses distances that are none.
    ///
    /// # Errors
    /// A fraction outside (0, 1), a gap that is not positive, a best price that is none.
    pub fn check(&self) -> Result<(), Refusal> {
        Refusal::unless(self.best > 0.0 && self.best.is_finite(), "best", self.best, "a positive price")?;
        match self.distance {
            Distance::Fraction(part) => Refusal::unless(part > 0.0 && part < 1.0, "trail", part, "a fraction above 0, below 1"),
            Distance::Price(gap) => Refusal::unless(gap > 0.0 && gap.is_finite(), "trail", gap, "a positive distance in USD"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::orders::{Kind, OrderSpec, Venue, fill_in_bar};

    /// Refuses a protective stop on the winning side of the entry, where it would be filled at once, and one that is no price.
    ///
    /// # Errors
    /// With the side it belongs on.
    fn check_stop(direction: Direction, entry: f64, stop: f64) -> Result<(), Refusal> {
        let right = stop > 0.0 && stop.is_finite() && direction.sign() * (entry - stop) > 0.0;
        Refusal::unless(right, "stop", stop, below_above(direction))
    }

    /// Refuses a take-profit on the losing side of the entry.
    ///
    /// # Errors
    /// With the side it belongs on.
    fn check_take_profit(direction: Direction, entry: f64, target: f64) -> Result<(), Refusal> {
        let right = target > 0.0 && target.is_finite() && direction.sign() * (target - entry) > 0.0;
        let opposite = if direction == Direction::Long { Direction::Short } else { Direction::Long };
        Refusal::unless(right, "take_profit", target, below_above(opposite))
    }

    fn below_above(direction: Direction) -> &'static str {
        match direction {
            Direction::Long => "a price above 0, below the entry",
            Direction::Short => "a price above the entry",
        }
    }

    #[test]
    fn stops_stand_on_the_losing_side() {
        assert_eq!(fixed(Direction::Long, 100.0, 0.1), 90.0);
        assert_eq!(by_atr(Direction::Short, 100.0, 4.0, 2.5), 110.0);
        // Half of a margin of 10 on 2 coins: 2.5 a coin.
        assert_eq!(by_loss(Direction::Long, 100.0, 0.5 * 10.0, 2.0), 97.5);
        // Funding has taken 6 of the 5 that may be lost.
        assert_eq!(by_loss(Direction::Short, 100.0, 0.5 * 10.0 - 6.0, 2.0), 99.5);
        check_stop(Direction::Long, 100.0, 90.0).unwrap();
        assert!(check_stop(Direction::Long, 100.0, 100.0).is_err());
        assert!(check_stop(Direction::Short, 100.0, 90.0).is_err());
        assert!(check_stop(Direction::Long, 100.0, -3.0).is_err());
        check_take_profit(Direction::Short, 100.0, 90.0).unwrap();
        assert!(check_take_profit(Direction::Long, 100.0, 90.0).is_err());
        for direction in [Direction::Long, Direction::Short] {
            assert!(check_take_profit(direction, 100.0, 100.0).is_err());
        }
    }

    #[test]
    fn a_trail_in_dollars_stays_so_far_behind() {
        let trail = Trail { best: 100.0, distance: Distance::Price(5.0) };
        assert_eq!((trail.level(Side::Sell), trail.level(Side::Buy)), (95.0, 105.0));
    }

    #[test]
    fn a_trail_has_a_distance() {
        let check = |distance| Trail { best: 100.0, distance }.check().is_ok();
        assert!(check(Distance::Fraction(0.1)) && check(Distance::Price(5.0)));
        for none in [Distance::Fraction(0.0), Distance::Fraction(1.0), Distance::Price(0.0), Distance::Price(f64::INFINITY)] {
            assert!(!check(none), "{none:?}");
        }
    }

    #[test]
    fn a_stop_is_run_over_by_a_share_of_what_came_after_it() {
        let bar = Bar::of_prices(100.0, 105.0, 95.0, 101.0);
        let fill = |side, trigger, stop_overshoot| {
            let venue = Venue { stop_overshoot, ..Venue::frictionless() };
            fill_in_bar(&OrderSpec::new(side, Kind::Stop { trigger }, 1.0), &bar, &venue).unwrap()
        };
        let inside = fill(Side::Sell, 99.0, 0.25);
        assert_eq!((inside.reference, inside.price, inside.slippage), (99.0, 98.0, 1.0), "a quarter of the way from 99 to 95");
        assert_eq!(fill(Side::Sell, 102.0, 0.25).price, 98.75, "through a gap the way begins at the open of 100");
        assert_eq!(fill(Side::Buy, 103.0, 0.5).price, 104.0);
        assert_eq!(fill(Side::Sell, 95.0, 0.75).price, 95.0, "nothing came after a touch");
        assert_eq!(fill(Side::Sell, 99.0, 1.0).price, 95.0);
    }

    #[test]
    fn a_trail_never_loosens() {
        let trail = Trail { best: 100.0, distance: Distance::Fraction(0.1) };
        assert_eq!(trail.level(Side::Sell), 90.0);
        let risen = trail.ratchet(Side::Sell, &Bar::of_prices(100.0, 120.0, 95.0, 110.0));
        assert_eq!(risen.level(Side::Sell), 108.0);
        assert_eq!(risen.ratchet(Side::Sell, &Bar::of_prices(110.0, 115.0, 109.0, 112.0)), risen);
        let fallen = trail.ratchet(Side::Buy, &Bar::of_prices(100.0, 120.0, 80.0, 110.0));
        assert_eq!(fallen.level(Side::Buy), 88.0);
    }
}
