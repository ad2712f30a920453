//! What may be varied, and how a point of the unit cube is read: the only place that knows what a coordinate means.
//!
//! Coordinates are the parameters in their order, then one for each free weight of each group. Values are the parameters, then all weights.
//! A parameter is its position and nothing else, so that two of equal range are two.

pub mod count;
pub mod dimension;
pub mod error;
pub mod simplex;

use crate::sampler::observation::Point;
use crate::sampler::space::dimension::{Axis, Dimension, Value};
use crate::sampler::space::error::{Part, SpaceError};
use crate::sampler::space::simplex::{Shares, Simplex};

/// A parameter, and when it matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// What values it may have.
    pub dimension: Dimension,
    /// When it matters; always without one.
    pub condition: Option<Condition>,
}

/// A parameter matters only while an earlier choice has a value, and matters itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Position of the choice, ordered or not, among the parameters.
    pub choice: usize,
    /// The value it must have.
    pub value: u32,
}

/// A weighted sum of values that must not exceed a number. It holds where one of its values does not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Positions among the values (parameters, then all weights), and their factors.
    pub terms: Vec<(usize, f64)>,
    /// What the sum must not exceed.
    pub most: f64,
}

/// What may be varied.
#[derive(Clone, Debug)]
pub struct Space {
    parameters: Vec<Parameter>,
    groups: Vec<Shares>,
    limits: Vec<Limit>,
    axes: Vec<Axis>,
    /// How many points there are, where they can be counted.
    count: Option<u128>,
}

impl Space {
    /// From its parts.
    ///
    /// # Errors
    /// Parts that mean nothing, or nothing that is free to vary.
    pub fn new(parameters: Vec<Parameter>, groups: &[Simplex], limits: Vec<Limit>) -> Result<Self, SpaceError> {
        for (at, parameter) in parameters.iter().enumerate() {
            parameter.dimension.check(at)?;
            let choices = |condition: Condition| match parameters[..at].get(condition.choice)?.dimension {
                Dimension::Choice { count } | Dimension::Ordered { count } => Some(count),
                _ => None,
            };
            let lacks = |condition: Condition| choices(condition).is_none_or(|count| condition.value >= count);
            if parameter.condition.is_some_and(lacks) {
                return Err(SpaceError::Condition { part: Part::Parameter(at) });
            }
        }
        let groups = groups.iter().enumerate().map(|(at, group)| group.in_steps(at)).collect::<Result<Vec<_>, _>>()?;
        let weights: usize = groups.iter().map(Shares::len).sum();
        let is_number = |value: usize| match parameters.get(value) {
            Some(parameter) => matches!(parameter.dimension, Dimension::Continuous { .. } | Dimension::Integer { .. }),
            None => value < parameters.len() + weights,
        };
        for (at, limit) in limits.iter().enumerate() {
            let part = Part::Limit(at);
            if !limit.most.is_finite() || limit.terms.iter().any(|(_, factor)| !factor.is_finite()) {
                return Err(SpaceError::NotFinite { part });
            }
            if limit.terms.is_empty() || !limit.terms.iter().all(|(value, _)| is_number(*value)) {
                return Err(SpaceError::Limit { part });
            }
        }
        let free: usize = groups.iter().map(|group| group.free.len()).sum();
        let axes: Vec<Axis> = parameters.iter().map(|parameter| parameter.dimension.axis()).chain(vec![Axis::Continuous; free]).collect();
        if axes.iter().all(|axis| matches!(axis, Axis::Stepped(1) | Axis::Uneven(1) | Axis::Choice(1))) {
            return Err(SpaceError::NothingToVary);
        }
        let mut space = Self { parameters, groups, limits, axes, count: None };
        let cells: Option<Vec<u64>> = space.dimensions().map(Dimension::cells).collect();
        space.count = cells.map(|cells| count::Counts::new(&space, cells).all());
        Ok(space)
    }

    /// How many numbers a point has.
    #[must_use]
    pub fn coordinates(&self) -> usize {
        self.axes.len()
    }

