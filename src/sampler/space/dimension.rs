//! One parameter: from a number in `[0, 1]` to its value and back.

use crate::sampler::space::error::{Part, SpaceError};

/// How a continuous parameter is spread over the unit interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally likely.
    Linear,
    /// Equal ratios are equally likely.
    Log,
}

/// What values a parameter may have.
#[derive(Clone, Debug, PartialEq)]
pub enum Dimension {
    /// Any number from `min` to `max`; with a step only `min`, `min + step`, and so on.
    Continuous {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
        /// How it is spread.
        scale: Scale,
        /// Above zero.
        step: Option<f64>,
    },
    /// Whole numbers `min`, `min + step`, and so on, up to `max`.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
        /// At least one.
        step: u64,
    },
    /// One of `count` things without an order, named `0..count`.
    Choice {
        /// How many.
        count: u32,
    },
    /// One of `count` things in an order in which neighbours are similar, named `0..count`.
    Ordered {
        /// How many.
        count: u32,
    },
}

/// A value of a parameter or weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of a continuous parameter.
    Number(f64),
    /// Of an integer parameter.
    Whole(i64),
    /// Of a choice, ordered or not.
    Choice(u32),
    /// Of a weight of a group: a whole number of the group's steps, which sum to its total exactly, and the number they come to.
    Weight {
        /// In steps.
        steps: u64,
        /// In units of the total.
        value: f64,
    },
}

impl Value {
    /// As a number; none of a choice.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(value) | Self::Weight { value, .. } => Some(value),
            Self::Whole(value) => Some(value as f64),
            Self::Choice(_) => None,
        }
    }
}

/// What a sampler must know of a coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sampler) enum Axis {
    /// Any number.
    Continuous,
    /// So many values in an order, of equal width.
    Stepped(u64),
    /// So many values in an order, of different width: steps on a logarithmic scale.
    Uneven(u64),
    /// So many values without an order, of equal width.
    Choice(u32),
}

/// A number that was worked out from decimals, without the noise of the working: 12 digits after the first. 3 × 0.1 is 0.3.
pub(super) fn decimal(value: f64) -> f64 {
    format!("{value:.12e}").parse().expect("a number that was just written")
}

/// Which of `count` equal parts of the unit interval a number is in.
fn cell(unit: f64, count: u64) -> u64 {
    ((unit * count as f64) as u64).min(count - 1)
}

/// The middle of a part.
fn middle(cell: u64, count: u64) -> f64 {
    (cell as f64 + 0.5) / count as f64
}

impl Dimension {
    /// How many values there are; `None` where any number will do.
    pub(in crate::sampler) fn cells(&self) -> Option<u64> {
        match self {
            Self::Continuous { min, max, .. } if min == max => Some(1),
            Self::Continuous { min, max, step: Some(step), .. } => Some((((max - min) / step + 1e-9) as u64).saturating_add(1)),
            Self::Continuous { step: None, .. } => None,
            Self::Integer { min, max, step } => Some((max.abs_diff(*min) / step).saturating_add(1)),
            Self::Choice { count } | Self::Ordered { count } => Some(u64::from(*count)),
        }
    }

    pub(super) fn axis(&self) -> Axis {
        match self {
            Self::Choice { count } => Axis::Choice(*count),
            Self::Continuous { scale: Scale::Log, .. } => self.cells().map_or(Axis::Continuous, Axis::Uneven),
            _ => self.cells().map_or(Axis::Continuous, Axis::Stepped),
        }
    }

    /// What is meant by a number in `[0, 1]`.
    pub(super) fn value(&self, unit: f64) -> Value {
        match (self, self.cells()) {
            (Self::Continuous { scale: Scale::Linear, .. }, Some(cells)) => self.of_cell(cell(unit, cells)),
            (Self::Continuous { scale: Scale::Log, min, step, .. }, Some(cells)) => {
                let steps = step.map_or(0.0, |step| ((self.stretched(unit) - min) / step).round());
                self.of_cell((steps as u64).min(cells - 1))
            }
            (Self::Continuous { .. }, None) => Value::Number(self.stretched(unit)),
            (_, cells) => self.of_cell(cell(unit, cells.expect("whole numbers and choices can be counted"))),
        }
    }

