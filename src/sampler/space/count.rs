//! How many points there are where they can be counted, and which stands where in their list. Nothing is made to be counted: a choice
//! with the parameters that depend on it is a tree, and trees multiply.

use crate::sampler::observation::Point;
use crate::sampler::space::simplex::Shares;
use crate::sampler::space::{Condition, Space};

/// The list of all points of a space, of which none is made before it is asked for.
pub(in crate::sampler) struct Counts<'a> {
    space: &'a Space,
    /// How many values each parameter has.
    cells: Vec<u64>,
    /// How many ways there are to set each parameter, where it matters, and all that depend on it.
    trees: Vec<u128>,
    /// As [`Shares::ways`], of each group.
    ways: Vec<Vec<Vec<u128>>>,
}

impl<'a> Counts<'a> {
    /// With so many values for each parameter.
    pub fn new(space: &'a Space, cells: Vec<u64>) -> Self {
        let ways = space.groups.iter().map(Shares::ways).collect();
        let mut counts = Self { space, trees: vec![1; cells.len()], cells, ways };
        // A parameter depends on an earlier one: from the last to the first, all that depend on one are counted before it.
        for at in (0..counts.cells.len()).rev() {
            let mut alone = u128::from(counts.cells[at]);
            let mut tree = 0_u128;
            let mut values: Vec<u32> = counts.conditions().filter(|(_, on)| on.choice == at).map(|(_, on)| on.value).collect();
            values.sort_unstable();
            values.dedup();
            for value in values {
                alone -= 1;
                tree = tree.saturating_add(counts.below(at, u64::from(value)));
            }
            counts.trees[at] = tree.saturating_add(alone);
        }
        counts
    }

    /// Of the whole space; what is more than can be counted is `u128::MAX`.
    pub fn all(&self) -> u128 {
        let roots = (0..self.cells.len()).filter(|at| self.space.parameters[*at].condition.is_none());
        roots.map(|at| self.trees[at]).fold(self.of_groups(0), u128::saturating_mul)
    }

    /// The point at a place of the list: parameters in their order, then groups; the last turns fastest. `unit` says what number in
    /// `[0, 1]` stands for a cell of a parameter.
    pub fn nth(&self, mut place: u128, unit: impl Fn(usize, u64) -> f64) -> Point {
        let mut units = Vec::with_capacity(self.space.coordinates());
        let mut chosen: Vec<Option<u64>> = Vec::with_capacity(self.cells.len());
        for at in 0..self.cells.len() {
            let met = |condition: Condition, chosen: &[Option<u64>]| chosen[condition.choice] == Some(u64::from(condition.value));
            if self.space.parameters[at].condition.is_some_and(|condition| !met(condition, &chosen)) {
                units.push(0.5);
                chosen.push(None);
                continue;
            }
            let later = (at + 1..self.cells.len()).filter(|&later| match self.space.parameters[later].condition {
                None => true,
                Some(condition) => condition.choice < at && met(condition, &chosen),
            });
            let outside = later.map(|later| self.trees[later]).fold(self.of_groups(0), u128::saturating_mul);
            let cell = self.cell(at, &mut place, outside);
            units.push(unit(at, cell));
            chosen.push(Some(cell));
        }
        for (group, shares) in self.space.groups.iter().enumerate() {
            let outside = self.of_groups(group + 1);
            let steps = shares.nth(place / outside, &self.ways[group]);
            place %= outside;
            units.extend(shares.units(&steps).expect("steps between the bounds that sum to the total"));
        }
        Point(units)
    }

    /// Which value a parameter has at a place, where `outside` points differ in what does not depend on it. The place that is left is
    /// among the points of that value.
    fn cell(&self, at: usize, place: &mut u128, outside: u128) -> u64 {
        if !self.conditions().any(|(_, on)| on.choice == at) {
            let cell = *place / outside;
            *place %= outside;
            return cell as u64;
        }
        let mut cell = 0;
        loop {
            let block = outside.saturating_mul(self.below(at, cell));
            if *place < block {
                return cell;
            }
            *place -= block;
            cell += 1;
        }
    }

    /// How many ways there are to set all that depends on a parameter having a value.
    fn below(&self, at: usize, value: u64) -> u128 {
        let depends = self.conditions().filter(|(_, on)| on.choice == at && u64::from(on.value) == value);
        depends.map(|(later, _)| self.trees[later]).fold(1, u128::saturating_mul)
    }

    /// How many ways there are to set the groups from one on.
    fn of_groups(&self, first: usize) -> u128 {
        self.ways[first..].iter().map(|ways| *ways[0].last().expect("a place for every rest")).fold(1, u128::saturating_mul)
    }

    fn conditions(&self) -> impl Iterator<Item = (usize, Condition)> {
        self.space.parameters.iter().enumerate().filter_map(|(at, parameter)| Some((at, parameter.condition?)))
    }
}
