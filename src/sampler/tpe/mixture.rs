//! A density over some coordinates of the unit cube, from points: one kernel on each and one, as wide as the cube, for what is known
//! beforehand (the adaptive Parzen estimator of Bergstra et al. 2011, with widths and weights as Optuna 5 has them).

use core::f64::consts::{PI, SQRT_2};

use crate::sampler::space::dimension::Axis;
use crate::sampler::stream::Stream;

/// Terms this far below the largest in their logarithm add nothing to a sum.
const NEGLIGIBLE: f64 = -40.0;
/// How often a draw of a kernel may fall outside of the cube.
const TRIES: usize = 100;

/// What a kernel says of one coordinate.
#[derive(Clone, Copy)]
enum Kernel {
    /// Normal around `mean`, cut off at 0 and 1; `steepness` is one over its standard deviation.
    Normal { mean: f64, steepness: f64 },
    /// All values alike, but for one that is `1 + lead` times as likely as another; none where all are.
    Choice { values: u32, favourite: Option<u32>, lead: f64 },
    /// All alike: of a point where the coordinate does not matter.
    Flat,
}

/// A weighted sum of products of kernels, one for each coordinate.
pub(super) struct Mixture {
    axes: Vec<Axis>,
    /// Kernel by kernel, coordinate by coordinate.
    kernels: Vec<Kernel>,
    /// Of each kernel: the logarithm of its weight and of all factors that do not depend on where it is asked.
    factors: Vec<f64>,
    /// Weights, summed up to and including each.
    cumulated: Vec<f64>,
}

impl Mixture {
    /// From points with their weights; the kernel that is known beforehand weighs 1. `None` of a coordinate that does not matter.
    pub fn new(axes: &[Axis], points: &[Vec<Option<f64>>], weights: &[f64]) -> Self {
        let count = points.len() + 1;
        let mut kernels = vec![Kernel::Flat; count * axes.len()];
        for (at, axis) in axes.iter().enumerate() {
            let units: Vec<Option<f64>> = points.iter().map(|point| point[at]).collect();
            let own = match axis {
                Axis::Choice(values) => choices(*values, &units),
                Axis::Continuous => normals(0.0, &units),
                Axis::Stepped(cells) | Axis::Uneven(cells) => normals(1.0 / *cells as f64, &units),
            };
            for (kernel, one) in own.into_iter().enumerate() {
                kernels[kernel * axes.len() + at] = one;
            }
        }
        let weights: Vec<f64> = if points.is_empty() { vec![1.0] } else { weights.iter().copied().chain([1.0]).collect() };
        let total: f64 = weights.iter().sum();
        let factor = |(row, weight): (&[Kernel], &f64)| libm::log(weight / total) + row.iter().map(Kernel::log_factor).sum::<f64>();
        let factors = kernels.chunks(axes.len()).zip(&weights).map(factor).collect();
        let mut sum = 0.0;
        let cumulated = weights.iter().map(|weight| {
            sum += weight / total;
            sum
        });
        Self { axes: axes.to_vec(), cumulated: cumulated.collect(), kernels, factors }
    }

    /// A point: of a kernel by its weight, then of each coordinate.
    pub fn draw(&self, stream: &mut Stream) -> Vec<f64> {
        let place = stream.uniform();
        let kernel = self.cumulated.partition_point(|sum| *sum <= place).min(self.cumulated.len() - 1);
        let row = &self.kernels[kernel * self.axes.len()..][..self.axes.len()];
        let drawn = row.iter().map(|kernel| kernel.draw(stream));
        drawn.zip(&self.axes).map(|(unit, axis)| if let Axis::Stepped(cells) = axis { centre(unit, *cells) } else { unit }).collect()
    }

    /// The logarithm of the density at a point. Of choices it is the probability, times how many there are.
    pub fn log_density(&self, point: &[f64]) -> f64 {
        let shape = |row: &[Kernel]| row.iter().zip(point).map(|(kernel, unit)| kernel.log_shape(*unit)).sum::<f64>();
        let terms: Vec<f64> = self.kernels.chunks(self.axes.len()).zip(&self.factors).map(|(row, factor)| factor + shape(row)).collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let above = terms.iter().map(|term| term - largest).filter(|term| *term > NEGLIGIBLE);
        largest + libm::log(above.map(libm::exp).sum())
    }
}

