//! Settlements as a statement of the exchange speaks of them: windows, sums, published rates. What replays pay is [`payment`] alone.

use rotate::exchange::funding::payment;

/// A settlement that cannot be computed is not 0.
fn refuse_unless(holds: bool, key: &str, found: f64, allowed: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{key} = {found}: allowed is {allowed}")) }
}

/// [`payment`] where mark and rate are known, a refusal where one is missing: a settlement that cannot be computed is not 0.
///
/// # Errors
/// A mark that is not a positive number, a rate that is none.
pub fn settled_payment(quantity: f64, mark: f64, rate: f64) -> Result<f64, String> {
    refuse_unless(mark > 0.0 && mark.is_finite(), "mark", mark, "the mark price at the settlement, above 0")?;
    refuse_unless(rate.is_finite(), "rate", rate, "the settled rate, a number")?;
    Ok(payment(quantity, mark, rate))
}

/// The payment of a position that was opened or closed at an unknown time inside the bar of the settlement: what it would pay it pays,
/// what it would receive it does not.
pub fn adverse_payment(quantity: f64, mark: f64, rate: f64) -> f64 {
    payment(quantity, mark, rate).min(0.0)
}

/// One settlement: whole seconds since 1970 (milliseconds floored, see `floor_to_minute`), mark price, settled rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settlement {
    pub time: i64,
    pub mark: f64,
    pub rate: f64,
}

/// Whether a position held from `opened` to `closed` (seconds, both ends in) takes part in a settlement. `grace` is how many seconds
/// after the stamp an opening still counts, the end excluded: 15 at Binance, 0 where nothing is known.
pub fn takes_part(settlement: i64, opened: i64, closed: i64, grace: i64) -> bool {
    (opened <= settlement || opened - settlement < grace) && settlement <= closed
}

/// Σ of the settlements a signed quantity took part in, in USD, positive received.
///
/// # Errors
/// A settlement it took part in that has no mark or no rate.
pub fn total(quantity: f64, settlements: &[Settlement], opened: i64, closed: i64, grace: i64) -> Result<f64, String> {
    settlements.iter().filter(|s| takes_part(s.time, opened, closed, grace)).map(|s| settled_payment(quantity, s.mark, s.rate)).sum()
}

/// Simple annual rate: three settlements of eight hours a day, 365 days.
pub fn annual_simple(rate_8h: f64) -> f64 {
    rate_8h * 1_095.0
}

/// The clamp of the published formula: 0.05 %.
pub const CLAMP: f64 = 0.0005;

/// The rate venues publish before caps, for checking data only, never for paying: `P + clamp(I − P, ±0.05 %)`, with `premium` P the
/// average premium index and `interest` I (0.01 % per eight hours).
pub fn published_rate(premium: f64, interest: f64) -> f64 {
    premium + (interest - premium).clamp(-CLAMP, CLAMP)
}

/// [`published_rate`] of an `interval_hours` settlement at Binance from 2025-09-18 08:01 UTC: the whole bracket divided by `8/N`.
pub fn published_rate_per_interval(premium: f64, interest: f64, interval_hours: f64) -> f64 {
    published_rate(premium, interest) * interval_hours / 8.0
}

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
