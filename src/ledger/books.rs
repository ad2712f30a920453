//! The accounts, the one verb, and the movements made of it.

use crate::ledger::{BySource, Closed, Position, Source, Tally};
use crate::units::{BucketId, InstrumentId, NarrativeId, Usd};

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
}

/// The book at a mark: equity, notional held (absolute and signed, USD), margin behind perpetuals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot {
    pub equity: Usd,
    pub gross: f64,
    pub net: f64,
    pub margin: Usd,
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
        Self { capital, cash, positions: Vec::new(), income: Usd::ZERO }
    }

    /// The one verb: what one account gives, another receives.
    fn transfer(&mut self, from: Account, to: Account, amount: Usd) {
        self.post(from, -amount);
        self.post(to, amount);
    }

    #[inline]
    fn post(&mut self, account: Account, amount: Usd) {
        match account {
            Account::Cash(bucket) => self.cash[bucket.index()] += amount,
            Account::Margin(at) => self.positions[at].margin += amount,
            Account::Held(at) => self.positions[at].held += amount,
            // Income is what assets receive, so its sign is the assets': giving makes it grow.
            Account::Income(at, source) => {
                *self.positions[at].income.of(source) -= amount;
                self.income -= amount;
            }
            Account::Interest => self.income -= amount,
        }
    }

    #[must_use]
    pub fn cash(&self, bucket: BucketId) -> Usd {
        self.cash[bucket.index()]
    }

    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Where an open position stands among [`Self::positions`].
    #[must_use]
    pub fn find(&self, bucket: BucketId, instrument: InstrumentId) -> Option<usize> {
        self.positions.binary_search_by_key(&(bucket, instrument), |p| (p.bucket, p.instrument)).ok()
    }

    /// Cash, margin and worth of a bucket, as of the last mark.
    #[must_use]
    pub fn bucket_value(&self, bucket: BucketId) -> Usd {
        self.cash(bucket) + self.positions.iter().filter(|p| p.bucket == bucket).map(Position::worth).sum()
    }

    /// As of the last mark.
    #[must_use]
    pub fn equity(&self) -> Usd {
        self.cash.iter().copied().sum::<Usd>() + self.positions.iter().map(Position::worth).sum()
    }

    /// Moves cash between buckets, at most what is there; returns what moved.
    pub fn flow(&mut self, from: BucketId, to: BucketId, amount: Usd) -> Usd {
        let moved = amount.min(self.cash(from)).max(Usd::ZERO);
        self.transfer(Account::Cash(from), Account::Cash(to), moved);
        moved
    }

    /// Values every position at its price in `row` (indexed by instrument) and deals what each bucket is worth into `buckets`.
    pub fn mark(&mut self, row: &[f64], buckets: &mut [Usd]) -> Snapshot {
        buckets.copy_from_slice(&self.cash);
        let mut snapshot = Snapshot::default();
        let mut moved = Usd::ZERO;
        for position in &mut self.positions {
            let notional = position.quantity * row[position.instrument.index()];
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
                income: BySource::default(),
                booked: BySource::default(),
                tally: Tally::default(),
            };
            self.positions.insert(at, position);
            at
        });
        let cash = Account::Cash(bucket);
        let slippage = entry.slippage();
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
        let committed = if margined { position.margin } else { position.cost };
        position.tally.most_committed = position.tally.most_committed.max(committed);
        at
    }

    /// Puts more of the bucket's cash behind a perpetual, at most what is there.
    pub fn back(&mut self, at: usize, margin: Usd) {
        let bucket = self.positions[at].bucket;
        let moved = margin.min(self.cash(bucket)).max(Usd::ZERO);
        self.transfer(Account::Cash(bucket), Account::Margin(at), moved);
        let position = &mut self.positions[at];
        position.tally.most_committed = position.tally.most_committed.max(position.margin);
    }

    /// Sells a holding or reduces a perpetual by `entry` (opposite in sign to the position, at most its quantity). Margin comes back in
    /// proportion, profit and loss are settled in the bucket's cash. Going flat removes the position and returns its record.
    pub fn reduce(&mut self, at: usize, entry: &Entry) -> Option<Closed> {
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
            let least = (entry.fee + entry.notional() + cost).min(position.margin);
            let released = part.max(least);
            self.transfer(Account::Margin(at), cash, released);
            self.transfer(Account::Held(at), Account::Income(at, Source::Slippage), slippage);
            // Proceeds less what the part had cost: both notional and cost carry the sign of their side.
            self.transfer(Account::Held(at), cash, -entry.notional() - cost);
        } else {
            self.transfer(Account::Held(at), cash, -entry.notional() + slippage);
            self.transfer(cash, Account::Income(at, Source::Slippage), slippage);
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

    /// A funding payment into (or out of) the margin behind a perpetual.
    pub fn fund(&mut self, at: usize, payment: Usd) {
        self.transfer(Account::Income(at, Source::Funding), Account::Margin(at), payment);
    }

    /// A reward of `quantity` on a spot holding, paid in kind and worth `price` a coin: income as a yield, and from then on a part of the holding
    /// that has cost what it was worth. Returns that worth.
    pub fn reward(&mut self, at: usize, quantity: f64, price: f64) -> Usd {
        let worth = Usd::round(quantity * price);
        self.transfer(Account::Income(at, Source::Yield), Account::Held(at), worth);
        let position = &mut self.positions[at];
        position.quantity += quantity;
        position.cost += worth;
        position.tally.entry_quantity += quantity;
        position.tally.entry_notional += quantity * price;
        position.tally.most_quantity = position.tally.most_quantity.max(position.quantity);
        position.tally.most_committed = position.tally.most_committed.max(position.cost);
        worth
    }

    /// Interest into a bucket's cash.
    pub fn interest(&mut self, bucket: BucketId, amount: Usd) {
        self.transfer(Account::Interest, Account::Cash(bucket), amount);
    }

    /// The venue takes over a perpetual at `mark` and hands `proceeds` (its margin and its profit, as far as the venue gives them back) to the
    /// bucket's cash, out of which `fee` is paid. What the position was worth at that mark and does not come back is the liquidation loss; what
    /// the venue bears beyond it is a gain. Returns the record and the price at which the position left.
    pub fn take_over(&mut self, at: usize, mark: f64, proceeds: Usd, fee: Usd) -> (Closed, f64) {
        self.mark_one(at, mark);
        let position = &self.positions[at];
        let (cash, margin, quantity) = (Account::Cash(position.bucket), position.margin, position.quantity);
        let lost = position.worth() - proceeds;
        let price = (position.cost - margin + proceeds).to_f64() / quantity;
        self.transfer(Account::Held(at), Account::Income(at, Source::Liquidation), lost);
        self.transfer(Account::Margin(at), Account::Held(at), margin);
        self.transfer(Account::Held(at), cash, proceeds);
        self.transfer(cash, Account::Income(at, Source::Fees), fee);
        let position = &mut self.positions[at];
        position.tally.exit_quantity += quantity.abs();
        position.tally.exit_notional += quantity.abs() * price;
        position.quantity = 0.0;
        (self.remove(at, quantity.signum()), price)
    }

    /// A bucket of cross margin that owes more than its free cash draws on the margin set aside for its positions, in their order; what is left
    /// the last of them owes, backed by profit that is not realised yet.
    pub fn cover(&mut self, bucket: BucketId) {
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
        }
    }

    /// Takes a flat position off the books; whatever its value account still holds was movement of price since the last mark.
    fn remove(&mut self, at: usize, sign: f64) -> Closed {
        let rest = self.positions[at].held;
        self.transfer(Account::Held(at), Account::Income(at, Source::Price), rest);
        let mut position = self.positions.remove(at);
        debug_assert_eq!(position.worth(), Usd::ZERO);
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
mod tests {
    use super::*;

    const BUCKET: BucketId = BucketId(0);
    const COIN: InstrumentId = InstrumentId(0);

    fn usd(dollars: f64) -> Usd {
        Usd::round(dollars)
    }

    fn entry(quantity: f64, price: f64, reference: f64, fee: f64) -> Entry {
        Entry { quantity, price, reference, fee: usd(fee) }
    }

    #[test]
    fn a_spot_round_trip_adds_up_by_source() {
        let mut books = Books::open(usd(1_000.0), &[1.0]);
        let at = books.increase(BUCKET, COIN, None, false, &entry(5.0, 101.0, 100.0, 0.5), Usd::ZERO);
        assert_eq!(books.cash(BUCKET), usd(494.5));
        books.mark(&[110.0], &mut [Usd::ZERO]);
        assert_eq!(books.equity(), usd(494.5 + 550.0));
        let closed = books.reduce(at, &entry(-5.0, 118.0, 120.0, 0.6)).expect("flat");
        books.assert_balanced(books.equity());
        assert_eq!(books.equity(), usd(494.5 + 590.0 - 0.6));
        let income = closed.income;
        assert_eq!((income.price, income.slippage, income.fees), (usd(100.0), usd(-15.0), usd(-1.1)));
        assert_eq!(income.total(), books.equity() - usd(1_000.0));
    }

    #[test]
    fn a_short_halved_then_closed_adds_up() {
        let mut books = Books::open(usd(1_000.0), &[1.0]);
        let at = books.increase(BUCKET, COIN, None, true, &entry(-10.0, 100.0, 100.0, 0.5), usd(500.0));
        assert_eq!(books.cash(BUCKET), usd(499.5));
        books.mark(&[90.0], &mut [Usd::ZERO]);
        assert_eq!(books.equity(), usd(1_099.5));
        assert!(books.reduce(at, &entry(5.0, 90.0, 90.0, 0.2)).is_none());
        assert_eq!(books.cash(BUCKET), usd(499.5 + 250.0 + 50.0 - 0.2));
        books.fund(at, usd(-1.0));
        books.mark(&[95.0], &mut [Usd::ZERO]);
        let closed = books.reduce(at, &entry(5.0, 95.0, 95.0, 0.2)).expect("flat");
        books.assert_balanced(books.equity());
        assert_eq!(closed.direction, crate::units::Direction::Short);
        assert_eq!(closed.income.price, usd(75.0));
        assert_eq!(books.cash(BUCKET), usd(1_000.0 + 75.0 - 0.9 - 1.0));
    }

    #[test]
    fn a_liquidation_loses_the_margin_and_no_more() {
        for mark in [91.0, 70.0] {
            let mut books = Books::open(usd(1_000.0), &[1.0]);
            let at = books.increase(BUCKET, COIN, None, true, &entry(10.0, 100.0, 100.0, 0.0), usd(100.0));
            let (closed, price) = books.take_over(at, mark, Usd::ZERO, Usd::ZERO);
            books.assert_balanced(books.equity());
            assert_eq!(books.equity(), usd(900.0));
            assert_eq!(price, 90.0);
            assert_eq!(closed.income.liquidation, usd(if mark > 90.0 { -10.0 } else { 200.0 }));
            assert_eq!(closed.income.total(), usd(-100.0));
        }
    }

    #[test]
    fn what_a_venue_hands_back_comes_back() {
        let mut books = Books::open(usd(1_000.0), &[1.0]);
        let at = books.increase(BUCKET, COIN, None, true, &entry(10.0, 100.0, 100.0, 0.0), usd(100.0));
        // Worth 10 at the mark of 91, closed at 90.5, 2 paid for it.
        let (closed, price) = books.take_over(at, 91.0, usd(5.0), usd(2.0));
        books.assert_balanced(books.equity());
        assert_eq!((price, books.equity()), (90.5, usd(903.0)));
        assert_eq!((closed.income.price, closed.income.liquidation, closed.income.fees), (usd(-90.0), usd(-5.0), usd(-2.0)));
    }

    #[test]
    fn a_reward_is_income_and_costs_what_it_was_worth() {
        let mut books = Books::open(usd(1_000.0), &[1.0]);
        let at = books.increase(BUCKET, COIN, None, false, &entry(10.0, 50.0, 50.0, 0.0), Usd::ZERO);
        books.mark(&[60.0], &mut [Usd::ZERO]);
        assert_eq!(books.reward(at, 0.5, 60.0), usd(30.0));
        books.assert_balanced(books.equity());
        let position = &books.positions()[at];
        assert_eq!((position.quantity, position.worth(), position.bought_at()), (10.5, usd(630.0), 50.0));
        assert_eq!(position.entry_price(), 530.0 / 10.5);
        assert!(books.reduce(at, &entry(-4.2, 60.0, 60.0, 0.0)).is_none());
        assert_eq!(books.positions()[at].bought_at(), 50.0);
        let closed = books.reduce(at, &entry(-6.3, 60.0, 60.0, 0.0)).expect("flat");
        books.interest(BUCKET, usd(2.0));
        books.assert_balanced(books.equity());
        assert_eq!((closed.income.price, closed.income.yields), (usd(100.0), usd(30.0)));
        assert_eq!((closed.traded(), books.equity()), (usd(100.0), usd(1_132.0)));
    }

    #[test]
    fn a_pool_in_debt_draws_on_its_margins() {
        let mut books = Books::open(usd(100.0), &[1.0]);
        let other = InstrumentId(1);
        let at = books.increase(BUCKET, COIN, None, true, &entry(1.0, 100.0, 100.0, 0.0), usd(50.0));
        books.increase(BUCKET, other, None, true, &entry(-1.0, 100.0, 100.0, 0.0), usd(50.0));
        assert!(books.reduce(at, &entry(-1.0, 20.0, 20.0, 0.0)).is_some());
        books.cover(BUCKET);
        assert_eq!((books.cash(BUCKET), books.positions()[0].margin()), (Usd::ZERO, usd(20.0)));
        books.assert_balanced(books.equity());
    }
}
