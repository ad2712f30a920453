//! What was bought when, for how much: lots of one pool and what is taken from them. Money is exact: a part of a lot is rounded once and the
//! rest stays, so that over a pool that ends flat every method sums to the very same gain, the net cash of its fills.

use std::collections::VecDeque;

use crate::units::{Span, Time, Usd};

/// A lot held for longer than this is old, unless somebody says otherwise: a year of 365 days.
pub const YEAR: Span = Span::from_seconds(365 * 86_400);
/// Quantities are floats: what is left of a pool below this part of its largest size is the rounding of sums, not a holding.
const DUST: f64 = 1e-9;

/// Which cost goes with what is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// What came in first goes first.
    Fifo,
    /// All that is held is one lot, at its average price.
    Average,
}

impl Method {
    /// Both methods.
    pub const ALL: [Self; 2] = [Self::Fifo, Self::Average];

    /// Its word in strategies and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::Average => "average",
        }
    }
}

/// What of a pool was closed by one fill.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Closed {
    /// Positive, in the venue's contracts.
    pub quantity: f64,
    /// What the sales brought, fees taken off; of a short these came first.
    pub proceeds: Usd,
    /// What the purchases took, fees added.
    pub cost: Usd,
    /// The part of `proceeds − cost` from old lots.
    pub old_gain: Usd,
}

/// What was opened at one time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    since: Time,
    /// Positive, whichever side the pool is on.
    quantity: f64,
    /// What opening it moved, fee included: negative was paid (a long), positive received (a short).
    cash: Usd,
}

/// One pool: long or short, never both.
#[derive(Clone, Debug)]
pub struct Lots {
    method: Method,
    /// A lot held for longer is old.
    old_after: Span,
    queue: VecDeque<Lot>,
    /// Signed sum of all fills.
    open: f64,
    /// Largest size since it was last flat.
    most: f64,
}

impl Lots {
    /// A pool without lots.
    #[must_use]
    pub fn new(method: Method, old_after: Span) -> Self {
        Self { method, old_after, queue: VecDeque::new(), open: 0.0, most: 0.0 }
    }

    /// What is open, signed, and the cash its opening moved; none where the pool is flat.
    #[must_use]
    pub fn standing(&self) -> Option<(f64, Usd)> {
        (!self.queue.is_empty()).then(|| (self.open, self.queue.iter().map(|lot| lot.cash).sum()))
    }

    /// The part of [`Self::standing`] in lots that are old at an instant.
    #[must_use]
    pub(crate) fn standing_old(&self, now: Time) -> (f64, Usd) {
        let old = self.queue.iter().filter(|lot| self.is_old(lot, now));
        let (quantity, cash) = old.fold((0.0, Usd::ZERO), |(quantity, cash), lot| (quantity + lot.quantity, cash + lot.cash));
        (if self.open < 0.0 { -quantity } else { quantity }, cash)
    }

    fn is_old(&self, lot: &Lot, now: Time) -> bool {
        now.seconds() - lot.since.seconds() > self.old_after.seconds()
    }

    /// A fill of `quantity` (positive buys) that moved `cash`, its fee included (negative was paid). What is against the open side closes it,
    /// oldest lots first; what goes beyond opens the other side. Fills come in the order of their time.
    pub fn fill(&mut self, time: Time, quantity: f64, cash: Usd) -> Option<Closed> {
        // The dust of a pool that was closed is no part of the next one.
        if self.queue.is_empty() && self.open.abs() <= DUST * quantity.abs() {
            self.open = 0.0;
        }
        if self.open * quantity >= 0.0 {
            self.add(time, quantity, cash);
            return None;
        }
        let (size, held) = (quantity.abs(), self.open.abs());
        let flat = (self.open + quantity).abs() <= DUST * self.most;
        if flat || size < held {
            let closed = self.close(time, size, cash, flat);
            self.open += quantity;
            return Some(closed);
        }
        let part = portion(cash, held / size);
        let closed = self.close(time, held, part, true);
        let rest = self.open + quantity;
        self.open = 0.0;
        self.add(time, rest, cash - part);
        Some(closed)
    }

    fn add(&mut self, since: Time, quantity: f64, cash: Usd) {
        self.open += quantity;
        self.most = if self.queue.is_empty() { self.open.abs() } else { self.most.max(self.open.abs()) };
        match (self.method, self.queue.back_mut()) {
            (Method::Average, Some(lot)) => {
                lot.quantity += quantity.abs();
                lot.cash += cash;
            }
            _ => self.queue.push_back(Lot { since, quantity: quantity.abs(), cash }),
        }
    }

    /// The lots of so much of a long pool, the oldest first, for the pool of what its coin became: nothing is gained, and nothing gets younger.
    pub(crate) fn hand_over(&mut self, size: f64) -> Vec<Lot> {
        let all = self.open - size <= DUST * self.most;
        let lots = self.take(size, all);
        self.open = if all { 0.0 } else { self.open - size };
        lots
    }

