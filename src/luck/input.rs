//! What the statistics of luck cannot be worked out of, and the checks that find it.

use core::fmt;

/// Why there is no answer. Series and periods are counted from nought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// No series, or no rows.
    Empty,
    /// Fewer periods, or series, than the method asks for.
    TooShort { found: usize, needed: usize },
    /// Series that must be of the same periods are not equally long.
    UnequalLengths { series: usize, found: usize, expected: usize },
    /// A return that is not a finite number: a hole is never dropped silently.
    NotFinite { series: usize, period: usize },
    /// A series that is better than the benchmark by the same amount in every period: nothing to studentise it by.
    ConstantDifference { series: usize },
    /// No variant has a value of the statistic in any half.
    NothingToRank,
    /// A setting outside of what it may be.
    Setting { name: &'static str, found: usize, allowed: &'static str },
    /// A row of positions that is not of this series: too long, too short, or a position past its end.
    Row { row: usize },
    /// Purge and embargo leave a split nothing to train on.
    NoTraining { split: usize },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there is nothing to look at"),
            Self::TooShort { found, needed } => write!(f, "{found} found, at least {needed} needed"),
            Self::UnequalLengths { series, found, expected } => {
                write!(f, "series {series} has {found} returns, the first has {expected}")
            }
            Self::NotFinite { series, period } => write!(f, "return {period} of series {series} is not a finite number"),
            Self::ConstantDifference { series } => write!(f, "series {series} is better by the same amount in every period"),
            Self::NothingToRank => write!(f, "no variant has a value of the statistic in any half"),
            Self::Setting { name, found, allowed } => write!(f, "{name} is {found}, allowed is {allowed}"),
            Self::Row { row } => write!(f, "row {row} does not hold the positions of such a series"),
            Self::NoTraining { split } => write!(f, "purge and embargo leave split {split} nothing to train on"),
        }
    }
}

impl core::error::Error for InputError {}

/// Fails with `name` unless it is `allowed`.
pub(super) fn require(is_allowed: bool, name: &'static str, found: usize, allowed: &'static str) -> Result<(), InputError> {
    if is_allowed { Ok(()) } else { Err(InputError::Setting { name, found, allowed }) }
}

/// Fails where fewer than `needed` were found.
pub(super) fn require_length(found: usize, needed: usize) -> Result<(), InputError> {
    if found >= needed { Ok(()) } else { Err(InputError::TooShort { found, needed }) }
}

/// The number of periods of all series: equally long, finite, at least one of them.
pub(super) fn common_length<S: AsRef<[f64]>>(all: &[S]) -> Result<usize, InputError> {
    let expected = all.first().ok_or(InputError::Empty)?.as_ref().len();
    for (series, values) in all.iter().map(AsRef::as_ref).enumerate() {
        if values.len() != expected {
            return Err(InputError::UnequalLengths { series, found: values.len(), expected });
        }
        if let Some(period) = values.iter().position(|value| !value.is_finite()) {
            return Err(InputError::NotFinite { series, period });
        }
    }
    if expected == 0 { Err(InputError::Empty) } else { Ok(expected) }
}
