//! A group of weights that sum to a total: decided in whole steps, so that the sum is exact.
//!
//! A uniform number `u` for each free weight makes −ln u; divided by their sum these are a draw of the Dirichlet distribution with all
//! parameters 1, uniform over all ways to share (Devroye 1986, "Non-Uniform Random Variate Generation", XI.4.1). What is above the
//! lower bounds is shared in that proportion; what an upper bound cuts off goes to the others, again in proportion. The shares are
//! brought to steps by largest remainder (Hamilton's method).

use crate::sampler::space::dimension::{Value, decimal};
use crate::sampler::space::error::{Part, SpaceError};

/// The most steps that a total may have.
const MOST_STEPS: f64 = 100_000.0;
/// The smallest number of which a logarithm is taken: what is below counts as this.
const SMALLEST: f64 = 1.110_223_024_625_156_5e-16;

/// Weights between bounds that sum to a total.
#[derive(Clone, Debug, PartialEq)]
pub struct Simplex {
    /// Smallest and largest of each weight, in units of the total; what is off the step is moved inwards.
    pub bounds: Vec<(f64, f64)>,
    /// What the weights sum to: a whole number of steps.
    pub total: f64,
    /// Weights are whole multiples of it.
    pub step: f64,
}

/// The same in whole steps, checked.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    lower: Vec<u64>,
    upper: Vec<u64>,
    total: u64,
    step: f64,
    /// Which weights have a choice, in order: each has a coordinate.
    pub(super) free: Vec<usize>,
}

impl Simplex {
    pub(super) fn in_steps(&self, at: usize) -> Result<Shares, SpaceError> {
        let part = Part::Group(at);
        let numbers = || self.bounds.iter().flat_map(|(low, high)| [*low, *high]).chain([self.total, self.step]);
        if !numbers().all(f64::is_finite) {
            return Err(SpaceError::NotFinite { part });
        }
        if self.step <= 0.0 {
            return Err(SpaceError::StepNotPositive { part });
        }
        if self.bounds.is_empty() || numbers().any(|number| number < 0.0) {
            return Err(SpaceError::Weight { part });
        }
        if numbers().any(|number| number / self.step > MOST_STEPS) {
            return Err(SpaceError::TooManySteps { part });
        }
        let total = self.total / self.step;
        if (total - total.round()).abs() > 1e-6 {
            return Err(SpaceError::TotalOffStep { part });
        }
        let total = total.round() as u64;
        let lower: Vec<u64> = self.bounds.iter().map(|(low, _)| (low / self.step - 1e-6).ceil().max(0.0) as u64).collect();
        let upper: Vec<u64> = self.bounds.iter().map(|(_, high)| ((high / self.step + 1e-6) as u64).min(total)).collect();
        if lower.iter().zip(&upper).any(|(low, high)| low > high) {
            return Err(SpaceError::MinAboveMax { part });
        }
        let (least, most) = (lower.iter().sum::<u64>(), upper.iter().sum::<u64>());
        if least > total || most < total {
            let in_units = |steps: u64| decimal(steps as f64 * self.step);
            return Err(SpaceError::Unreachable { part, least: in_units(least), most: in_units(most), total: self.total });
        }
        let free = (0..lower.len()).filter(|&i| lower[i] < upper[i]).collect();
        Ok(Shares { lower, upper, total, step: self.step, free })
    }
}

impl Shares {
    /// How many weights there are, free or not.
    pub(super) fn len(&self) -> usize {
        self.lower.len()
    }

    /// The weights that a number in `[0, 1]` for each free weight stands for, in steps.
    pub(super) fn steps(&self, units: &[f64]) -> Vec<u64> {
        let exponential: Vec<f64> = units.iter().map(|unit| -libm::log(unit.clamp(SMALLEST, 1.0))).collect();
        self.rounded(&self.folded(&exponential))
    }

