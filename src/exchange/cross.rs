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
pub struct PoolPosition<'a> {
    pub direction: Direction,
    /// Coins, positive.
    pub quantity: f64,
    pub entry_price: f64,
    /// Any number that positions on the same underlying share: they are always tested in the same world.
    pub underlying: usize,
    /// Empty for collateral, of which no margin is asked.
    pub brackets: &'a [Bracket],
}

impl PoolPosition<'static> {
    /// Coins that stand behind a pool, as many as count: worth their price, and nothing is asked of them.
    #[must_use]
    pub fn collateral(quantity: f64, underlying: usize) -> Self {
        Self { direction: Direction::Long, quantity, entry_price: 0.0, underlying, brackets: &[] }
    }
}

impl PoolPosition<'_> {
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

    /// Profit less maintenance: what the position adds to the pool's distance from liquidation.
    fn health(&self, mark: f64, closing_fee: f64) -> f64 {
        self.profit(mark) - self.maintenance(mark, closing_fee)
    }
}

/// The lowest and highest mark of one position in a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremes {
    pub low: f64,
    pub high: f64,
}

/// How one position of a liquidated pool leaves. USD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Departure {
    pub price: f64,
    /// Its part of the liquidation fee.
    pub fee: f64,
    /// Its part of what stood behind the pool and did not come back, from 0 up.
    pub lost: f64,
}

/// A cross-margin pool. Slices of marks and extremes run along `positions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool<'a> {
    /// Cross wallet balance in USD.
    pub wallet: f64,
    pub positions: Vec<PoolPosition<'a>>,
}

