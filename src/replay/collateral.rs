//! Coins as collateral of the shorts that hedge them (multi-asset margin): they count at their value less a haircut in every test of the pool, and are
//! sold when the pool owes. Until then no coin is sold for a loss that is only on paper, so that a hedge is not cut on the way up.
//!
//! What a pool owes at an open, realised losses, fees and funding beyond its own money, is paid at that open; what a liquidation or the last
//! short to leave would leave owing, at the prices of that moment. Cash beside the coins pays first.

use crate::exchange::costs::Taker;
use crate::exchange::cross::PoolPosition;
use crate::ledger::Entry;
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::positions::PositionBook;
use crate::replay::reason::{FlowReason, Reason};
use crate::replay::run::Flow;
use crate::strategy::Verdict;
use crate::units::{BucketId, InstrumentId, Usd};

/// Kept beside what is owed, for the rounding of each sale.
const ROUNDING: Usd = Usd::from_micros(4);

impl Account {
    /// At an open, before any order: what pools owe is paid.
    pub fn call_collateral(&mut self, cx: &Context) {
        for &pool in &cx.roles.cross {
            if cx.collateral_of(pool).is_none() {
                continue;
            }
            let margins: Usd = self.books.members(pool).iter().map(|&at| self.books.positions()[at].margin()).sum();
            let owed = -(self.books.cash(pool) + margins);
            if owed.is_positive() {
                let prices = self.books.coin_prices(cx, pool, &cx.market.panel.mark_open);
                self.raise(cx, pool, owed, &prices);
            }
            for at in self.books.members(pool) {
                let owed = -self.books.positions()[at].margin();
                self.books.money().add_margin(at, owed);
            }
        }
    }

    /// Before the last short of a pool leaves: what it would leave owing is paid. Where its position is then.
    pub fn pay_before_leaving(&mut self, cx: &Context, at: usize, entry: &Entry, marks: &[f64]) -> usize {
        let position = &self.books.positions()[at];
        let (pool, instrument) = (position.bucket, position.instrument);
        if cx.collateral_of(pool).is_none() || !self.books.leaves_last(at, entry.quantity) {
            return at;
        }
        let profit = -entry.notional() - Usd::round(-entry.quantity * position.entry_price());
        let owed = -(self.books.cash(pool) + position.margin() + profit - entry.fee);
        if owed.is_positive() {
            let prices = self.books.coin_prices(cx, pool, marks);
            self.raise(cx, pool, owed, &prices);
        }
        self.books.find(pool, instrument).expect("no short is sold as collateral")
    }

    /// Pays `owed` into a pool: from the cash beside the coins, then by a sale of every coin alike at the prices given, with the costs of crossing and
    /// whatever its volume. Positions of coins may go; those of the pool stay.
    pub fn raise(&mut self, cx: &Context, pool: BucketId, owed: Usd, prices: &[(InstrumentId, f64)]) {
        let Some((coins, _)) = cx.collateral_of(pool) else { return };
        let wanted = owed + ROUNDING;
        let lacking = wanted - self.books.cash(coins);
        if lacking.is_positive() {
            self.sell_alike(cx, coins, lacking, prices);
        }
        let moved = self.books.money().flow(coins, pool, wanted);
        self.record.run.decisions.push(Decision {
            time: cx.now(),
            bucket: Some(pool),
            subject: Subject::Bucket(pool),
            narrative: None,
            verdict: if moved < owed { Verdict::Resized } else { Verdict::Passed },
            observed: Some(owed.to_f64()),
            threshold: Some(moved.to_f64()),
            why: Why::CollateralCalled { coins },
        });
        if moved.is_positive() {
            self.record.run.flows.push(Flow { time: cx.now(), from: coins, to: pool, amount: moved, reason: FlowReason::Collateral });
        }
    }

    /// Sells so much of each coin of a bucket, by value, that `lacking` comes in; all of them where that does not reach.
    fn sell_alike(&mut self, cx: &Context, coins: BucketId, lacking: Usd, prices: &[(InstrumentId, f64)]) {
        let price_of = |id| prices.iter().find(|(own, _)| *own == id).map(|&(_, price)| price);
        let held = self.books.members(coins);
        let sale = |&at: &usize| {
            let position = &self.books.positions()[at];
            let (quantity, reference) = (position.quantity, price_of(position.instrument)?);
            let quote = cx.quote(position.instrument, cx.t);
            let taker = Taker { half_spread: quote.crossing(quantity * reference), ..quote.taker };
            Some(Sale { at, quantity, reference, taker })
        };
        let all: Vec<Sale> = held.iter().filter_map(sale).collect();
        let brings: f64 = all.iter().map(|sale| sale.brings(sale.quantity)).sum();
        let share = (lacking.to_f64() / brings).min(1.0);
        // From the last position to the first, so that places stay what they are.
        for sale in all.iter().rev() {
            let quantity = if share < 1.0 { sale.quantity * share } else { sale.quantity };
            let price = sale.price();
            let fee = Usd::round(sale.taker.fee(quantity * price));
            self.reduce(cx, sale.at, &Entry { quantity: -quantity, price, reference: sale.reference, fee }, Reason::Collateral);
        }
    }
}

