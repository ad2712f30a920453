//! The sequence of Sobol (1967) with the direction numbers of Joe and Kuo (2008), scrambled after Owen (1995) as by Burley (2020,
//! "Practical Hash-based Owen Scrambling"): points that cover the cube more evenly than chance, whatever came of others.

use crate::sampler::observation::Point;
use crate::sampler::task::Task;

/// The most points of a sequence.
pub const MOST_SOBOL_POINTS: u64 = 65_536;
/// The most coordinates of a point.
pub const MOST_SOBOL_COORDINATES: usize = sobol_burley::NUM_DIMENSIONS as usize;

/// Point `k` of the sequence as proposal `k`, whether or not it keeps to the limits: another in its place would spoil the evenness.
pub(super) fn propose(task: &Task) -> Vec<Point> {
    let seed = (task.seed ^ (task.seed >> 32)) as u32;
    // 24 bits of which the middle is meant, so that no coordinate is 0.
    let unit = |k: u64, coordinate: usize| f64::from(sobol_burley::sample(k as u32, coordinate as u32, seed)) + 0.5 / 16_777_216.0;
    let range = task.range.start..task.range.end.min(MOST_SOBOL_POINTS);
    range.map(|k| Point((0..task.space.coordinates()).map(|coordinate| unit(k, coordinate)).collect())).collect()
}