impl Pool<'_> {
    /// Wallet plus unrealised profit of all positions.
    #[must_use]
    pub fn balance(&self, marks: &[f64]) -> f64 {
        self.wallet + self.positions.iter().zip(marks).map(|(position, mark)| position.profit(*mark)).sum::<f64>()
    }

    /// Maintenance margin of all positions, each bracket looked up at its own mark.
    #[must_use]
    pub fn maintenance(&self, marks: &[f64], closing_fee: f64) -> f64 {
        self.positions.iter().zip(marks).map(|(position, mark)| position.maintenance(*mark, closing_fee)).sum()
    }

    /// The inequality: `WB + Σ uPnL ≤ Σ (MM + closing fee)`. A pool without positions cannot be liquidated.
    #[must_use]
    pub fn is_liquidated(&self, marks: &[f64], closing_fee: f64) -> bool {
        !self.positions.is_empty() && self.balance(marks) <= self.maintenance(marks, closing_fee)
    }

    /// The marks at the end of a world. Maintenance grows and profit falls linearly between brackets, so the worst of a world lies there or at its open.
    #[must_use]
    pub fn extremes(&self, world: World, bar: &[Extremes], closing_fee: f64) -> Vec<f64> {
        match world {
            World::Lows => bar.iter().map(|e| e.low).collect(),
            World::Highs => bar.iter().map(|e| e.high).collect(),
            World::Worst => self.worst_marks(bar, closing_fee),
        }
    }

    /// The marks of the strict world: every underlying at the extreme that leaves its positions together worst.
    fn worst_marks(&self, extremes: &[Extremes], closing_fee: f64) -> Vec<f64> {
        let health = |underlying: usize, pick: fn(&Extremes) -> f64| -> f64 {
            self.positions
                .iter()
                .zip(extremes)
                .filter(|(position, _)| position.underlying == underlying)
                .map(|(position, e)| position.health(pick(e), closing_fee))
                .sum()
        };
        self.positions
            .iter()
            .zip(extremes)
            .map(|(position, e)| {
                let low_hurts = health(position.underlying, |e| e.low) <= health(position.underlying, |e| e.high);
                if low_hurts { e.low } else { e.high }
            })
            .collect()
    }

    /// The price of position `place` at which the pool is liquidated while all others stay at their marks:
    /// `(WB + UPNL_other − MM_other + cum − s·q·EP) / (q·(mmr + fee) − s·q)`, the bracket of the position found at that price.
    /// `None`: its price alone cannot do it.
    #[must_use]
    pub fn liquidation_price(&self, place: usize, marks: &[f64], closing_fee: f64) -> Option<f64> {
        let position = self.positions.get(place)?;
        let others = self.positions.iter().zip(marks).enumerate().filter(|(other, _)| *other != place);
        let backing = self.wallet + others.map(|(_, (other, mark))| other.health(*mark, closing_fee)).sum::<f64>();
        let alone = crate::exchange::margin::Isolated {
            direction: position.direction,
            quantity: position.quantity,
            entry_price: position.entry_price,
            wallet: backing,
        };
        alone.liquidation_price(position.brackets, closing_fee)
    }

    /// How the positions of a pool liquidated at `marks` leave. `exchange-like`: each at its mark less its part of the fee, by notional, and the rest of
    /// the balance comes back. `lose-margin`: what the balance still is at the marks the venue keeps, by notional. Where there is no balance left,
    /// nobody pays the debt: it is forgiven to the positions that lost, and the others leave at their marks.
    ///
    /// What the pool had and lost is shared by what the positions lose.
    #[must_use]
    pub fn departures(&self, marks: &[f64], rule: LiquidationRule, fee: f64) -> Vec<Departure> {
        let balance = self.balance(marks);
        let notionals: Vec<f64> = self.positions.iter().zip(marks).map(|(position, mark)| position.quantity * mark).collect();
        let total: f64 = notionals.iter().sum();
        let returned = pool_returns(balance, total, rule, fee);
        let taken = balance.max(0.0) - returned;
        let (kept, fees) = match rule {
            LiquidationRule::LoseMargin => (taken, 0.0),
            LiquidationRule::ExchangeLike => (0.0, taken),
        };
        let forgiven = self.forgiven(marks);
        let mut departures = Vec::with_capacity(self.positions.len());
        for (place, position) in self.positions.iter().enumerate() {
            let part = notionals[place] / total;
            let price = marks[place] + position.direction.sign() * (forgiven[place] - kept * part) / position.quantity;
            departures.push(Departure { price, fee: fees * part, lost: (fees * part - position.profit(price)).max(0.0) });
        }
        let all: f64 = departures.iter().map(|departure| departure.lost).sum();
        let lost = (self.wallet - returned).max(0.0);
        for departure in &mut departures {
            departure.lost *= if all > 0.0 { lost / all } else { 0.0 };
        }
        departures
    }

    /// What the pool cannot pay at `marks`, shared by loss among the positions that lost, so that none of them leaves better than it came. A debt of the
    /// wallet itself, beyond what its positions have lost, is shared by notional.
    fn forgiven(&self, marks: &[f64]) -> Vec<f64> {
        let debt = (-self.balance(marks)).max(0.0);
        let losses: Vec<f64> = self.positions.iter().zip(marks).map(|(position, mark)| (-position.profit(*mark)).max(0.0)).collect();
        let all: f64 = losses.iter().sum();
        if all >= debt {
            return losses.iter().map(|loss| if debt > 0.0 { debt * loss / all } else { 0.0 }).collect();
        }
        let total: f64 = self.positions.iter().zip(marks).map(|(position, mark)| position.quantity * mark).sum();
        let of = |((position, mark), loss): ((&PoolPosition, &f64), &f64)| loss + (debt - all) * position.quantity * mark / total;
        self.positions.iter().zip(marks).zip(&losses).map(of).collect()
    }
}

/// A joint world: where every symbol of a pool is on its way to inside a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum World {
    Lows,
    Highs,
    /// Every underlying at the extreme that hurts its own positions most.
    Worst,
}

impl World {
    /// The worlds a pool must survive, in the order in which they are walked.
    #[must_use]
    pub fn all(strict: bool) -> &'static [Self] {
        if strict { &[Self::Lows, Self::Highs, Self::Worst] } else { &[Self::Lows, Self::Highs] }
    }

    /// Whether a position of this direction may be stopped on the way.
    #[must_use]
    pub fn hurts(self, direction: Direction) -> bool {
        match self {
            Self::Lows => direction == Direction::Long,
            Self::Highs => direction == Direction::Short,
            Self::Worst => true,
        }
    }
}

/// The way of a pool's marks through a bar, along its positions: each is as far along as all the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way<'a> {
    pub opens: &'a [f64],
    pub extremes: &'a [f64],
    /// The share of it that lies behind.
    pub behind: f64,
}

