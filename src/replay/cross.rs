//! Buckets of cross margin: the whole bucket stands behind all its positions, and goes with them.
//!
//! Inside a bar a pool is walked through joint worlds (`fidelity.md` section 6, step 5): every symbol on its way to its low, every symbol on its
//! way to its high, and in strict mode every underlying on its way to what hurts it most. On the way stops fill and the pool is tested in the
//! order of price, each symbol as far along as all the others.

use crate::exchange::assumptions::LiquidationRule;
use crate::exchange::cross::{Extremes, Pool, PoolEvent, PoolPosition, ReachedStop, Way, World, next_event};
use crate::exchange::orders::Moment;
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::intrabar::exit_side;
use crate::replay::margin::TakenOver;
use crate::replay::positions::PositionBook;
use crate::replay::simulation::Simulation;
use crate::units::{BucketId, InstrumentId, Usd};

impl Simulation<'_> {
    /// Liquidates a pool that does not carry its margin at these marks; columns of the panel.
    pub fn liquidate_pool_failing(&mut self, bucket: BucketId, marks: &[f64]) {
        let members = self.account.books.tested(&self.cx, bucket);
        let marks = self.account.books.prices(&self.cx, &members, marks);
        if self.account.books.tested_pool(&self.cx, bucket, &members).is_liquidated(&marks, self.cx.closing_fee()) {
            self.liquidate_pool(bucket, &members, &marks);
        }
    }

    /// Moment 5 for a pool.
    pub fn pool_legs(&mut self, bucket: BucketId) {
        for &world in World::all(self.cx.plan.assumptions.strict_cross) {
            self.walk_world(bucket, world);
        }
    }

    fn walk_world(&mut self, bucket: BucketId, world: World) {
        let mut behind = 0.0;
        loop {
            let members = self.account.books.tested(&self.cx, bucket);
            if members.is_empty() {
                return;
            }
            match self.next_in_world(bucket, &members, world, behind) {
                None => return,
                Some(PoolEvent::Liquidated { marks }) => return self.liquidate_pool(bucket, &members, &marks),
                Some(PoolEvent::Stopped { place, share }) => {
                    let at = members[place];
                    let trigger = self.account.books.state(at).guard.stop.expect("it was reached");
                    let open = self.cx.market.panel.open[self.account.books.state(at).series + self.cx.t];
                    let reference = exit_side(&self.account.books.positions()[at]).worse(trigger, open);
                    self.stop_out(at, trigger, reference, Moment::Inside);
                    behind = share;
                }
            }
        }
    }

    fn next_in_world(&mut self, bucket: BucketId, members: &[usize], world: World, behind: f64) -> Option<PoolEvent> {
        let stops = self.account.stops_reached(&self.cx, members, world);
        let panel = &self.cx.market.panel;
        let opens = self.account.books.prices(&self.cx, members, &panel.mark_open);
        let pool = self.account.books.tested_pool(&self.cx, bucket, members);
        let (lows, highs) =
            (self.account.books.prices(&self.cx, members, &panel.mark_low), self.account.books.prices(&self.cx, members, &panel.mark_high));
        let bar: Vec<Extremes> = lows.iter().zip(&highs).map(|(&low, &high)| Extremes { low, high }).collect();
        let extremes = pool.extremes(world, &bar, self.cx.closing_fee());
        next_event(&pool, &Way { opens: &opens, extremes: &extremes, behind }, &stops, self.cx.closing_fee())
    }

    /// The venue takes the whole pool over at these marks of all that it was tested with; how its legs leave is [`Pool::departures`]. What it owes
    /// beyond its own money its collateral pays first.
    fn liquidate_pool(&mut self, bucket: BucketId, tested: &[usize], marks: &[f64]) {
        let all = tested.iter().zip(marks).filter(|(at, _)| self.account.books.positions()[**at].margined);
        let (members, own): (Vec<usize>, Vec<f64>) = all.unzip();
        for &at in &members {
            let quantity = self.account.books.positions()[at].quantity;
            self.account.pay_adverse_settlements(&self.cx, at, quantity);
        }
        let debt = -self.account.books.pool_of(&self.cx, bucket, &members).balance(&own);
        if debt > 0.0 {
            let price_of: Vec<_> =
                tested.iter().zip(marks).map(|(&at, &mark)| (self.account.books.positions()[at].instrument, mark)).collect();
            self.account.raise(&self.cx, bucket, Usd::round(debt), &price_of);
        }
        let members = self.account.books.members(bucket);
        self.close_pool(bucket, &members, &own);
    }

    fn close_pool(&mut self, bucket: BucketId, members: &[usize], marks: &[f64]) {
        let terms = &self.cx.plan.assumptions;
        let (rule, fee_rate) = (terms.liquidation, terms.liquidation_fee);
        let taken: Vec<InstrumentId> = members.iter().map(|&at| self.account.books.positions()[at].instrument).collect();
        let pool = self.account.books.pool_of(&self.cx, bucket, members);
        let wallet = Usd::round(pool.wallet);
        let gives_back = rule == LiquidationRule::ExchangeLike && pool.balance(marks) > 0.0;
        let prices: Vec<Option<f64>> = (0..members.len()).map(|leg| pool.liquidation_price(leg, marks, self.cx.closing_fee())).collect();
        let departures = pool.departures(marks, rule, fee_rate);
        // From the last position to the first, so that places stay what they are.
        for (leg, (&at, departure)) in members.iter().zip(&departures).enumerate().rev() {
            let position = &self.account.books.positions()[at];
            let profit = Usd::round(position.quantity * (departure.price - position.entry_price()));
            let fee = Usd::round(departure.fee);
            // The last to go takes what rounding has left, so that a lost pool is exactly empty and no pool owes.
            let owed = self.account.books.cash(bucket);
            let mut proceeds = position.margin() + profit;
            if leg == 0 && (!gives_back || (owed + proceeds - fee).is_negative()) {
                proceeds = fee - owed;
            }
            let (mark, lost) = (marks[leg], Usd::round(departure.lost));
            let liquidation_price = prices[leg].unwrap_or(mark);
            self.account.liquidate(&self.cx, at, &TakenOver { mark, liquidation_price, proceeds, fee, lost });
        }
        // Of what stood behind the pool; what its positions were worth on paper was nobody's to refill.
        let lost = wallet - self.account.books.cash(bucket);
        self.account.record.bankrupt.push((bucket, self.cx.now()));
        self.after_liquidation(bucket, &taken, lost);
    }
}