    /// Lots of a coin of which one became `ratio` of this pool's, each with the time and the cost of its purchase.
    pub(crate) fn receive(&mut self, lots: Vec<Lot>, ratio: f64) {
        for Lot { since, quantity, cash } in lots {
            self.add(since, quantity * ratio, cash);
        }
        // What came in first goes first, in whatever coin it came.
        self.queue.make_contiguous().sort_by_key(|lot| lot.since);
    }

    /// Takes `size` out of the lots, or all that is left of them, oldest first.
    fn take(&mut self, size: f64, all: bool) -> Vec<Lot> {
        let (mut taken, mut wanted) = (Vec::new(), size);
        while let Some(lot) = self.queue.front_mut() {
            if all || lot.quantity <= wanted {
                wanted -= lot.quantity;
                taken.extend(self.queue.pop_front());
                continue;
            }
            let part = portion(lot.cash, wanted / lot.quantity);
            lot.quantity -= wanted;
            lot.cash -= part;
            taken.push(Lot { quantity: wanted, cash: part, ..*lot });
            break;
        }
        taken
    }

    /// Closes `size` of the lots, or all that is left of them, against `cash`.
    fn close(&mut self, time: Time, size: f64, cash: Usd, all: bool) -> Closed {
        let short = self.open < 0.0;
        // Of all lots, and of the old ones.
        let (mut opened, mut taken, mut old_opened, mut old_taken) = (Usd::ZERO, 0.0, Usd::ZERO, 0.0);
        for lot in self.take(size, all) {
            opened += lot.cash;
            taken += lot.quantity;
            if self.is_old(&lot, time) {
                old_opened += lot.cash;
                old_taken += lot.quantity;
            }
        }
        let old_cash = if old_taken == taken { cash } else { portion(cash, old_taken / taken) };
        let old_gain = if old_taken > 0.0 { old_opened + old_cash } else { Usd::ZERO };
        let (proceeds, cost) = if short { (opened, -cash) } else { (cash, -opened) };
        Closed { quantity: size, proceeds, cost, old_gain }
    }
}

