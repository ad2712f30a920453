//! What another year of the same days could bring: the days of a run drawn again in blocks (the stationary bootstrap of [`crate::metrics::bootstrap`]), a
//! year at a time. It knows nothing of days unlike them.

use crate::metrics::blocks::politis_white;
use crate::metrics::bootstrap::Resampler;
use crate::metrics::confidence::{LEAST_DAYS, SEED};
use crate::metrics::returns::percentile;

/// Days of a path.
pub const DAYS: usize = 365;
/// Paths that are drawn.
pub const PATHS: usize = 2_000;
/// Falls from a peak of which the probability is told.
pub const FALLS: [f64; 5] = [0.1, 0.2, 0.3, 0.5, 0.7];
/// Shares of the paths below each band of the fan.
const BANDS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// A year ahead, in shares of [`PATHS`] paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Mean length of a block in days.
    pub mean_block_days: f64,
    /// Wealth after each day over that of the start, a row a day: below which 5, 25, 50, 75 and 95 % of the paths are.
    pub fan: Vec<[f64; 5]>,
    /// Paths that end the year below their start.
    pub loses: f64,
    /// Paths that fall from a peak by more than each of [`FALLS`].
    pub falls: [f64; 5],
    /// Of the paths that were ever below a peak, the share that is back at the highest by the end of the year.
    pub recovered: f64,
    /// Days from the lowest point of the deepest fall back to its peak, the median of those paths that are; `None` where no path is.
    pub recovery_days: Option<f64>,
}

/// What one path came to.
struct Path {
    wealth: Vec<f64>,
    deepest: f64,
    recovery: Option<usize>,
}

impl Outlook {
    /// From simple returns, one a day; none of fewer than 30 days or where nothing moved.
    #[must_use]
    pub fn of_days(days: &[f64]) -> Option<Self> {
        if days.len() < LEAST_DAYS || days.iter().any(|day| !day.is_finite()) {
            return None;
        }
        let mean_block_days = politis_white(days)?.stationary.max(1.0);
        let mut resampler = Resampler::new(days.len(), mean_block_days, SEED);
        let mut drawn: Vec<usize> = Vec::new();
        let paths: Vec<Path> = (0..PATHS)
            .map(|_| {
                // A row is as long as the series: a year is as many of them as it takes.
                drawn.clear();
                while drawn.len() < DAYS {
                    drawn = resampler.fold_row(std::mem::take(&mut drawn), |mut row, day| {
                        row.push(day);
                        row
                    });
                }
                Path::of(drawn[..DAYS].iter().map(|&day| days[day]))
            })
            .collect();
        let share = |holds: &dyn Fn(&Path) -> bool| paths.iter().filter(|path| holds(path)).count() as f64 / PATHS as f64;
        let fan = (0..DAYS).map(|day| {
            let wealth: Vec<f64> = paths.iter().map(|path| path.wealth[day]).collect();
            BANDS.map(|band| percentile(&wealth, band).unwrap_or(f64::NAN))
        });
        let fell = paths.iter().filter(|path| path.deepest < 0.0).count();
        let back: Vec<f64> = paths.iter().filter_map(|path| path.recovery).map(|days| days as f64).collect();
        Some(Self {
            mean_block_days,
            fan: fan.collect(),
            loses: share(&|path| path.wealth[DAYS - 1] < 1.0),
            falls: FALLS.map(|fall| share(&|path| path.deepest < -fall)),
            recovered: if fell == 0 { 1.0 } else { back.len() as f64 / fell as f64 },
            recovery_days: percentile(&back, 0.5),
        })
    }
}

impl Path {
    fn of(days: impl Iterator<Item = f64>) -> Self {
        let (mut wealth, mut now, mut peak, mut deepest) = (Vec::with_capacity(DAYS), 1.0_f64, 1.0_f64, 0.0_f64);
        // Where the deepest fall is lowest, its peak, and how long it took to be back.
        let (mut low, mut of, mut recovery) = (0, 1.0, None);
        for (at, day) in days.enumerate() {
            now *= (1.0 + day).max(0.0);
            peak = peak.max(now);
            let fall = now / peak - 1.0;
            if fall < deepest {
                (deepest, low, of, recovery) = (fall, at, peak, None);
            } else if recovery.is_none() && deepest < 0.0 && now >= of {
                recovery = Some(at - low);
            }
            wealth.push(now);
        }
        Self { wealth, deepest, recovery }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_its_days_make_of_it() {
        // Up to 1.1, down to 0.55, back above 1.1 two days later.
        let path = Path::of([0.1, -0.5, 0.5, 0.5, 0.0].into_iter());
        assert!((path.deepest + 0.5).abs() < 1e-12 && path.recovery == Some(2), "{:?} {}", path.recovery, path.deepest);
        let lost = Path::of([-1.5, 1.0].into_iter());
        assert_eq!((lost.wealth, lost.deepest, lost.recovery), (vec![0.0, 0.0], -1.0, None));
    }

    #[test]
    fn bands_lie_above_each_other_and_days_of_gain_alone_never_lose() {
        let days: Vec<f64> = (0..400).map(|i| 0.001 * f64::from(i % 7) - 0.002).collect();
        let found = Outlook::of_days(&days).unwrap();
        assert!(found.fan.iter().all(|bands| bands.is_sorted()) && found.fan.len() == DAYS);
        assert!(found.falls.is_sorted_by(|a, b| a >= b));
        assert_eq!(Outlook::of_days(&days), Some(found), "the same days, the same paths");
        let gains: Vec<f64> = (0..60).map(|i| 0.001 * f64::from(i % 3 + 1)).collect();
        let found = Outlook::of_days(&gains).unwrap();
        assert_eq!((found.loses, found.falls, found.recovered, found.recovery_days), (0.0, [0.0; 5], 1.0, None));
        assert_eq!(Outlook::of_days(&gains[..20]), None);
    }

    /// Fair coins of ±1 %: half of the years lose, and about as much as a walk of 365 steps does.
    #[test]
    fn a_fair_walk_loses_in_about_half_of_the_years() {
        let mut state = 7_u64;
        let mut coin = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if state >> 63 == 0 { 0.01 } else { -0.01 }
        };
        let mut days: Vec<f64> = (0..500).map(|_| coin()).collect();
        days.extend(days.clone().iter().map(|day| -day));
        let found = Outlook::of_days(&days).unwrap();
        assert!((0.42..0.62).contains(&found.loses), "{}", found.loses);
        assert!(found.falls[0] > 0.9 && found.falls[3] < 0.1, "{:?}", found.falls);
    }
}
