//! Whether one strategy falls deeper than another, or was lucky: the difference of their max drawdowns, with its bootstrap interval.
//!
//! The days are those from which the interval of the difference of Sharpe ratios is drawn, in the same blocks (`confidence`). An order of days decides
//! how deep a curve falls, so a resampled history is walked day by day.

use serde::Serialize;

use crate::metrics::bootstrap::{Interval, interval};
use crate::metrics::confidence::Difference;

/// One strategy minus another over the same days, at daily closes. Drawdowns are negative: above nought the first falls less.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DrawdownDifference {
    pub max_drawdown: f64,
    pub interval: Option<Interval>,
}

impl DrawdownDifference {
    /// With the differences of Sharpe ratio and return, which are of the same resampled histories. `a` and `b` are daily returns of the same days; none where
    /// they are not, too few, or apart by the same every day.
    #[must_use]
    pub fn of_days(a: &[f64], b: &[f64]) -> Option<(Difference, Self)> {
        let growths: Vec<[f64; 2]> = a.iter().zip(b).map(|(a, b)| [(1.0 + a).max(0.0), (1.0 + b).max(0.0)]).collect();
        let (found, walks) = Difference::walked(a, b, Pair::START, |pair, day| pair.after(growths[day]))?;
        let whole = growths.iter().fold(Pair::START, |pair, growth| pair.after(*growth));
        let drawn: Vec<Option<f64>> = walks.iter().map(|pair| Some(pair.difference())).collect();
        let falls = Self { max_drawdown: whole.difference(), interval: interval(&drawn, found.method.level) };
        Some((found, falls))
    }

    /// The interval leaves out nought.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.interval.is_some_and(Interval::leaves_out_nought)
    }
}

/// Two curves as shares of their last peaks, and the lowest share of each so far.
#[derive(Clone, Copy)]
struct Pair {
    now: [f64; 2],
    lowest: [f64; 2],
}

impl Pair {
    const START: Self = Self { now: [1.0; 2], lowest: [1.0; 2] };

    /// After a day on which each grew so many times.
    fn after(self, growth: [f64; 2]) -> Self {
        let now = [(self.now[0] * growth[0]).min(1.0), (self.now[1] * growth[1]).min(1.0)];
        Self { now, lowest: [self.lowest[0].min(now[0]), self.lowest[1].min(now[1])] }
    }

    fn difference(self) -> f64 {
        self.lowest[0] - self.lowest[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::drawdown::{drawdowns, max_drawdown};

    fn noise(n: u64, scale: f64) -> Vec<f64> {
        (0..n).map(|i| (((i * 2_654_435_761) % 1_009) as f64 / 1_009.0 - 0.5) * scale).collect()
    }

    fn falls(a: &[f64], b: &[f64]) -> DrawdownDifference {
        DrawdownDifference::of_days(a, b).unwrap().1
    }

    fn deepest(days: &[f64]) -> f64 {
        let wealth: Vec<f64> =
            days.iter().scan(1.0, |wealth, day| Some(std::mem::replace(wealth, *wealth * (1.0 + day)) * (1.0 + day))).collect();
        max_drawdown(&drawdowns(&wealth, 1.0)).unwrap()
    }

    #[test]
    fn the_difference_is_that_of_the_two_max_drawdowns() {
        let (a, b) = (noise(200, 0.02), noise(200, 0.05).into_iter().rev().collect::<Vec<f64>>());
        let found = falls(&a, &b);
        assert!((found.max_drawdown - (deepest(&a) - deepest(&b))).abs() < 1e-12, "{found:?}");
        // By head: a day of half the wealth beside one of a tenth, the other days alike.
        let (mut half, mut tenth) = (vec![0.0; 30], vec![0.0; 30]);
        (half[7], tenth[7], tenth[9]) = (-0.5, -0.1, 0.01);
        let found = falls(&tenth, &half);
        assert!((found.max_drawdown - 0.4).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn half_the_swings_are_told_from_luck_and_another_order_is_not() {
        let days = noise(400, 0.06);
        let half: Vec<f64> = days.iter().map(|day| day / 2.0).collect();
        let found = falls(&half, &days);
        assert!(found.max_drawdown > 0.0 && found.is_significant(), "{found:?}");
        let opposite = falls(&days, &half);
        assert!(opposite.max_drawdown == -found.max_drawdown && opposite.is_significant());
        let reversed: Vec<f64> = days.iter().rev().copied().collect();
        let other = falls(&days, &reversed);
        assert!(!other.is_significant(), "{other:?}");
        // The walk beside it changes nothing of the other differences.
        assert_eq!(DrawdownDifference::of_days(&days, &half).map(|found| found.0), Difference::of_days(&days, &half));
        assert_eq!(DrawdownDifference::of_days(&days, &days[1..]), None);
        assert_eq!(DrawdownDifference::of_days(&days[..29], &half[..29]), None);
        assert_eq!(DrawdownDifference::of_days(&days, &days), None, "nothing to resample");
    }
}