impl PositionBook {
    /// All that a pool is tested with: its own positions, and the coins behind them.
    pub fn tested(&self, cx: &Context, pool: BucketId) -> Vec<usize> {
        let mut all = self.members(pool);
        if let Some((coins, _)) = cx.collateral_of(pool) {
            all.extend(self.members(coins));
        }
        all
    }

    /// A holding as a position of the pool it stands behind: worth its price less the haircut, and nothing is asked of it.
    pub fn collateral_of_pool(&self, cx: &Context, pool: BucketId, at: usize) -> PoolPosition<'static> {
        let position = &self.positions()[at];
        let haircut = cx.collateral_of(pool).map_or(1.0, |(_, haircut)| haircut);
        let underlying = cx.market.instrument(position.instrument).asset.index();
        PoolPosition::collateral(position.quantity * (1.0 - haircut), underlying)
    }

    /// The cash beside the coins that stand behind a pool.
    pub fn collateral_cash(&self, cx: &Context, pool: BucketId) -> Usd {
        cx.collateral_of(pool).map_or(Usd::ZERO, |(coins, _)| self.cash(coins))
    }

    /// USD that a pool may count on beside its own money, at the last close: coins less the haircut, and the cash beside them.
    pub fn collateral_value(&self, cx: &Context, pool: BucketId) -> f64 {
        let Some((coins, haircut)) = cx.collateral_of(pool) else { return 0.0 };
        let held: f64 = self.positions().iter().filter(|position| position.bucket == coins).map(|p| p.value().to_f64()).sum();
        held * (1.0 - haircut) + self.cash(coins).to_f64()
    }

    /// The cash that orders of a bucket may take. With collateral it is what the pool's balance at the open leaves beside the initial margin of what
    /// it holds.
    pub fn spendable(&self, cx: &Context, bucket: BucketId) -> Usd {
        if cx.collateral_of(bucket).is_none() {
            return self.cash(bucket);
        }
        let tested = self.tested(cx, bucket);
        let marks = self.prices(cx, &tested, &cx.market.panel.mark_open);
        let initial = |(&at, mark): (&usize, &f64)| {
            let position = &self.positions()[at];
            if position.margined { position.quantity.abs() * mark / self.state(at).leverage_asked } else { 0.0 }
        };
        let bound: f64 = tested.iter().zip(&marks).map(initial).sum();
        let balance = self.tested_pool(cx, bucket, &tested).balance(&marks);
        Usd::round(balance - bound).max(Usd::ZERO)
    }

    /// What the coins behind a pool trade at, by a column of prices.
    fn coin_prices(&self, cx: &Context, pool: BucketId, column: &[f64]) -> Vec<(InstrumentId, f64)> {
        let coins = cx.collateral_of(pool).map_or_else(Vec::new, |(coins, _)| self.members(coins));
        let ids = coins.iter().map(|&at| self.positions()[at].instrument);
        ids.zip(self.prices(cx, &coins, column)).collect()
    }
}

impl Context<'_> {
    /// The bucket whose coins stand behind a pool, and the part of their value that does not count.
    fn collateral_of(&self, pool: BucketId) -> Option<(BucketId, f64)> {
        let hedge = self.bucket(pool).hedge?;
        Some((hedge.of, hedge.collateral_haircut?))
    }
}

/// What is sold of one coin, all of it at most.
struct Sale {
    at: usize,
    quantity: f64,
    reference: f64,
    /// With the impact of all of it in the half-spread.
    taker: Taker,
}

impl Sale {
    fn price(&self) -> f64 {
        self.taker.price(-1.0, self.reference).max(0.0)
    }

    /// USD, the fee taken off.
    fn brings(&self, quantity: f64) -> f64 {
        let notional = quantity * self.price();
        notional - self.taker.fee(notional)
    }
}
