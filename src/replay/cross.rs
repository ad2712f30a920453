//! Buckets of cross margin: the whole bucket stands behind all its positions, and goes with them.
//!
//! Inside a bar a pool is walked through joint worlds (`fidelity.md` section 6, step 5): every symbol on its way to its low, every symbol on its
//! way to its high, and in strict mode every underlying on its way to what hurts it most. On the way stops fill and the pool is tested in the
//! order of price, each symbol as far along as all the others.

use crate::exchange::assumptions::LiquidationRule;
use crate::exchange::cross::{Extremes, Leg, Pool};
use crate::exchange::orders::Moment;
use crate::replay::desk::Desk;
use crate::replay::protect::exit_side;
use crate::units::{BucketId, InstrumentId, Usd};

/// Halvings in the search for the instant at which a pool fails: beyond the last bit of a price.
const HALVINGS: usize = 60;

#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Lows,
    Highs,
    Worst,
}

impl Desk<'_> {
    /// Where the bucket's positions stand among the open ones.
    pub fn members(&self, bucket: BucketId) -> Vec<usize> {
        (0..self.beside.len()).filter(|&at| self.books.positions()[at].bucket == bucket).collect()
    }

    pub fn pool_of(&self, bucket: BucketId, members: &[usize]) -> Pool<'_> {
        let positions = self.books.positions();
        let margins: Usd = members.iter().map(|&at| positions[at].margin()).sum();
        let legs = members.iter().map(|&at| {
            let position = &positions[at];
            Leg {
                direction: position.direction(),
                quantity: position.quantity.abs(),
                entry_price: position.entry_price(),
                underlying: self.market.instrument(position.instrument).asset.index(),
                brackets: self.brackets(position.instrument),
            }
        });
        Pool { wallet: (self.books.cash(bucket) + margins).to_f64(), legs: legs.collect() }
    }

    /// A price of this bar for every member; where a member does not trade, what it was last worth.
    pub fn prices(&self, members: &[usize], column: &[f64]) -> Vec<f64> {
        let of = |&at: &usize| {
            let price = column[self.beside[at].series + self.t];
            if price.is_nan() { self.market.panel.value_at(self.books.positions()[at].instrument, self.t) } else { price }
        };
        members.iter().map(of).collect()
    }

    pub fn liquidate_pool_failing(&mut self, bucket: BucketId, marks: &[f64]) {
        let members = self.members(bucket);
        let marks = self.prices(&members, marks);
        if self.pool_of(bucket, &members).is_liquidated(&marks, self.closing_fee()) {
            self.liquidate_pool(bucket, &members, &marks);
        }
    }

    /// Moment 5 for a pool.
    pub fn pool_legs(&mut self, bucket: BucketId) {
        let strict = self.plan.assumptions.strict_cross;
        for world in [World::Lows, World::Highs, World::Worst] {
            if world != World::Worst || strict {
                self.walk_world(bucket, world);
            }
        }
    }

    fn walk_world(&mut self, bucket: BucketId, world: World) {
        let panel = &self.market.panel;
        let mut from = 0.0;
        loop {
            let members = self.members(bucket);
            if members.is_empty() {
                return;
            }
            let opens = self.prices(&members, &panel.mark_open);
            let pool = self.pool_of(bucket, &members);
            let (lows, highs) = (self.prices(&members, &panel.mark_low), self.prices(&members, &panel.mark_high));
            let extremes = match world {
                World::Lows => lows,
                World::Highs => highs,
                World::Worst => {
                    let both: Vec<Extremes> = lows.iter().zip(&highs).map(|(&low, &high)| Extremes { low, high }).collect();
                    pool.worst_marks(&both, self.closing_fee())
                }
            };
            let stop = self.next_stop(&members, world, from);
            let until = stop.map_or(1.0, |(way, _)| way);
            let along = |way: f64| -> Vec<f64> { opens.iter().zip(&extremes).map(|(open, end)| open + way * (end - open)).collect() };
            let fails = |way: f64| pool.is_liquidated(&along(way), self.closing_fee());
            if fails(until) {
                let (mut sound, mut broken) = (from, until);
                for _ in 0..HALVINGS {
                    let middle = f64::midpoint(sound, broken);
                    if fails(middle) { broken = middle } else { sound = middle }
                }
                let marks = along(broken);
                self.liquidate_pool(bucket, &members, &marks);
                return;
            }
            let Some((way, at)) = stop else { return };
            from = way;
            let mut marks = along(way);
            let (stop, exit) = (self.beside[at].guard.stop.expect("it was reached"), exit_side(self.beside[at].long));
            let reference = exit.worse(stop, panel.open[self.beside[at].series + self.t]);
            // Where its costs carry a stop to the pool's liquidation, it is a liquidation.
            let place = members.iter().position(|&member| member == at).expect("it is a member");
            marks[place] = self.paid_by_stop(at, reference).unwrap_or(marks[place]);
            if self.pool_of(bucket, &members).is_liquidated(&marks, self.closing_fee()) {
                self.liquidate_pool(bucket, &members, &marks);
                return;
            }
            self.stop_out(at, stop, reference, Moment::Inside);
        }
    }

    /// The first stop on the way to a world's extremes, from `from` (a share of the way) on.
    fn next_stop(&self, members: &[usize], world: World, from: f64) -> Option<(f64, usize)> {
        let panel = &self.market.panel;
        let reached = members.iter().filter_map(|&at| {
            let beside = &self.beside[at];
            let stop = beside.guard.stop?;
            let cell = beside.series + self.t;
            let end = if beside.long { panel.low[cell] } else { panel.high[cell] };
            let hurts = world == World::Worst || beside.long == (world == World::Lows);
            let open = panel.open[cell];
            // A missing bar is NaN and reaches nothing.
            let touched = hurts && exit_side(beside.long).other().reaches(end, stop);
            touched.then(|| ((open - stop) / (open - end)).clamp(0.0, 1.0).max(from)).map(|way| (if way.is_nan() { from } else { way }, at))
        });
        reached.min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The venue takes the whole pool over at these marks; how its legs leave is [`Pool::departures`].
    fn liquidate_pool(&mut self, bucket: BucketId, members: &[usize], marks: &[f64]) {
        let terms = &self.plan.assumptions;
        let (rule, fee_rate) = (terms.liquidation, terms.liquidation_fee);
        let taken: Vec<InstrumentId> = members.iter().map(|&at| self.books.positions()[at].instrument).collect();
        for &at in members {
            let quantity = self.books.positions()[at].quantity;
            self.pay_adverse_settlements(at, quantity);
        }
        let pool = self.pool_of(bucket, members);
        let wallet = Usd::round(pool.wallet);
        let gives_back = rule == LiquidationRule::ExchangeLike && pool.balance(marks) > 0.0;
        let prices: Vec<Option<f64>> = (0..members.len()).map(|leg| pool.liquidation_price(leg, marks, self.closing_fee())).collect();
        let departures = pool.departures(marks, rule, fee_rate);
        // From the last position to the first, so that places stay what they are.
        for (leg, (&at, departure)) in members.iter().zip(&departures).enumerate().rev() {
            let position = &self.books.positions()[at];
            let profit = Usd::round(position.quantity * (departure.price - position.entry_price()));
            let fee = Usd::round(departure.fee);
            // The last to go takes what rounding has left, so that a lost pool is exactly empty and no pool owes.
            let owed = self.books.cash(bucket);
            let mut proceeds = position.margin() + profit;
            if leg == 0 && (!gives_back || (owed + proceeds - fee).is_negative()) {
                proceeds = fee - owed;
            }
            self.take_over(at, marks[leg], prices[leg].unwrap_or(marks[leg]), proceeds, fee, Usd::round(departure.lost));
        }
        // Of what stood behind the pool; what its positions were worth on paper was nobody's to refill.
        let lost = wallet - self.books.cash(bucket);
        self.record.bankrupt.push((bucket, self.now()));
        self.after_liquidation(bucket, &taken, lost);
    }
}
