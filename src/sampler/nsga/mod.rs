//! NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): a population of points that few others dominate, crossed and mutated. For two or
//! three objectives; with constraints by Deb's rules.
//!
//! After each batch the population is the best of what it was and the batch: pymoo's NSGA-II with as many offspring as a batch has trials.

mod breeding;
mod survival;

use crate::sampler::merit::Merit;
use crate::sampler::observation::Point;
use crate::sampler::random;
use crate::sampler::stream::Stream;
use crate::sampler::task::{Task, Tried};
use breeding::{crossed, mutated};
use survival::{Survivor, survivors};

/// How NSGA-II is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NsgaSettings {
    /// Points that go on; at least 4. Until there are so many results, proposals are random.
    pub population: usize,
    /// The probability that two parents are crossed; otherwise the first is only mutated.
    pub crossover: f64,
    /// The probability that a coordinate is mutated; one in as many as there are without it.
    pub mutation: Option<f64>,
}

impl Default for NsgaSettings {
    fn default() -> Self {
        Self { population: 48, crossover: 0.9, mutation: None }
    }
}

/// Batch by batch.
pub(super) fn propose(task: &Task, settings: NsgaSettings) -> Vec<Point> {
    let size = task.batch.get();
    let mutation = settings.mutation.unwrap_or(1.0 / task.space.coordinates() as f64);
    let mut population: Vec<Survivor> = Vec::new();
    let (mut learned, mut proposals) = (0, Vec::new());
    let mut tried = Tried::new(task.space);
    for (block, asked) in task.blocks(size) {
        let (history, merits) = (task.before(block, size), task.merits(block, size));
        while learned < history.len() {
            let batch = learned..learned + size as usize;
            for observation in &history[batch.clone()] {
                tried.insert(&observation.point);
            }
            let members: Vec<usize> = population.iter().map(|survivor| survivor.at).chain(batch.clone()).collect();
            population = survivors(&merits, &members, settings.population);
            learned = batch.end;
        }
        let mut tried = tried.clone();
        // Those of the batch before the first that is asked for are the same whoever asks.
        for k in block * size..asked.end {
            let point = if learned < settings.population {
                random::drawn(task, &tried, k)
            } else {
                let mut stream = Stream::of_proposal(task.seed, k);
                tried.draw_or_any(&mut stream, |stream, _| {
                    let mut parent = || &history[chosen(&population, &merits, stream)].point.0;
                    let (a, b) = (parent(), parent());
                    let axes = task.space.axes();
                    let child = if stream.uniform() < settings.crossover { crossed(axes, a, b, stream) } else { a.clone() };
                    mutated(axes, &child, mutation, stream)
                })
            };
            tried.insert(&point);
            if asked.contains(&k) {
                proposals.push(point);
            }
        }
    }
    proposals
}

/// The better of two at random: by domination and Deb's rules, then by the room around it, then the first. As positions of the history.
fn chosen(population: &[Survivor], merits: &[Merit], stream: &mut Stream) -> usize {
    let (a, b) = (population[stream.below(population.len())], population[stream.below(population.len())]);
    let is_second = merits[b.at].dominates(&merits[a.at]) || (!merits[a.at].dominates(&merits[b.at]) && b.room > a.room);
    if is_second { b.at } else { a.at }
}
