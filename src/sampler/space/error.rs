//! Spaces that mean nothing.

use std::fmt;

/// Why a space is none. Positions count from zero, in the order in which the space was given its parts.
#[derive(Clone, Debug, PartialEq)]
pub enum SpaceError {
    /// Nothing in it is free to vary.
    NothingToVary,
    /// A bound, step, total or factor that is not a finite number.
    NotFinite {
        /// Which part.
        part: Part,
    },
    /// The smallest is above the largest.
    MinAboveMax {
        /// Which part.
        part: Part,
    },
    /// A step of zero or below.
    StepNotPositive {
        /// Which part.
        part: Part,
    },
    /// More than 2³² steps between the smallest and the largest, or more than 100,000 in a total.
    TooManySteps {
        /// Which part.
        part: Part,
    },
    /// A logarithmic scale that begins at zero or below.
    LogOfNothing {
        /// Which part.
        part: Part,
    },
    /// A choice between none.
    NoChoice {
        /// Which part.
        part: Part,
    },
    /// A condition on a parameter that does not come before, is no choice, or lacks that value.
    Condition {
        /// Which part.
        part: Part,
    },
    /// Weights whose lower bounds together exceed the total, or whose upper bounds fall short of it.
    Unreachable {
        /// Which part.
        part: Part,
        /// The least that the weights can sum to.
        least: f64,
        /// The most that they can sum to.
        most: f64,
        /// What they must sum to.
        total: f64,
    },
    /// A total that is not a whole number of steps.
    TotalOffStep {
        /// Which part.
        part: Part,
    },
    /// A weight below zero, or a group of none.
    Weight {
        /// Which part.
        part: Part,
    },
    /// A limit on something that is not there, or on a choice, which is no number; or on nothing.
    Limit {
        /// Which part.
        part: Part,
    },
}

/// A part of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A parameter.
    Parameter(usize),
    /// A group of weights.
    Group(usize),
    /// A limit.
    Limit(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(at) => write!(f, "parameter {at}"),
            Self::Group(at) => write!(f, "group of weights {at}"),
            Self::Limit(at) => write!(f, "limit {at}"),
        }
    }
}

impl fmt::Display for SpaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToVary => write!(f, "nothing to vary"),
            Self::NotFinite { part } => write!(f, "{part}: a number that is not finite"),
            Self::MinAboveMax { part } => write!(f, "{part}: min above max"),
            Self::StepNotPositive { part } => write!(f, "{part}: a step that is not above zero"),
            Self::TooManySteps { part } => write!(f, "{part}: too many steps"),
            Self::LogOfNothing { part } => write!(f, "{part}: a logarithmic scale needs a min above zero"),
            Self::NoChoice { part } => write!(f, "{part}: nothing to choose from"),
            Self::Condition { part } => write!(f, "{part}: its condition names no value of an earlier choice"),
            Self::Unreachable { part, least, most, total } => {
                write!(f, "{part}: weights that sum to {least} to {most} cannot sum to {total}")
            }
            Self::TotalOffStep { part } => write!(f, "{part}: the total is not a whole number of steps"),
            Self::Weight { part } => write!(f, "{part}: no weights, or one below zero"),
            Self::Limit { part } => write!(f, "{part}: terms that are no numbers of the space"),
        }
    }
}

impl std::error::Error for SpaceError {}
