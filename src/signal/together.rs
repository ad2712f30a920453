//! Two series of returns side by side: beta and correlation.

/// Fewer pairs of returns make no line.
const LEAST_PAIRS: usize = 10;

/// Sums of squares and products over pairs of returns, about their means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Together {
    own: f64,
    other: f64,
    both: f64,
}

impl Together {
    /// `None` for fewer than ten pairs.
    pub(super) fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        if pairs.len() < LEAST_PAIRS {
            return None;
        }
        let count = pairs.len() as f64;
        let sums = pairs.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        let means = (sums.0 / count, sums.1 / count);
        let mut together = Self { own: 0.0, other: 0.0, both: 0.0 };
        for pair in pairs {
            let (own, other) = (pair.0 - means.0, pair.1 - means.1);
            together.own += own * own;
            together.other += other * other;
            together.both += own * other;
        }
        Some(together)
    }

    /// `cov / var` of the first series on the second; `None` where the second stood still.
    pub(super) fn beta(self) -> Option<f64> {
        (self.other > 0.0).then(|| self.both / self.other)
    }

    /// Pearson's, in `[−1, 1]`; `None` where either stood still.
    pub(super) fn correlation(self) -> Option<f64> {
        let spread = (self.own * self.other).sqrt();
        (spread > 0.0).then(|| (self.both / spread).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_other_and_a_constant_is_a_beta_of_two() {
        let pairs: Vec<(f64, f64)> = (0..10).map(|k| f64::from(k % 3) - 1.0).map(|r| (2.0 * r + 0.5, r)).collect();
        let together = Together::of(&pairs).unwrap();
        assert!((together.beta().unwrap() - 2.0).abs() < 1e-12);
        assert!((together.correlation().unwrap() - 1.0).abs() < 1e-12);
        assert!(Together::of(&pairs[..9]).is_none());
    }

    #[test]
    fn what_stands_still_goes_with_nothing() {
        let still = Together::of(&[(0.5, 0.0); 10]).unwrap();
        assert_eq!((still.beta(), still.correlation()), (None, None));
    }
}
