//! Daily returns of curves that were read back, and the days that two of them share.

use crate::metrics::daily::daily_returns;
use crate::report::loaded::LoadedStrategy;
use crate::units::{Clock, Span, Time, Usd};

const DAY: i64 = 86_400;

/// Returns of UTC days in a row, counted from 1970.
#[derive(Clone, Debug, PartialEq)]
pub struct Days {
    from: Time,
    to: Time,
    first: i64,
    returns: Vec<f64>,
}

/// The same days of two curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shared<'a> {
    pub a: &'a [f64],
    pub b: &'a [f64],
    /// The first and the last of them; none where there are none.
    pub span: Option<(Time, Time)>,
    /// Whether those are all the days of both.
    pub whole: bool,
}

impl Days {
    /// The daily returns of a strategy read back from its report.
    #[must_use]
    pub fn of(strategy: &LoadedStrategy) -> Self {
        let day = strategy.from.seconds().div_euclid(DAY);
        let Some(first) = strategy.times.first() else {
            return Self { from: strategy.from, to: strategy.from, first: day, returns: Vec::new() };
        };
        let bar = Span::from_seconds((*first as i64 - strategy.from.seconds()).max(1));
        let clock = Clock { start: strategy.from, bar, bars: strategy.times.len() };
        let equity: Vec<Usd> = strategy.equity.iter().map(|e| Usd::round(*e)).collect();
        Self { from: strategy.from, to: strategy.to, first: day, returns: daily_returns(&clock, &equity, Usd::round(strategy.capital)) }
    }

    fn end(&self) -> i64 {
        self.first + self.returns.len() as i64
    }

    /// A day of which one of the two saw only a part is not the same day.
    #[must_use]
    pub fn shared<'a>(&'a self, other: &'a Self) -> Shared<'a> {
        let (mut first, mut end) = (self.first.max(other.first), self.end().min(other.end()));
        let (late, early) = (self.from.max(other.from), self.to.min(other.to));
        if self.from != other.from && !late.is_midnight() {
            first = first.max(late.seconds().div_euclid(DAY) + 1);
        }
        if self.to != other.to {
            end = end.min(early.seconds().div_euclid(DAY));
        }
        let cut = |days: &'a Self| {
            let count = usize::try_from(end - first).unwrap_or(0);
            let skipped = usize::try_from(first - days.first).unwrap_or(0);
            days.returns.get(skipped..skipped + count).unwrap_or_default()
        };
        let (a, b) = (cut(self), cut(other));
        let at = |day: i64| Time::from_seconds(day * DAY);
        let span = (!a.is_empty()).then(|| (at(first), at(end - 1)));
        Shared { a, b, span, whole: a.len() == self.returns.len() && b.len() == other.returns.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: i64, to: i64) -> Days {
        let first = from.div_euclid(DAY);
        let last = (to - 1).div_euclid(DAY);
        let (from, to) = (Time::from_seconds(from), Time::from_seconds(to));
        // Each day returns its own number.
        Days { from, to, first, returns: (first..=last).map(|day| day as f64).collect() }
    }

    #[test]
    fn days_are_matched_by_their_date() {
        let (a, b) = (days(0, 10 * DAY), days(4 * DAY, 14 * DAY));
        for (a, b) in [(&a, &b), (&b, &a)] {
            let shared = a.shared(b);
            assert_eq!((shared.a, shared.b, shared.whole), (&[4.0, 5.0, 6.0, 7.0, 8.0, 9.0][..], shared.a, false));
            assert_eq!(shared.span, Some((Time::from_seconds(4 * DAY), Time::from_seconds(9 * DAY))));
        }
        let same = a.shared(&a);
        assert!(same.whole && same.a.len() == 10);
        let later = days(20 * DAY, 30 * DAY);
        let apart = a.shared(&later);
        assert!(apart.a.is_empty() && apart.span.is_none() && !apart.whole);
    }

    #[test]
    fn a_day_begun_or_left_at_noon_by_one_of_them_is_not_shared() {
        let (a, b) = (days(0, 10 * DAY), days(4 * DAY + DAY / 2, 8 * DAY + DAY / 2));
        assert_eq!(a.shared(&b).a, [5.0, 6.0, 7.0]);
        assert_eq!(b.shared(&a).b, [5.0, 6.0, 7.0]);
        // Of both alike it is.
        assert_eq!(b.shared(&b).a, [4.0, 5.0, 6.0, 7.0, 8.0]);
    }
}