    /// What a point means: parameters in their order, then the weights of each group. `None` of a parameter that does not matter there.
    #[must_use]
    pub fn values(&self, point: &Point) -> Vec<Option<Value>> {
        let mut values: Vec<Option<Value>> = Vec::with_capacity(self.parameters.len());
        for (parameter, unit) in self.parameters.iter().zip(&point.0) {
            let matters = Self::matters(parameter, &values);
            values.push(matters.then(|| parameter.dimension.value(*unit)));
        }
        for (group, units) in self.by_group(&point.0) {
            values.extend(group.steps(units).into_iter().map(|steps| Some(group.value(steps))));
        }
        values
    }

    /// The point that stands for these values, in the middle of all that mean them. None where the space does not have them. Of a
    /// weight only its steps count.
    #[must_use]
    pub fn point(&self, values: &[Option<Value>]) -> Option<Point> {
        let mut units = Vec::with_capacity(self.coordinates());
        let (of_parameters, mut weights) = values.split_at_checked(self.parameters.len())?;
        for (at, parameter) in self.parameters.iter().enumerate() {
            units.push(match (of_parameters[at], Self::matters(parameter, &of_parameters[..at])) {
                (Some(value), true) => parameter.dimension.unit(value)?,
                (None, false) => 0.5,
                _ => return None,
            });
        }
        for group in &self.groups {
            let (own, others) = weights.split_at_checked(group.len())?;
            let steps = own.iter().map(|weight| if let Some(Value::Weight { steps, .. }) = weight { Some(*steps) } else { None });
            units.extend(group.units(&steps.collect::<Option<Vec<_>>>()?)?);
            weights = others;
        }
        weights.is_empty().then_some(Point(units))
    }

    /// The same values, by the point that stands for them; a coordinate that does not matter is 0.5.
    #[must_use]
    pub fn snapped(&self, point: &Point) -> Point {
        self.point(&self.values(point)).expect("values that were just read from a point")
    }

    /// By how much limits are exceeded, all together, in units of the limits; 0 where all hold. Noise of the last digits is no excess.
    #[must_use]
    pub fn violation(&self, point: &Point) -> f64 {
        if self.limits.is_empty() {
            return 0.0;
        }
        let values = self.values(point);
        let excess = |limit: &Limit| {
            let terms: Option<Vec<f64>> =
                limit.terms.iter().map(|(value, factor)| Some(factor * values[*value].and_then(Value::number)?)).collect();
            let Some(terms) = terms else { return 0.0 };
            let noise = 1e-12 * (limit.most.abs() + terms.iter().map(|term| term.abs()).sum::<f64>());
            let excess = terms.iter().sum::<f64>() - limit.most;
            if excess > noise { excess } else { 0.0 }
        };
        self.limits.iter().map(excess).sum()
    }

    /// How many different trials there are, limits aside; `None` where there is no end to them. What is more than can be counted is
    /// `u128::MAX`.
    #[must_use]
    pub fn count(&self) -> Option<u128> {
        self.count
    }

    /// The parameters, in their order.
    pub(in crate::sampler) fn dimensions(&self) -> impl Iterator<Item = &Dimension> {
        self.parameters.iter().map(|parameter| &parameter.dimension)
    }

    /// What samplers must know of each coordinate.
    pub(in crate::sampler) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Which coordinates matter at a point.
    pub(in crate::sampler) fn active(&self, point: &Point) -> Vec<bool> {
        if self.parameters.iter().all(|parameter| parameter.condition.is_none()) {
            return vec![true; self.coordinates()];
        }
        let values = self.values(point);
        (0..self.coordinates()).map(|i| i >= self.parameters.len() || values[i].is_some()).collect()
    }

    /// A parameter with this condition matters, given the values of those before it.
    fn matters(parameter: &Parameter, before: &[Option<Value>]) -> bool {
        parameter.condition.is_none_or(|condition| before[condition.choice] == Some(Value::Choice(condition.value)))
    }

    /// Each group with its coordinates.
    fn by_group<'a>(&'a self, units: &'a [f64]) -> impl Iterator<Item = (&'a Shares, &'a [f64])> {
        let mut at = self.parameters.len();
        self.groups.iter().map(move |group| {
            let begins = at;
            at += group.free.len();
            (group, &units[begins..at])
        })
    }
}
