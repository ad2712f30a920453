//! WHAT IT WAS WORTH: pure functions of a run. Definitions and sources: `fidelity.md` section 2.
//!
//! Ratios are taken on UTC calendar days, drawdowns on every bar, growth on elapsed time.
//!
//! A run → [`curves`], each computed once → `measure`, a function a group → [`groups`], the numbers → [`table`], where each number has one row:
//! its name, label, unit, direction and group. Columns, keys, pages, rankings and terminals follow from the rows. The other files are formulas.

pub mod against;
pub mod bitcoin;
pub mod blocks;
pub mod book;
pub mod bootstrap;
pub mod calendar;
pub mod confidence;
pub mod curves;
pub mod daily;
pub mod drawdown;
pub mod drawdown_difference;
pub mod gains;
pub mod groups;
pub mod lots;
mod measure;
pub mod normal;
pub mod outlook;
mod part;
pub mod periods;
pub mod relative;
pub mod returns;
pub mod sharpe;
pub mod table;
pub mod tail;
pub mod tax;
pub mod trades;

pub use groups::Metrics;
pub use part::Part;

use crate::replay::run::Run;

/// Days of a year in which the market is open: all of them, never 252.
pub const DAYS_PER_YEAR: f64 = 365.0;
/// Days a curve must span before its growth is told as a yearly one.
pub(crate) const LEAST_DAYS_OF_GROWTH: f64 = 30.0;

/// Total return of a run, by itself.
#[must_use]
pub fn total_return(run: &Run) -> Option<f64> {
    growth(&run.equity.iter().map(|e| e.to_f64()).collect::<Vec<_>>(), run.capital.to_f64())
}

/// Final over starting wealth less one; a run that touched zero stays lost.
fn growth(wealth: &[f64], capital: f64) -> Option<f64> {
    if wealth.iter().any(|w| *w <= 0.0) {
        return Some(-1.0);
    }
    wealth.last().and_then(|last| returns::ratio(*last, capital)).map(|times| times - 1.0)
}
