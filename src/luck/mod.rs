//! HOW MUCH OF IT IS LUCK: pure functions on plain slices. Definitions and sources: `fidelity.md` section 3.
//!
//! Honest [`splits`] of the time; what the best of many tried owes to their number ([`overfit`]); how often the best in-sample is below the
//! middle out-of-sample ([`cscv`]); whether it beats a benchmark by more than the best of many would by chance ([`reality_check`], over
//! [`draws`]); how much worse its neighbours are ([`plateau`]); and one [`verdict`] with its reasons, in words by [`verdict_text`].
//!
//! Ratios are per period, not annualised, unless a name says otherwise. A series holds simple returns, one a period; series that are
//! compared are of the same periods. Nothing here asks for a clock, a thread or an unseeded number.

pub mod cscv;
mod cscv_sharpe;
pub mod draws;
pub mod importance;
pub mod input;
pub mod overfit;
pub mod plateau;
pub mod reality_check;
pub mod splits;
pub mod verdict;
pub mod verdict_text;