impl Kernel {
    /// What does not depend on where it is asked.
    fn log_factor(&self) -> f64 {
        match self {
            Self::Normal { mean, steepness } => {
                // Ten deviations away nothing is left to be cut off.
                let beyond = |distance: f64| if distance > 10.0 { 0.0 } else { 0.5 * libm::erfc(distance / SQRT_2) };
                let inside = 1.0 - beyond(mean * steepness) - beyond((1.0 - mean) * steepness);
                libm::log(steepness / ((2.0 * PI).sqrt() * inside))
            }
            Self::Choice { values, favourite: Some(_), lead } => -libm::log(1.0 + lead / f64::from(*values)),
            Self::Choice { favourite: None, .. } | Self::Flat => 0.0,
        }
    }

    /// What does.
    fn log_shape(&self, unit: f64) -> f64 {
        match self {
            Self::Normal { mean, steepness } => {
                let z = (unit - mean) * steepness;
                -0.5 * z * z
            }
            Self::Choice { values, favourite, lead } if *favourite == Some(which(unit, *values)) => libm::log(1.0 + lead),
            Self::Choice { .. } | Self::Flat => 0.0,
        }
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Normal { mean, steepness } => {
                let mut drawn = (0..TRIES).map(|_| mean + stream.normal() / steepness);
                drawn.find(|unit| (0.0..=1.0).contains(unit)).unwrap_or(*mean)
            }
            Self::Choice { values, favourite: Some(favourite), lead } => {
                let values = f64::from(*values);
                // All alike, or the favourite once more.
                let is_favourite = stream.uniform() * (values + lead) >= values;
                let any = stream.uniform();
                if is_favourite { (f64::from(*favourite) + 0.5) / values } else { any }
            }
            Self::Choice { favourite: None, .. } | Self::Flat => stream.uniform(),
        }
    }
}

/// The middle of that one of so many equal parts of the unit interval in which a number is.
fn centre(unit: f64, cells: u64) -> f64 {
    ((unit * cells as f64).floor().min(cells as f64 - 1.0) + 0.5) / cells as f64
}

/// Which of so many equal parts of the unit interval a number is in.
fn which(unit: f64, values: u32) -> u32 {
    ((unit * f64::from(values)) as u32).min(values - 1)
}

/// Kernels of a choice: each point's value leads the others by as much as there are kernels, the last kernel has none that leads.
fn choices(values: u32, units: &[Option<f64>]) -> Vec<Kernel> {
    let lead = units.len() as f64 + 1.0;
    let kernel =
        |unit: &Option<f64>| unit.map_or(Kernel::Flat, |unit| Kernel::Choice { values, favourite: Some(which(unit, values)), lead });
    units.iter().map(kernel).chain([Kernel::Choice { values, favourite: None, lead }]).collect()
}

