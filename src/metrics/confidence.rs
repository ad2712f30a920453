//! How sure a number is: bootstrap intervals of Sharpe and growth, and of the difference of two strategies. Definitions: `fidelity.md`
//! section 3.
//!
//! An interval says what else the same days, drawn again in blocks, could have given. It knows nothing of days unlike them.

use serde::Serialize;

use crate::metrics::DAYS_PER_YEAR;
use crate::metrics::blocks::politis_white;
use crate::metrics::bootstrap::{Interval, Resampler, interval};
use crate::metrics::returns::{annual_return, cagr, finite, mean, sharpe, varies};

/// The share of resampled results that lies in an interval.
pub(crate) const LEVEL: f64 = 0.95;
/// Seeds the resampling: the same days give the same interval.
pub const SEED: u64 = 1;
/// How often the days are drawn again.
pub(crate) const REPLICATIONS: usize = 2_000;
/// Fewer days say nothing of a year.
pub const LEAST_DAYS: usize = 30;

/// How an interval was made; enough to make it again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Method {
    pub name: &'static str,
    pub level: f64,
    pub replications: usize,
    pub seed: u64,
    /// By Politis and White's rule, at least 1.
    pub mean_block_days: f64,
}

impl Method {
    fn of(mean_block_days: f64) -> Self {
        Self { name: "stationary bootstrap", level: LEVEL, replications: REPLICATIONS, seed: SEED, mean_block_days }
    }
}

/// Intervals of one strategy; none of fewer than 30 days or where nothing moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confidence {
    pub method: Method,
    pub sharpe: Option<Interval>,
    pub cagr: Option<Interval>,
}

impl Confidence {
    /// The metrics it has an interval of.
    pub const OF: [&str; 2] = ["sharpe", "cagr"];

    /// The interval of a metric by its name; none where it has none.
    #[must_use]
    pub fn interval(&self, metric: &str) -> Option<Interval> {
        let all = [self.sharpe, self.cagr];
        Self::OF.iter().position(|name| *name == metric).and_then(|at| all[at])
    }

    /// Of simple returns, one a UTC day.
    #[must_use]
    pub fn of_days(days: &[f64]) -> Option<Self> {
        if days.len() < LEAST_DAYS {
            return None;
        }
        let method = Method::of(block(days)?);
        let years = days.len() as f64 / DAYS_PER_YEAR;
        let mut resampler = Resampler::new(days.len(), method.mean_block_days, method.seed);
        let sample = Sample::of(days)?;
        let of_a_day: Vec<_> = days.iter().map(|&day| (sample.parts(day), (1.0 + day).max(0.0))).collect();
        let drawn = resampler.fold_rows(method.replications, ([0.0; 2], 1.0), |(sums, wealth), day| {
            let (parts, growth) = of_a_day[day];
            (summed(sums, parts), wealth * growth)
        });
        let sharpes: Vec<_> = drawn.iter().map(|(sums, _)| sample.moments(*sums).sharpe()).collect();
        let growths: Vec<_> = drawn.iter().map(|(_, wealth)| cagr(wealth - 1.0, years)).collect();
        Some(Self { method, sharpe: interval(&sharpes, method.level), cagr: interval(&growths, method.level) })
    }
}

/// One strategy less another over the same days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub method: Method,
    /// Of Sharpe ratios.
    pub sharpe: Option<f64>,
    pub sharpe_interval: Option<Interval>,
    /// Of arithmetic yearly returns.
    pub annual_return: Option<f64>,
    pub annual_return_interval: Option<Interval>,
    /// Share of the resampled histories in which the first had the higher Sharpe ratio.
    pub better_in: Option<f64>,
    /// Share of the resampled histories in which the first brought more a year.
    pub added_in: f64,
}

impl Difference {
    /// Whether A is better than B, or lucky: both are resampled on the same days, so that what they share cancels. `a` and `b` are
    /// daily returns of the same days; none where they are not, or too few.
    #[must_use]
    pub fn of_days(a: &[f64], b: &[f64]) -> Option<Self> {
        Self::walked(a, b, (), |(), _| ()).map(|(difference, _)| difference)
    }

