//! CMA-ES (Hansen and Ostermeier 2001): points are drawn from a normal distribution, which moves to the better ones and takes on the
//! shape of the hill that it climbs. For one objective; only the order of results counts.
//!
//! A generation is one or more whole batches. What is drawn outside of the cube is drawn anew, twice; then it is tried where it is
//! reflected into it, while the search learns from where it was drawn (as the boundary transformation of Python `cma`): to it the cube
//! goes on, mirrored, and a best point on an edge is one like any other. A coordinate with steps stays wide enough to reach the next step.
//! Where the cloud has shrunk to a point, or nothing makes a difference any more, the search begins anew elsewhere.

mod state;

use crate::sampler::merit::{Merit, ranking};
use crate::sampler::observation::Point;
use crate::sampler::space::dimension::Axis;
use crate::sampler::stream::Stream;
use crate::sampler::task::{Task, Tried};
use state::{Rates, State};

/// How often a point is drawn until it is inside of the cube; the last is taken as it is. More would keep a search from the edges, fewer
/// make it slower where the best point is in the middle.
const DRAWS: usize = 3;
/// A standard deviation of the unit interval at which a search is over.
const CONVERGED: f64 = 1e-11;
/// Ratio of the longest to the shortest axis of a cloud that has lost its shape.
const DEGENERATE: f64 = 1e7;
/// The standard deviation that a coordinate keeps, in steps.
const OF_A_STEP: f64 = 0.25;

/// How CMA-ES is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CmaSettings {
    /// Points of a generation; 4 + ⌊3 ln n⌋ for n coordinates without it. Rounded up to whole batches.
    pub population: Option<u64>,
    /// The standard deviation of the first generation, around the middle of the cube; above 0 and at most 1.
    pub deviation: f64,
}

impl Default for CmaSettings {
    fn default() -> Self {
        Self { population: None, deviation: 0.2 }
    }
}

/// From the middle, generation by generation.
pub(super) fn propose(task: &Task, settings: CmaSettings) -> Vec<Point> {
    let coordinates = task.space.coordinates();
    let usual = 4 + (3.0 * libm::log(coordinates as f64)) as u64;
    let population = settings.population.unwrap_or(usual).max(4).next_multiple_of(task.batch.get());
    let mut search = Search::new(task, settings, population);
    let mut proposals = Vec::new();
    for (block, asked) in task.blocks(population) {
        search.learn(block);
        proposals.extend(asked.map(|k| search.drawn(k).1));
    }
    proposals
}

/// A search, learned from the history generation by generation.
struct Search<'a> {
    task: &'a Task<'a>,
    settings: CmaSettings,
    population: u64,
    rates: Rates,
    state: State,
    /// No point: nothing need be new.
    tried: Tried<'a>,
    /// The smallest standard deviation of each coordinate.
    least: Vec<f64>,
    learned: u64,
    /// Best and worst objective of the latest generations.
    extremes: Vec<[f64; 2]>,
}

impl<'a> Search<'a> {
    fn new(task: &'a Task<'a>, settings: CmaSettings, population: u64) -> Self {
        let coordinates = task.space.coordinates();
        let least = task.space.axes().iter().map(|axis| match axis {
            Axis::Stepped(cells) | Axis::Uneven(cells) if *cells > 1 => OF_A_STEP / *cells as f64,
            Axis::Choice(values) if *values > 1 => OF_A_STEP / f64::from(*values),
            _ => 0.0,
        });
        Self {
            task,
            settings,
            population,
            rates: Rates::new(coordinates, population as usize),
            state: State::new(vec![0.5; coordinates], settings.deviation),
            tried: Tried::new(task.space),
            least: least.collect(),
            learned: 0,
            extremes: Vec::new(),
        }
    }

    /// Learns all generations before one.
    fn learn(&mut self, generation: u64) {
        let history = self.task.before(generation, self.population);
        let merits = self.task.merits(generation, self.population);
        let size = self.population as usize;
        while self.learned < generation {
            let begins = self.learned as usize * size;
            let merits = &merits[begins..][..size];
            let order = ranking(merits);
            let drawn = |at: usize| {
                let (drawn, point) = self.drawn((begins + at) as u64);
                // What was tried in place of a proposal stands for itself.
                let tried = &history[begins + at].point;
                if point == *tried { drawn } else { tried.0.clone() }
            };
            let points: Vec<Vec<f64>> = order.iter().map(|at| drawn(*at)).collect();
            self.state.learn(&self.rates, &points);
            self.state.settle(&self.least);
            self.learned += 1;
            self.extremes.push([merits[order[0]].clone(), merits[order[size - 1]].clone()].map(|merit| match merit {
                Merit::Feasible(objectives) => objectives[0],
                Merit::Infeasible(_) | Merit::Undefined => f64::NAN,
            }));
            if self.is_over() {
                let mean = Stream::of_restart(self.task.seed, self.learned).point(self.least.len());
                self.state = State::new(mean, self.settings.deviation);
                self.extremes.clear();
            }
        }
    }

    /// Whether the cloud has shrunk to a point or lost its shape, or the latest generations were all worth the same.
    fn is_over(&self) -> bool {
        let state = &self.state;
        let (shortest, longest) =
            state.axes.values.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(*value), high.max(*value)));
        let is_sane = state.sigma.is_finite() && longest.is_finite() && state.mean.iter().all(|mean| mean.is_finite());
        if !is_sane || longest > DEGENERATE * shortest || (0..self.least.len()).all(|i| state.deviation(i) < CONVERGED) {
            return true;
        }
        let span = 10 + (30 * self.least.len()).div_ceil(self.population as usize);
        let Some(latest) = self.extremes.len().checked_sub(span).map(|begins| &self.extremes[begins..]) else { return false };
        let (low, high) =
            latest.iter().flatten().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        let is_known = latest.iter().flatten().all(|value| value.is_finite());
        is_known && high - low <= 1e-12 * low.abs().max(high.abs())
    }

    /// Where proposal `k` is drawn, by what is learned so far, and the point that it means.
    fn drawn(&self, k: u64) -> (Vec<f64>, Point) {
        let mut stream = Stream::of_proposal(self.task.seed, k);
        let mut inside_or_last = || {
            let mut draw = || {
                let normal: Vec<f64> = (0..self.least.len()).map(|_| stream.normal()).collect();
                self.state.point(&normal)
            };
            let is_inside = |point: &Vec<f64>| point.iter().all(|unit| (0.0..=1.0).contains(unit));
            (1..DRAWS).map(|_| draw()).find(is_inside).unwrap_or_else(draw)
        };
        let mut drawn = Vec::new();
        let point = self.tried.draw(|| {
            drawn = inside_or_last();
            drawn.iter().copied().map(reflected).collect()
        });
        // Where none kept to the limits an earlier one may have been the best.
        let is_last = drawn.iter().zip(&point.0).all(|(drawn, unit)| reflected(*drawn) == *unit);
        (if is_last { drawn } else { point.0.clone() }, point)
    }
}

/// Into the unit interval, as if there were mirrors at 0 and 1.
fn reflected(unit: f64) -> f64 {
    let around = unit.rem_euclid(2.0);
    if around > 1.0 { 2.0 - around } else { around }
}

#[cfg(test)]
mod tests {
    use super::reflected;

    #[test]
    fn mirrors_stand_at_both_ends() {
        assert_eq!([0.25, -0.25, 1.25, 2.25, -1.75, 0.0, 1.0, 2.0].map(reflected), [0.25, 0.25, 0.75, 0.25, 0.25, 0.0, 1.0, 0.0]);
    }
}
