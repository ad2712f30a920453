//! The accounts, the one verb, and the movements made of it.

mod convert;
mod income;
mod mark;

use crate::ledger::excess::Fullest;
use crate::ledger::{BySource, Closed, Excess, Position, Source, Tally};
use crate::units::{BucketId, InstrumentId, NarrativeId, Usd};

pub use mark::Snapshot;

/// One side of a movement. Positions are named by their place among the open ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Cash(BucketId),
    Margin(usize),
    Held(usize),
    Income(usize, Source),
    /// Income of no position.
    Interest,
}

/// All accounts of one run.
#[derive(Clone, Debug)]
pub struct Books {
    capital: Usd,
    cash: Vec<Usd>,
    /// Open positions, ascending by (bucket, instrument).
    positions: Vec<Position>,
    /// Income of all positions, open and closed, and interest.
    income: Usd,
    fullest: Fullest,
}

/// A fill as the ledger sees it: numbers only.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Signed: positive buys.
    pub quantity: f64,
    /// What was paid per contract.
    pub price: f64,
    /// What it would have cost without spread and impact.
    pub reference: f64,
    pub fee: Usd,
}

/// What stands behind a perpetual that is reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// Its own margin, and nothing else.
    Margin,
    /// All of its bucket's cash too, for it is the last of a pool and leaves nobody a debt.
    Cash,
    /// The pool that stays behind, which owes what is lacking: [`Books::draw_margin`].
    Pool,
}

impl Entry {
    /// Signed like the quantity.
    #[must_use]
    pub fn notional(&self) -> Usd {
        Usd::round(self.quantity * self.price)
    }

    /// What crossing the book cost against the reference; positive is a cost.
    #[must_use]
    pub fn slippage(&self) -> Usd {
        self.notional() - Usd::round(self.quantity * self.reference)
    }
}

impl Books {
    /// Capital dealt out as cash by the buckets' weights; what rounding leaves goes to the last bucket.
    ///
    /// # Panics
    /// Without buckets.
    #[must_use]
    pub fn open(capital: Usd, weights: &[f64]) -> Self {
        let mut cash: Vec<Usd> = weights.iter().map(|&weight| capital.share(weight)).collect();
        let dealt: Usd = cash.iter().copied().sum();
        *cash.last_mut().expect("a strategy has a bucket") += capital - dealt;
        Self { capital, cash, positions: Vec::new(), income: Usd::ZERO, fullest: Fullest::default() }
    }

