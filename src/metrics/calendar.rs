//! Months and years of a daily curve, and windows that roll over it.

use chrono::{DateTime, Datelike};

use crate::metrics::returns::{finite, total_return};
use crate::units::Clock;

const DAY: i64 = 86_400;

/// One calendar month of UTC days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Month {
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// Compounded; a month that was begun or cut counts with the days it has.
    pub value: f64,
}

/// Days since 1970 of the first entry of [`crate::metrics::daily::daily_returns`].
#[must_use]
pub(crate) fn first_day(clock: &Clock) -> i64 {
    clock.start.seconds().div_euclid(DAY)
}

/// Daily returns compounded by month; `first_day` counts days since 1970.
#[must_use]
pub fn months(first_day: i64, daily: &[f64]) -> Vec<Month> {
    let mut all: Vec<Month> = Vec::new();
    for (i, r) in daily.iter().enumerate() {
        let Some(date) = DateTime::from_timestamp((first_day + i as i64) * DAY, 0) else { continue };
        match all.last_mut().filter(|last| (last.year, last.month) == (date.year(), date.month())) {
            Some(last) => last.value = (1.0 + last.value) * (1.0 + r) - 1.0,
            None => all.push(Month { year: date.year(), month: date.month(), value: *r }),
        }
    }
    all
}

/// What the months of one year compound to; none where it has none.
#[must_use]
pub fn year(months: &[Month], year: i32) -> Option<f64> {
    total_return(&months.iter().filter(|m| m.year == year).map(|m| m.value).collect::<Vec<_>>())
}

/// `measure` of every `width` successive entries; entry `i` belongs to the window that ends with `i`, and the first `width − 1` have none.
#[must_use]
pub fn rolling(values: &[f64], width: usize, measure: impl Fn(&[f64]) -> Option<f64>) -> Vec<Option<f64>> {
    (0..values.len()).map(|i| (i + 1 >= width && width > 0).then(|| measure(&values[i + 1 - width..=i])).flatten()).collect()
}

/// The same over two series of one length.
#[must_use]
pub fn rolling_pair(a: &[f64], b: &[f64], width: usize, measure: impl Fn(&[f64], &[f64]) -> Option<f64>) -> Vec<Option<f64>> {
    let length = a.len().min(b.len());
    let window = |i: usize| i + 1 - width..=i;
    (0..length).map(|i| (i + 1 >= width && width > 0).then(|| measure(&a[window(i)], &b[window(i)])).flatten()).collect()
}

/// The best and the worst of a list.
#[must_use]
pub fn extremes(values: impl Iterator<Item = f64>) -> (Option<f64>, Option<f64>) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    (finite(high), finite(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::returns::mean;

    #[test]
    fn the_best_and_the_worst_of_a_list() {
        assert_eq!(extremes([0.1, -0.3, 0.2, -0.1].into_iter()), (Some(0.2), Some(-0.3)));
        assert_eq!(extremes(std::iter::empty()), (None, None));
    }

    #[test]
    fn a_leap_february_has_29_days() {
        // 2024-01-31 is day 19,753.
        let all = months(19_753, &[0.1; 31]);
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].year, all[0].month), (2024, 1));
        assert!((all[0].value - 0.1).abs() < 1e-12);
        assert!((all[1].value - (libm::pow(1.1, 29.0) - 1.0)).abs() < 1e-9);
        assert_eq!(all[2].month, 3);
        assert!((year(&all, 2024).unwrap() - (libm::pow(1.1, 31.0) - 1.0)).abs() < 1e-9);
        assert_eq!(year(&all, 2023), None);
    }

    #[test]
    fn windows_end_where_they_stand() {
        assert_eq!(rolling(&[1.0, 2.0, 3.0], 2, mean), [None, Some(1.5), Some(2.5)]);
        assert_eq!(rolling(&[1.0], 2, mean), [None]);
        assert_eq!(rolling_pair(&[1.0, 2.0], &[3.0, 5.0], 2, |a, b| Some(a[0] * b[1])), [None, Some(5.0)]);
    }
}