    /// The value so many steps from the first.
    pub(in crate::sampler) fn of_cell(&self, cell: u64) -> Value {
        match self {
            Self::Continuous { min, max, step, .. } => {
                let steps = step.map_or(0.0, |step| step * cell as f64);
                Value::Number(if cell == 0 { *min } else { decimal(min + steps).min(*max) })
            }
            Self::Integer { min, step, .. } => Value::Whole(min.wrapping_add_unsigned(step * cell)),
            Self::Choice { .. } | Self::Ordered { .. } => Value::Choice(cell as u32),
        }
    }

    /// The number in `[0, 1]` that stands for a value: the middle of all that mean it, or its place on the logarithmic scale. None where
    /// the parameter cannot have it.
    pub(in crate::sampler) fn unit(&self, value: Value) -> Option<f64> {
        let nearest = |steps: f64, cells: u64| (steps > -0.5 && steps < cells as f64 - 0.5).then_some((steps + 0.5) as u64);
        match (self, value, self.cells()) {
            (Self::Continuous { min, max, scale, step }, Value::Number(number), cells) => {
                let inside = number.is_finite() && number >= *min && number <= *max;
                match (cells, scale) {
                    _ if !inside => None,
                    (Some(1), _) => Some(0.5),
                    (Some(cells), Scale::Linear) => {
                        nearest((number - min) / step.expect("what can be counted has a step"), cells).map(|cell| middle(cell, cells))
                    }
                    (None, Scale::Linear) => Some((number - min) / (max - min)),
                    (_, Scale::Log) => Some((libm::log(number) - libm::log(*min)) / (libm::log(*max) - libm::log(*min))),
                }
            }
            (Self::Integer { min, step, .. }, Value::Whole(number), Some(cells)) => {
                let steps = u64::try_from(i128::from(number) - i128::from(*min)).ok()?;
                (steps % step == 0 && steps / step < cells).then(|| middle(steps / step, cells))
            }
            (Self::Choice { count } | Self::Ordered { count }, Value::Choice(which), _) => {
                (which < *count).then(|| middle(u64::from(which), u64::from(*count)))
            }
            _ => None,
        }
    }

    /// A number in `[0, 1]` between `min` and `max`, on the scale.
    fn stretched(&self, unit: f64) -> f64 {
        let Self::Continuous { min, max, scale, .. } = self else { return unit };
        let value = match scale {
            Scale::Linear => min + unit * (max - min),
            Scale::Log => libm::exp(libm::log(*min) + unit * (libm::log(*max) - libm::log(*min))),
        };
        value.clamp(*min, *max)
    }

    pub(super) fn check(&self, at: usize) -> Result<(), SpaceError> {
        let part = Part::Parameter(at);
        match self {
            Self::Continuous { min, max, scale, step } => {
                if ![*min, *max, max - min, step.unwrap_or(1.0)].iter().all(|number| number.is_finite()) {
                    return Err(SpaceError::NotFinite { part });
                }
                if min > max {
                    return Err(SpaceError::MinAboveMax { part });
                }
                if step.is_some_and(|step| step <= 0.0) {
                    return Err(SpaceError::StepNotPositive { part });
                }
                if *scale == Scale::Log && *min <= 0.0 {
                    return Err(SpaceError::LogOfNothing { part });
                }
            }
            Self::Integer { min, max, .. } if min > max => return Err(SpaceError::MinAboveMax { part }),
            Self::Integer { step: 0, .. } => return Err(SpaceError::StepNotPositive { part }),
            Self::Choice { count: 0 } | Self::Ordered { count: 0 } => return Err(SpaceError::NoChoice { part }),
            _ => {}
        }
        if self.cells().is_some_and(|cells| cells > 1 << 32) { Err(SpaceError::TooManySteps { part }) } else { Ok(()) }
    }
}
