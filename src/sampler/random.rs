//! Every point of the unit cube is equally likely, whatever came of others.

use crate::sampler::observation::Point;
use crate::sampler::stream::Stream;
use crate::sampler::task::{Task, Tried};

/// Drawn anew while it breaks a limit, a bounded number of times.
pub(super) fn propose(task: &Task) -> Vec<Point> {
    let tried = Tried::new(task.space);
    task.range.clone().map(|k| drawn(task, &tried, k)).collect()
}

/// Proposal `k`, drawn anew also while it is one of those that were tried.
pub(super) fn drawn(task: &Task, tried: &Tried, k: u64) -> Point {
    let mut stream = Stream::of_proposal(task.seed, k);
    tried.draw(|| stream.point(task.space.coordinates()))
}
