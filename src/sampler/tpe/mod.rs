//! Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011, "Algorithms for Hyper-Parameter Optimization"): the
//! results are split into the best and the others, each gets a density, and of some points drawn from the first density that one is
//! proposed at which it exceeds the second most.
//!
//! Proposals of a batch do not know of one another's results: each counts those before it among the worst ("constant liar" of Ginsbourger,
//! Le Riche and Carraro 2010), so that a batch does not propose one point sixteen times.

mod mixture;

use crate::sampler::merit::ranking;
use crate::sampler::observation::Point;
use crate::sampler::random;
use crate::sampler::space::Space;
use crate::sampler::space::dimension::Axis;
use crate::sampler::stream::Stream;
use crate::sampler::task::{Task, Tried};
use mixture::Mixture;

/// How often the best of the candidates may be a point that need not be tried.
const ATTEMPTS: usize = 8;

/// How the estimator is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TpeSettings {
    /// Until there are so many results, proposals are random.
    pub startup: u64,
    /// How many points are drawn of which one is proposed; at least one.
    pub candidates: u32,
    /// Which share of the results counts as the best, rounded up; above 0 and below 1.
    pub good: f64,
    /// One density over all coordinates, which can learn that two belong together; otherwise one for each.
    pub joint: bool,
}

impl Default for TpeSettings {
    fn default() -> Self {
        Self { startup: 10, candidates: 24, good: 0.1, joint: false }
    }
}

/// Until there are enough results, chance decides.
pub(super) fn propose(task: &Task, settings: TpeSettings) -> Vec<Point> {
    let size = task.batch.get();
    let mut proposals = Vec::new();
    for (block, asked) in task.blocks(size) {
        let history = task.before(block, size);
        let mut tried = Tried::new(task.space);
        for observation in history {
            tried.insert(&observation.point);
        }
        let mut split = (history.len() as u64 >= settings.startup).then(|| Split::new(task, block, settings));
        // Those of the batch before the first that is asked for are the same whoever asks.
        for k in block * size..asked.end {
            let point = match &mut split {
                None => random::drawn(task, &tried, k),
                Some(split) => {
                    let mut stream = Stream::of_proposal(task.seed, k);
                    let others = split.densities(&split.others);
                    let point = tried.draw_or_any(&mut stream, |stream, attempt| split.drawn(&others, stream, attempt));
                    split.others.push(seen(task.space, &point));
                    point
                }
            };
            tried.insert(&point);
            if asked.contains(&k) {
                proposals.push(point);
            }
        }
    }
    proposals
}

/// A point, snapped to its values; `None` of a coordinate that does not matter.
type Seen = Vec<Option<f64>>;

fn seen(space: &Space, point: &Point) -> Seen {
    let active = space.active(point);
    space.snapped(point).0.into_iter().zip(active).map(|(unit, is_active)| is_active.then_some(unit)).collect()
}

/// The best of the results, and the others.
struct Split<'a> {
    settings: TpeSettings,
    axes: &'a [Axis],
    best: Vec<Mixture>,
    others: Vec<Seen>,
}

impl<'a> Split<'a> {
    fn new(task: &Task<'a>, block: u64, settings: TpeSettings) -> Self {
        let size = task.batch.get();
        let history = task.before(block, size);
        let ranking = ranking(&task.merits(block, size));
        let good = (history.len() as f64 * settings.good).ceil() as usize;
        let mut is_good = vec![false; history.len()];
        ranking[..good.min(history.len())].iter().for_each(|at| is_good[*at] = true);
        let of = |good: bool| -> Vec<Seen> {
            let chosen = history.iter().zip(&is_good).filter(|(_, is_good)| **is_good == good);
            chosen.map(|(observation, _)| seen(task.space, &observation.point)).collect()
        };
        let mut split = Self { settings, axes: task.space.axes(), best: Vec::new(), others: of(false) };
        split.best = split.densities(&of(true));
        split
    }

    /// One density over all coordinates, or one for each, of the points in which it matters.
    fn densities(&self, points: &[Seen]) -> Vec<Mixture> {
        if self.settings.joint {
            return vec![Mixture::new(self.axes, points, &vec![1.0; points.len()])];
        }
        let of = |(at, axis): (usize, &Axis)| {
            let own: Vec<Seen> = points.iter().filter(|point| point[at].is_some()).map(|point| vec![point[at]]).collect();
            Mixture::new(&[*axis], &own, &vec![1.0; own.len()])
        };
        self.axes.iter().enumerate().map(of).collect()
    }

    /// Of each density's candidates that one at which the best are most in excess of the others; of equals the first. Where that was in
    /// vain so many times, any candidate: among the few at the top there is nothing new.
    fn drawn(&self, others: &[Mixture], stream: &mut Stream, attempt: usize) -> Vec<f64> {
        if attempt >= ATTEMPTS {
            return self.best.iter().flat_map(|best| best.draw(stream)).collect();
        }
        let mut point = Vec::with_capacity(self.axes.len());
        for (best, others) in self.best.iter().zip(others) {
            let mut chosen = (f64::NEG_INFINITY, Vec::new());
            for _ in 0..self.settings.candidates {
                let candidate = best.draw(stream);
                let excess = best.log_density(&candidate) - others.log_density(&candidate);
                if chosen.1.is_empty() || excess > chosen.0 {
                    chosen = (excess, candidate);
                }
            }
            point.extend(chosen.1);
        }
        point
    }
}
