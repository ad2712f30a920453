//! Which settlements still speak of the present.

use crate::market::Settlement;
use crate::units::Time;

/// Settlements that lie further back than so many times the span they should take speak of another time.
const STALE: f64 = 2.0;

/// The last `count` of settlements known at `now`, oldest first; `None` with fewer, or where the oldest of them is further back than twice
/// what they should take, the sum of their intervals: three of eight hours must lie within two days. So a single one may be missing, and what
/// was seen before a long hole is forgotten.
#[must_use]
pub fn recent(known: &[Settlement], count: usize, now: Time) -> Option<&[Settlement]> {
    let last = &known[known.len().checked_sub(count)?..];
    let hours: f64 = last.iter().map(|settlement| settlement.interval_hours).sum();
    let since = |oldest: &Settlement| (now.seconds() - oldest.time.seconds()) as f64 / 3_600.0;
    last.first().is_none_or(|oldest| since(oldest) <= STALE * hours).then_some(last)
}