impl Way<'_> {
    fn marks_at(&self, share: f64) -> Vec<f64> {
        self.opens.iter().zip(self.extremes).map(|(open, end)| open + share * (end - open)).collect()
    }
}

/// A protective stop that the last prices of a bar reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReachedStop {
    /// Its position's place in the pool.
    pub place: usize,
    pub trigger: f64,
    /// Last prices: the open, and the extreme that hurts.
    pub open: f64,
    pub extreme: f64,
    /// What it would pay a coin; `None` where volume lets nothing of it out.
    pub paid: Option<f64>,
}

/// What comes next on a pool's way.
#[derive(Clone, Debug, PartialEq)]
pub enum PoolEvent {
    /// The whole pool is taken over at these marks.
    Liquidated { marks: Vec<f64> },
    /// A position of it is stopped, at this share of the way.
    Stopped { place: usize, share: f64 },
}

/// Halvings in the search for the instant at which a pool fails: beyond the last bit of a price.
const HALVINGS: usize = 60;

/// What comes first on the way of a joint world to its end: a stop, the failing of the whole pool, or nothing. Of two stops as far along the one that stands
/// first; a stop whose costs carry the pool to its liquidation is a liquidation.
#[must_use]
pub fn next_event(pool: &Pool, way: &Way, stops: &[ReachedStop], closing_fee: f64) -> Option<PoolEvent> {
    let share_of = |stop: &ReachedStop| {
        let share = ((stop.open - stop.trigger) / (stop.open - stop.extreme)).clamp(0.0, 1.0).max(way.behind);
        if share.is_nan() { way.behind } else { share }
    };
    let first = stops.iter().map(|stop| (share_of(stop), stop)).min_by(|(a, _), (b, _)| a.total_cmp(b));
    let fails = |share: f64| pool.is_liquidated(&way.marks_at(share), closing_fee);
    let until = first.map_or(1.0, |(share, _)| share);
    if fails(until) {
        let (mut alive, mut broken) = (way.behind, until);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(alive, broken);
            if fails(middle) { broken = middle } else { alive = middle }
        }
        return Some(PoolEvent::Liquidated { marks: way.marks_at(broken) });
    }
    let (share, stop) = first?;
    let mut marks = way.marks_at(share);
    marks[stop.place] = stop.paid.unwrap_or(marks[stop.place]);
    let carried = pool.is_liquidated(&marks, closing_fee);
    Some(if carried { PoolEvent::Liquidated { marks } } else { PoolEvent::Stopped { place: stop.place, share } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::brackets::DEFAULT_BRACKETS;

    fn is_solvent(pool: &Pool, bar: &[Extremes], strict: bool) -> bool {
        World::all(strict).iter().all(|&world| !pool.is_liquidated(&pool.extremes(world, bar, 0.0), 0.0))
    }

    fn position(direction: Direction, quantity: f64, underlying: usize) -> PoolPosition<'static> {
        PoolPosition { direction, quantity, entry_price: 100.0, underlying, brackets: &DEFAULT_BRACKETS }
    }

    #[test]
    fn a_hedge_on_one_underlying_survives_what_two_underlyings_do_not() {
        let both =
            |second| Pool { wallet: 200.0, positions: vec![position(Direction::Long, 20.0, 0), position(Direction::Short, 20.0, second)] };
        let wide = [Extremes { low: 80.0, high: 120.0 }; 2];
        assert!(is_solvent(&both(0), &wide, false) && is_solvent(&both(1), &wide, false));
        assert!(is_solvent(&both(0), &wide, true), "the positions move together");
        assert!(!is_solvent(&both(1), &wide, true), "long at its low, short at its high");
    }

    #[test]
    fn two_longs_fall_together() {
        let pool = Pool { wallet: 500.0, positions: vec![position(Direction::Long, 20.0, 0), position(Direction::Long, 20.0, 1)] };
        assert!(is_solvent(&pool, &[Extremes { low: 95.0, high: 130.0 }; 2], false));
        assert!(!is_solvent(&pool, &[Extremes { low: 85.0, high: 130.0 }; 2], false));
    }

    /// 200 behind a long of 20 at 100, which asks for no maintenance, on its way to 80: it is gone at 90, half way.
    #[test]
    fn a_stop_before_the_failing_of_its_pool_is_a_stop() {
        let pool = Pool { wallet: 200.0, positions: vec![PoolPosition { brackets: &[], ..position(Direction::Long, 20.0, 0) }] };
        let next = |behind: f64, stops: &[(f64, f64)]| {
            let of = |&(trigger, paid): &(f64, f64)| ReachedStop { place: 0, trigger, open: 100.0, extreme: 80.0, paid: Some(paid) };
            let stops: Vec<ReachedStop> = stops.iter().map(of).collect();
            next_event(&pool, &Way { opens: &[100.0], extremes: &[80.0], behind }, &stops, 0.0)
        };
        let liquidated =
            |event: Option<PoolEvent>| matches!(event, Some(PoolEvent::Liquidated { marks }) if (marks[0] - 90.0).abs() < 1e-9);
        assert_eq!(next(0.0, &[(95.0, 95.0)]), Some(PoolEvent::Stopped { place: 0, share: 0.25 }));
        assert_eq!(next(0.4, &[(95.0, 95.0)]), Some(PoolEvent::Stopped { place: 0, share: 0.4 }), "a path does not turn back");
        assert!(liquidated(next(0.0, &[(85.0, 85.0)])) && liquidated(next(0.0, &[])));
        assert_eq!(next(0.0, &[(95.0, 89.0)]), Some(PoolEvent::Liquidated { marks: vec![89.0] }), "its costs carry the pool there");
        let calm = next_event(&pool, &Way { opens: &[100.0], extremes: &[91.0], behind: 0.0 }, &[], 0.0);
        assert_eq!(calm, None);
    }

    #[test]
    fn a_pools_debt_is_forgiven_to_those_who_lost_it() {
        // 1,000 behind a long of 40 at 100 that stands at 20, one of 10 that stands at 95 and one of 10 that has not moved: 2,250 are owed.
        let pool = Pool {
            wallet: 1_000.0,
            positions: vec![position(Direction::Long, 40.0, 0), position(Direction::Long, 10.0, 1), position(Direction::Long, 10.0, 2)],
        };
        for rule in [LiquidationRule::LoseMargin, LiquidationRule::ExchangeLike] {
            let [fallen, dented, still] = pool.departures(&[20.0, 95.0, 100.0], rule, 0.01)[..] else { panic!("three positions") };
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
        let pool = Pool { wallet: 500.0, positions: vec![position(Direction::Long, 10.0, 0), position(Direction::Short, 10.0, 1)] };
        let [loser, winner] = pool.departures(&[1e-9, 40.0], LiquidationRule::ExchangeLike, 0.0)[..] else { panic!("two positions") };
        assert!((loser.lost - 400.0).abs() < 1e-6 && winner.lost == 0.0);
        let [loser, winner] = pool.departures(&[30.0, 79.0], LiquidationRule::LoseMargin, 0.0)[..] else { panic!("two positions") };
        // 10 are left, of a notional of 1,090 in all.
        assert!((loser.lost - 500.0).abs() < 1e-9 && winner.lost == 0.0);
        assert!((loser.price - (30.0 - 300.0 / 1_090.0)).abs() < 1e-9 && (winner.price - (79.0 + 790.0 / 1_090.0)).abs() < 1e-9);
    }

    #[test]
    fn the_price_is_where_the_inequality_turns() {
        let pool = Pool { wallet: 900.0, positions: vec![position(Direction::Long, 90.0, 0), position(Direction::Short, 30.0, 1)] };
        let marks = [97.0, 104.0];
        for (place, s) in [(0, 1.0), (1, -1.0)] {
            let price = pool.liquidation_price(place, &marks, 0.0005).unwrap();
            let mut at = marks;
            at[place] = price * (1.0 - s * 1e-7);
            assert!(pool.is_liquidated(&at, 0.0005));
            at[place] = price * (1.0 + s * 1e-7);
            assert!(!pool.is_liquidated(&at, 0.0005));
        }
        assert!(!Pool { wallet: 0.0, positions: vec![] }.is_liquidated(&[], 0.0));
    }
}
