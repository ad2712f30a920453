//! Rows of the stationary bootstrap, kept as runs of neighbouring positions: the mean over a row is then a few differences of running sums.

use crate::luck::input::{InputError, require, require_length};
use crate::metrics::blocks::politis_white;
use crate::metrics::bootstrap::Resampler;
use crate::metrics::returns::percentile;

/// Fewer periods are no sample to draw from, and Politis and White's rule asks for as many.
pub(super) const LEAST_PERIODS: usize = 8;

/// Series that are drawn at once.
const LANES: usize = 8;

/// Neighbouring positions from `start` to before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    start: u32,
    end: u32,
}

/// Rows drawn from the positions of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    length: usize,
    mean_block: f64,
    rows: Vec<Vec<Run>>,
}

impl Draws {
    /// From rows by hand, each with `length` positions of a series of `length` periods; drawn in blocks of `mean_block` periods on average
    /// (below 1 counts as 1).
    pub fn of_rows<R: AsRef<[usize]>>(rows: &[R], length: usize, mean_block: f64) -> Result<Self, InputError> {
        check(length, rows.len())?;
        let mut draws = Self { length, mean_block: at_least_one(mean_block), rows: Vec::with_capacity(rows.len()) };
        for (row, positions) in rows.iter().map(AsRef::as_ref).enumerate() {
            if positions.len() != length || positions.iter().any(|at| *at >= length) {
                return Err(InputError::Row { row });
            }
            draws.rows.push(runs(positions));
        }
        Ok(draws)
    }

    /// `count` rows by the project's own resampler: the same seed gives the same rows everywhere.
    pub fn seeded(length: usize, mean_block: f64, count: usize, seed: u64) -> Result<Self, InputError> {
        check(length, count)?;
        let mean_block = at_least_one(mean_block);
        let (mut resampler, mut row) = (Resampler::new(length, mean_block, seed), Vec::with_capacity(length));
        let mut rows = Vec::with_capacity(count);
        for _ in 0..count {
            row.clear();
            row = resampler.fold_row(row, |mut row: Vec<usize>, at| {
                row.push(at);
                row
            });
            rows.push(runs(&row));
        }
        Ok(Self { length, mean_block, rows })
    }

    /// Periods of the series they are drawn from.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Mean block in periods, 1 or more.
    #[must_use]
    pub fn mean_block(&self) -> f64 {
        self.mean_block
    }

    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The mean of each row, of each of `all`, which have `length` values.
    pub(super) fn means(&self, all: &[Vec<f64>]) -> Vec<Vec<f64>> {
        all.chunks(LANES).flat_map(|some| self.means_of_lanes(some)).collect()
    }

    /// Of so many series at once that a processor adds them in a few steps; each comes out as it would alone.
    fn means_of_lanes(&self, some: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut sums = vec![[0.0; LANES]; self.length + 1];
        for (lane, values) in some.iter().enumerate() {
            for (at, value) in values.iter().enumerate() {
                sums[at + 1][lane] = sums[at][lane] + value;
            }
        }
        let mut means = vec![Vec::with_capacity(self.rows.len()); some.len()];
        for row in &self.rows {
            let mut total = [0.0; LANES];
            for run in row {
                let (to, from) = (&sums[run.end as usize], &sums[run.start as usize]);
                for lane in 0..LANES {
                    total[lane] += to[lane] - from[lane];
                }
            }
            means.iter_mut().zip(total).for_each(|(means, total)| means.push(total / self.length as f64));
        }
        means
    }
}

/// Mean block for models against a benchmark: the median of what Politis and White's rule says of each model's differences (arch takes √n
/// instead). At least 1; none where it says nothing of any.
#[must_use]
pub fn mean_block<S: AsRef<[f64]>>(models: &[S], benchmark: &[f64]) -> Option<f64> {
    let lengths = models.iter().filter(|model| model.as_ref().len() == benchmark.len()).filter_map(|model| {
        let differences: Vec<f64> = model.as_ref().iter().zip(benchmark).map(|(model, benchmark)| model - benchmark).collect();
        politis_white(&differences).map(|length| at_least_one(length.stationary))
    });
    percentile(&lengths.collect::<Vec<_>>(), 0.5)
}

/// What is no number counts as 1 as well, which is the plain bootstrap.
fn at_least_one(mean_block: f64) -> f64 {
    mean_block.max(1.0)
}

fn check(length: usize, rows: usize) -> Result<(), InputError> {
    require_length(length, LEAST_PERIODS)?;
    require(u32::try_from(length).is_ok(), "periods", length, "fewer than 2³²")?;
    if rows == 0 { Err(InputError::Empty) } else { Ok(()) }
}

fn runs(positions: &[usize]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for at in positions.iter().map(|at| *at as u32) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(Run { start: at, end: at + 1 }),
        }
    }
    runs
}
