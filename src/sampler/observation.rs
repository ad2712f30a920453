//! What a sampler is given and what it gives: points of the unit cube, and what came of those that were tried.

/// A point of the unit cube, as a sampler drew it: one number in `[0, 1]` for each coordinate of the space, in its order. What it means is
/// said by [`Space::values`](crate::sampler::space::Space::values).
#[derive(Clone, Debug, PartialEq)]
pub struct Point(pub Vec<f64>);

/// Which way an objective is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest is best, as of a drawdown.
    Least,
    /// The largest is best, as of a return.
    Most,
}

/// What came of a trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// In the order of the plan's directions, in units of their own; `None` where undefined. What is not finite counts as undefined.
    pub objectives: Vec<Option<f64>>,
    /// By how much each constraint is broken, in units of its own; zero and below where it holds. Amounts are added up, so that
    /// constraints of different scale should be scaled by whoever states them.
    pub violations: Vec<f64>,
}

/// A trial that is over: what was proposed, unchanged, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// As it was proposed.
    pub point: Point,
    /// What came of it.
    pub outcome: Outcome,
}
