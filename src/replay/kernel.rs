//! The rows of bars in which nothing is bought, sold or paid: what constant positions are worth at the closes of one line of bars, summed in whole
//! microdollars as [`crate::ledger::Books::mark`] sums them. The one place that is written for the processor: eight bars at once, in loops of a fixed
//! length without a branch.

use crate::market::LINE;
use crate::units::Usd;

/// Notional, in USD, below which [`Usd::TO_WHOLE`] rounds all that is held as [`Usd::round`] does: the whole microdollars stand in the lower bits of the sum.
pub(super) const MOST: f64 = 2_000_000_000.0;

/// One constant position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constant {
    /// Signed.
    pub quantity: f64,
    /// Of its instrument in a line.
    pub place: usize,
    pub bucket: usize,
}

/// A row of each bar of a line.
#[derive(Debug)]
pub(super) struct Rows {
    /// USD, absolute and signed.
    pub gross: [f64; LINE],
    pub net: [f64; LINE],
    /// By bucket: what its positions are worth at their prices, in microdollars.
    pub worth: Vec<[i64; LINE]>,
}

impl Rows {
    /// Room for so many buckets.
    pub fn of(buckets: usize) -> Self {
        Self { gross: [0.0; LINE], net: [0.0; LINE], worth: vec![[0; LINE]; buckets] }
    }

    /// Values positions, which come in the order of their buckets, at the prices of a line.
    pub fn value(&mut self, positions: &[Constant], line: &[f64]) {
        (self.gross, self.net) = ([0.0; LINE], [0.0; LINE]);
        self.worth.fill([0; LINE]);
        for of_bucket in positions.chunk_by(|a, b| a.bucket == b.bucket) {
            // Every product comes with the bits of what it was rounded by, which are taken off once.
            let mut sums = [(of_bucket.len() as i64).wrapping_mul(-(Usd::TO_WHOLE.to_bits() as i64)); LINE];
            for position in of_bucket {
                let prices: &[f64; LINE] = line[position.place..][..LINE].try_into().expect("a line of an instrument");
                for k in 0..LINE {
                    let notional = position.quantity * prices[k];
                    self.gross[k] += notional.abs();
                    self.net[k] += notional;
                    sums[k] = sums[k].wrapping_add((notional * Usd::MICROS + Usd::TO_WHOLE).to_bits() as i64);
                }
            }
            self.worth[of_bucket[0].bucket] = sums;
        }
    }

    /// Whether the rows of these bars of the line are what the books would say. Beyond some billions, or without a price, they are not.
    pub fn hold(&self, bars: std::ops::Range<usize>) -> bool {
        self.gross[bars].iter().all(|&gross| gross < MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sums_of_rounded_products() {
        let positions = [(0.3, 0, 0), (-7.0, 16, 0), (1.0 / 3.0, 8, 2)];
        let positions = positions.map(|(quantity, place, bucket)| Constant { quantity, place, bucket });
        let line: Vec<f64> = (0..3 * LINE).map(|k| 100.0 + 0.1 * k as f64).collect();
        let mut rows = Rows::of(3);
        for _ in 0..2 {
            rows.value(&positions, &line);
        }
        for k in 0..LINE {
            let notional = |p: &Constant| p.quantity * line[p.place + k];
            let worth = |bucket: usize| positions.iter().filter(|p| p.bucket == bucket).map(|p| Usd::round(notional(p))).sum::<Usd>();
            assert_eq!(rows.worth.iter().map(|worth| worth[k]).collect::<Vec<_>>(), [0, 1, 2].map(|bucket| worth(bucket).micros()));
            assert_eq!(rows.gross[k], positions.iter().map(|p| notional(p).abs()).fold(0.0, |sum, n| sum + n));
            assert_eq!(rows.net[k], positions.iter().map(notional).fold(0.0, |sum, n| sum + n));
        }
        assert!(rows.hold(0..LINE));
    }

    #[test]
    fn what_cannot_be_rounded_so_is_known() {
        let mut rows = Rows::of(1);
        let mut line = vec![10.0; LINE];
        line[3] = f64::NAN;
        rows.value(&[Constant { quantity: 1.0, place: 0, bucket: 0 }], &line);
        assert!(rows.hold(0..3) && !rows.hold(0..4) && rows.hold(4..8));
        rows.value(&[Constant { quantity: 3e8, place: 0, bucket: 0 }], &line);
        assert!(!rows.hold(0..1));
    }
}
