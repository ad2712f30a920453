//! The stationary bootstrap (Politis and Romano 1994): what else could have come of the same returns. Blocks of geometric length keep
//! their memory, the series is closed to a circle, and the seed is stated, so that anybody gets the same numbers.
//!
//! An interval is a function of rows of positions: from rows given by hand it is the same everywhere.

use std::hint::select_unpredictable;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;

use crate::metrics::returns::percentile;

/// Between its bounds lies `level` of what the resampled series say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Both of its bounds are on one side of nought.
    #[must_use]
    pub fn leaves_out_nought(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Rows that are walked side by side.
const LANES: usize = 2;

/// An endless supply of rows of positions in a series of at most 2³² values.
pub(crate) struct Resampler {
    words: ChaCha8Rng,
    /// The words of the rows that are walked, eight bytes each.
    drawn: Vec<u8>,
    length: usize,
    /// A new block begins where 32 random bits are below this: one over the mean block, of 2³².
    anew_below: u64,
}

impl Resampler {
    /// For a series of `length` values in blocks of `mean_block` on average; below 1 counts as 1, which is the plain bootstrap.
    #[must_use]
    pub fn new(length: usize, mean_block: f64, seed: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..24].copy_from_slice(b"rotate bootstrap");
        let anew_below = (4_294_967_296.0 / mean_block.max(1.0)) as u64;
        Self { words: ChaCha8Rng::from_seed(key), drawn: Vec::new(), length, anew_below }
    }

    /// Folds the positions of the next row in turn: as many as the series has values.
    pub(crate) fn fold_row<S>(&mut self, start: S, each: impl Fn(S, usize) -> S) -> S {
        let [end] = self.fold_side_by_side([start], each);
        end
    }

    /// Folds each of the next `rows` rows in turn, as [`Self::fold_row`] would; what comes after them may begin a few rows further on. They are walked side by
    /// side, since a step waits for the one before it and rows do not wait for each other.
    pub(crate) fn fold_rows<S: Copy>(&mut self, rows: usize, start: S, each: impl Fn(S, usize) -> S) -> Vec<S> {
        let mut ends = Vec::with_capacity(rows + LANES);
        while ends.len() < rows {
            // Where `rows` is no multiple, the last ones are drawn and thrown away.
            ends.extend(self.fold_side_by_side([start; LANES], &each));
        }
        ends.truncate(rows);
        ends
    }

    /// The next `N` rows. Not inlined, so that the states stay in registers.
    #[inline(never)]
    #[allow(clippy::needless_range_loop, reason = "the rows are walked together, each by its own bounds")]
    fn fold_side_by_side<const N: usize, S>(&mut self, starts: [S; N], each: impl Fn(S, usize) -> S) -> [S; N] {
        let (length, anew_below) = (self.length, self.anew_below);
        self.drawn.resize(N * length * size_of::<u64>(), 0);
        self.words.fill_bytes(&mut self.drawn);
        let words: &[[u8; 8]] = self.drawn.as_chunks().0;
        let rows: [&[[u8; 8]]; N] = std::array::from_fn(|row| &words[row * length..][..length]);
        let (mut states, mut at) = (starts, [0_usize; N]);
        for i in 0..length {
            let mut lane = 0;
            states = states.map(|state| {
                // One draw decides both: its high half whether a block begins, its low half where.
                let bits = u64::from_le_bytes(rows[lane][i]);
                let anew = (((bits & 0xffff_ffff) * length as u64) >> 32) as usize;
                let here = select_unpredictable(i == 0 || (bits >> 32) < anew_below, anew, at[lane]);
                at[lane] = select_unpredictable(here + 1 == length, 0, here + 1);
                lane += 1;
                each(state, here)
            });
        }
        states
    }
}

/// `values` in the order of `row`.
#[must_use]
pub(crate) fn resampled(values: &[f64], row: &[usize]) -> Vec<f64> {
    row.iter().map(|i| values[*i]).collect()
}

/// Share `quantile` of what `statistic` says of each row of positions, interpolated linearly; rows of which it says nothing are left out.
#[must_use]
pub fn quantile(values: &[f64], rows: &[Vec<usize>], statistic: impl Fn(&[f64]) -> Option<f64>, quantile: f64) -> Option<f64> {
    let results: Vec<f64> = rows.iter().filter_map(|row| statistic(&resampled(values, row))).collect();
    percentile(&results, quantile)
}

/// The middle `level` of what was told: from `(1 − level) / 2` to `(1 + level) / 2`. None where a tenth or more told nothing.
#[must_use]
pub fn interval(results: &[Option<f64>], level: f64) -> Option<Interval> {
    let known: Vec<f64> = results.iter().copied().flatten().collect();
    if known.len() * 10 <= results.len() * 9 {
        return None;
    }
    Some(Interval { low: percentile(&known, (1.0 - level) / 2.0)?, high: percentile(&known, f64::midpoint(1.0, level))? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_row(resampler: &mut Resampler) -> Vec<usize> {
        resampler.fold_row(Vec::new(), |row, at| [row, vec![at]].concat())
    }

    #[test]
    fn blocks_have_the_length_asked_for_and_go_round() {
        let mut resampler = Resampler::new(50, 5.0, 1);
        let (mut breaks, mut steps, mut round) = (0, 0, 0);
        for _ in 0..400 {
            let row = next_row(&mut resampler);
            assert!(row.len() == 50 && row.iter().all(|i| *i < 50));
            steps += row.len() - 1;
            breaks += row.windows(2).filter(|w| w[1] != (w[0] + 1) % 50).count();
            round += row.windows(2).filter(|w| w[0] == 49 && w[1] == 0).count();
        }
        // A new start in five, of which one in fifty happens to go on where it was.
        let mean = steps as f64 / breaks as f64;
        assert!((4.8..5.4).contains(&mean), "{mean}");
        assert!(round > 200, "{round}");
    }

    #[test]
    fn rows_side_by_side_are_rows_one_after_the_other() {
        let hashed = |sum: u64, at: usize| sum.wrapping_mul(31).wrapping_add(at as u64);
        for (length, mean_block) in [(1, 1.0), (2, 1.0), (37, 1.0), (37, 6.5), (300, 20.0)] {
            for rows in [0, 1, 2, 7] {
                let mut resampler = Resampler::new(length, mean_block, 3);
                let one_by_one: Vec<u64> = (0..rows).map(|_| resampler.fold_row(0, hashed)).collect();
                assert_eq!(Resampler::new(length, mean_block, 3).fold_rows(rows, 0, hashed), one_by_one, "{length} {mean_block}");
            }
        }
    }

    #[test]
    fn a_seed_is_a_promise() {
        let rows = |seed| next_row(&mut Resampler::new(20, 1.0, seed));
        assert_eq!(rows(7), rows(7));
        assert_ne!(rows(7), rows(8));
    }

    #[test]
    fn what_is_mostly_unknown_has_no_interval() {
        assert_eq!(interval(&[Some(1.0), None], 0.95), None);
        assert_eq!(interval(&[], 0.95), None);
        let results: Vec<Option<f64>> = (0..=100).map(|i| Some(f64::from(i))).collect();
        assert_eq!(interval(&results, 0.5), Some(Interval { low: 25.0, high: 75.0 }));
    }
}
