//! The curves of a run that most metrics, and most pages and pictures, are taken from: each is computed once.

use crate::metrics::calendar::{Month, first_day, months};
use crate::metrics::daily::daily_returns;
use crate::metrics::drawdown::{Period, drawdowns, periods};
use crate::metrics::part::Part;
use crate::replay::run::Run;

/// Of equity at the closes of bars, and of UTC days.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Equity in USD at each close.
    pub wealth: Vec<f64>,
    /// How far each close lies below the highest so far, a fraction, never above nought; the starting capital is a peak.
    pub drawdown: Vec<f64>,
    /// The stretches below a peak, in bars.
    pub drawdown_periods: Vec<Period>,
    /// Simple returns of UTC days in a row.
    pub days: Vec<f64>,
    /// The same of the benchmark, of no more days than the run has: after ruin there are none to compare.
    pub benchmark_days: Vec<f64>,
    /// `days` compounded by calendar month.
    pub months: Vec<Month>,
}

impl Curves {
    /// The curves of a run.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        Self::of_part(&Part::whole(run))
    }

    /// The curves of some bars of a run.
    #[must_use]
    pub(super) fn of_part(run: &Part) -> Self {
        let wealth: Vec<f64> = run.equity.iter().map(|e| e.to_f64()).collect();
        let drawdown = drawdowns(&wealth, run.capital.to_f64());
        let drawdown_periods = periods(&drawdown);
        let days = daily_returns(&run.clock, run.equity, run.capital);
        let mut benchmark_days = daily_returns(&run.clock, &run.benchmark, run.capital);
        benchmark_days.truncate(days.len());
        let months = months(first_day(&run.clock), &days);
        Self { wealth, drawdown, drawdown_periods, days, benchmark_days, months }
    }
}
