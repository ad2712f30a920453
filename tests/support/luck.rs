//! What the tests of luck share: golden rows, and noise from a stated seed.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::path::Path;

use rotate::metrics::normal;
use rotate::units::rng::{STEP, word_after};

pub type Row = BTreeMap<String, String>;

/// Golden numbers stand beside these tests; `tests/golden/README.md` says where each is from.
pub fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

pub fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

pub fn count(row: &Row, column: &str) -> usize {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// The house tolerance for what another library computed: 1e-9 relative, and 1e-12 absolute for what is nought but for its rounding.
pub fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-9 * theirs.abs() + 1e-12
}

/// Draws from the standard normal distribution.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(word_after(seed))
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        word_after(self.0)
    }

    pub fn normal(&mut self) -> f64 {
        normal::quantile(((self.word() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0).unwrap()
    }

    pub fn returns(&mut self, length: usize, mean: f64, deviation: f64) -> Vec<f64> {
        (0..length).map(|_| mean + deviation * self.normal()).collect()
    }
}

/// The 300 rows of 120 positions that arch drew.
pub fn index_rows() -> Vec<Vec<usize>> {
    let mut drawn = Vec::new();
    for row in rows("spa_bootstrap_indices.csv") {
        drawn.push((0..120).map(|at| count(&row, &at.to_string())).collect());
    }
    assert_eq!(drawn.len(), 300);
    drawn
}
