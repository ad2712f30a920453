//! What every sampler is asked: some proposals, by their numbers, from what came of earlier whole batches and nothing else.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::sampler::merit::Merit;
use crate::sampler::observation::{Direction, Observation, Point};
use crate::sampler::space::Space;
use crate::sampler::stream::Stream;

/// How often a point that breaks a limit, or that was tried before, is drawn anew.
const TRIES: usize = 64;

/// How many trials are proposed without results of one another: 1 to 32. Part of the law: another size is another study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSize(u64);

impl BatchSize {
    /// None outside of `1..=32`.
    #[must_use]
    pub fn new(trials: u64) -> Option<Self> {
        (1..=32).contains(&trials).then_some(Self(trials))
    }

    /// Trials of a batch.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl Default for BatchSize {
    fn default() -> Self {
        Self(16)
    }
}

/// Which proposals are asked for, and what they may depend on.
pub(super) struct Task<'a> {
    pub space: &'a Space,
    pub directions: &'a [Direction],
    pub seed: u64,
    pub batch: BatchSize,
    /// All that is known, in the order of the trials; more than the law lets a proposal see is not looked at.
    pub history: &'a [Observation],
    /// Numbers of the proposals.
    pub range: Range<u64>,
}

impl Task<'_> {
    /// What the proposals of a block of so many trials may see: the results of all earlier blocks. Blocks are whole batches.
    pub fn before(&self, block: u64, trials: u64) -> &[Observation] {
        let count = block * trials;
        assert!(self.history.len() as u64 >= count, "proposals from {count} on need as many results, not {}", self.history.len());
        &self.history[..count as usize]
    }

    /// What each result of those is worth.
    pub fn merits(&self, block: u64, trials: u64) -> Vec<Merit> {
        Merit::of_all(self.before(block, trials), self.directions)
    }

    /// The numbers that are asked for, block by block: a block's number and its part of the range.
    pub fn blocks(&self, trials: u64) -> impl Iterator<Item = (u64, Range<u64>)> {
        let range = self.range.clone();
        let blocks = if range.is_empty() { 0..0 } else { range.start / trials..range.end.div_ceil(trials) };
        blocks.map(move |block| (block, range.start.max(block * trials)..range.end.min((block + 1) * trials)))
    }
}

/// Points that need not be tried again; none where there is no end to the points.
#[derive(Clone)]
pub(super) struct Tried<'a> {
    space: &'a Space,
    points: BTreeSet<Vec<u64>>,
    /// How many there are to try, where they can be counted.
    count: Option<u128>,
}

impl<'a> Tried<'a> {
    /// None yet.
    pub fn new(space: &'a Space) -> Self {
        Self { space, points: BTreeSet::new(), count: space.count() }
    }

    /// A point that was tried.
    pub fn insert(&mut self, point: &Point) {
        if self.count.is_some() {
            self.points.insert(self.key(point));
        }
    }

    /// Draws until a point keeps to the limits and is new, a bounded number of times. Where none was both: the one that breaks limits the
    /// least, of those the last. When everything was tried, nothing need be new.
    pub fn draw(&self, draw: impl FnMut() -> Vec<f64>) -> Point {
        self.best_of(std::iter::repeat_with(draw).take(TRIES))
    }

    /// The same; where nothing that was drawn is new and keeps to the limits, any other point that is and does.
    /// `draw` is handed how often it was asked before.
    pub fn draw_or_any(&self, stream: &mut Stream, mut draw: impl FnMut(&mut Stream, usize) -> Vec<f64>) -> Point {
        let drawn = |attempt| if attempt < TRIES { draw(stream, attempt) } else { stream.point(self.space.coordinates()) };
        self.best_of((0..2 * TRIES).map(drawn))
    }

    fn best_of(&self, drawn: impl Iterator<Item = Vec<f64>>) -> Point {
        let is_exhausted = self.count.is_some_and(|count| self.points.len() as u128 >= count);
        let is_new = |point: &Point| self.points.is_empty() || is_exhausted || !self.points.contains(&self.key(point));
        let mut best: Option<(f64, Point)> = None;
        for point in drawn.map(Point) {
            let violation = self.space.violation(&point);
            if violation == 0.0 && is_new(&point) {
                return point;
            }
            if best.as_ref().is_none_or(|(least, _)| violation <= *least) {
                best = Some((violation, point));
            }
        }
        best.expect("at least one was drawn").1
    }

    fn key(&self, point: &Point) -> Vec<u64> {
        self.space.snapped(point).0.into_iter().map(f64::to_bits).collect()
    }
}
