//! The open positions: what the ledger owns of each and what is kept beside it, in one owner that alone puts them in and takes them out.

use std::ops::Deref;

use crate::exchange::margin::Isolated;
use crate::ledger::{Backing, Books, BySource, Closed, Entry, Position, Snapshot};
use crate::replay::position_state::PositionState;
use crate::replay::run::FundingLines;
use crate::units::{BucketId, InstrumentId, NarrativeId, Usd};

/// A bucket holds at most one position of an instrument; this names it, open or not. Ordered as positions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PositionKey {
    pub bucket: BucketId,
    pub instrument: InstrumentId,
}

impl PositionKey {
    /// Of an open position.
    pub fn of(position: &Position) -> Self {
        Self { bucket: position.bucket, instrument: position.instrument }
    }
}

/// What is known of the block of bars: while no position is [`PositionState::near`] anything, moments 2 and 5 are
/// quiet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Watched {
    /// Whether any is.
    Alert(bool),
    /// A position, a stop or a wallet has changed since that was found.
    Stale,
}

/// The books and, for each open position, its state. Reads as the books do. A place among the open positions holds until one is put in or taken out;
/// across that a [`PositionKey`] names it.
#[derive(Debug)]
pub(super) struct PositionBook {
    books: Books,
    /// Along [`Books::positions`].
    states: Vec<PositionState>,
    /// By instrument, as far as any was held: how many buckets hold it.
    holders: Vec<u32>,
    pub watched: Watched,
    /// First bar at which some open position's listing has ended, or its coin is another one.
    pub next_delisting: usize,
}

impl Deref for PositionBook {
    type Target = Books;

    fn deref(&self) -> &Books {
        &self.books
    }
}

impl PositionBook {
    /// [`Books::open`]: capital shared out by weight, nothing held.
    pub fn open(capital: Usd, weights: &[f64]) -> Self {
        let books = Books::open(capital, weights);
        Self { books, states: Vec::new(), holders: Vec::new(), watched: Watched::Alert(false), next_delisting: usize::MAX }
    }

    /// What is kept beside the position at a place.
    pub fn state(&self, at: usize) -> &PositionState {
        &self.states[at]
    }

    /// The same, to be changed.
    pub fn state_mut(&mut self, at: usize) -> &mut PositionState {
        &mut self.states[at]
    }

    /// Of all open positions, along [`Books::positions`].
    pub fn states(&self) -> &[PositionState] {
        &self.states
    }

    /// The same, to be changed.
    pub fn states_mut(&mut self) -> &mut [PositionState] {
        &mut self.states
    }

    /// Whether any bucket holds an instrument.
    #[inline]
    pub fn holds(&self, instrument: InstrumentId) -> bool {
        self.holders.get(instrument.index()).is_some_and(|&holders| holders > 0)
    }

    /// Puts in the state of a position that has just been opened.
    fn insert_state(&mut self, at: usize, state: PositionState) {
        let instrument = self.books.positions()[at].instrument.index();
        self.states.insert(at, state);
        if instrument >= self.holders.len() {
            self.holders.resize(instrument + 1, 0);
        }
        self.holders[instrument] += 1;
    }

    /// Takes out the state of a position of which nothing is left.
    fn remove_state(&mut self, at: usize, instrument: InstrumentId) -> PositionState {
        self.holders[instrument.index()] -= 1;
        self.states.remove(at)
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.states.len()
    }

    /// What stays true of a place when others come and go.
    pub fn key(&self, at: usize) -> PositionKey {
        PositionKey::of(&self.books.positions()[at])
    }

    /// Where an open position stands now.
    pub fn place(&self, key: PositionKey) -> Option<usize> {
        self.books.find(key.bucket, key.instrument)
    }

