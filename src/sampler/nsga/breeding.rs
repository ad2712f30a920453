//! New points from two old ones: simulated binary crossover (Deb and Agrawal 1995) and polynomial mutation (Deb and Goyal 1996), both
//! with the bounds in view, as pymoo 0.6 has them. Choices without an order are exchanged whole and changed to any other.

use crate::sampler::space::dimension::Axis;
use crate::sampler::stream::Stream;

/// How near to its parents a child is: the larger the nearer.
const CROSSOVER_INDEX: f64 = 15.0;
/// How near to what it was a mutated coordinate stays: the larger the nearer.
const MUTATION_INDEX: f64 = 20.0;
/// The share of coordinates that are crossed, and of those that change sides.
const HALF: f64 = 0.5;
/// Parents nearer than this are one.
const SAME: f64 = 1e-14;

/// One of the two children of a crossing, either as likely.
pub(super) fn crossed(axes: &[Axis], a: &[f64], b: &[f64], stream: &mut Stream) -> Vec<f64> {
    let is_second = stream.uniform() < HALF;
    let child = |((axis, a), b): ((&Axis, &f64), &f64)| {
        // As many numbers for each coordinate, whatever comes of them.
        let (cross, place, exchange) = (stream.uniform(), stream.uniform(), stream.uniform());
        let own = if is_second { *b } else { *a };
        if cross >= HALF || (a - b).abs() <= SAME {
            return own;
        }
        let takes_lower = (own == a.min(*b)) != (exchange < HALF);
        if matches!(axis, Axis::Choice(_)) {
            return if takes_lower { a.min(*b) } else { a.max(*b) };
        }
        let (low, high) = spread(a.min(*b), a.max(*b), place);
        if takes_lower { low } else { high }
    };
    axes.iter().zip(a).zip(b).map(child).collect()
}

/// Where two children stand around two parents, the lower first.
fn spread(low: f64, high: f64, place: f64) -> (f64, f64) {
    let (distance, power) = (high - low, 1.0 / (CROSSOVER_INDEX + 1.0));
    let factor = |beta: f64| {
        let alpha = 2.0 - libm::pow(beta, -(CROSSOVER_INDEX + 1.0));
        if place <= 1.0 / alpha { libm::pow(place * alpha, power) } else { libm::pow(1.0 / (2.0 - place * alpha), power) }
    };
    let lower = 0.5 * (low + high - factor(1.0 + 2.0 * low / distance) * distance);
    let upper = 0.5 * (low + high + factor(1.0 + 2.0 * (1.0 - high) / distance) * distance);
    (lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0))
}

/// Each coordinate changed with this probability.
pub(super) fn mutated(axes: &[Axis], point: &[f64], probability: f64, stream: &mut Stream) -> Vec<f64> {
    let change = |(axis, unit): (&Axis, &f64)| {
        let (happens, place) = (stream.uniform() < probability, stream.uniform());
        match axis {
            _ if !happens => *unit,
            Axis::Choice(values) => {
                // Any other: so many on, around.
                let on = (place * f64::from(values.saturating_sub(1))).floor() + 1.0;
                let turned = unit + on / f64::from(*values);
                if turned >= 1.0 { turned - 1.0 } else { turned }
            }
            _ => pushed(*unit, place),
        }
    };
    axes.iter().zip(point).map(change).collect()
}

/// A number of the unit interval, pushed.
fn pushed(unit: f64, place: f64) -> f64 {
    let (index, power) = (MUTATION_INDEX + 1.0, 1.0 / (MUTATION_INDEX + 1.0));
    let by = if place <= 0.5 {
        libm::pow(2.0 * place + (1.0 - 2.0 * place) * libm::pow(1.0 - unit, index), power) - 1.0
    } else {
        1.0 - libm::pow(2.0 * (1.0 - place) + 2.0 * (place - 0.5) * libm::pow(unit, index), power)
    };
    (unit + by).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By head: far from the bounds α is 2 and the draw 0.5 leaves the parents where they are; a draw of 0.1 moves the children together
    /// by 0.2^(1/16), one of 0.9 apart by its inverse.
    #[test]
    fn children_stand_around_their_parents() {
        let (low, high) = spread(0.45, 0.55, 0.5);
        assert!((low - 0.45).abs() < 1e-12 && (high - 0.55).abs() < 1e-12, "{low} {high}");
        let (low, high) = spread(0.45, 0.55, 0.1);
        assert!((high - low - 0.1 * libm::pow(0.2, 0.0625)).abs() < 1e-12, "{low} {high}");
        let (low, high) = spread(0.45, 0.55, 0.9);
        assert!((high - low - 0.1 / libm::pow(0.2, 0.0625)).abs() < 1e-12, "{low} {high}");
        // From parents on the bounds nothing goes beyond, and nothing has to be cut off.
        let (low, high) = spread(0.0, 1.0, 0.999_999);
        assert!(low > 0.0 && low < 1e-6 && high < 1.0 && high > 1.0 - 1e-6, "{low} {high}");
    }

    /// By head: the draw 0.5 changes nothing, 0 goes to the lower bound, 1 to the upper.
    #[test]
    fn mutations_stay_inside() {
        assert_eq!(pushed(0.3, 0.5), 0.3);
        assert!(pushed(0.3, 0.0).abs() < 1e-15 && (pushed(0.3, 1.0) - 1.0).abs() < 1e-15);
        assert!(pushed(0.3, 0.2) < 0.3 && pushed(0.3, 0.8) > 0.3);
    }

    #[test]
    fn a_choice_becomes_another() {
        let mut stream = Stream::of_proposal(1, 1);
        for _ in 0..200 {
            let found = mutated(&[Axis::Choice(3)], &[0.5], 1.0, &mut stream)[0];
            assert!((found - 1.0 / 6.0).abs() < 1e-12 || (found - 5.0 / 6.0).abs() < 1e-12, "{found}");
        }
    }
}
