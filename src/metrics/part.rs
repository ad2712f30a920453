//! A run, or some of its bars, as metrics see it: what happened there, starting from the equity before.

use std::borrow::Cow;
use std::ops::Range;

use crate::replay::run::{Decision, Exposure, Fill, FundingPayment, Liquidation, Rotation, Run, Trade, Yield};
use crate::units::{Clock, Time, Usd};

/// The columns and rows of [`Run`] that metrics are made of, under their names.
#[derive(Clone, Debug)]
pub struct Part<'r> {
    pub(super) capital: Usd,
    pub(super) clock: Clock,
    pub(super) equity: &'r [Usd],
    pub(super) benchmark: Cow<'r, [Usd]>,
    pub(super) benchmark_name: &'r str,
    pub(super) gross_exposure: &'r [f64],
    pub(super) net_exposure: &'r [f64],
    pub(super) margin_used: &'r [Usd],
    pub(super) fills: &'r [Fill],
    pub(super) trades: Cow<'r, [Trade]>,
    pub(super) funding: &'r [FundingPayment],
    pub(super) liquidations: &'r [Liquidation],
    pub(super) yields: &'r [Yield],
    pub(super) decisions: &'r [Decision],
    pub(super) exposure: &'r [Exposure],
    pub(super) rotations: &'r [Rotation],
}

impl<'r> Part<'r> {
    /// All of a run.
    #[must_use]
    pub fn whole(run: &'r Run) -> Self {
        Self {
            capital: run.capital,
            clock: run.clock,
            equity: &run.equity,
            benchmark: Cow::Borrowed(&run.benchmark),
            benchmark_name: &run.benchmark_name,
            gross_exposure: &run.gross_exposure,
            net_exposure: &run.net_exposure,
            margin_used: &run.margin_used,
            fills: &run.fills,
            trades: Cow::Borrowed(&run.trades),
            funding: &run.funding,
            liquidations: &run.liquidations,
            yields: &run.yields,
            decisions: &run.decisions,
            exposure: &run.exposure,
            rotations: &run.rotations,
        }
    }

    /// The bars `range` of a run. Trades count where they opened and closed: one that straddles the edge belongs to neither side, since part of its
    /// profit was made on the other.
    ///
    /// # Panics
    /// When the range is empty or reaches beyond the run.
    #[must_use]
    pub fn of(run: &'r Run, range: Range<usize>) -> Self {
        assert!(!range.is_empty() && range.end <= run.equity.len(), "bars {range:?} of {}", run.equity.len());
        let (from, to) = (run.clock.open(range.start), run.clock.open(range.end));
        let inside = |time| from <= time && time < to;
        let before = |column: &[Usd]| range.start.checked_sub(1).map_or(run.capital, |last| column[last]);
        let capital = before(&run.equity);
        // The benchmark starts from the same money as the strategy does here.
        let scale = capital.to_f64() / before(&run.benchmark).to_f64();
        Self {
            capital,
            clock: Clock { start: from, bar: run.clock.bar, bars: range.len() },
            equity: &run.equity[range.clone()],
            benchmark: run.benchmark[range.clone()].iter().map(|worth| Usd::round(worth.to_f64() * scale)).collect(),
            gross_exposure: &run.gross_exposure[range.clone()],
            net_exposure: &run.net_exposure[range.clone()],
            margin_used: &run.margin_used[range.clone()],
            fills: between(&run.fills, |row| row.time, from, to),
            trades: run.trades.iter().filter(|row| inside(row.opened) && inside(row.closed)).cloned().collect(),
            funding: between(&run.funding, |row| row.time, from, to),
            liquidations: between(&run.liquidations, |row| row.time, from, to),
            yields: between(&run.yields, |row| row.time, from, to),
            decisions: between(&run.decisions, |row| row.time, from, to),
            // At closes, in whole seconds: the last of these is the instant at which the next bar opens.
            exposure: between(&run.exposure, |row| row.time, from.plus(1), to.plus(1)),
            rotations: between(&run.rotations, |row| row.time, from, to),
            ..Self::whole(run)
        }
    }

    /// At the last close, or the capital where there is none.
    pub(super) fn final_equity(&self) -> Usd {
        self.equity.last().copied().unwrap_or(self.capital)
    }
}

/// The rows of `from <= time < to`; they stand in the order of time.
fn between<R>(rows: &[R], time: fn(&R) -> Time, from: Time, to: Time) -> &[R] {
    debug_assert!(rows.is_sorted_by_key(time));
    let place = |instant| rows.partition_point(|row| time(row) < instant);
    &rows[place(from)..place(to)]
}
