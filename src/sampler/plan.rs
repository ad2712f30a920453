//! A study's sampler: checked once, then asked for proposals.
//!
//! The law: proposal `k` depends on the space, the method with its settings, the seed, `k`, and the results of all earlier whole batches.
//! A sampler keeps nothing; whatever it has learned it learns anew from the history. Hence the same proposals for any number of threads
//! and processes, and wherever a study is taken up again.

use std::fmt;
use std::ops::Range;

use crate::sampler::cma::{self, CmaSettings};
use crate::sampler::grid::{self, GridSettings};
use crate::sampler::nsga::{self, NsgaSettings};
use crate::sampler::observation::{Direction, Observation, Point};
use crate::sampler::random;
use crate::sampler::sobol::{self, MOST_SOBOL_COORDINATES, MOST_SOBOL_POINTS};
use crate::sampler::space::Space;
use crate::sampler::space::dimension::Axis;
use crate::sampler::task::{BatchSize, Task};
use crate::sampler::tpe::{self, TpeSettings};

/// How points are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Every combination, the last parameter turning fastest.
    Grid(GridSettings),
    /// Independent uniform points.
    Random,
    /// Points that cover the space evenly.
    Sobol,
    /// Where good results are dense; for one objective.
    Tpe(TpeSettings),
    /// By a normal distribution that moves and stretches; for one objective, best where parameters are numbers.
    Cma(CmaSettings),
    /// By crossing and mutating what no other dominates; for two or three objectives.
    Nsga(NsgaSettings),
}

/// Why a plan cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// Not as many objectives as the method is for.
    Objectives {
        /// How many there are.
        found: usize,
        /// The fewest and the most that the method takes.
        expected: (usize, usize),
    },
    /// More trials than a Sobol sequence has points.
    SobolPoints,
    /// More coordinates than a Sobol sequence has.
    SobolCoordinates,
    /// A grid over a parameter that may have any value, without a number of values to try (at least two).
    EndlessGrid,
    /// A grid of more combinations than there are trials; their number.
    LargeGrid(u128),
    /// CMA-ES with a choice of three or more that have no order; its position.
    Unordered(usize),
    /// A setting that cannot be meant; its name.
    Setting(&'static str),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Objectives { found, expected: (1, 1) } => write!(f, "one objective expected, not {found}"),
            Self::Objectives { found, expected: (fewest, most) } => write!(f, "{fewest} to {most} objectives expected, not {found}"),
            Self::SobolPoints => write!(f, "a Sobol sequence has at most {MOST_SOBOL_POINTS} points"),
            Self::SobolCoordinates => write!(f, "a Sobol sequence has at most {MOST_SOBOL_COORDINATES} coordinates"),
            Self::EndlessGrid => {
                write!(f, "a grid needs a step, or a number of values of at least two, for each parameter that may have any value")
            }
            Self::LargeGrid(count) => write!(f, "the grid has {count} combinations, more than there are trials"),
            Self::Unordered(at) => write!(f, "parameter {at}: CMA-ES knows no choice of three or more without an order"),
            Self::Setting(name) => write!(f, "setting `{name}` is out of its range"),
        }
    }
}

impl std::error::Error for PlanError {}

/// What is sought, where and how.
#[derive(Clone, Debug)]
pub struct Plan {
    space: Space,
    directions: Vec<Direction>,
    method: Method,
    seed: u64,
    batch: BatchSize,
    trials: u64,
}

impl Plan {
    /// For at most `trials` trials; a grid has as many as it has combinations.
    ///
    /// # Errors
    /// What the method cannot do with this space, these objectives or so many trials.
    pub fn new(
        space: Space,
        directions: Vec<Direction>,
        method: Method,
        seed: u64,
        batch: BatchSize,
        trials: u64,
    ) -> Result<Self, PlanError> {
        let (fewest, most) = match method {
            Method::Tpe(_) | Method::Cma(_) => (1, 1),
            Method::Nsga(_) => (2, 3),
            Method::Grid(_) | Method::Random | Method::Sobol => (1, usize::MAX),
        };
        if !(fewest..=most).contains(&directions.len()) {
            return Err(PlanError::Objectives { found: directions.len(), expected: (fewest, most) });
        }
        let mut plan = Self { space, directions, method, seed, batch, trials };
        plan.check()?;
        if let Method::Grid(settings) = method {
            let count = grid::grid_size(&plan.space, settings).ok_or(PlanError::EndlessGrid)?;
            plan.trials = u64::try_from(count).ok().filter(|count| *count <= trials).ok_or(PlanError::LargeGrid(count))?;
        }
        Ok(plan)
    }

    fn check(&self) -> Result<(), PlanError> {
        let require = |holds: bool, name: &'static str| if holds { Ok(()) } else { Err(PlanError::Setting(name)) };
        match self.method {
            Method::Sobol if self.trials > MOST_SOBOL_POINTS => Err(PlanError::SobolPoints),
            Method::Sobol if self.space.coordinates() > MOST_SOBOL_COORDINATES => Err(PlanError::SobolCoordinates),
            Method::Grid(_) | Method::Random | Method::Sobol => Ok(()),
            Method::Tpe(settings) => {
                require((1..=10_000).contains(&settings.candidates), "candidates")?;
                require(settings.startup > 0, "startup")?;
                require(settings.good > 0.0 && settings.good < 1.0, "good")
            }
            Method::Cma(settings) => {
                require(settings.deviation > 0.0 && settings.deviation <= 1.0, "deviation")?;
                let unordered = self.space.axes().iter().position(|axis| matches!(axis, Axis::Choice(3..)));
                unordered.map_or(Ok(()), |at| Err(PlanError::Unordered(at)))
            }
            Method::Nsga(settings) => {
                require((4..=10_000).contains(&settings.population), "population")?;
                require((0.0..=1.0).contains(&settings.crossover), "crossover")?;
                require(settings.mutation.is_none_or(|share| (0.0..=1.0).contains(&share)), "mutation")
            }
        }
    }

    /// What may be varied.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// Which way each objective is better.
    #[must_use]
    pub fn directions(&self) -> &[Direction] {
        &self.directions
    }

    /// How many trials there will be.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// How many trials are proposed without results of one another.
    #[must_use]
    pub fn batch(&self) -> BatchSize {
        self.batch
    }

    /// The proposals of these numbers, up to the last trial. `history` holds what came of the trials from the first on, in their order; of
    /// a proposal's own batch and later ones it may hold anything, none of which is looked at. Points that break a limit of the space
    /// ([`Space::violation`]) are no trials: their outcome is that violation.
    #[must_use]
    pub fn propose(&self, history: &[Observation], numbers: Range<u64>) -> Vec<Point> {
        let range = numbers.start..numbers.end.min(self.trials);
        let task = Task { space: &self.space, directions: &self.directions, seed: self.seed, batch: self.batch, history, range };
        match self.method {
            Method::Grid(settings) => grid::propose(&task, settings),
            Method::Random => random::propose(&task),
            Method::Sobol => sobol::propose(&task),
            Method::Tpe(settings) => tpe::propose(&task, settings),
            Method::Cma(settings) => cma::propose(&task, settings),
            Method::Nsga(settings) => nsga::propose(&task, settings),
        }
    }
}
