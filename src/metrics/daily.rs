//! From bars to UTC calendar days, so that ratios of hourly and daily runs compare.

use crate::units::{Clock, Usd};

const DAY: i64 = 86_400;

/// Simple returns per UTC day. The value of a day is the last bar close on or before its end; the first return is against
/// `capital`, and a last day that is not over counts with what it has, so that the product is the total return.
/// After ruin (wealth ≤ 0) the series ends with −1.
///
/// `equity[t]` is the value at the close of bar `t`.
#[must_use]
pub fn daily_returns(clock: &Clock, equity: &[Usd], capital: Usd) -> Vec<f64> {
    let mut returns = Vec::new();
    if equity.is_empty() || !capital.is_positive() {
        return returns;
    }
    let last = clock.close(equity.len() - 1).seconds();
    let mut day_end = (clock.start.seconds().div_euclid(DAY) + 1) * DAY;
    let mut seen = 0;
    let mut before = capital.to_f64();
    loop {
        while seen < equity.len() && clock.close(seen).seconds() <= day_end {
            seen += 1;
        }
        let now = if seen == 0 { capital.to_f64() } else { equity[seen - 1].to_f64() };
        if now <= 0.0 {
            returns.push(-1.0);
            return returns;
        }
        returns.push(now / before - 1.0);
        before = now;
        if day_end >= last {
            return returns;
        }
        day_end += DAY;
    }
}

/// One unit grown by each return in turn.
#[must_use]
pub fn wealth(returns: &[f64]) -> Vec<f64> {
    let mut now = 1.0;
    returns
        .iter()
        .map(|r| {
            now *= 1.0 + r;
            now
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Span, Time};

    fn clock(start: i64, bar: i64, bars: usize) -> Clock {
        Clock { start: Time::from_seconds(start), bar: Span::from_seconds(bar), bars }
    }

    fn dollars(amounts: &[i64]) -> Vec<Usd> {
        amounts.iter().map(|a| Usd::from_micros(a * 1_000_000)).collect()
    }

    #[test]
    fn without_bars_or_capital_there_are_no_days() {
        assert!(daily_returns(&clock(0, DAY, 0), &[], Usd::round(1.0)).is_empty());
        assert!(daily_returns(&clock(0, DAY, 1), &dollars(&[100]), Usd::ZERO).is_empty());
    }

    #[test]
    fn wealth_is_what_the_returns_make_of_one() {
        assert_eq!(wealth(&[0.5, -0.5, 1.0]), [1.5, 0.75, 1.5]);
    }

    #[test]
    fn three_bars_a_day_count_once() {
        let equity = dollars(&[110, 90, 120, 100, 80, 60]);
        assert_eq!(daily_returns(&clock(0, 28_800, 6), &equity, Usd::from_micros(100_000_000)), [120.0 / 100.0 - 1.0, -0.5]);
    }

    #[test]
    fn a_started_day_counts_with_what_it_has() {
        let equity = dollars(&[110, 121]);
        let days = daily_returns(&clock(12 * 3_600, 43_200, 2), &equity, Usd::from_micros(100_000_000));
        assert_eq!(days.len(), 2);
        let product: f64 = days.iter().map(|r| 1.0 + r).product();
        assert!((product - 1.21).abs() < 1e-12);
    }

    #[test]
    fn days_between_weekly_bars_stand_still() {
        let days = daily_returns(&clock(0, 7 * DAY, 1), &dollars(&[150]), Usd::from_micros(100_000_000));
        assert_eq!(days, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn ruin_ends_the_series() {
        let days = daily_returns(&clock(0, DAY, 3), &dollars(&[50, 0, 70]), Usd::from_micros(100_000_000));
        assert_eq!(days, [-0.5, -1.0]);
    }
}
