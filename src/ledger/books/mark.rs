//! What positions are worth at a price.

use crate::ledger::Source;
use crate::ledger::books::{Account, Books};
use crate::units::{InstrumentId, Usd};

/// The book at a mark: equity, notional held (absolute and signed, USD), margin behind perpetuals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot {
    pub equity: Usd,
    pub gross: f64,
    pub net: f64,
    pub margin: Usd,
}

impl Books {
    /// Values every position at its price and deals what each bucket is worth into `buckets`.
    pub fn mark(&mut self, price: impl Fn(InstrumentId) -> f64, buckets: &mut [Usd]) -> Snapshot {
        buckets.copy_from_slice(&self.cash);
        let mut snapshot = Snapshot::default();
        let mut moved = Usd::ZERO;
        for position in &mut self.positions {
            let notional = position.quantity * price(position.instrument);
            let worth = Usd::round(notional);
            let held = if position.margined { worth - position.cost } else { worth };
            let change = held - position.held;
            position.held = held;
            position.income.price += change;
            moved += change;
            snapshot.gross += notional.abs();
            snapshot.net += notional;
            snapshot.margin += position.margin;
            buckets[position.bucket.index()] += held + position.margin;
        }
        self.income += moved;
        snapshot.equity = buckets.iter().copied().sum();
        self.fullest.hold(snapshot.gross.max(snapshot.equity.to_f64().abs()));
        snapshot
    }

    /// Values one position at a price.
    pub fn mark_one(&mut self, at: usize, price: f64) {
        let position = &self.positions[at];
        let worth = Usd::round(position.quantity * price);
        let held = if position.margined { worth - position.cost } else { worth };
        let change = held - position.held;
        self.transfer(Account::Income(at, Source::Price), Account::Held(at), change);
    }
}