    /// Opens a position, with the state it begins with, or adds to it ([`Books::increase`]). Its place.
    ///
    /// # Panics
    /// Where a new one has no state: a bug of ours.
    pub fn increase(
        &mut self,
        key: PositionKey,
        (narrative, margined): (Option<NarrativeId>, bool),
        entry: &Entry,
        margin: Usd,
        state: Option<PositionState>,
    ) -> usize {
        let at = self.books.increase(key.bucket, key.instrument, narrative, margined, entry, margin);
        if self.books.positions().len() > self.states.len() {
            self.insert_state(at, state.expect("a new position begins with a state"));
        }
        at
    }

    /// [`Books::reduce`]; the record and the last state of what has gone flat.
    pub fn reduce(&mut self, at: usize, entry: &Entry, backing: Backing) -> Option<(Closed, PositionState)> {
        let closed = self.books.reduce(at, entry, backing)?;
        let state = self.remove_state(at, closed.instrument);
        Some((closed, state))
    }

    /// [`Books::liquidate`]; the record, the last state, and the price at which it left.
    pub fn liquidate(&mut self, at: usize, mark: f64, proceeds: Usd, fee: Usd) -> (Closed, PositionState, f64) {
        let (closed, price) = self.books.liquidate(at, mark, proceeds, fee);
        let state = self.remove_state(at, closed.instrument);
        (closed, state, price)
    }

    /// [`Books::convert`]: into a holding that is there already, or into a new one whose state `turned` makes of the old. Its place.
    pub fn convert(&mut self, at: usize, into: InstrumentId, ratio: f64, turned: impl FnOnce(PositionState) -> PositionState) -> usize {
        let Position { bucket, instrument, .. } = self.books.positions()[at];
        let joins = self.books.find(bucket, into).is_some();
        let old = self.remove_state(at, instrument);
        let at = self.books.convert(at, into, ratio);
        if joins {
            self.states[at].take_in(&old, ratio);
        } else {
            self.insert_state(at, turned(old));
        }
        at
    }

    /// The books, for what neither opens nor closes anything: payments, flows, marks.
    pub fn money(&mut self) -> Money<'_> {
        Money(&mut self.books)
    }

    /// Income of each open position since it was last asked, with the lines of its funding, for the attribution.
    pub fn take_unattributed(&mut self, mut each: impl FnMut(&Position, &BySource, &FundingLines)) {
        let mut states = self.states.iter_mut();
        self.books.take_unbooked(|position, income| {
            let funding = std::mem::take(&mut states.next().expect("one a position").funding);
            each(position, income, &funding);
        });
    }
}

/// Movements of money that leave every position where it stands; each is the one of [`Books`] of the same name.
pub(super) struct Money<'a>(&'a mut Books);

impl Money<'_> {
    /// A settlement paid, or received.
    pub fn fund(self, at: usize, payment: Usd) {
        self.0.fund(at, payment);
    }

    /// Cash of the bucket goes behind a position.
    pub fn add_margin(self, at: usize, margin: Usd) {
        self.0.add_margin(at, margin);
    }

    /// A pool whose cash is below nought takes it from its margins.
    pub fn draw_margin(self, bucket: BucketId) {
        self.0.draw_margin(bucket);
    }

    /// Cash from one bucket to another; what has moved.
    pub fn flow(self, from: BucketId, to: BucketId, amount: Usd) -> Usd {
        self.0.flow(from, to, amount)
    }

    /// Interest on the cash of a bucket.
    pub fn interest(self, bucket: BucketId, amount: Usd) {
        self.0.interest(bucket, amount);
    }

    /// A reward in kind; what it is worth.
    pub fn reward(self, at: usize, quantity: f64, price: f64) -> Usd {
        self.0.reward(at, quantity, price)
    }

    /// Every position at its price of a row; the value of every bucket.
    pub fn mark(self, price: impl Fn(InstrumentId) -> f64, buckets: &mut [Usd]) -> Snapshot {
        self.0.mark(price, buckets)
    }
}