impl Account {
    /// The stops that last prices reach on the way to a world's extremes.
    fn stops_reached(&mut self, cx: &Context, members: &[usize], world: World) -> Vec<ReachedStop> {
        let mut stops = Vec::new();
        for (place, &at) in members.iter().enumerate() {
            // Coins that stand behind the pool have stops of their own bucket, which are not its.
            let own = self.books.positions()[at].margined;
            let Some(trigger) = self.books.state(at).guard.stop.filter(|_| own) else { continue };
            let position = self.books.in_bar(cx, at);
            let (instrument, exit) = (self.books.positions()[at].instrument, position.exit());
            let bar = cx.last_prices(instrument);
            let extreme = exit.worst_extreme(&bar);
            // A missing bar is NaN and reaches nothing.
            if world.hurts(position.direction) && exit.other().reaches(extreme, trigger) {
                let paid = position.paid_by_stop(exit.worse(trigger, bar.open), &bar, &self.venues.venue(cx, instrument));
                stops.push(ReachedStop { place, trigger, open: bar.open, extreme, paid });
            }
        }
        stops
    }
}

impl PositionBook {
    /// Where the bucket's positions stand among the open ones.
    pub fn members(&self, bucket: BucketId) -> Vec<usize> {
        (0..self.count()).filter(|&at| self.positions()[at].bucket == bucket).collect()
    }

    /// These positions as one pool, with the cash of the bucket.
    pub fn pool_of<'a>(&self, cx: &Context<'a>, bucket: BucketId, members: &[usize]) -> Pool<'a> {
        let open = self.positions();
        let margins: Usd = members.iter().map(|&at| open[at].margin()).sum();
        let positions = members.iter().map(|&at| {
            let position = &open[at];
            if !position.margined {
                return self.collateral_of_pool(cx, bucket, at);
            }
            PoolPosition {
                direction: position.direction(),
                quantity: position.quantity.abs(),
                entry_price: position.entry_price(),
                underlying: cx.market.instrument(position.instrument).asset.index(),
                brackets: cx.brackets(position.instrument),
            }
        });
        Pool { wallet: (self.cash(bucket) + margins).to_f64(), positions: positions.collect() }
    }

    /// The pool with what stands behind it: all that it is tested with.
    pub fn tested_pool<'a>(&self, cx: &Context<'a>, bucket: BucketId, tested: &[usize]) -> Pool<'a> {
        let pool = self.pool_of(cx, bucket, tested);
        Pool { wallet: pool.wallet + self.collateral_cash(cx, bucket).to_f64(), ..pool }
    }

    /// A price of this bar for every member; where a member does not trade, what it was last worth.
    pub fn prices(&self, cx: &Context, members: &[usize], column: &[f64]) -> Vec<f64> {
        let of = |&at: &usize| {
            let price = column[self.state(at).series + cx.t];
            if price.is_nan() { cx.market.panel.value_at(self.positions()[at].instrument, cx.t) } else { price }
        };
        members.iter().map(of).collect()
    }
}
