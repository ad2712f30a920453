//! What was held over a whole UTC day yields: coins by staking, in kind, and stablecoins by interest. Paid at the open of the next day's first
//! bar, before anything else happens there, at the price the day closed with.

use crate::ledger::{BySource, Entry};
use crate::replay::account::Account;
use crate::replay::attribution::Cell;
use crate::replay::context::Context;
use crate::replay::reason::Reason;
use crate::replay::run::{FundingLines, Side, Yield};
use crate::units::{BucketId, Usd};

/// Simple yields are a part of 365 a day.
const DAYS_A_YEAR: f64 = 365.0;

impl Account {
    /// At the first open of a UTC day, for the day before.
    pub fn pay_yields(&mut self, cx: &Context) {
        if !cx.roles.yields || !cx.begins_day() {
            return;
        }
        for bucket in (0..cx.plan.buckets.len()).map(BucketId::new) {
            self.pay_interest(cx, bucket);
            self.buckets[bucket.index()].least_cash = self.books.cash(bucket);
        }
        for at in 0..self.books.count() {
            self.pay_reward(cx, at);
            self.books.state_mut(at).staked = self.books.positions()[at].quantity;
        }
    }

    /// Nothing in the first bar: the least cash is nought until a day has begun.
    fn pay_interest(&mut self, cx: &Context, bucket: BucketId) {
        let Some(apr) = cx.bucket(bucket).interest else { return };
        let amount = Usd::round(self.buckets[bucket.index()].least_cash.to_f64() * apr / DAYS_A_YEAR);
        if !amount.is_positive() {
            return;
        }
        self.books.money().interest(bucket, amount);
        let income = BySource { yields: amount, ..BySource::default() };
        self.record.cube.add(cx.period(), Cell { bucket, narrative: None, asset: None }, &income, &FundingLines::default());
        self.record.run.yields.push(Yield { time: cx.now(), asset: None, bucket, quantity: amount.to_f64(), price: 1.0, amount });
    }

    /// A reward is two rows: a yield, which is cash, and a fill at the same price and without costs that spends it on the coin.
    fn pay_reward(&mut self, cx: &Context, at: usize) {
        let position = &self.books.positions()[at];
        let (bucket, instrument, narrative) = (position.bucket, position.instrument, position.narrative);
        let asset = cx.market.instrument(instrument).asset;
        let Some(&(_, apr)) = cx.bucket(bucket).staking.iter().find(|(staked, _)| *staked == asset) else { return };
        let quantity = self.books.state(at).staked * apr / DAYS_A_YEAR;
        let price = cx.market.panel.value_at(instrument, cx.t - 1);
        // What is worth less than half a microdollar is no reward.
        if !Usd::round(quantity * price).is_positive() {
            return;
        }
        let amount = self.books.money().reward(at, quantity, price);
        let entry = Entry { quantity, price, reference: price, fee: Usd::ZERO };
        self.record.fill(cx.now(), bucket, instrument, narrative, Side::Buy, &entry, Reason::Staking);
        self.record.run.yields.push(Yield { time: cx.now(), asset: Some(asset), bucket, quantity, price, amount });
    }

    /// What a day's first open adds to a position is held over the day; what comes later is not.
    pub fn stake_from_midnight(&mut self, cx: &Context, at: usize, added: f64) {
        if cx.begins_day() {
            self.books.state_mut(at).staked += added;
        }
    }

    /// A position has shrunk.
    pub fn staked_at_most(&mut self, at: usize) {
        let held = self.books.positions()[at].quantity;
        self.books.state_mut(at).staked = self.books.state(at).staked.min(held);
    }

    /// After the orders of an open, and at a close: what a bucket has less of now it has not had over the day.
    pub fn note_cash(&mut self, cx: &Context) {
        if cx.roles.yields {
            for (bucket, state) in self.buckets.iter_mut().enumerate() {
                state.least_cash = self.books.cash(BucketId::new(bucket)).min(state.least_cash);
            }
        }
    }
}

impl Context<'_> {
    fn begins_day(&self) -> bool {
        self.begins_day_at(self.t)
    }

    /// Whether a bar opens at midnight (UTC).
    pub fn begins_day_at(&self, t: usize) -> bool {
        self.market.clock.open(t).is_midnight()
    }
}
