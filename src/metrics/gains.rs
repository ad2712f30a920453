//! Gains realised by selling, by calendar year (UTC) and instrument, under two methods of cost; and what stood unrealised at each year's last
//! close. Spot of one coin is one pool whatever bucket bought it; so is each perpetual, of which a short is a lot like a long one. A reward in
//! kind enters at its worth when it was paid: that worth is a yield, and only what comes after it a gain. A coin that becomes another takes time
//! and cost of its purchase along: nothing is realised.

use std::collections::BTreeMap;

use crate::metrics::lots::{Closed, Lot, Lots, Method, YEAR};
use crate::replay::run::{Fill, Reason, Run, Side};
use crate::units::{BucketId, InstrumentId, Span, Time, Usd};

/// One year of one pool under one method.
#[derive(Clone, Debug, PartialEq)]
pub struct Gain {
    pub year: i32,
    pub instrument: InstrumentId,
    pub method: Method,
    /// Closed in the year; positive, in the venue's contracts.
    pub quantity: f64,
    /// Of what was closed: sales less their fees, purchases with theirs.
    pub proceeds: Usd,
    pub cost: Usd,
    /// Part of the gain that came from old lots, held for more than a year where nobody asked for another period; one lot at an average price has no age.
    pub old: Option<Usd>,
    /// Settled in the year, positive was received: the same under both methods.
    pub funding: Usd,
    /// Value less cost of what was still open at the year's last close; none where no price is known.
    pub unrealised: Option<Usd>,
    /// Part of that in lots that were old at that close; none under average cost.
    pub unrealised_old: Option<Usd>,
}

impl Gain {
    /// Proceeds less cost.
    #[must_use]
    pub fn gain(&self) -> Usd {
        self.proceeds - self.cost
    }
}

/// What a year adds up to.
#[derive(Clone, Copy, Default)]
struct Year {
    closed: Closed,
    funding: Usd,
    unrealised: Option<Usd>,
    unrealised_old: Option<Usd>,
    standing: bool,
}

/// As `gains_with`, where a lot is old after a year.
#[must_use]
pub fn gains(run: &Run, counts: impl Fn(BucketId) -> bool, price: impl Fn(InstrumentId, Time) -> Option<f64>) -> Vec<Gain> {
    gains_with(run, YEAR, counts, price)
}

/// All years and pools in which anything was closed, settled or held at the end: by year, then instrument, then method. Only the fills and
/// payments of buckets that `counts` are looked at. A lot is old that was held for longer than `old_after`. `price` says what a contract was worth at a close.
#[must_use]
pub(crate) fn gains_with(
    run: &Run,
    old_after: Span,
    counts: impl Fn(BucketId) -> bool,
    price: impl Fn(InstrumentId, Time) -> Option<f64>,
) -> Vec<Gain> {
    let mut fills: Vec<&Fill> = run.fills.iter().filter(|fill| counts(fill.bucket)).collect();
    fills.sort_by_key(|fill| fill.time);
    let mut funding: BTreeMap<(i32, InstrumentId), Usd> = BTreeMap::new();
    for payment in run.funding.iter().filter(|payment| counts(payment.bucket)) {
        *funding.entry((year_of(payment.time), payment.instrument)).or_default() += payment.payment;
    }
    let mut found = BTreeMap::new();
    for (order, method) in Method::ALL.into_iter().enumerate() {
        for ((year, instrument), sums) in of_method(run, &fills, &funding, (method, old_after), &price) {
            found.insert((year, instrument, order), row(year, instrument, method, &sums));
        }
    }
    found.into_values().collect()
}

fn row(year: i32, instrument: InstrumentId, method: Method, sums: &Year) -> Gain {
    Gain {
        year,
        instrument,
        method,
        quantity: sums.closed.quantity,
        proceeds: sums.closed.proceeds,
        cost: sums.closed.cost,
        old: (method == Method::Fifo).then_some(sums.closed.old_gain),
        funding: sums.funding,
        unrealised: if sums.standing { sums.unrealised } else { Some(Usd::ZERO) },
        unrealised_old: if sums.standing { sums.unrealised_old } else { Some(Usd::ZERO) }.filter(|_| method == Method::Fifo),
    }
}

fn of_method(
    run: &Run,
    fills: &[&Fill],
    funding: &BTreeMap<(i32, InstrumentId), Usd>,
    (method, old_after): (Method, Span),
    price: &impl Fn(InstrumentId, Time) -> Option<f64>,
) -> BTreeMap<(i32, InstrumentId), Year> {
    let mut years: BTreeMap<(i32, InstrumentId), Year> = BTreeMap::new();
    for (&at, &paid) in funding {
        years.entry(at).or_default().funding = paid;
    }
    let mut pools: BTreeMap<InstrumentId, Lots> = BTreeMap::new();
    let mut handed: Option<(Vec<Lot>, f64)> = None;
    let mut fills = fills.iter().peekable();
    for (year, close) in year_ends(run) {
        while let Some(fill) = fills.next_if(|fill| year_of(fill.time) <= year) {
            let notional = if fill.side == Side::Buy { -fill.notional } else { fill.notional };
            let quantity = if fill.side == Side::Buy { fill.quantity } else { -fill.quantity };
            let pool = pools.entry(fill.instrument).or_insert_with(|| Lots::new(method, old_after));
            if fill.reason == Reason::Conversion {
                // Two fills, one after the other: the one coin gives its lots, the other takes them.
                handed = match std::mem::take(&mut handed) {
                    Some((lots, given)) => {
                        pool.receive(lots, fill.quantity / given);
                        None
                    }
                    None => Some((pool.hand_over(fill.quantity), fill.quantity)),
                };
                continue;
            }
            if let Some(closed) = pool.fill(fill.time, quantity, notional - fill.fee) {
                let sum = &mut years.entry((year, fill.instrument)).or_default().closed;
                sum.quantity += closed.quantity;
                sum.proceeds += closed.proceeds;
                sum.cost += closed.cost;
                sum.old_gain += closed.old_gain;
            }
        }
        for (&instrument, pool) in &pools {
            if let Some((quantity, cash)) = pool.standing() {
                let sums = years.entry((year, instrument)).or_default();
                let worth = close.and_then(|close| price(instrument, close));
                (sums.standing, sums.unrealised) = (true, worth.map(|price| Usd::round(quantity * price) + cash));
                sums.unrealised_old = close.zip(worth).map(|(close, price)| {
                    let (quantity, cash) = pool.standing_old(close);
                    Usd::round(quantity * price) + cash
                });
            }
        }
    }
    years
}

fn year_of(time: Time) -> i32 {
    time.month().0
}

/// Every year of the run and its last close; a bar that closes at midnight of New Year is the old year's. None for a year without a close.
#[must_use]
pub fn year_ends(run: &Run) -> Vec<(i32, Option<Time>)> {
    let bars = run.equity.len();
    let mut years: Vec<(i32, Option<Time>)> = Vec::new();
    let mut stand = |year: i32, close: Option<Time>| match years.last_mut().filter(|last| last.0 == year) {
        Some(last) => last.1 = close.or(last.1),
        None => years.push((year, close)),
    };
    for t in 0..bars {
        stand(year_of(run.clock.open(t)), None);
        // The instant before the close tells the year that it ends.
        let close = run.clock.close(t);
        stand(year_of(close.plus(-1)), Some(close));
    }
    years
}
