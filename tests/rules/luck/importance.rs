//! Which parameters matter, of functions whose parts of the variance are known.

use super::common::Noise;
use rotate::luck::importance::AxisKind::{Ordered, Unordered};
use rotate::luck::importance::{AxisKind, Importance, importance};

/// So many places drawn evenly, and what a function says of each.
fn trials(count: usize, axes: usize, seed: u64, of: impl Fn(&[f64]) -> f64) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut noise = Noise::new(seed);
    let mut uniform = || ((noise.word() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
    let places: Vec<Vec<f64>> = (0..count).map(|_| (0..axes).map(|_| uniform()).collect()).collect();
    let values = places.iter().map(|place| of(place)).collect();
    (places, values)
}

fn of(axes: &[AxisKind], (places, values): &(Vec<Vec<f64>>, Vec<f64>)) -> Importance {
    let found = importance(axes, places, values, 1).unwrap();
    let shares = || found.main.iter().copied().chain(found.pairs.iter().map(|(.., share)| *share)).chain([found.rest]);
    assert!(shares().all(|share| (0.0..=1.0).contains(&share)) && (shares().sum::<f64>() - 1.0).abs() < 1e-12, "{found:?}");
    found
}

fn near(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} instead of {theirs}");
}

/// `4a + 2b` has the variances 16/12 and 4/12.
#[test]
fn what_is_added_up_is_parted_by_its_squares() {
    let found = of(&[Ordered; 3], &trials(1000, 3, 1, |x| 4.0 * x[0] + 2.0 * x[1]));
    near(found.main[0], 0.8, 0.02);
    near(found.main[1], 0.2, 0.02);
    near(found.main[2], 0.0, 0.002);
    near(found.rest + found.pairs.iter().map(|(.., share)| share).sum::<f64>(), 0.0, 0.02);
    assert!(found.explained.unwrap() > 0.97, "{found:?}");
}

/// Ishigami and Homma 1990 with 7 and 0.1: Sobol indices 0.3139, 0.4424 and 0 alone, and 0.2437 of the first and the third. The second axis
/// has two equal hills, which no first cut shows: trees are slow to learn it, and its share comes from below as trials are added.
#[test]
fn the_indices_of_ishigami_are_approached() {
    let angle = |at: f64| std::f64::consts::PI * (2.0 * at - 1.0);
    let value = |x: &[f64]| {
        let (a, b, c) = (libm::sin(angle(x[0])), libm::sin(angle(x[1])), angle(x[2]));
        a + 7.0 * b * b + 0.1 * (c * c) * (c * c) * a
    };
    let mut farthest = 1.0;
    for (count, tolerance) in [(300, 0.22), (1000, 0.15), (3000, 0.09), (10_000, 0.05)] {
        let found = of(&[Ordered; 3], &trials(count, 3, 2, value));
        assert_eq!((found.pairs[0].0, found.pairs[0].1), (0, 2));
        let errors = [found.main[0] - 0.3139, found.main[1] - 0.4424, found.main[2], found.pairs[0].2 - 0.2437].map(f64::abs);
        let farther = errors.into_iter().fold(0.0, f64::max);
        assert!(farther < farthest && farther < tolerance, "{count}: {found:?}");
        farthest = farther;
    }
}

/// Either half of one axis or of the other, not both: neither axis alone says anything, and the first cuts are made blindly.
#[test]
fn what_two_do_only_together_is_theirs_together() {
    let found = of(&[Ordered; 3], &trials(1000, 3, 3, |x| f64::from((x[0] < 0.5) != (x[1] < 0.5))));
    assert_eq!((found.pairs[0].0, found.pairs[0].1), (0, 1));
    assert!(found.pairs[0].2 > 0.9, "{found:?}");
    found.main.iter().for_each(|share| near(*share, 0.0, 0.03));
}

/// The first and the last value of five are good, which no order of them shows: 0.6 · 0.4 of variance, beside 1/12 of the other axis.
#[test]
fn values_without_an_order_weigh_what_the_space_gives_them() {
    let value = |x: &[f64]| f64::from(x[0] < 0.2 || x[0] >= 0.8) + x[1];
    let all = 0.24 + 1.0 / 12.0;
    let found = of(&[Unordered(5), Ordered], &trials(600, 2, 4, value));
    near(found.main[0], 0.24 / all, 0.02);
    near(found.main[1], 1.0 / 12.0 / all, 0.02);
    // However few trials have a value, it is a fifth of its axis: beside the first value every eighth trial stays.
    let (places, values) = trials(2000, 2, 5, value);
    let few = places.into_iter().zip(values).enumerate().filter(|(at, (place, _))| place[0] < 0.2 || at % 8 == 0);
    let few = few.map(|(_, trial)| trial).unzip();
    near(of(&[Unordered(5), Ordered], &few).main[0], 0.24 / all, 0.04);
}

