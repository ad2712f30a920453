//! What comes in without a trade: funding, rewards and interest.

use crate::ledger::Source;
use crate::ledger::books::{Account, Books};
use crate::units::{BucketId, Usd};

impl Books {
    /// A funding payment into (or out of) the margin behind a perpetual.
    pub fn fund(&mut self, at: usize, payment: Usd) {
        self.fullest.move_on(payment.to_f64());
        self.transfer(Account::Income(at, Source::Funding), Account::Margin(at), payment);
    }

    /// A reward of `quantity` on a spot holding, paid in kind and worth `price` a coin: income as a yield, and from then on a part of the holding
    /// that has cost what it was worth. Returns that worth.
    pub fn reward(&mut self, at: usize, quantity: f64, price: f64) -> Usd {
        let worth = Usd::round(quantity * price);
        self.fullest.move_on(worth.to_f64());
        self.transfer(Account::Income(at, Source::Yield), Account::Held(at), worth);
        let position = &mut self.positions[at];
        position.quantity += quantity;
        position.cost += worth;
        position.tally.entry_quantity += quantity;
        position.tally.entry_notional += quantity * price;
        position.tally.most_quantity = position.tally.most_quantity.max(position.quantity);
        // As if it had been paid out and bought with.
        position.tally.put_in(worth);
        worth
    }

    /// Interest into a bucket's cash.
    pub fn interest(&mut self, bucket: BucketId, amount: Usd) {
        self.transfer(Account::Interest, Account::Cash(bucket), amount);
    }
}
