//! Honest splits of the time: hold-out, walk-forward, and combinatorial purged cross-validation. Everything is in periods (bars), as ranges
//! of positions whose end does not belong to them.
//!
//! A purge of at least the longest holding keeps a trade from being in two parts at once; an embargo after a test keeps what is remembered
//! of it out of the training. Walk-forward and the combinatorial splits are those of skfolio's `WalkForward` and `CombinatorialPurgedCV`.

use core::ops::Range;

use crate::luck::input::{InputError, require, require_length};

/// Most splits that are made at once.
pub const MOST_SPLITS: usize = 100_000;

/// One part to fit on, and a later one to judge by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub train: Range<usize>,
    pub test: Range<usize>,
}

/// The last `test` of `periods` held out, `purge` periods before them left aside.
pub fn hold_out(periods: usize, test: usize, purge: usize) -> Result<Window, InputError> {
    require(test > 0, "test", test, "1 or more")?;
    require_length(periods, test.saturating_add(purge).saturating_add(1))?;
    let start = periods - test;
    Ok(Window { train: 0..start - purge, test: start..periods })
}

/// Where the training of a walk-forward begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It moves on with the test: always `train` periods.
    Rolling,
    /// It stays at the first period: `train` periods at first, more each time.
    Anchored,
}

/// The lengths of a walk-forward, in periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkForward {
    /// Length of the (first) training part.
    pub train: usize,
    /// Length of each test.
    pub test: usize,
    /// From the start of one test to the next; `test` puts them end to end, which is the stitched out-of-sample curve.
    pub step: usize,
    /// Left aside between training and test.
    pub purge: usize,
    /// Whether the training moves on or grows.
    pub start: Start,
    /// Whether what is left at the end, shorter than `test`, is a last test as well.
    pub partial_last: bool,
}

/// The windows of a walk-forward, in order. Tests never overlap: a stitched curve would count periods twice.
pub fn walk_forward(periods: usize, lengths: &WalkForward) -> Result<Vec<Window>, InputError> {
    let &WalkForward { train, test, step, purge, start, partial_last } = lengths;
    require(train > 0, "train", train, "1 or more")?;
    require(test > 0, "test", test, "1 or more")?;
    require(step >= test, "step", step, "the length of a test or more")?;
    let before = train.saturating_add(purge);
    require_length(periods, before.saturating_add(if partial_last { 1 } else { test }))?;
    let mut windows = Vec::new();
    let mut at = before;
    while at < periods && (partial_last || test <= periods - at) {
        let train_end = at - purge;
        let train_start = if start == Start::Rolling { train_end - train } else { 0 };
        windows.push(Window { train: train_start..train_end, test: at..at.saturating_add(test).min(periods) });
        at = at.saturating_add(step);
    }
    // None where the lengths together are more than a number holds.
    if windows.is_empty() { Err(InputError::TooShort { found: periods, needed: usize::MAX }) } else { Ok(windows) }
}

/// How the time is cut for combinatorial purged cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Combinatorial {
    /// Number of folds; all of `periods / folds` periods, the last with what is left over.
    pub folds: usize,
    /// How many of them each split tests.
    pub test_folds: usize,
    /// Periods taken out of the training on both sides of a test fold.
    pub purge: usize,
    /// Periods taken out in addition after a test fold.
    pub embargo: usize,
}

/// A fold that a split tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFold {
    pub fold: usize,
    /// The path that its result belongs to: each path has every fold once.
    pub path: usize,
    pub periods: Range<usize>,
}

/// One of the splits, its ranges in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombinatorialSplit {
    pub test: Vec<TestFold>,
    pub train: Vec<Range<usize>>,
}

impl Combinatorial {
    /// `C(N, k)`; none where it is more than a number holds.
    #[must_use]
    pub fn split_count(&self) -> Option<usize> {
        binomial(self.folds, self.test_folds)
    }

    /// `k/N · C(N, k)`, which is `C(N − 1, k − 1)`; none where it is more than a number holds.
    #[must_use]
    pub fn path_count(&self) -> Option<usize> {
        binomial(self.folds.checked_sub(1)?, self.test_folds.checked_sub(1)?)
    }

    fn fold(&self, fold: usize, periods: usize) -> Range<usize> {
        let length = periods / self.folds;
        fold * length..if fold + 1 == self.folds { periods } else { (fold + 1) * length }
    }

    /// What no test fold, purge or embargo takes.
    fn training(&self, test: &[TestFold], periods: usize) -> Vec<Range<usize>> {
        let (mut train, mut at) = (Vec::new(), 0);
        for fold in test {
            let end = fold.periods.start.saturating_sub(self.purge);
            if at < end {
                train.push(at..end);
            }
            at = fold.periods.end.saturating_add(self.purge).saturating_add(self.embargo);
        }
        if at < periods {
            train.push(at..periods);
        }
        train
    }
}

/// Every choice of test folds, in lexicographic order (López de Prado 2018, *Advances in Financial Machine Learning*, chapters 7 and 12).
pub fn combinatorial(periods: usize, cut: &Combinatorial) -> Result<Vec<CombinatorialSplit>, InputError> {
    require(cut.folds >= 2, "folds", cut.folds, "2 or more")?;
    require((1..cut.folds).contains(&cut.test_folds), "test folds", cut.test_folds, "1 or more, and fewer than there are folds")?;
    require_length(periods, cut.folds)?;
    let count = cut.split_count().unwrap_or(usize::MAX);
    require(count <= MOST_SPLITS, "number of splits", count, "100,000 or fewer")?;
    let mut tested = vec![0; cut.folds];
    let mut splits = Vec::with_capacity(count);
    let mut chosen: Vec<usize> = (0..cut.test_folds).collect();
    loop {
        let mut test = Vec::with_capacity(chosen.len());
        for &fold in &chosen {
            // The n-th time a fold is tested, its result belongs to the n-th path.
            test.push(TestFold { fold, path: tested[fold], periods: cut.fold(fold, periods) });
            tested[fold] += 1;
        }
        let train = cut.training(&test, periods);
        if train.is_empty() {
            return Err(InputError::NoTraining { split: splits.len() });
        }
        splits.push(CombinatorialSplit { test, train });
        if !next_choice(&mut chosen, cut.folds) {
            return Ok(splits);
        }
    }
}

/// A path through the whole time: of each fold the split whose test of it belongs to the path, and its periods. Empty past the last path.
#[must_use]
pub fn path(splits: &[CombinatorialSplit], path: usize) -> Vec<(usize, Range<usize>)> {
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, split) in splits.iter().enumerate() {
        parts.extend(split.test.iter().filter(|fold| fold.path == path).map(|fold| (at, fold.periods.clone())));
    }
    parts.sort_by_key(|(_, periods)| periods.start);
    parts
}

/// The next choice of some of `0..of` in lexicographic order; false after the last.
pub(super) fn next_choice(chosen: &mut [usize], of: usize) -> bool {
    let count = chosen.len();
    let Some(at) = (0..count).rev().find(|&at| chosen[at] < of - count + at) else { return false };
    chosen[at] += 1;
    for after in at + 1..count {
        chosen[after] = chosen[after - 1] + 1;
    }
    true
}

/// `C(n, k)`; none where it is more than a number holds.
pub(super) fn binomial(n: usize, k: usize) -> Option<usize> {
    if k > n {
        return Some(0);
    }
    // After each step the product is a binomial itself, so that the division leaves no rest.
    (0..k.min(n - k)).try_fold(1_usize, |product, i| Some(product.checked_mul(n - i)? / (i + 1)))
}
