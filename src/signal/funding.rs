//! What funding says, from settlements that have been paid. All rates scaled to eight hours, the only form in which rates of different
//! intervals compare, except in [`carry`], which is what was paid. Only observed settlements say anything: the constant a market declares where
//! its history has holes is paid, and known to nobody.

use crate::market::Settlement;
use crate::signal::{History, indicator};
use crate::units::InstrumentId;

pub use crate::signal::recent_funding::recent;

/// Eight-hour periods in a year.
pub const PERIODS_A_YEAR: f64 = 3.0 * 365.0;

/// Mean 8-hour-equivalent rate of settlements; `None` of none.
#[must_use]
pub fn mean_8h(settlements: &[Settlement]) -> Option<f64> {
    let sum: f64 = settlements.iter().map(Settlement::rate_8h).sum();
    (!settlements.is_empty()).then(|| sum / settlements.len() as f64)
}

/// Mean rate as a fraction of notional a year, simple: `mean r8 · 1095` (`fidelity.md` 1.5).
#[must_use]
pub fn annualised(settlements: &[Settlement]) -> Option<f64> {
    mean_8h(settlements).map(|rate| rate * PERIODS_A_YEAR)
}

/// What a long has paid over the settlements, as a fraction of notional: the sum of the rates as they were settled.
#[must_use]
pub fn carry(settlements: &[Settlement]) -> f64 {
    settlements.iter().map(|settlement| settlement.rate).sum()
}

/// The last rate in standard deviations from the mean of the `previous` before it (`fidelity.md` 5); `None` with fewer, or where they
/// were all equal.
#[must_use]
pub fn z_score(settlements: &[Settlement], previous: usize) -> Option<f64> {
    let rates: Vec<f64> = settlements[settlements.len().checked_sub(previous + 1)?..].iter().map(Settlement::rate_8h).collect();
    indicator::z_against_previous(&rates, previous)
}

/// Mean 8-hour-equivalent rate of an instrument's last `settlements`; `None` with fewer known of the listing in force, where they are not
/// [`recent`], or where it no longer trades.
#[must_use]
pub fn latest_8h(history: &History, id: InstrumentId, settlements: usize) -> Option<f64> {
    mean_8h(history.last_settlements(id, settlements).filter(|_| history.trades(id))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Time;

    fn settled(rate: f64, interval_hours: f64) -> Settlement {
        Settlement { time: Time::MIN, rate, interval_hours, mark: 1.0, assumed: false }
    }

    #[test]
    fn rates_compare_by_eight_hours_and_are_paid_as_they_are() {
        // One hour at 0.0001 is 0.0008 for eight.
        let two = [settled(0.000_1, 1.0), settled(0.000_2, 8.0)];
        assert!((mean_8h(&two).unwrap() - 0.000_5).abs() < 1e-18);
        assert!((annualised(&two).unwrap() - 0.547_5).abs() < 1e-12);
        assert!((carry(&two) - 0.000_3).abs() < 1e-18);
        assert_eq!(mean_8h(&[]), None);
    }

    #[test]
    fn three_settlements_lie_within_two_days() {
        let at = |hour: i64| Settlement { time: Time::from_seconds(hour * 3_600), ..settled(0.000_1, 8.0) };
        let known = [0, 8, 16].map(at);
        let found = |count, hour: i64| recent(&known, count, Time::from_seconds(hour * 3_600)).map(<[Settlement]>::len);
        assert_eq!([24, 48, 49].map(|hour| found(3, hour)), [Some(3), Some(3), None]);
        // A single one of eight hours is forgotten after sixteen.
        assert_eq!([24, 32, 33].map(|hour| found(1, hour)), [Some(1), Some(1), None]);
        assert_eq!((found(4, 24), found(0, 999)), (None, Some(0)));
    }

    #[test]
    fn the_last_rate_is_measured_by_those_before_it() {
        let rates = [0.000_1, 0.000_3, 0.000_2].map(|rate| settled(rate, 8.0));
        assert!(z_score(&rates, 2).unwrap().abs() < 1e-9);
        assert_eq!(z_score(&rates, 3), None);
        assert_eq!(z_score(&[settled(0.000_1, 8.0), settled(0.000_1, 8.0), settled(0.000_5, 8.0)], 2), None);
    }
}