    /// The same, and what a walk over the days of each resampled history comes to: from `start`, by the position of each day in turn.
    pub(crate) fn walked<S: Copy>(a: &[f64], b: &[f64], start: S, each: impl Fn(S, usize) -> S) -> Option<(Self, Vec<S>)> {
        if a.len() != b.len() || a.len() < LEAST_DAYS {
            return None;
        }
        let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let method = Method::of(block(&apart)?);
        let both = |a: &[f64], b: &[f64]| {
            let sharpes = sharpe(a, 0.0, DAYS_PER_YEAR).zip(sharpe(b, 0.0, DAYS_PER_YEAR)).map(|(a, b)| a - b);
            let yearly = annual_return(a, DAYS_PER_YEAR).zip(annual_return(b, DAYS_PER_YEAR)).map(|(a, b)| a - b);
            (sharpes, yearly)
        };
        let mut resampler = Resampler::new(a.len(), method.mean_block_days, method.seed);
        let (first, second) = (Sample::of(a)?, Sample::of(b)?);
        let of_a_day: Vec<_> = a.iter().zip(b).map(|(&a, &b)| (first.parts(a), second.parts(b))).collect();
        let drawn = resampler.fold_rows(method.replications, ([0.0; 2], [0.0; 2], start), |(of_a, of_b, walk), day| {
            let (a, b) = of_a_day[day];
            (summed(of_a, a), summed(of_b, b), each(walk, day))
        });
        let (mut sharpes, mut yearly, mut walks) = (Vec::new(), Vec::new(), Vec::new());
        for (a, b, walk) in drawn {
            walks.push(walk);
            let (a, b) = (first.moments(a), second.moments(b));
            sharpes.push(a.sharpe().zip(b.sharpe()).map(|(a, b)| a - b));
            yearly.push(Some((a.mean - b.mean) * DAYS_PER_YEAR));
        }
        let known: Vec<f64> = sharpes.iter().copied().flatten().collect();
        let better = known.iter().filter(|s| **s > 0.0).count() as f64;
        let added = yearly.iter().flatten().filter(|more| **more > 0.0).count() as f64;
        let (sharpe, annual_return) = both(a, b);
        let found = Self {
            method,
            sharpe,
            sharpe_interval: interval(&sharpes, method.level),
            annual_return,
            annual_return_interval: interval(&yearly, method.level),
            better_in: (!known.is_empty()).then(|| better / known.len() as f64),
            added_in: added / yearly.len() as f64,
        };
        Some((found, walks))
    }

    /// The interval of the difference of Sharpe ratios leaves out nought.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.sharpe_interval.is_some_and(Interval::leaves_out_nought)
    }
}

/// Why two curves cannot be told from each other by their Sharpe ratios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotComparable {
    /// They were never alive on the same day.
    OtherDays,
    /// Fewer than [`LEAST_DAYS`] days in common.
    TooFewDays,
    /// One of them returned the same every day, as money that lies there does: it has no Sharpe ratio.
    Still,
    /// Not a day on which they differ.
    SameCurve,
    /// The one is ahead of the other by the same on every day: there is nothing to resample.
    EvenStep,
}

impl NotComparable {
    /// Of daily returns of the same days; none where there is something to tell.
    #[must_use]
    pub fn of_days(a: &[f64], b: &[f64]) -> Option<Self> {
        let apart = || a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
        match (a, b) {
            _ if a.len() != b.len() || a.is_empty() => Some(Self::OtherDays),
            _ if a.len() < LEAST_DAYS => Some(Self::TooFewDays),
            _ if !varies(a) || !varies(b) => Some(Self::Still),
            _ if a == b => Some(Self::SameCurve),
            _ if !varies(&apart()) => Some(Self::EvenStep),
            _ => None,
        }
    }
}

/// A series that is drawn from thousands of times: its draws are summed about the mean of the whole, so that nothing is lost to cancellation and nothing
/// is copied.
struct Sample {
    count: f64,
    centre: f64,
}

/// Mean and sample deviation (ddof 1) of one draw; no deviation where nothing varies.
struct Moments {
    mean: f64,
    deviation: Option<f64>,
}

impl Sample {
    /// None where a value is not a number.
    fn of(values: &[f64]) -> Option<Self> {
        Some(Self { count: values.len() as f64, centre: mean(values)? })
    }

    /// What a value adds to the sums of a draw: how far it is from the centre, and the square of that.
    fn parts(&self, value: f64) -> [f64; 2] {
        let apart = value - self.centre;
        [apart, apart * apart]
    }

    /// Of a draw as long as the series, by the sums of its parts.
    fn moments(&self, [sum, squares]: [f64; 2]) -> Moments {
        let spread = squares - sum * sum / self.count;
        // Below this it is the rounding of equal values.
        let varies = spread > squares.max(self.centre * self.centre * self.count) * 1e-14;
        Moments { mean: self.centre + sum / self.count, deviation: varies.then(|| (spread / (self.count - 1.0)).sqrt()) }
    }
}

fn summed(sums: [f64; 2], parts: [f64; 2]) -> [f64; 2] {
    [sums[0] + parts[0], sums[1] + parts[1]]
}