/// To the nearest microdollar; the caller keeps what is not in it.
fn portion(cash: Usd, share: f64) -> Usd {
    Usd::round(cash.to_f64() * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Buys (positive) and sales at a price with a fee, a day apart unless said otherwise; what each closed.
    fn walk(method: Method, fills: &[(i64, f64, f64, f64)]) -> (Vec<Option<Closed>>, Lots) {
        let mut lots = Lots::new(method, YEAR);
        let results = fills
            .iter()
            .map(|&(day, quantity, price, fee)| lots.fill(Time::from_seconds(day * 86_400), quantity, Usd::round(-quantity * price - fee)));
        (results.collect(), lots)
    }

    fn gains(method: Method, fills: &[(i64, f64, f64, f64)]) -> Vec<f64> {
        walk(method, fills).0.into_iter().flatten().map(|closed| (closed.proceeds - closed.cost).to_f64()).collect()
    }

    /// By pencil: `(day, quantity, price, fee)` and the gain of each fill that closed something.
    #[test]
    fn worked_by_hand() {
        type Row<'a> = (&'a str, &'a [(i64, f64, f64, f64)], &'a [f64], &'a [f64]);
        let table: [Row; 6] = [
            ("one of two", &[(0, 1.0, 100.0, 0.0), (1, 1.0, 200.0, 0.0), (2, -1.0, 300.0, 0.0)], &[200.0], &[150.0]),
            (
                "then the other",
                &[(0, 1.0, 100.0, 0.0), (1, 1.0, 200.0, 0.0), (2, -1.0, 300.0, 0.0), (3, -1.0, 100.0, 0.0)],
                &[200.0, -100.0],
                &[150.0, -50.0],
            ),
            // 100 + 1 paid, 120 − 2 received.
            ("fees on both sides", &[(0, 1.0, 100.0, 1.0), (1, -1.0, 120.0, 2.0)], &[17.0], &[17.0]),
            // Sold at 100 and 80, bought back at 50.
            ("shorts are lots", &[(0, -1.0, 100.0, 0.0), (1, -1.0, 80.0, 0.0), (2, 1.0, 50.0, 0.0)], &[50.0], &[40.0]),
            // Two of the three close the long at 10 a piece, the third opens a short at 110 with a third of the fee: 110 − 1 − 90.
            ("through nothing", &[(0, 2.0, 100.0, 0.0), (1, -3.0, 110.0, 3.0), (2, 1.0, 90.0, 0.0)], &[18.0, 19.0], &[18.0, 19.0]),
            ("part of a lot", &[(0, 4.0, 10.0, 0.0), (1, 4.0, 20.0, 0.0), (2, -5.0, 30.0, 0.0)], &[90.0], &[75.0]),
        ];
        for (name, fills, fifo, average) in table {
            assert_eq!(gains(Method::Fifo, fills), fifo, "{name}");
            assert_eq!(gains(Method::Average, fills), average, "{name}");
        }
    }

    #[test]
    fn a_short_has_its_proceeds_first() {
        let (results, lots) = walk(Method::Fifo, &[(0, -2.0, 100.0, 4.0), (1, 1.0, 60.0, 1.0)]);
        let closed = results[1].unwrap();
        assert_eq!((closed.proceeds.to_f64(), closed.cost.to_f64(), closed.quantity), (98.0, 61.0, 1.0));
        assert_eq!(lots.standing(), Some((-1.0, Usd::round(98.0))));
    }

    /// The first lot is sold on its 366th day, the second on its 365th.
    #[test]
    fn a_year_is_more_than_365_days() {
        let (results, lots) = walk(Method::Fifo, &[(0, 1.0, 100.0, 0.0), (1, 3.0, 100.0, 0.0), (366, -2.0, 160.0, 0.0)]);
        let closed = results[2].unwrap();
        assert_eq!((closed.proceeds - closed.cost, closed.old_gain), (Usd::round(120.0), Usd::round(60.0)));
        assert_eq!(lots.standing(), Some((2.0, Usd::round(-200.0))));
        let (results, _) = walk(Method::Fifo, &[(0, 1.0, 100.0, 0.0), (365, -1.0, 160.0, 0.0)]);
        assert_eq!(results[1].unwrap().old_gain, Usd::ZERO);
    }

    /// Ten times a tenth is not one: what the sum leaves is nobody's holding, and the next purchase starts a pool of its own.
    #[test]
    fn the_rounding_of_quantities_is_no_holding() {
        let mut fills: Vec<(i64, f64, f64, f64)> = (0..10).map(|day| (day, 0.1, 100.0, 0.0)).collect();
        fills.extend([(10, -1.0, 110.0, 0.0), (11, 1.0, 50.0, 0.0), (12, -1.0, 60.0, 0.0)]);
        for method in Method::ALL {
            assert_ne!((0..10).fold(0.0, |sum, _| sum + 0.1), 1.0);
            let (results, lots) = walk(method, &fills);
            assert_eq!(results.into_iter().flatten().map(|closed| closed.quantity).collect::<Vec<_>>(), [1.0, 1.0]);
            assert_eq!(lots.standing(), None);
            assert_eq!(gains(method, &fills), [10.0, 10.0]);
        }
    }

    /// What is dust beside a pool of the past is a holding in the next one.
    #[test]
    fn a_pool_is_measured_by_itself() {
        let fills = [(0, 1e10, 0.01, 0.0), (1, -1e10, 0.01, 0.0), (2, 4.0, 10.0, 0.0), (3, -1.0, 12.0, 0.0)];
        for method in Method::ALL {
            assert_eq!(gains(method, &fills), [0.0, 2.0]);
            assert_eq!(walk(method, &fills).1.standing(), Some((3.0, Usd::round(-30.0))));
        }
    }

    /// Of 3 bought at 10 and one at 20, two become one: for the 20 that the oldest cost, or the 25 of the average. It was bought before what stood
    /// there already, for 15, and goes first.
    #[test]
    fn lots_go_over_with_time_and_cost() {
        let day = |day: i64| Time::from_seconds(day * 86_400);
        for (method, gains) in [(Method::Fifo, [20.0, 25.0]), (Method::Average, [20.0, 20.0])] {
            let (_, mut old) = walk(method, &[(0, 3.0, 10.0, 0.0), (1, 1.0, 20.0, 0.0)]);
            let (_, mut new) = walk(method, &[(5, 1.0, 15.0, 0.0)]);
            new.receive(old.hand_over(2.0), 0.5);
            assert_eq!(old.standing().map(|(quantity, _)| quantity), Some(2.0), "{method:?}");
            assert_eq!(new.standing().map(|(quantity, _)| quantity), Some(2.0));
            let closed = [400, 401].map(|at| new.fill(day(at), -1.0, Usd::round(40.0)).unwrap());
            assert_eq!(closed.map(|closed| (closed.proceeds - closed.cost).to_f64()), gains, "{method:?}");
            assert_eq!(new.standing(), None);
            // The rest goes over whole, however its quantity was rounded.
            new.receive(old.hand_over(2.0 * (1.0 - 1e-12)), 3.0);
            assert_eq!((old.standing(), new.standing().map(|(quantity, _)| quantity)), (None, Some(6.0)));
        }
    }

    /// Thirds of a lot, each rounded; a fee that does not divide; and back to nothing.
    #[test]
    fn what_is_rounded_stays_in_the_lot() {
        let fills =
            [(0, 3.0, 33.333_333, 0.000_001), (1, -1.0, 33.0, 0.01), (2, -1.0, 35.0, 0.01), (3, 0.7, 31.0, 0.003), (4, -1.7, 37.0, 0.02)];
        let cash: Usd = fills.iter().map(|&(_, quantity, price, fee): &(i64, f64, f64, f64)| Usd::round(-quantity * price - fee)).sum();
        for method in Method::ALL {
            let (results, _) = walk(method, &fills);
            assert_eq!(results.into_iter().flatten().map(|closed| closed.proceeds - closed.cost).sum::<Usd>(), cash);
        }
    }
}