    /// Shares in this proportion between the bounds, in steps and parts of steps.
    fn folded(&self, proportions: &[f64]) -> Vec<f64> {
        let mut weights: Vec<f64> = self.lower.iter().map(|steps| *steps as f64).collect();
        let mut open: Vec<usize> = (0..self.free.len()).collect();
        loop {
            let rest = self.total as f64 - weights.iter().sum::<f64>();
            if open.is_empty() || rest <= 0.0 {
                return weights;
            }
            let all: f64 = open.iter().map(|&i| proportions[i]).sum();
            let room: f64 = open.iter().map(|&i| self.room(i)).sum();
            // Where nobody asks for any, each gets its part of what there is room for.
            let share = |i: usize| if all > 0.0 { proportions[i] / all } else { self.room(i) / room };
            let (full, left): (Vec<usize>, Vec<usize>) = open.iter().partition(|&&i| rest * share(i) > self.room(i));
            if full.is_empty() {
                for i in left {
                    weights[self.free[i]] += rest * share(i);
                }
                return weights;
            }
            for i in full {
                weights[self.free[i]] = self.upper[self.free[i]] as f64;
            }
            open = left;
        }
    }

    /// Steps between the bounds of a free weight.
    fn room(&self, i: usize) -> f64 {
        (self.upper[self.free[i]] - self.lower[self.free[i]]) as f64
    }

    /// To whole steps, by largest remainder; of equal remainders the first.
    fn rounded(&self, weights: &[f64]) -> Vec<u64> {
        let mut steps: Vec<u64> = (0..weights.len()).map(|i| (weights[i] as u64).clamp(self.lower[i], self.upper[i])).collect();
        let mut sum: u64 = steps.iter().sum();
        let mut by_remainder = self.free.clone();
        by_remainder.sort_by(|&a, &b| (weights[b] - steps[b] as f64).total_cmp(&(weights[a] - steps[a] as f64)));
        while sum < self.total {
            for &i in &by_remainder {
                if sum < self.total && steps[i] < self.upper[i] {
                    steps[i] += 1;
                    sum += 1;
                }
            }
        }
        // Noise of the last bit may have brought a weight to the step above it.
        while sum > self.total {
            for &i in by_remainder.iter().rev() {
                if sum > self.total && steps[i] > self.lower[i] {
                    steps[i] -= 1;
                    sum -= 1;
                }
            }
        }
        steps
    }

    /// Numbers in `[0, 1]`, one for each free weight, that stand for these steps. None where they break a bound or miss the total.
    pub(super) fn units(&self, steps: &[u64]) -> Option<Vec<f64>> {
        let is_inside = || (0..self.len()).all(|i| steps[i] >= self.lower[i] && steps[i] <= self.upper[i]);
        if steps.len() != self.len() || !is_inside() || steps.iter().sum::<u64>() != self.total {
            return None;
        }
        let slack = (self.total - self.lower.iter().sum::<u64>()).max(1) as f64;
        // What −ln u sums to on average, of as many as there are; less where the largest could not be written any more.
        let sum = (self.free.len() as f64).min(32.0);
        let share = |&i: &usize| (steps[i] - self.lower[i]) as f64 / slack;
        Some(self.free.iter().map(|i| libm::exp(-sum * share(i))).collect())
    }

    /// A weight of so many steps.
    pub(super) fn value(&self, steps: u64) -> Value {
        Value::Weight { steps, value: decimal(steps as f64 * self.step) }
    }

    /// How many ways there are to fill the weights from each on with each number of steps above their lower bounds: `ways[i][rest]`.
    pub(super) fn ways(&self) -> Vec<Vec<u128>> {
        let slack = (self.total - self.lower.iter().sum::<u64>()) as usize;
        let mut ways = vec![vec![0_u128; slack + 1]; self.len() + 1];
        ways[self.len()][0] = 1;
        for i in (0..self.len()).rev() {
            let room = (self.upper[i] - self.lower[i]) as usize;
            let mut window = 0_u128;
            let mut is_full = false;
            for rest in 0..=slack {
                window = window.saturating_add(ways[i + 1][rest]);
                is_full |= window == u128::MAX;
                if rest > room {
                    window -= ways[i + 1][rest - room - 1];
                }
                ways[i][rest] = if is_full { u128::MAX } else { window };
            }
        }
        ways
    }

    /// The weights that stand at a place of the list of all, the last weight turning fastest.
    pub(super) fn nth(&self, mut place: u128, ways: &[Vec<u128>]) -> Vec<u64> {
        let mut rest = ways[0].len() - 1;
        let mut steps = self.lower.clone();
        for i in 0..self.len() {
            while place >= ways[i + 1][rest] {
                place -= ways[i + 1][rest];
                steps[i] += 1;
                rest -= 1;
            }
        }
        steps
    }
}
