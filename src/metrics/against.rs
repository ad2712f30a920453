//! One curve against another over the same bars: what was added, and whether that is significant. Definitions: `fidelity.md` section 2.

use serde::Serialize;

use crate::metrics::confidence::{Difference, NotComparable};
use crate::metrics::drawdown::{drawdowns, max_drawdown};
use crate::metrics::{DAYS_PER_YEAR, LEAST_DAYS_OF_GROWTH, daily, growth, relative, returns};
use crate::units::{Clock, Usd};

/// The other curve by itself, then the first against it. Fractions; undefined is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Against {
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    pub volatility: Option<f64>,
    pub sharpe: Option<f64>,
    pub max_drawdown: Option<f64>,
    /// Total return of the first less that of the other.
    pub excess_total_return: Option<f64>,
    /// The same of arithmetic yearly returns.
    pub excess_annual_return: Option<f64>,
    pub alpha: Option<f64>,
    pub beta: Option<f64>,
    pub correlation: Option<f64>,
    pub tracking_error: Option<f64>,
    pub information_ratio: Option<f64>,
    /// Days both were alive.
    pub shared_days: usize,
    /// The first less the other, resampled on those days.
    pub difference: Option<Difference>,
    /// Why they cannot be compared, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_comparable: Option<NotComparable>,
}

impl Against {
    /// `own` and `other` are worth at the close of each bar of one clock, from the same capital.
    #[must_use]
    pub fn of(clock: &Clock, capital: Usd, own: &[Usd], other: &[Usd]) -> Self {
        let year = DAYS_PER_YEAR;
        let mut days = daily::daily_returns(clock, own, capital);
        let mut others = daily::daily_returns(clock, other, capital);
        let wealth = |curve: &[Usd]| curve.iter().map(|worth| worth.to_f64()).collect::<Vec<f64>>();
        let total_return = growth(&wealth(other), capital.to_f64());
        // Growth of a few days is no growth of a year.
        let lasts = clock.bar.days() * other.len() as f64 >= LEAST_DAYS_OF_GROWTH;
        let years = clock.bar.days() * other.len() as f64 / year;
        let (volatility, sharpe) = (returns::volatility(&others, year), returns::sharpe(&others, 0.0, year));
        // After the ruin of either there are no more days to compare.
        let shared = days.len().min(others.len());
        days.truncate(shared);
        others.truncate(shared);
        let yearly = |days: &[f64]| returns::annual_return(days, year);
        Self {
            total_return,
            cagr: total_return.filter(|_| lasts).and_then(|total| returns::cagr(total, years)),
            volatility,
            sharpe,
            max_drawdown: max_drawdown(&drawdowns(&wealth(other), capital.to_f64())),
            excess_total_return: growth(&wealth(own), capital.to_f64()).zip(total_return).map(|(own, other)| own - other),
            excess_annual_return: yearly(&days).zip(yearly(&others)).map(|(own, other)| own - other),
            alpha: relative::alpha(&days, &others, year),
            beta: relative::beta(&days, &others),
            correlation: relative::correlation(&days, &others),
            tracking_error: relative::tracking_error(&days, &others, year),
            information_ratio: relative::information_ratio(&days, &others, year),
            shared_days: shared,
            difference: Difference::of_days(&days, &others),
            not_comparable: NotComparable::of_days(&days, &others),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Span, Time};

    #[test]
    fn fourfold_in_two_years_is_a_doubling_a_year() {
        let clock = Clock { start: Time::from_seconds(0), bar: Span::DAY, bars: 730 };
        let curve: Vec<Usd> = (1..=730).map(|day| Usd::round(100.0 + 300.0 * f64::from(day) / 730.0)).collect();
        let found = Against::of(&clock, Usd::round(100.0), &curve, &curve);
        assert!((found.cagr.expect("two years") - 1.0).abs() < 1e-12 && found.total_return == Some(3.0), "{:?}", found.cagr);
    }

    #[test]
    fn a_curve_is_nothing_ahead_of_itself_and_its_gain_ahead_of_cash() {
        let clock = Clock { start: Time::from_seconds(0), bar: Span::DAY, bars: 3 };
        let usd = |all: [f64; 3]| all.map(Usd::round).to_vec();
        let (own, cash, capital) = (usd([110.0, 99.0, 120.0]), usd([100.0; 3]), Usd::round(100.0));
        let same = Against::of(&clock, capital, &own, &own);
        assert_eq!((same.excess_total_return, same.excess_annual_return), (Some(0.0), Some(0.0)));
        assert_eq!((same.beta, same.tracking_error, same.information_ratio), (Some(1.0), Some(0.0), None));
        let found = Against::of(&clock, capital, &own, &cash);
        assert_eq!((found.total_return, found.sharpe, found.beta, found.max_drawdown), (Some(0.0), None, None, Some(0.0)));
        assert!((found.excess_total_return.unwrap() - 0.2).abs() < 1e-12);
        // 10 %, −10 %, 21.2121 %: their mean over a year of 365 days.
        assert!((found.excess_annual_return.unwrap() - (0.1 - 0.1 + 21.0 / 99.0) / 3.0 * 365.0).abs() < 1e-9);
        // Three days are too few to resample.
        assert_eq!((found.difference, found.not_comparable, found.shared_days), (None, Some(NotComparable::TooFewDays), 3));
    }
}
