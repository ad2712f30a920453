//! Cross margin: one wallet behind several positions.
//!
//! Source: `fidelity.md` 1.3 and section 6, step 5. The pool is liquidated when its balance is no more than the maintenance margin of
//! all its positions; inside a bar it must survive two joint worlds, every symbol at its low and every symbol at its high.

use crate::exchange::brackets::maintenance_margin;
use crate::units::{Bracket, Direction};

/// One position of a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg<'a> {
    pub direction: Direction,
    /// Coins, positive.
    pub quantity: f64,
    pub entry_price: f64,
    /// Any number that legs on the same underlying share: they are always tested in the same world.
    pub underlying: usize,
    pub brackets: &'a [Bracket],
}

impl Leg<'_> {
    /// Unrealised profit at a mark price.
    #[must_use]
    pub fn profit(&self, mark: f64) -> f64 {
        self.direction.sign() * self.quantity * (mark - self.entry_price)
    }

    /// Maintenance margin at a mark price, the closing fee included.
    #[must_use]
    pub fn maintenance(&self, mark: f64, closing_fee: f64) -> f64 {
        let notional = self.quantity * mark;
        maintenance_margin(self.brackets, notional) + notional * closing_fee
    }

    /// Profit less maintenance: what the leg adds to the pool's distance from liquidation.
    fn health(&self, mark: f64, closing_fee: f64) -> f64 {
        self.profit(mark) - self.maintenance(mark, closing_fee)
    }
}

/// The lowest and highest mark of one leg in a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremes {
    pub low: f64,
    pub high: f64,
}

/// Which worlds a pool must survive inside a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Worlds {
    /// All at their lows, and all at their highs.
    Joint,
    /// Also every underlying at the extreme that hurts its own legs most.
    Strict,
}

/// A cross-margin pool. Slices of marks and extremes run along `legs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool<'a> {
    /// Cross wallet balance in USD.
    pub wallet: f64,
    pub legs: Vec<Leg<'a>>,
}

