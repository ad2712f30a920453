//! Funding: cash between longs and shorts at each settlement.
//!
//! Source: `fidelity.md` 1.5. Rates are the exchange's settled ones; intervals are read off the stamps; rates of different intervals
//! compare only as eight-hour equivalents.

use crate::exchange::Refusal;

/// `−quantity · mark · rate` in USD; `quantity` is signed (negative is short), positive is received. A positive rate makes longs pay.
/// Leverage plays no part: the base is mark notional (Binance, Bybit; `fidelity.md` 1.5).
#[must_use]
pub fn payment(quantity: f64, mark: f64, rate: f64) -> f64 {
    -quantity * mark * rate
}

/// [`payment`] where mark and rate are known, a refusal where one is missing: a settlement that cannot be computed is not 0.
///
/// # Errors
/// A mark that is not a positive number, a rate that is none.
pub fn settled_payment(quantity: f64, mark: f64, rate: f64) -> Result<f64, Refusal> {
    Refusal::unless(mark > 0.0 && mark.is_finite(), "mark", mark, "the mark price at the settlement, above 0")?;
    Refusal::unless(rate.is_finite(), "rate", rate, "the settled rate, a number")?;
    Ok(payment(quantity, mark, rate))
}

/// The payment of a position that was opened or closed at an unknown time inside the bar of the settlement: what it would pay it pays,
/// what it would receive it does not.
#[must_use]
pub fn adverse_payment(quantity: f64, mark: f64, rate: f64) -> f64 {
    payment(quantity, mark, rate).min(0.0)
}

/// One settlement: whole seconds since 1970 (milliseconds floored, see [`floor_to_minute`]), mark price, settled rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settlement {
    pub time: i64,
    pub mark: f64,
    pub rate: f64,
}

/// Whether a position held from `opened` to `closed` (seconds, both ends in) takes part in a settlement. `grace` is how many seconds
/// after the stamp an opening still counts, the end excluded: 15 at Binance, 0 where nothing is known.
#[must_use]
pub fn takes_part(settlement: i64, opened: i64, closed: i64, grace: i64) -> bool {
    (opened <= settlement || opened - settlement < grace) && settlement <= closed
}

/// Σ of the settlements a signed quantity took part in, in USD, positive received.
///
/// # Errors
/// A settlement it took part in that has no mark or no rate.
pub fn total(quantity: f64, settlements: &[Settlement], opened: i64, closed: i64, grace: i64) -> Result<f64, Refusal> {
    settlements.iter().filter(|s| takes_part(s.time, opened, closed, grace)).map(|s| settled_payment(quantity, s.mark, s.rate)).sum()
}

/// A stamp in milliseconds as the whole minute it belongs to, in seconds: exchanges stamp settlements some milliseconds late.
#[must_use]
pub fn floor_to_minute(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(60_000) * 60
}

/// The interval in hours between two consecutive settlement stamps (seconds): a whole number of hours that divides a day, at most
/// eight. `None`: settlements are missing between them, or they are not settlements of one series.
#[must_use]
pub fn interval_hours(earlier: i64, later: i64) -> Option<i64> {
    let seconds = later - earlier;
    let hours = seconds / 3_600;
    (seconds % 3_600 == 0 && matches!(hours, 1 | 2 | 3 | 4 | 6 | 8)).then_some(hours)
}

/// The interval each settlement pays for, in hours, from ascending stamps in seconds: the distance to the one before. The first, and one
/// after a hole, takes the interval that follows it; `None` where neither says.
#[must_use]
pub fn intervals(stamps: &[i64]) -> Vec<Option<i64>> {
    let between = |earlier: usize, later: usize| stamps.get(later).and_then(|later| interval_hours(stamps[earlier], *later));
    (0..stamps.len()).map(|at| at.checked_sub(1).and_then(|before| between(before, at)).or_else(|| between(at, at + 1))).collect()
}

/// A rate per `interval_hours` as its eight-hour equivalent, the only form in which rates compare.
#[must_use]
pub fn per_8h(rate: f64, interval_hours: f64) -> f64 {
    rate * 8.0 / interval_hours
}

/// Simple annual rate: three settlements of eight hours a day, 365 days.
#[must_use]
pub fn annual_simple(rate_8h: f64) -> f64 {
    rate_8h * 1_095.0
}

/// The clamp of the published formula: 0.05 %.
pub const CLAMP: f64 = 0.0005;

/// The rate venues publish before caps, for checking data only, never for paying: `P + clamp(I − P, ±0.05 %)`, with `premium` P the
/// average premium index and `interest` I (0.01 % per eight hours).
#[must_use]
pub fn published_rate(premium: f64, interest: f64) -> f64 {
    premium + (interest - premium).clamp(-CLAMP, CLAMP)
}

/// [`published_rate`] of an `interval_hours` settlement at Binance from 2025-09-18 08:01 UTC: the whole bracket divided by `8/N`.
#[must_use]
pub fn published_rate_per_interval(premium: f64, interest: f64, interval_hours: f64) -> f64 {
    published_rate(premium, interest) * interval_hours / 8.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_mark_is_refused_not_zero() {
        assert!(settled_payment(1.0, f64::NAN, 0.001).is_err());
        assert!(settled_payment(1.0, 100.0, f64::NAN).is_err());
        assert_eq!(settled_payment(-10.0, 2.0, 0.001), Ok(0.02));
    }

    #[test]
    fn inside_a_bar_only_the_bad_side_is_booked() {
        assert_eq!(adverse_payment(1.0, 100.0, 0.001), -0.1);
        assert_eq!(adverse_payment(-1.0, 100.0, 0.001), 0.0);
    }

    #[test]
    fn intervals_are_read_off_the_stamps() {
        let hour = 3_600;
        assert_eq!(intervals(&[0, 8 * hour, 16 * hour, 20 * hour, 21 * hour]), [8, 8, 8, 4, 1].map(Some));
        // A settlement is missing between 8 h and 24 h.
        assert_eq!(intervals(&[0, 8 * hour, 24 * hour, 28 * hour]), [8, 8, 4, 4].map(Some));
        assert_eq!(intervals(&[0]), [None]);
        assert_eq!(intervals(&[0, 5 * hour]), [None, None]);
        assert_eq!(floor_to_minute(1_637_193_600_017), 1_637_193_600);
    }
}