/// Kernels of a number: as wide as the larger gap to a neighbour (of the outermost, the gap to the one neighbour), but neither below a
/// hundredth of the range, or one part in as many as there are points if that is more, nor above the range. `cell` is the width of a
/// step: a kernel is at least half as wide, so that the density in the middle of a step stands for all of it.
fn normals(cell: f64, units: &[Option<f64>]) -> Vec<Kernel> {
    let mut sorted: Vec<(f64, usize)> = units.iter().enumerate().filter_map(|(at, unit)| unit.map(|unit| (unit, at))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = sorted.len();
    let narrowest = (1.0 / (count as f64 + 2.0).min(100.0)).max(0.5 * cell);
    let mut kernels = vec![Kernel::Flat; units.len()];
    for (place, &(mean, at)) in sorted.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| mean - sorted[before].0);
        let after = sorted.get(place + 1).map(|after| after.0 - mean);
        let gap = match (before, after) {
            (Some(before), Some(after)) => before.max(after),
            (Some(gap), None) | (None, Some(gap)) => gap,
            (None, None) => mean.max(1.0 - mean),
        };
        kernels[at] = Kernel::Normal { mean, steepness: 1.0 / gap.clamp(narrowest.min(1.0), 1.0) };
    }
    kernels.push(Kernel::Normal { mean: 0.5, steepness: 1.0 });
    kernels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixture(axes: &[Axis], columns: &[&[f64]]) -> Mixture {
        let points: Vec<Vec<Option<f64>>> = (0..columns[0].len()).map(|i| columns.iter().map(|column| Some(column[i])).collect()).collect();
        Mixture::new(axes, &points, &vec![1.0; points.len()])
    }

    fn agrees(mixture: &Mixture, cases: &[(&[f64], f64)]) {
        for (point, expected) in cases {
            let found = mixture.log_density(point);
            assert!((found - expected).abs() < 1e-12, "{point:?}: {found} {expected}");
        }
    }

    /// `_ParzenEstimator.log_pdf` of Optuna 5.0.0 over floats in `[0, 1]`, with equal weights, prior weight 1 and magic clip.
    #[test]
    fn densities_are_those_of_optuna() {
        let one = mixture(&[Axis::Continuous], &[&[0.3]]);
        agrees(&one, &[(&[0.1], 0.019_991_807_477_056_31), (&[0.3], 0.069_896_163_472_193_96), (&[0.95], -0.179_367_987_070_193_3)]);
        let five = mixture(&[Axis::Continuous], &[&[0.2, 0.9, 0.25, 0.26, 0.5]]);
        agrees(
            &five,
            &[
                (&[0.0], -0.292_519_623_057_600_4),
                (&[0.21], 0.518_324_542_246_015_7),
                (&[0.7], -0.399_204_389_724_649),
                (&[1.0], -0.640_145_503_565_113_6),
            ],
        );
        let two = mixture(&[Axis::Continuous; 2], &[&[0.2, 0.9, 0.25], &[0.5, 0.1, 0.6]]);
        agrees(
            &two,
            &[(&[0.2, 0.5], 0.542_044_433_168_740_1), (&[0.5, 0.5], 0.245_159_925_987_062_27), (&[1.0, 0.0], -0.304_262_915_553_170_53)],
        );
    }

    /// Of categories; ours is the probability times their number, hence ln 3 more.
    #[test]
    fn choices_are_those_of_optuna() {
        let of = |value: u32| (f64::from(value) + 0.5) / 3.0;
        let choices = mixture(&[Axis::Choice(3)], &[&[of(0), of(2), of(2), of(1)]]);
        agrees(
            &choices,
            &[(&[of(0)], -0.133_531_392_624_522_5), (&[of(1)], -0.133_531_392_624_522_5), (&[of(2)], 0.223_143_551_314_210_15)],
        );
    }

    /// Draws fall where the density says: chi square over ten parts, 9 degrees of freedom, at 0.001.
    #[test]
    fn draws_follow_the_density() {
        let mixture = mixture(&[Axis::Continuous], &[&[0.02, 0.9, 0.25, 0.26, 0.5]]);
        let mut stream = Stream::of_proposal(5, 0);
        let (count, fine) = (20_000, 200);
        let mut found = [0_u32; 10];
        (0..count).for_each(|_| found[(mixture.draw(&mut stream)[0] * 10.0) as usize] += 1);
        let share = |part: usize| {
            let at = |i: usize| (part as f64 + (i as f64 + 0.5) / f64::from(fine)) / 10.0;
            (0..fine as usize).map(|i| libm::exp(mixture.log_density(&[at(i)]))).sum::<f64>() / f64::from(fine) / 10.0
        };
        let expected: Vec<f64> = (0..10).map(|part| share(part) * f64::from(count)).collect();
        assert!((expected.iter().sum::<f64>() / f64::from(count) - 1.0).abs() < 1e-4);
        let chi_square: f64 = found
            .iter()
            .zip(&expected)
            .map(|(found, expected)| (f64::from(*found) - expected) * (f64::from(*found) - expected) / expected)
            .sum();
        assert!(chi_square < 27.9, "{chi_square} {found:?} {expected:?}");
    }

    #[test]
    fn what_does_not_matter_says_nothing() {
        let points = vec![vec![Some(0.3), None], vec![Some(0.4), None]];
        let both = Mixture::new(&[Axis::Continuous, Axis::Choice(2)], &points, &[1.0, 1.0]);
        let alone = mixture(&[Axis::Continuous], &[&[0.3, 0.4]]);
        assert!((both.log_density(&[0.35, 0.2]) - alone.log_density(&[0.35])).abs() < 1e-14);
    }
}
