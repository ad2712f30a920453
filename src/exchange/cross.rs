//! Cross margin: one wallet behind several positions.
//!
//! Source: `fidelity.md` 1.3, 1.4 and section 6, step 5. The pool is liquidated when its balance is no more than the maintenance margin of
//! all its positions; inside a bar it must survive two joint worlds, every symbol at its low and every symbol at its high.

use crate::exchange::assumptions::LiquidationRule;
use crate::exchange::brackets::maintenance_margin;
use crate::exchange::liquidation::pool_returns;
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
    /// Empty for collateral, of which no margin is asked.
    pub brackets: &'a [Bracket],
}

impl Leg<'static> {
    /// Coins that stand behind a pool, as many as count: worth their price, and nothing is asked of them.
    #[must_use]
    pub fn collateral(quantity: f64, underlying: usize) -> Self {
        Self { direction: Direction::Long, quantity, entry_price: 0.0, underlying, brackets: &[] }
    }
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
        if self.brackets.is_empty() {
            return 0.0;
        }
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

/// How one leg of a liquidated pool leaves. USD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Departure {
    pub price: f64,
    /// Its part of the liquidation fee.
    pub fee: f64,
    /// Its part of what stood behind the pool and did not come back, from 0 up.
    pub lost: f64,
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

    /// How the legs of a pool liquidated at `marks` leave. `exchange-like`: each at its mark less its part of the fee, by notional, and the rest of
    /// the balance comes back. `lose-margin`: what the balance still is at the marks the venue keeps, by notional. Where there is no balance left,
    /// nobody pays the debt: it is forgiven to the legs that lost, and the others leave at their marks.
    ///
    /// What the pool had and lost is shared by what the legs lose.
    #[must_use]
    pub fn departures(&self, marks: &[f64], rule: LiquidationRule, fee: f64) -> Vec<Departure> {
        let balance = self.balance(marks);
        let notionals: Vec<f64> = self.legs.iter().zip(marks).map(|(leg, mark)| leg.quantity * mark).collect();
        let total: f64 = notionals.iter().sum();
        let returned = pool_returns(balance, total, rule, fee);
        let taken = balance.max(0.0) - returned;
        let (kept, fees) = match rule {
            LiquidationRule::LoseMargin => (taken, 0.0),
            LiquidationRule::ExchangeLike => (0.0, taken),
        };
        let forgiven = self.forgiven(marks);
        let mut departures = Vec::with_capacity(self.legs.len());
        for (place, leg) in self.legs.iter().enumerate() {
            let part = notionals[place] / total;
            let price = marks[place] + leg.direction.sign() * (forgiven[place] - kept * part) / leg.quantity;
            departures.push(Departure { price, fee: fees * part, lost: (fees * part - leg.profit(price)).max(0.0) });
        }
        let all: f64 = departures.iter().map(|departure| departure.lost).sum();
        let lost = (self.wallet - returned).max(0.0);
        for departure in &mut departures {
            departure.lost *= if all > 0.0 { lost / all } else { 0.0 };
        }
        departures
    }

    /// What the pool cannot pay at `marks`, shared by loss among the legs that lost, so that none of them leaves better than it came. A debt of the
    /// wallet itself, beyond what its legs have lost, is shared by notional.
    fn forgiven(&self, marks: &[f64]) -> Vec<f64> {
        let debt = (-self.balance(marks)).max(0.0);
        let losses: Vec<f64> = self.legs.iter().zip(marks).map(|(leg, mark)| (-leg.profit(*mark)).max(0.0)).collect();
        let all: f64 = losses.iter().sum();
        if all >= debt {
            return losses.iter().map(|loss| if debt > 0.0 { debt * loss / all } else { 0.0 }).collect();
        }
        let total: f64 = self.legs.iter().zip(marks).map(|(leg, mark)| leg.quantity * mark).sum();
        let of = |((leg, mark), loss): ((&Leg, &f64), &f64)| loss + (debt - all) * leg.quantity * mark / total;
        self.legs.iter().zip(marks).zip(&losses).map(of).collect()
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
    fn a_pools_debt_is_forgiven_to_those_who_lost_it() {
        // 1,000 behind a long of 40 at 100 that stands at 20, one of 10 that stands at 95 and one of 10 that has not moved: 2,250 are owed.
        let pool = Pool {
            wallet: 1_000.0,
            legs: vec![leg(Direction::Long, 40.0, 0), leg(Direction::Long, 10.0, 1), leg(Direction::Long, 10.0, 2)],
        };
        for rule in [LiquidationRule::LoseMargin, LiquidationRule::ExchangeLike] {
            let [fallen, dented, still] = pool.departures(&[20.0, 95.0, 100.0], rule, 0.01)[..] else { panic!("three legs") };
            assert_eq!((still.price, still.fee, still.lost), (100.0, 0.0, 0.0), "at its mark");
            // 3,200 and 50 were lost, of which there were 1,000: 200 / 13 of every 50.
            assert!((fallen.lost - 64.0 / 65.0 * 1_000.0).abs() < 1e-9 && (dented.lost - 1.0 / 65.0 * 1_000.0).abs() < 1e-9);
            assert!(
                (fallen.price - (100.0 - fallen.lost / 40.0)).abs() < 1e-9 && (dented.price - (100.0 - dented.lost / 10.0)).abs() < 1e-9
            );
        }
    }

    #[test]
    fn a_winner_of_a_lost_pool_loses_no_margin() {
        // 500 less 1,000 and 600: 100 are left. What the pool had is the loser's.
        let pool = Pool { wallet: 500.0, legs: vec![leg(Direction::Long, 10.0, 0), leg(Direction::Short, 10.0, 1)] };
        let [loser, winner] = pool.departures(&[1e-9, 40.0], LiquidationRule::ExchangeLike, 0.0)[..] else { panic!("two legs") };
        assert!((loser.lost - 400.0).abs() < 1e-6 && winner.lost == 0.0);
        let [loser, winner] = pool.departures(&[30.0, 79.0], LiquidationRule::LoseMargin, 0.0)[..] else { panic!("two legs") };
        // 10 are left, of a notional of 1,090 in all.
        assert!((loser.lost - 500.0).abs() < 1e-9 && winner.lost == 0.0);
        assert!((loser.price - (30.0 - 300.0 / 1_090.0)).abs() < 1e-9 && (winner.price - (79.0 + 790.0 / 1_090.0)).abs() < 1e-9);
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
