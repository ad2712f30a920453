//! One open position and what it has earned since it was opened.

use crate::ledger::BySource;
use crate::units::{BucketId, Direction, InstrumentId, NarrativeId, Usd};

/// A spot holding or an isolated perpetual position. Money fields change only through [`super::Books`].
#[derive(Clone, Debug)]
pub struct Position {
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    /// A perpetual set against its own margin; a spot holding is paid in full.
    pub margined: bool,
    /// Signed, in the venue's contracts.
    pub quantity: f64,
    /// What the open quantity cost at fill prices, rewards at their worth when they were paid; signed like the quantity.
    pub(super) cost: Usd,
    /// The same of `quantity` and `cost` without rewards.
    pub(super) bought: f64,
    pub(super) bought_cost: Usd,
    /// Spot: market value. Perpetual: unrealised profit. As of the last mark.
    pub(super) held: Usd,
    /// Wallet behind a perpetual: margin put in, less what was released, plus and minus funding. Zero for spot.
    pub(super) margin: Usd,
    /// The same without funding: what of the bucket's cash stands behind the open quantity. Zero for spot.
    pub(super) put_in: Usd,
    /// Income since it was opened.
    pub(super) income: BySource,
    /// The part of `income` already handed to the attribution.
    pub(super) booked: BySource,
    pub(super) tally: Tally,
}

/// What the record of a trade needs beyond income.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub entry_quantity: f64,
    pub entry_notional: f64,
    pub exit_quantity: f64,
    pub exit_notional: f64,
    pub most_quantity: f64,
    /// The bucket's money that is in it: margin put in or price paid, less all that has come back, profit and the fees of closing included. Below
    /// zero once more has come back than went in.
    pub committed: Usd,
    /// The most it has been. Outside a cross pool no loss is more than that and the fees of opening, for whatever is lost was put in and did not come
    /// back.
    pub most_committed: Usd,
}

impl Tally {
    pub(super) fn put_in(&mut self, money: Usd) {
        self.committed += money;
        self.most_committed = self.most_committed.max(self.committed);
    }

    /// A loss that others of a cross pool pay for comes back as less than nothing; it was not put in.
    pub(super) fn came_back(&mut self, money: Usd) {
        self.committed -= money;
    }
}

impl Position {
    /// Long or short, by the sign of its quantity.
    #[must_use]
    pub fn direction(&self) -> Direction {
        if self.quantity < 0.0 { Direction::Short } else { Direction::Long }
    }

    /// The margin of a perpetual, funding included; nought of spot.
    #[must_use]
    pub fn margin(&self) -> Usd {
        self.margin
    }

    /// [`Self::margin`] without funding.
    #[must_use]
    pub fn put_in(&self) -> Usd {
        self.put_in
    }

    /// Average price of the open quantity, fills as paid, rewards at their worth.
    #[must_use]
    pub fn entry_price(&self) -> f64 {
        self.cost.to_f64() / self.quantity
    }

    /// Average price of what was bought: rewards do not move it.
    #[must_use]
    pub fn bought_at(&self) -> f64 {
        self.bought_cost.to_f64() / self.bought
    }

    /// What it adds to equity beside its quantity at a price: of a perpetual its margin less what it cost, of spot nothing.
    #[must_use]
    pub fn beside_worth(&self) -> Usd {
        if self.margined { self.margin - self.cost } else { Usd::ZERO }
    }

    /// What it adds to equity: market value of spot; margin plus unrealised profit of a perpetual.
    #[must_use]
    pub fn value(&self) -> Usd {
        self.held + self.margin
    }

    /// What it has earned and cost since it was opened, by source.
    #[must_use]
    pub fn income(&self) -> &BySource {
        &self.income
    }

    /// From now on `ratio` times as many of another instrument, for the same money.
    pub(super) fn become_of(&mut self, instrument: InstrumentId, ratio: f64) {
        self.instrument = instrument;
        self.quantity *= ratio;
        self.bought *= ratio;
        self.tally.entry_quantity *= ratio;
        self.tally.exit_quantity *= ratio;
        self.tally.most_quantity *= ratio;
    }

    /// Another holding of the same instrument becomes a part of this one, but for what it holds, which is moved apart.
    pub(super) fn take_in(&mut self, other: &Self) {
        self.quantity += other.quantity;
        self.cost += other.cost;
        self.bought += other.bought;
        self.bought_cost += other.bought_cost;
        self.income.add(&other.income);
        self.booked.add(&other.booked);
        let (own, theirs) = (&mut self.tally, &other.tally);
        own.entry_quantity += theirs.entry_quantity;
        own.entry_notional += theirs.entry_notional;
        own.exit_quantity += theirs.exit_quantity;
        own.exit_notional += theirs.exit_notional;
        own.most_quantity = own.most_quantity.max(theirs.most_quantity).max(self.quantity);
        own.most_committed = own.most_committed.max(theirs.most_committed).max(self.cost);
    }
}

/// A position that has gone flat, for the record.
#[derive(Clone, Debug)]
pub struct Closed {
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    pub direction: Direction,
    pub income: BySource,
    /// Income not yet handed to the attribution.
    pub unbooked: BySource,
    pub tally: Tally,
}

impl Closed {
    /// What the trade made: all its income but rewards, which count where they were paid.
    #[must_use]
    pub fn traded(&self) -> Usd {
        self.income.total() - self.income.yields
    }
}