    /// The one verb: what one account gives, another receives.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "every caller names its two accounts: nothing is left of the choice")]
    fn transfer(&mut self, from: Account, to: Account, amount: Usd) {
        self.post(from, -amount);
        self.post(to, amount);
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as above")]
    fn post(&mut self, account: Account, amount: Usd) {
        // Income is what assets receive, so its sign is the assets': giving makes it grow.
        let (balance, amount) = match account {
            Account::Cash(bucket) => (&mut self.cash[bucket.index()], amount),
            Account::Margin(at) => (&mut self.positions[at].margin, amount),
            Account::Held(at) => (&mut self.positions[at].held, amount),
            Account::Income(at, source) => {
                self.income -= amount;
                (self.positions[at].income.of(source), -amount)
            }
            Account::Interest => (&mut self.income, -amount),
        };
        *balance += amount;
        let balance = *balance;
        self.fullest.hold_in_account(balance);
    }

    /// Whether something has come to more than the books can hold; from then on they are to be believed no more.
    #[must_use]
    pub fn excess(&self) -> Option<Excess> {
        self.fullest.excess()
    }

    /// Whether so many USD more may be moved, and what is held be worth some billions more, without coming near what books can hold.
    #[must_use]
    pub fn has_room_for(&self, moved: f64) -> bool {
        self.fullest.has_room_for(moved)
    }

    /// The stablecoins of a bucket, in USD.
    #[must_use]
    pub fn cash(&self, bucket: BucketId) -> Usd {
        self.cash[bucket.index()]
    }

    /// All open positions.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// The open positions of a bucket, which stand together.
    #[must_use]
    pub fn of_bucket(&self, bucket: BucketId) -> &[Position] {
        let first = self.positions.partition_point(|position| position.bucket < bucket);
        let end = first + self.positions[first..].partition_point(|position| position.bucket == bucket);
        &self.positions[first..end]
    }

    /// Where an open position stands among [`Self::positions`].
    #[must_use]
    pub fn find(&self, bucket: BucketId, instrument: InstrumentId) -> Option<usize> {
        self.positions.binary_search_by_key(&(bucket, instrument), |p| (p.bucket, p.instrument)).ok()
    }

    /// Cash, margin and worth of a bucket, as of the last mark.
    #[must_use]
    pub fn bucket_value(&self, bucket: BucketId) -> Usd {
        self.cash(bucket) + self.of_bucket(bucket).iter().map(Position::value).sum()
    }

    /// As of the last mark.
    #[must_use]
    pub fn equity(&self) -> Usd {
        self.cash.iter().copied().sum::<Usd>() + self.positions.iter().map(Position::value).sum()
    }

    /// Moves cash between buckets, at most what is there; returns what moved.
    pub fn flow(&mut self, from: BucketId, to: BucketId, amount: Usd) -> Usd {
        let moved = amount.min(self.cash(from)).max(Usd::ZERO);
        self.fullest.move_on(moved.to_f64());
        self.transfer(Account::Cash(from), Account::Cash(to), moved);
        moved
    }

    /// Opens a position or adds to it. `margin` moves from the bucket's cash behind a perpetual; a spot buy pays in full.
    /// Returns its place.
    pub fn increase(
        &mut self,
        bucket: BucketId,
        instrument: InstrumentId,
        narrative: Option<NarrativeId>,
        margined: bool,
        entry: &Entry,
        margin: Usd,
    ) -> usize {
        let place = self.positions.binary_search_by_key(&(bucket, instrument), |p| (p.bucket, p.instrument));
        let at = place.unwrap_or_else(|at| {
            let position = Position {
                instrument,
                bucket,
                narrative,
                margined,
                quantity: 0.0,
                cost: Usd::ZERO,
                bought: 0.0,
                bought_cost: Usd::ZERO,
                held: Usd::ZERO,
                margin: Usd::ZERO,
                put_in: Usd::ZERO,
                income: BySource::default(),
                booked: BySource::default(),
                tally: Tally::default(),
            };
            self.positions.insert(at, position);
            at
        });
        let cash = Account::Cash(bucket);
        let slippage = entry.slippage();
        self.fullest.move_on(entry.quantity * entry.price);
        if margined {
            self.transfer(cash, Account::Margin(at), margin);
            self.transfer(Account::Held(at), Account::Income(at, Source::Slippage), slippage);
        } else {
            self.transfer(cash, Account::Held(at), entry.notional() - slippage);
            self.transfer(cash, Account::Income(at, Source::Slippage), slippage);
        }
        self.transfer(cash, Account::Income(at, Source::Fees), entry.fee);

        let position = &mut self.positions[at];
        position.quantity += entry.quantity;
        position.cost += entry.notional();
        position.bought += entry.quantity;
        position.bought_cost += entry.notional();
        position.tally.entry_quantity += entry.quantity.abs();
        position.tally.entry_notional += entry.quantity.abs() * entry.price;
        position.tally.most_quantity = position.tally.most_quantity.max(position.quantity.abs());
        if margined {
            position.put_in += margin;
        }
        position.tally.put_in(if margined { margin } else { entry.notional() });
        at
    }

    /// Puts more of the bucket's cash behind a perpetual, at most what is there.
    pub fn add_margin(&mut self, at: usize, margin: Usd) {
        let bucket = self.positions[at].bucket;
        let moved = margin.min(self.cash(bucket)).max(Usd::ZERO);
        self.transfer(Account::Cash(bucket), Account::Margin(at), moved);
        let position = &mut self.positions[at];
        position.put_in += moved;
        position.tally.put_in(moved);
    }

    /// Sells a holding or reduces a perpetual by `entry` (opposite in sign to the position, at most its quantity). Margin comes back in
    /// proportion, profit and loss are settled in the bucket's cash. Going flat removes the position and returns its record.
    ///
    /// A perpetual loses no more than its `backing`. Its price and fee already see to that, but for the rounding of each amount: what that takes
    /// beyond, the venue bears.
    pub fn reduce(&mut self, at: usize, entry: &Entry, backing: Backing) -> Option<Closed> {
        self.fullest.move_on(entry.quantity * entry.price);
        let position = &self.positions[at];
        let bucket = position.bucket;
        let flat = position.quantity + entry.quantity == 0.0;
        let share = if flat { 1.0 } else { (entry.quantity / position.quantity).abs() };
        let cost = if flat { position.cost } else { position.cost.share(share) };
        let cash = Account::Cash(bucket);
        let slippage = entry.slippage();
        if position.margined {
            // What the part lost beyond its share of the margin, by rounding or by fee, comes out of the position's own margin too.
            let part = if flat { position.margin } else { position.margin.share(share) };
            let lost = entry.fee + entry.notional() + cost;
            let released = part.max(lost.min(position.margin));
            let borne = match backing {
                Backing::Margin => lost - released,
                Backing::Cash => lost - released - self.cash(bucket),
                Backing::Pool => Usd::ZERO,
            };
            let borne = borne.max(Usd::ZERO);
            self.transfer(Account::Margin(at), cash, released);
            self.transfer(Account::Held(at), Account::Income(at, Source::Slippage), slippage);
            // Proceeds less what the part had cost: both notional and cost carry the sign of their side.
            self.transfer(Account::Held(at), cash, borne - entry.notional() - cost);
            self.transfer(Account::Income(at, Source::Liquidation), Account::Held(at), borne);
            let position = &mut self.positions[at];
            position.put_in -= if flat { position.put_in } else { position.put_in.share(share) };
            position.tally.came_back(released + borne - entry.notional() - cost - entry.fee);
        } else {
            self.transfer(Account::Held(at), cash, -entry.notional() + slippage);
            self.transfer(cash, Account::Income(at, Source::Slippage), slippage);
            self.positions[at].tally.came_back(-entry.notional() - entry.fee);
        }
        self.transfer(cash, Account::Income(at, Source::Fees), entry.fee);

        let position = &mut self.positions[at];
        // Of what was bought and what was a reward the same part goes.
        position.bought += entry.quantity * (position.bought / position.quantity);
        position.bought_cost -= if flat { position.bought_cost } else { position.bought_cost.share(share) };
        position.quantity = if flat { 0.0 } else { position.quantity + entry.quantity };
        position.cost -= cost;
        position.tally.exit_quantity += entry.quantity.abs();
        position.tally.exit_notional += entry.quantity.abs() * entry.price;
        flat.then(|| self.remove(at, if entry.quantity < 0.0 { 1.0 } else { -1.0 }))
    }

    /// The venue takes over a perpetual at `mark` and hands `proceeds` (its margin and its profit, as far as the venue gives them back) to the
    /// bucket's cash, out of which `fee` is paid. What the position was worth at that mark and does not come back is the liquidation loss; what
    /// the venue bears beyond it is a gain. Returns the record and the price at which the position left.
    pub fn liquidate(&mut self, at: usize, mark: f64, proceeds: Usd, fee: Usd) -> (Closed, f64) {
        self.mark_one(at, mark);
        let position = &self.positions[at];
        let (cash, margin, quantity) = (Account::Cash(position.bucket), position.margin, position.quantity);
        let lost = position.value() - proceeds;
        let price = (position.cost - margin + proceeds).to_f64() / quantity;
        self.fullest.move_on(quantity * price);
        self.transfer(Account::Held(at), Account::Income(at, Source::Liquidation), lost);
        self.transfer(Account::Margin(at), Account::Held(at), margin);
        self.transfer(Account::Held(at), cash, proceeds);
        self.transfer(cash, Account::Income(at, Source::Fees), fee);
        let position = &mut self.positions[at];
        position.tally.came_back(proceeds - fee);
        position.tally.exit_quantity += quantity.abs();
        position.tally.exit_notional += quantity.abs() * price;
        position.quantity = 0.0;
        (self.remove(at, quantity.signum()), price)
    }

    /// A bucket of cross margin that owes more than its free cash draws on the margin set aside for its positions, in their order; what is left
    /// the last of them owes, backed by profit that is not realised yet.
    pub fn draw_margin(&mut self, bucket: BucketId) {
        let backing: Vec<usize> =
            (0..self.positions.len()).filter(|&at| self.positions[at].bucket == bucket && self.positions[at].margined).collect();
        for (place, &at) in backing.iter().enumerate() {
            let lack = -self.cash(bucket);
            if !lack.is_positive() {
                return;
            }
            let last = place + 1 == backing.len();
            let drawn = if last { lack } else { lack.min(self.positions[at].margin).max(Usd::ZERO) };
            self.transfer(Account::Margin(at), Account::Cash(bucket), drawn);
            self.positions[at].put_in -= drawn;
        }
    }

    /// Takes a flat position off the books; whatever its value account still holds was movement of price since the last mark.
    fn remove(&mut self, at: usize, sign: f64) -> Closed {
        let rest = self.positions[at].held;
        self.transfer(Account::Held(at), Account::Income(at, Source::Price), rest);
        let mut position = self.positions.remove(at);
        debug_assert_eq!(position.value(), Usd::ZERO);
        position.quantity = sign;
        Closed {
            instrument: position.instrument,
            bucket: position.bucket,
            narrative: position.narrative,
            direction: position.direction(),
            unbooked: position.income.less(&position.booked),
            income: position.income,
            tally: position.tally,
        }
    }

    /// Income of each open position since it was last asked, for the attribution.
    pub fn take_unbooked(&mut self, mut each: impl FnMut(&Position, &BySource)) {
        for position in &mut self.positions {
            let fresh = position.income.less(&position.booked);
            position.booked = position.income;
            each(position, &fresh);
        }
    }

    /// # Panics
    /// When assets and their origin differ, by a microdollar or more, or a bucket's cash is negative: both are bugs of ours.
    pub fn assert_balanced(&self, assets: Usd) {
        assert!(
            assets == self.capital + self.income,
            "the books do not balance: assets {assets}, capital {} + income {}",
            self.capital,
            self.income
        );
        for (bucket, cash) in self.cash.iter().enumerate() {
            assert!(!cash.is_negative(), "bucket {bucket} has drawn {cash} of cash it does not have");
        }
    }
}

#[cfg(test)]
mod tests;
