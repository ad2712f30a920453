//! Which parameters matter: functional analysis of variance of a forest (Hutter, Hoos and Leyton-Brown 2014, *An Efficient Approach for
//! Assessing Hyperparameter Importance*). A forest learns the values of the trials; how much each of its trees varies over the whole space is
//! parted, exactly, into what each parameter does alone, what every two do together, and the rest.
//!
//! It says what moves the value anywhere in the space, not what is good: a parameter that only ruins may be the most important. Trials that
//! crowd around the best leave the rest of the space to few; those drawn evenly say more. Trees see hills late where no single cut shows them:
//! of few trials such an axis gets less than its own (of the function of Ishigami, 0.31 in place of 0.44 of 1,000, 0.40 of 10,000), and some
//! of it goes to pairs and to the rest.
//!
//! Conventions: 64 trees, each of as many trials as there are, drawn with replacement; every axis is tried at every split, a leaf
//! stands for two draws or more (the authors' package tries a part of the axes, and leaves may be of one). Each axis is uniform from 0 to 1,
//! so that a value weighs what the space gives it.

mod tree;
mod variance;

use crate::metrics::bootstrap::Resampler;
use crate::metrics::returns::{finite, mean, varies};

pub use tree::AxisKind;
use tree::Trials;

/// Trees of a forest.
const TREES: usize = 64;
/// Fewer trials say nothing of a space.
const LEAST_TRIALS: usize = 8;
/// Of more axes no pairs are worked out.
const MOST_AXES_WITH_PAIRS: usize = 8;
/// Pairs that are named.
const MOST_PAIRS: usize = 5;

/// How much of the variance over the space is due to what: shares, the mean over the trees. `main`, `pairs` and `rest` add up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// Of each axis alone, from 0 to 1, in their order; 0 of one that has a single value.
    pub main: Vec<f64>,
    /// The strongest five or fewer: two axes, the lower first, and the share that is theirs only together, above 0 and the largest first. Empty
    /// where there are more than eight axes.
    pub pairs: Vec<(usize, usize, f64)>,
    /// Of everything else that axes do together.
    pub rest: f64,
    /// Share of the variance of the trials' values that trees foretell of trials they were not grown from: 1 is all of it. Where it is near
    /// 0 or below, the values are noise to the forest, and its shares mean nothing.
    pub explained: Option<f64>,
}

/// Which of the `axes` move the value.
///
/// `places` has a row a trial with a number from 0 to 1 an axis: the coordinate, or the middle of the part of the axis that is a value's own.
/// `values` has one a trial. Trials without a value are left out by the caller. The same `seed` gives the same numbers everywhere.
///
/// None of fewer than eight trials, where values do not vary, or where shapes do not agree or a number is not what it must be.
#[must_use]
pub fn importance(axes: &[AxisKind], places: &[Vec<f64>], values: &[f64], seed: u64) -> Option<Importance> {
    let is_place = |place: &Vec<f64>| place.len() == axes.len() && place.iter().all(|at| (0.0..=1.0).contains(at));
    let is_sound = places.len() == values.len() && places.iter().all(is_place) && values.iter().all(|value| value.is_finite());
    if !is_sound || axes.is_empty() || axes.contains(&AxisKind::Unordered(0)) || values.len() < LEAST_TRIALS || !varies(values) {
        return None;
    }
    let values = scaled(values);
    let trials = Trials::new(axes, places, values.clone());
    let mut resampler = Resampler::new(values.len(), 1.0, seed);
    let with_pairs = axes.len() <= MOST_AXES_WITH_PAIRS;
    let (mut main, mut pairs) = (vec![0.0; axes.len()], vec![0.0; axes.len() * (axes.len() - 1) / 2]);
    let (mut grown, mut foretold) = (0, vec![(0.0, 0.0); values.len()]);
    for number in 0..TREES {
        let draws = resampler.fold_row(vec![0; values.len()], |mut draws, at| {
            draws[at] += 1;
            draws
        });
        let tree = trials.tree(&draws, number % axes.len());
        for (at, value) in tree.unseen {
            let (sum, count) = &mut foretold[at as usize];
            *sum += value;
            *count += 1.0;
        }
        let Some(parts) = variance::parts(axes, &tree.leaves, with_pairs) else { continue };
        grown += 1;
        main.iter_mut().zip(parts.main).for_each(|(sum, part)| *sum += part / parts.total);
        pairs.iter_mut().zip(parts.pairs).for_each(|(sum, part)| *sum += part / parts.total);
    }
    if grown == 0 {
        return None;
    }
    main.iter_mut().chain(&mut pairs).for_each(|share| *share /= f64::from(grown));
    let pairs = strongest(&pairs, axes.len());
    let rest = (1.0 - main.iter().sum::<f64>() - pairs.iter().map(|(.., share)| share).sum::<f64>()).max(0.0);
    Some(Importance { main, pairs, rest, explained: explained(&values, &foretold) })
}

/// From 0, the lowest, to 1, the highest; by way of parts of the largest, so that no distance is too large for a number. They must vary.
fn scaled(values: &[f64]) -> Vec<f64> {
    let most = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let parts: Vec<f64> = values.iter().map(|value| value / most).collect();
    let (low, high) = parts.iter().fold((1.0, -1.0), |(low, high): (f64, f64), part| (low.min(*part), high.max(*part)));
    parts.iter().map(|part| (part - low) / (high - low)).collect()
}

/// The strongest pairs of so many axes, of the shares of all in their order.
fn strongest(shares: &[f64], axes: usize) -> Vec<(usize, usize, f64)> {
    let both = (0..axes).flat_map(|a| (a + 1..axes).map(move |b| (a, b)));
    let mut pairs: Vec<(usize, usize, f64)> = both.zip(shares).map(|((a, b), share)| (a, b, *share)).filter(|pair| pair.2 > 0.0).collect();
    pairs.sort_by(|one, other| other.2.total_cmp(&one.2));
    pairs.truncate(MOST_PAIRS);
    pairs
}

/// One less the squares that are left, of all; of each trial the sum and the number of what trees that have not seen it say.
fn explained(values: &[f64], foretold: &[(f64, f64)]) -> Option<f64> {
    let known = || values.iter().zip(foretold).filter(|(_, (_, count))| *count > 0.0);
    let centre = mean(&known().map(|(value, _)| *value).collect::<Vec<_>>())?;
    let squares =
        |error: &dyn Fn(f64, f64) -> f64| known().map(|(value, (sum, count))| error(*value, sum / count)).map(|e| e * e).sum::<f64>();
    finite(1.0 - squares(&|value, foretold| value - foretold) / squares(&|value, _| value - centre))
}