/// A perpetual position as the venue's margin rules see it.
pub(super) fn margin_view(position: &Position) -> Isolated {
    Isolated {
        direction: position.direction(),
        quantity: position.quantity.abs(),
        entry_price: position.entry_price(),
        wallet: position.margin().to_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::position_state::{Guard, MaintenanceBound};
    use crate::replay::run::FundingLines;
    use crate::units::Time;

    fn key(instrument: usize) -> PositionKey {
        PositionKey { bucket: BucketId::new(0), instrument: InstrumentId::new(instrument) }
    }

    /// Told from others by its leverage.
    fn state(leverage_asked: f64) -> PositionState {
        PositionState {
            opened: Time::from_seconds(0),
            leverage_asked,
            guard: Guard { best: 10.0, ..Guard::default() },
            delisted: usize::MAX,
            converts: None,
            danger: f64::NAN,
            asked: MaintenanceBound::NOTHING,
            near: false,
            long: true,
            trails: false,
            series: 0,
            blocks: 0,
            offered: Usd::ZERO,
            realised: Usd::ZERO,
            funding: FundingLines::default(),
            staked: 1.0,
            entered: 0,
            added_inside: 0.0,
        }
    }

    fn entry(quantity: f64) -> Entry {
        Entry { quantity, price: 10.0, reference: 10.0, fee: Usd::ZERO }
    }

    /// Holdings of the instruments 2, 0 and 1, opened in that order.
    fn three() -> PositionBook {
        let mut book = PositionBook::open(Usd::round(1_000.0), &[1.0]);
        for instrument in [2_u8, 0, 1] {
            let state = state(f64::from(instrument));
            book.increase(key(usize::from(instrument)), (None, false), &entry(3.0), Usd::ZERO, Some(state));
        }
        book
    }

    fn leverages(book: &PositionBook) -> Vec<(usize, f64)> {
        (0..book.count()).map(|at| (book.key(at).instrument.index(), book.state(at).leverage_asked)).collect()
    }

    #[test]
    fn each_state_stands_with_its_position() {
        let mut book = three();
        assert_eq!(leverages(&book), [(0, 0.0), (1, 1.0), (2, 2.0)]);
        assert_eq!(book.increase(key(1), (None, false), &entry(1.0), Usd::ZERO, None), 1, "added to");
        assert!(book.reduce(1, &entry(-1.0), Backing::Margin).is_none(), "a part stays");
        let (closed, last) = book.reduce(1, &entry(-3.0), Backing::Margin).expect("it is flat");
        assert_eq!((closed.instrument, last.leverage_asked), (InstrumentId::new(1), 1.0));
        assert_eq!(leverages(&book), [(0, 0.0), (2, 2.0)]);
        assert_eq!((book.place(key(2)), book.place(key(1))), (Some(1), None));
    }

    #[test]
    fn a_coin_that_becomes_another_takes_its_state_along() {
        let mut book = three();
        let at = book.convert(0, InstrumentId::new(7), 2.0, |old| PositionState { leverage_asked: 7.0 + old.leverage_asked, ..old });
        assert_eq!((at, leverages(&book)), (2, vec![(1, 1.0), (2, 2.0), (7, 7.0)]));
        // Into one that is held: half as many of it, and its own state stays.
        let at = book.convert(2, InstrumentId::new(1), 0.5, |_| panic!("there is one"));
        assert_eq!((at, leverages(&book)), (0, vec![(1, 1.0), (2, 2.0)]));
        assert_eq!((book.positions()[0].quantity, book.state(0).staked), (6.0, 1.5));
    }

    #[test]
    fn levels_are_met_from_their_own_side() {
        let guarded = |long: bool, stop: f64, target: f64| PositionState {
            long,
            guard: Guard { stop: Some(stop), target: Some(target), ..Guard::default() },
            ..state(1.0)
        };
        let (long, short) = (guarded(true, 9.0, 12.0), guarded(false, 12.0, 9.0));
        assert_eq!([8.9, 9.0, 10.0, 12.0, f64::NAN].map(|price| long.guarded_at(price)), [true, true, false, true, false]);
        assert_eq!([8.9, 10.0, 12.1].map(|price| short.guarded_at(price)), [true, false, true]);
    }
}
