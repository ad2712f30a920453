//! What a tax office would take of a run's gains, year by year, under a stated rate and holding period. One rule for all: first in, first out;
//! coins held for longer than the period are free; all else (younger coins, perpetuals, funding, rewards and interest) is one sum a year; a loss
//! is set against the sums of later years. Real law differs: this puts dollars beside "hedge or sell", it files no return.

use crate::metrics::gains::{Gain, gains_with, year_ends};
use crate::metrics::lots::Method;
use crate::replay::run::{Run, Tax};
use crate::units::{BucketId, InstrumentId, Span, Time, Usd};

/// A period longer than any run: no lot ever gets old.
const NEVER: Span = Span::from_seconds(1_000_000 * 86_400);

/// One calendar year (UTC).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaxYear {
    pub year: i32,
    pub rate: f64,
    /// Realised by coins held longer than the period.
    pub free: Usd,
    /// All else that the year brought; negative is a loss.
    pub taxable: Usd,
    /// Of losses of the years before, what is set against this year; never negative.
    pub carried: Usd,
    pub tax: Usd,
}

/// What selling all of a bucket's coins at a year's last close would have been taxed with, and what its hedge was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SaleOrHedge {
    pub year: i32,
    /// Of what the coins stood above their cost, what a sale would have had taxed; negative is a loss.
    pub taxable: Usd,
    /// Of that gain, what was free by then.
    pub free: Usd,
    /// On `taxable` alone.
    pub tax: Usd,
    /// What the hedge had realised in the year, funding in it.
    pub hedge: Usd,
    /// On `hedge` alone.
    pub tax_of_hedge: Usd,
}

/// Every year of the run. `is_coin` says which instruments are spot, `price` what a contract was worth at a close.
#[must_use]
pub fn years(
    run: &Run,
    tax: &Tax,
    is_coin: impl Fn(InstrumentId) -> bool,
    price: impl Fn(InstrumentId, Time) -> Option<f64>,
) -> Vec<TaxYear> {
    let gains = gains_with(run, tax.free_after.unwrap_or(NEVER), |_| true, price);
    let mut losses = Usd::ZERO;
    let year = |(year, _): &(i32, Option<Time>)| {
        let rows = gains.iter().filter(|row| row.year == *year && row.method == Method::Fifo);
        let (mut taxable, mut free) = (Usd::ZERO, Usd::ZERO);
        for row in rows {
            let old = free_part(row, &is_coin);
            free += old;
            taxable += row.gain() - old + row.funding;
        }
        taxable += run.yields.iter().filter(|paid| paid.time.plus(-1).month().0 == *year).map(|paid| paid.amount).sum();
        let carried = losses.min(taxable.max(Usd::ZERO));
        losses = losses - carried + (-taxable).max(Usd::ZERO);
        let rate = tax.rate_of(*year);
        TaxYear { year: *year, rate, free, taxable, carried, tax: of((taxable - carried).max(Usd::ZERO), rate) }
    };
    year_ends(run).iter().map(year).collect()
}

/// Of each year with a last close: a sale of what `spot` held then, beside what `hedge` had realised. None where a price is missing.
#[must_use]
pub fn sales_or_hedges(
    run: &Run,
    tax: &Tax,
    (hedge, spot): (BucketId, BucketId),
    price: impl Fn(InstrumentId, Time) -> Option<f64>,
) -> Vec<SaleOrHedge> {
    let period = tax.free_after.unwrap_or(NEVER);
    let all = |wanted: BucketId| gains_with(run, period, move |bucket| bucket == wanted, &price);
    let (coins, hedges) = (all(spot), all(hedge));
    let year = |(year, _): (i32, Option<Time>)| {
        let fifo = |rows: &'_ [Gain]| rows.iter().filter(|row| row.year == year && row.method == Method::Fifo).cloned().collect::<Vec<_>>();
        let coins = fifo(&coins);
        let gain: Usd = coins.iter().map(|row| row.unrealised).sum::<Option<Usd>>()?;
        let free: Usd = coins.iter().map(|row| row.unrealised_old).sum::<Option<Usd>>()?;
        let hedge: Usd = fifo(&hedges).iter().map(|row| row.gain() + row.funding).sum();
        let (taxable, rate) = (gain - free, tax.rate_of(year));
        let on = |amount: Usd| of(amount.max(Usd::ZERO), rate);
        Some(SaleOrHedge { year, taxable, free, tax: on(taxable), hedge, tax_of_hedge: on(hedge) })
    };
    year_ends(run).into_iter().filter_map(year).collect()
}

/// Only coins get old: a perpetual is a contract, however long it is held.
fn free_part(row: &Gain, is_coin: &impl Fn(InstrumentId) -> bool) -> Usd {
    row.old.filter(|_| is_coin(row.instrument)).unwrap_or_default()
}

fn of(amount: Usd, rate: f64) -> Usd {
    Usd::round(amount.to_f64() * rate)
}