impl Moments {
    fn sharpe(&self) -> Option<f64> {
        finite(self.mean / self.deviation? * DAYS_PER_YEAR.sqrt())
    }
}

fn block(days: &[f64]) -> Option<f64> {
    politis_white(days).map(|length| length.stationary.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::bootstrap::resampled;
    use crate::metrics::returns::total_return;

    fn noise(n: u64, scale: f64) -> Vec<f64> {
        (0..n).map(|i| (((i * 2_654_435_761) % 1_009) as f64 / 1_009.0 - 0.5) * scale).collect()
    }

    #[test]
    fn an_interval_holds_what_it_is_of_and_is_made_again() {
        let days: Vec<f64> = noise(400, 0.04).iter().map(|r| r + 0.001).collect();
        let found = Confidence::of_days(&days).unwrap();
        let own = sharpe(&days, 0.0, 365.0).unwrap();
        let band = found.sharpe.unwrap();
        assert!(band.low < own && own < band.high, "{own} {band:?}");
        assert!(band.high - band.low > 0.5, "{band:?}");
        let growth = cagr(total_return(&days).unwrap(), 400.0 / 365.0).unwrap();
        assert!(found.cagr.is_some_and(|i| i.low < growth && growth < i.high));
        assert_eq!(Confidence::of_days(&days), Some(found));
        assert_eq!(Confidence::of_days(&days[..20]), None);
        assert_eq!(Confidence::of_days(&[0.0; 400]), None);
    }

    #[test]
    fn a_draw_has_the_moments_of_its_values() {
        let days: Vec<f64> = noise(100, 0.04);
        let row: Vec<usize> = (0..100).map(|i| (i * 37 + i / 7) % 100).collect();
        let sample = Sample::of(&days).unwrap();
        let moments = |row: &[usize]| sample.moments(row.iter().fold([0.0; 2], |sums, &day| summed(sums, sample.parts(days[day]))));
        let (drawn, found) = (resampled(&days, &row), moments(&row));
        let expected = sharpe(&drawn, 0.0, 365.0).unwrap();
        assert!((found.sharpe().unwrap() / expected - 1.0).abs() < 1e-12);
        assert!((found.mean - mean(&drawn).unwrap()).abs() < 1e-16);
        assert!(moments(&[3; 100]).deviation.is_none(), "one day again and again does not vary");
        assert!(Sample::of(&[0.1, f64::NAN]).is_none());
    }

    #[test]
    fn better_every_day_is_told_from_luck() {
        let market = noise(300, 0.05);
        let better: Vec<f64> = market.iter().zip(noise(300, 0.001)).map(|(r, e)| r + 0.002 + e).collect();
        let found = Difference::of_days(&better, &market).unwrap();
        assert!(found.is_significant() && found.better_in == Some(1.0) && found.added_in == 1.0, "{found:?}");
        // Two thousandths a day are 0.73 a year, less or more the noise of a thousandth.
        assert!(found.annual_return_interval.is_some_and(|i| 0.68 < i.low && i.low < i.high && i.high < 0.78), "{found:?}");
        // Two unrelated series of one kind do not differ significantly.
        let other: Vec<f64> = market.iter().rev().copied().collect();
        let found = Difference::of_days(&market, &other).unwrap();
        assert!(!found.is_significant(), "{found:?}");
        assert_eq!(Difference::of_days(&market, &market[1..]), None);
    }

    #[test]
    fn nothing_to_tell_has_its_reason() {
        let market = noise(300, 0.05);
        let other: Vec<f64> = market.iter().rev().copied().collect();
        // Quarters, so that a step added to each is the same to the last bit.
        let quarters: Vec<f64> = (0..300).map(|i| f64::from(i % 5) * 0.25 - 0.5).collect();
        let ahead: Vec<f64> = quarters.iter().map(|r| r + 0.25).collect();
        for (a, b, why) in [
            (&market[..], &market[1..], Some(NotComparable::OtherDays)),
            (&[], &[], Some(NotComparable::OtherDays)),
            (&market[..29], &other[..29], Some(NotComparable::TooFewDays)),
            (&market[..30], &other[..30], None),
            (&market, &market, Some(NotComparable::SameCurve)),
            (&market, &[0.0; 300], Some(NotComparable::Still)),
            (&[0.0; 300], &[0.0; 300], Some(NotComparable::Still)),
            (&ahead, &quarters, Some(NotComparable::EvenStep)),
        ] {
            assert_eq!(NotComparable::of_days(a, b), why);
            // Without a reason there is an answer.
            assert!(why.is_some() || Difference::of_days(a, b).is_some_and(|found| found.sharpe_interval.is_some()));
        }
    }
}