/// A switch of two values moves by one, in steps of thirds a number by as much in all.
#[test]
fn steps_are_even_parts_of_their_axis() {
    let (places, values) = trials(500, 2, 6, |x| f64::from(x[0] >= 0.5) + (x[1] * 4.0).floor() / 3.0);
    let middle = |at: f64, count: f64| ((at * count).floor() + 0.5) / count;
    let middles: Vec<Vec<f64>> = places.iter().map(|x| vec![middle(x[0], 2.0), middle(x[1], 4.0)]).collect();
    let found = of(&[Ordered; 2], &(middles, values));
    // Variances of 1/4 and of 5/36.
    near(found.main[0], 9.0 / 14.0, 1e-3);
    near(found.main[1], 5.0 / 14.0, 1e-3);
}

#[test]
fn an_axis_with_one_value_has_no_part() {
    let (mut places, values) = trials(200, 3, 7, |x| x[0]);
    for place in &mut places {
        place[1..].fill(0.5);
    }
    let found = of(&[Ordered, Ordered, Unordered(1)], &(places, values));
    assert_eq!(found.main[1..], [0.0, 0.0]);
    assert_eq!((found.main[0], found.pairs.len()), (1.0, 0));
}

/// Two axes that say the same share what is theirs: neither is always tried first.
#[test]
fn twins_share() {
    let (mut places, values) = trials(400, 2, 8, |x| x[0]);
    for place in &mut places {
        place[1] = place[0];
    }
    let found = of(&[Ordered; 2], &(places, values));
    assert!((0.2..0.8).contains(&(found.main[0] / (found.main[0] + found.main[1]))), "{found:?}");
}

/// Values that have nothing to do with the places: something is always found, and `explained` says that it is nothing.
#[test]
fn noise_explains_nothing() {
    let (places, _) = trials(300, 4, 9, |_| 0.0);
    let values = Noise::new(10).returns(300, 0.0, 1.0);
    let found = of(&[Ordered; 4], &(places.clone(), values.clone()));
    assert!(found.explained.unwrap() < 0.05, "{found:?}");
    let signal: Vec<f64> = places.iter().zip(values).map(|(place, noise)| 4.0 * place[0] + 0.3 * noise).collect();
    let found = of(&[Ordered; 4], &(places, signal));
    assert!(found.main[0] > 0.85 && found.main[1..].iter().all(|share| *share < 0.03) && found.explained.unwrap() > 0.85, "{found:?}");
}

#[test]
fn a_seed_is_a_promise_and_units_do_not_matter() {
    let (places, values) = trials(100, 9, 11, |x| x[0] * x[1] + x[2]);
    let axes = [Ordered; 9];
    let found = of(&axes, &(places.clone(), values.clone()));
    assert_eq!(importance(&axes, &places, &values, 1).unwrap(), found);
    assert_ne!(importance(&axes, &places, &values, 2).unwrap(), found);
    assert!(found.pairs.is_empty(), "no pairs of nine axes");
    // By a power of two every bit stays; near the largest and the smallest numbers there is an answer as well.
    let times = |factor: f64| values.iter().map(|value| value * factor).collect::<Vec<_>>();
    assert_eq!(importance(&axes, &places, &times(1024.0), 1).unwrap(), found);
    for factor in [-1.0, 8e307, 1e-300, 1e-320] {
        near(importance(&axes, &places, &times(factor), 1).unwrap().main[2], found.main[2], 0.05);
    }
    let most: Vec<f64> = values.iter().map(|value| if *value > 0.7 { f64::MAX } else { f64::MIN }).collect();
    of(&axes, &(places, most));
}

#[test]
fn what_is_no_sample_has_no_importance() {
    let (places, values) = trials(8, 2, 12, |x| x[0]);
    let axes = [Ordered; 2];
    assert!(importance(&axes, &places, &values, 1).is_some());
    assert_eq!(importance(&axes, &places[..7], &values[..7], 1), None);
    assert_eq!(importance(&axes, &places, &values[..7], 1), None);
    assert_eq!(importance(&axes, &places, &[3.0; 8], 1), None);
    assert_eq!(importance(&axes[..1], &places, &values, 1), None);
    assert_eq!(importance(&[], &vec![Vec::new(); 8], &values, 1), None);
    assert_eq!(importance(&[Ordered, Unordered(0)], &places, &values, 1), None);
    for (wrong_place, wrong_value) in [(f64::NAN, 0.0), (1.1, 0.0), (-0.1, 0.0), (0.5, f64::NAN), (0.5, f64::INFINITY)] {
        let (mut places, mut values) = (places.clone(), values.clone());
        (places[3][1], values[3]) = (wrong_place, wrong_value);
        assert_eq!(importance(&axes, &places, &values, 1), None);
    }
    // Both ends belong to the axis; one place for all leaves nothing to split.
    let ends: Vec<Vec<f64>> = (0..8).map(|i| vec![f64::from(i % 2), 1.0]).collect();
    assert_eq!(importance(&[Ordered, Unordered(3)], &ends, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0], 1).unwrap().main, [1.0, 0.0]);
    assert_eq!(importance(&axes, &vec![vec![0.5; 2]; 8], &values, 1), None);
}
