//! Of several objectives: the results that no other dominates, and how much of the plane two objectives' results dominate.

use crate::sampler::merit::{self, Merit};
use crate::sampler::observation::{Direction, Observation};

/// Positions of the observations that are feasible and that no other dominates, in their order. Of those that are worth the same all
/// are named.
#[must_use]
pub fn front(observations: &[Observation], directions: &[Direction]) -> Vec<usize> {
    let merits = Merit::of_all(observations, directions);
    let mut front: Vec<usize> = Vec::new();
    for (at, merit) in merits.iter().enumerate() {
        if matches!(merit, Merit::Feasible(_)) && !front.iter().any(|other| merits[*other].dominates(merit)) {
            front.retain(|other| !merit.dominates(&merits[*other]));
            front.push(at);
        }
    }
    front
}

/// Positions of the observations, best first by the first objective: what is feasible, then what breaks its constraints by less, then what is
/// undefined; of equals the earlier first.
#[must_use]
pub fn ranking(observations: &[Observation], directions: &[Direction]) -> Vec<usize> {
    merit::ranking(&Merit::of_all(observations, directions))
}

/// The area between points and a reference that each must be better than to count: of two objectives in these directions, in the product
/// of their units (Zitzler and Thiele 1998).
#[must_use]
pub fn hypervolume(points: &[[f64; 2]], reference: [f64; 2], directions: [Direction; 2]) -> f64 {
    let turned = |point: &[f64; 2]| {
        let turn = |at: usize| if directions[at] == Direction::Least { point[at] } else { -point[at] };
        [turn(0), turn(1)]
    };
    let corner = turned(&reference);
    let mut inside: Vec<[f64; 2]> = points.iter().map(turned).filter(|point| point[0] < corner[0] && point[1] < corner[1]).collect();
    inside.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let (mut area, mut lowest) = (0.0, corner[1]);
    for point in inside {
        if point[1] < lowest {
            area += (corner[0] - point[0]) * (lowest - point[1]);
            lowest = point[1];
        }
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::observation::{Outcome, Point};

    const BOTH: [Direction; 2] = [Direction::Least, Direction::Least];

    fn of(objectives: [f64; 2], violation: f64) -> Observation {
        let outcome = Outcome { objectives: objectives.map(Some).to_vec(), violations: vec![violation] };
        Observation { point: Point(Vec::new()), outcome }
    }

    #[test]
    fn a_front_by_head() {
        let all =
            [of([1.0, 3.0], 0.0), of([2.0, 2.0], 0.0), of([2.0, 3.0], 0.0), of([0.0, 0.0], 1.0), of([3.0, 1.0], -1.0), of([2.0, 2.0], 0.0)];
        assert_eq!(front(&all, &BOTH), [0, 1, 4, 5]);
        assert_eq!(front(&all, &[Direction::Most, Direction::Most]), [2, 4]);
        assert_eq!(front(&all[3..4], &BOTH), [0_usize; 0]);
    }

    #[test]
    fn an_area_by_head() {
        // (4 − 1)(4 − 3) + (4 − 2)(3 − 2) + (4 − 3)(2 − 1) = 3 + 2 + 1.
        let points = [[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [3.0, 3.0], [5.0, 0.0]];
        assert_eq!(hypervolume(&points, [4.0, 4.0], BOTH), 6.0);
        let mirrored = points.map(|[a, b]| [-a, b]);
        assert_eq!(hypervolume(&mirrored, [-4.0, 4.0], [Direction::Most, Direction::Least]), 6.0);
        assert_eq!(hypervolume(&[], [4.0, 4.0], BOTH), 0.0);
    }
}
