//! What the futures of a strategy have done for it: the run less the same strategy without them. What both share, beta above all, cancels.

use crate::batch::Arena;
use crate::metrics::against::Against;
use crate::metrics::bootstrap::Interval;
use crate::metrics::confidence::NotComparable;
use crate::replay::run::Run;

/// Of a strategy that may hold perpetuals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Futures {
    /// None was ever held.
    NeverHeld,
    /// There is no interval, and why, on so many days.
    NotComparable {
        why: NotComparable,
        days: usize,
    },
    Compared(Added),
}

/// By the stationary bootstrap of the daily difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Added {
    /// Arithmetic yearly return of the run less that without futures, a fraction.
    pub annual_return: f64,
    /// Its 95 % interval.
    pub interval: Interval,
    /// Share of the resampled histories in which the futures brought more than nothing.
    pub added_in: f64,
}

/// What an interval says of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chance {
    /// It lies above nought.
    Better,
    /// It lies below nought.
    Worse,
    /// It holds nought.
    NotSignificant,
}

impl Futures {
    pub(super) fn of(arena: &Arena, run: &Run, without: &Against) -> Self {
        if arena.held_perpetuals(run) { Self::by_difference(without) } else { Self::NeverHeld }
    }

    /// A yearly difference needs no Sharpe ratio of either: money that lay still can be told from what moved.
    fn by_difference(without: &Against) -> Self {
        let found = without.difference.as_ref().and_then(|found| {
            let (annual_return, interval) = (found.annual_return?, found.annual_return_interval?);
            Some(Added { annual_return, interval, added_in: found.added_in })
        });
        let untold = Self::NotComparable { why: without.not_comparable.unwrap_or(NotComparable::SameCurve), days: without.shared_days };
        found.map_or(untold, Self::Compared)
    }

    /// What perpetuals added; `None` where that cannot be told.
    #[must_use]
    pub fn added(&self) -> Option<Added> {
        if let Self::Compared(added) = self { Some(*added) } else { None }
    }
}

impl Added {
    /// Whether the difference is significant: its interval does not contain nought.
    #[must_use]
    pub fn chance(&self) -> Chance {
        match self.interval {
            Interval { low, .. } if low > 0.0 => Chance::Better,
            Interval { high, .. } if high < 0.0 => Chance::Worse,
            _ => Chance::NotSignificant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Clock, Span, Time, Usd};

    /// Days of a strategy, and the same with `edge` a day more and noise of its own.
    fn compared(edge: f64) -> Futures {
        let clock = Clock { start: Time::from_seconds(0), bar: Span::DAY, bars: 600 };
        let chance = |i: u64, by: u64| ((i * by) % 1_009) as f64 / 1_009.0 - 0.5;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        let (mut a, mut b) = (100.0, 100.0);
        for day in 1..=600 {
            let market = chance(day, 2_654_435_761) * 0.06;
            b *= 1.0 + market;
            a *= 1.0 + market + edge + chance(day * day, 40_503) * 0.01;
            with.push(Usd::round(a));
            without.push(Usd::round(b));
        }
        Futures::by_difference(&Against::of(&clock, Usd::round(100.0), &with, &without))
    }

    #[test]
    fn a_planted_edge_is_found_and_none_in_noise() {
        let added = |edge| compared(edge).added().expect("600 days");
        let good = added(0.001);
        assert!(good.chance() == Chance::Better && good.added_in > 0.99, "{good:?}");
        assert!((0.25..0.48).contains(&good.annual_return), "{good:?}");
        let bad = added(-0.001);
        assert!(bad.chance() == Chance::Worse && bad.added_in < 0.01, "{bad:?}");
        let none = added(0.0);
        assert_eq!(none.chance(), Chance::NotSignificant, "{none:?}");
        assert!((0.05..0.95).contains(&none.added_in), "{none:?}");
    }

    #[test]
    fn against_money_that_lies_still_the_difference_is_told_though_no_sharpe_ratio_is() {
        let clock = Clock { start: Time::from_seconds(0), bar: Span::DAY, bars: 60 };
        let cash = vec![Usd::round(100.0); 60];
        let own: Vec<Usd> = (0..60).map(|day| Usd::round(100.0 + f64::from(day) + f64::from(day % 3))).collect();
        let found = Against::of(&clock, Usd::round(100.0), &own, &cash);
        assert_eq!(found.not_comparable, Some(NotComparable::Still));
        assert!(Futures::by_difference(&found).added().is_some_and(|added| added.annual_return > 0.0));
        let same = Against::of(&clock, Usd::round(100.0), &own, &own);
        assert_eq!(Futures::by_difference(&same), Futures::NotComparable { why: NotComparable::SameCurve, days: 60 });
    }
}