impl Pool<'_> {
    /// Wallet plus unrealised profit of all legs.
    #[must_use]
    pub fn balance(&self, marks: &[f64]) -> f64 {
        self.wallet + self.legs.iter().zip(marks).map(|(leg, mark)| leg.profit(*mark)).sum::<f64>()
    }

    /// Maintenance margin of all legs, each bracket looked up at its own mark.
    #[must_use]
    pub fn maintenance(&self, marks: &[f64], closing_fee: f64) -> f64 {
        self.legs.iter().zip(marks).map(|(leg, mark)| leg.maintenance(*mark, closing_fee)).sum()
    }

    /// The inequality: `WB + Σ uPnL ≤ Σ (MM + closing fee)`. A pool without legs cannot be liquidated.
    #[must_use]
    pub fn is_liquidated(&self, marks: &[f64], closing_fee: f64) -> bool {
        !self.legs.is_empty() && self.balance(marks) <= self.maintenance(marks, closing_fee)
    }

    /// Maintenance margin over balance: liquidation at 1. Infinite where the balance is gone.
    #[must_use]
    pub fn margin_ratio(&self, marks: &[f64], closing_fee: f64) -> f64 {
        let balance = self.balance(marks);
        if balance > 0.0 { self.maintenance(marks, closing_fee) / balance } else { f64::INFINITY }
    }

    /// Whether the pool survives a bar's extremes. Maintenance grows and profit falls linearly between brackets, so the worst of a
    /// world lies at its extremes or its open; test the open beside.
    #[must_use]
    pub fn survives(&self, extremes: &[Extremes], worlds: Worlds, closing_fee: f64) -> bool {
        let lows: Vec<f64> = extremes.iter().map(|e| e.low).collect();
        let highs: Vec<f64> = extremes.iter().map(|e| e.high).collect();
        if self.is_liquidated(&lows, closing_fee) || self.is_liquidated(&highs, closing_fee) {
            return false;
        }
        worlds == Worlds::Joint || !self.is_liquidated(&self.worst_marks(extremes, closing_fee), closing_fee)
    }

    /// The marks of the strict world: every underlying at the extreme that leaves its legs together worst.
    #[must_use]
    pub fn worst_marks(&self, extremes: &[Extremes], closing_fee: f64) -> Vec<f64> {
        let health = |underlying: usize, pick: fn(&Extremes) -> f64| -> f64 {
            self.legs
                .iter()
                .zip(extremes)
                .filter(|(leg, _)| leg.underlying == underlying)
                .map(|(leg, e)| leg.health(pick(e), closing_fee))
                .sum()
        };
        self.legs
            .iter()
            .zip(extremes)
            .map(|(leg, e)| {
                let low_hurts = health(leg.underlying, |e| e.low) <= health(leg.underlying, |e| e.high);
                if low_hurts { e.low } else { e.high }
            })
            .collect()
    }

    /// The price of leg `place` at which the pool is liquidated while all others stay at their marks:
    /// `(WB + UPNL_other − MM_other + cum − s·q·EP) / (q·(mmr + fee) − s·q)`, the bracket of the leg found at that price.
    /// `None`: its price alone cannot do it.
    #[must_use]
    pub fn liquidation_price(&self, place: usize, marks: &[f64], closing_fee: f64) -> Option<f64> {
        let leg = self.legs.get(place)?;
        let others = self.legs.iter().zip(marks).enumerate().filter(|(other, _)| *other != place);
        let backing = self.wallet + others.map(|(_, (other, mark))| other.health(*mark, closing_fee)).sum::<f64>();
        let alone = crate::exchange::margin::Isolated {
            direction: leg.direction,
            quantity: leg.quantity,
            entry_price: leg.entry_price,
            wallet: backing,
        };
        alone.liquidation_price(leg.brackets, closing_fee)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::brackets::DEFAULT_BRACKETS;

    fn leg(direction: Direction, quantity: f64, underlying: usize) -> Leg<'static> {
        Leg { direction, quantity, entry_price: 100.0, underlying, brackets: &DEFAULT_BRACKETS }
    }

    #[test]
    fn a_hedge_on_one_underlying_survives_what_two_underlyings_do_not() {
        let both = |second| Pool { wallet: 200.0, legs: vec![leg(Direction::Long, 20.0, 0), leg(Direction::Short, 20.0, second)] };
        let wide = [Extremes { low: 80.0, high: 120.0 }; 2];
        assert!(both(0).survives(&wide, Worlds::Joint, 0.0) && both(1).survives(&wide, Worlds::Joint, 0.0));
        assert!(both(0).survives(&wide, Worlds::Strict, 0.0), "the legs move together");
        assert!(!both(1).survives(&wide, Worlds::Strict, 0.0), "long at its low, short at its high");
    }

    #[test]
    fn two_longs_fall_together() {
        let pool = Pool { wallet: 500.0, legs: vec![leg(Direction::Long, 20.0, 0), leg(Direction::Long, 20.0, 1)] };
        assert!(pool.survives(&[Extremes { low: 95.0, high: 130.0 }; 2], Worlds::Joint, 0.0));
        assert!(!pool.survives(&[Extremes { low: 85.0, high: 130.0 }; 2], Worlds::Joint, 0.0));
    }

    #[test]
    fn the_price_is_where_the_inequality_turns() {
        let pool = Pool { wallet: 900.0, legs: vec![leg(Direction::Long, 90.0, 0), leg(Direction::Short, 30.0, 1)] };
        let marks = [97.0, 104.0];
        for (place, s) in [(0, 1.0), (1, -1.0)] {
            let price = pool.liquidation_price(place, &marks, 0.0005).unwrap();
            let mut at = marks;
            at[place] = price * (1.0 - s * 1e-7);
            assert!(pool.is_liquidated(&at, 0.0005));
            at[place] = price * (1.0 + s * 1e-7);
            assert!(!pool.is_liquidated(&at, 0.0005));
        }
        assert!(!Pool { wallet: 0.0, legs: vec![] }.is_liquidated(&[], 0.0));
    }
}
