//! Which of two outcomes is better: the rules of Deb (2000, "An efficient constraint handling method for genetic algorithms"). What is
//! feasible is better than what is not; of two that are not, the one that breaks its constraints by less; what is undefined comes last.

use std::cmp::Ordering;

use crate::sampler::observation::{Direction, Observation, Outcome};

/// What an outcome is worth.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Merit {
    /// Every constraint holds; the objectives, turned so that the smallest is best.
    Feasible(Vec<f64>),
    /// By how much constraints are broken, all together; above zero.
    Infeasible(f64),
    /// Nothing can be said of it.
    Undefined,
}

impl Merit {
    /// What an outcome is worth in these directions.
    pub fn of(outcome: &Outcome, directions: &[Direction]) -> Self {
        let violation: f64 = outcome.violations.iter().map(|amount| if *amount <= 0.0 { 0.0 } else { *amount }).sum();
        if violation.is_nan() {
            return Self::Undefined;
        }
        if violation > 0.0 {
            return Self::Infeasible(violation);
        }
        let turned = |(objective, direction): (&Option<f64>, &Direction)| {
            let value = objective.filter(|value| value.is_finite())?;
            // Zero has one sign, so that equal is equal in every order.
            Some(if *direction == Direction::Least { value } else { -value } + 0.0)
        };
        let objectives: Option<Vec<f64>> = outcome.objectives.iter().zip(directions).map(turned).collect();
        objectives.filter(|all| all.len() == directions.len()).map_or(Self::Undefined, Self::Feasible)
    }

    /// What each of a history is worth.
    pub fn of_all(history: &[Observation], directions: &[Direction]) -> Vec<Self> {
        history.iter().map(|observation| Self::of(&observation.outcome, directions)).collect()
    }

    /// Better first, by the first objective.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Feasible(a), Self::Feasible(b)) => a[0].total_cmp(&b[0]),
            (Self::Infeasible(a), Self::Infeasible(b)) => a.total_cmp(b),
            _ => self.class().cmp(&other.class()),
        }
    }

    /// Better in one objective and worse in none, or better by Deb's rules.
    pub fn dominates(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Feasible(a), Self::Feasible(b)) => dominates(a, b),
            _ => self.order(other) == Ordering::Less,
        }
    }

    fn class(&self) -> u8 {
        match self {
            Self::Feasible(_) => 0,
            Self::Infeasible(_) => 1,
            Self::Undefined => 2,
        }
    }
}

/// Whether `a` is smaller in one place and larger in none.
pub(super) fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

/// Positions of `merits`, best first; of equals the earlier first.
pub(super) fn ranking(merits: &[Merit]) -> Vec<usize> {
    let mut all: Vec<usize> = (0..merits.len()).collect();
    all.sort_by(|&a, &b| merits[a].order(&merits[b]));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merit(objective: Option<f64>, violations: &[f64]) -> Merit {
        Merit::of(&Outcome { objectives: vec![objective], violations: violations.to_vec() }, &[Direction::Most])
    }

    #[test]
    fn the_order_is_that_of_deb() {
        let worst_feasible = merit(Some(-1e300), &[0.0, -3.0]);
        let all = [
            merit(Some(2.0), &[]),
            merit(Some(1.0), &[-1.0]),
            worst_feasible,
            merit(Some(9.0), &[0.1]),
            merit(None, &[0.1, 0.2]),
            merit(Some(9.0), &[f64::INFINITY]),
            merit(None, &[]),
        ];
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(a.order(b), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(a.dominates(b), i < j, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_undefined() {
        for objective in [Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None] {
            assert_eq!(merit(objective, &[]), Merit::Undefined);
        }
        assert_eq!(merit(Some(1.0), &[f64::NAN]), Merit::Undefined);
        assert_eq!(Merit::of(&Outcome::default(), &[Direction::Least]), Merit::Undefined);
        // Nothing to tell 0 and -0 apart.
        assert_eq!(merit(Some(0.0), &[]).order(&merit(Some(-0.0), &[])), Ordering::Equal);
    }

    #[test]
    fn neither_of_two_that_trade_one_objective_for_another_dominates() {
        let of = |a: f64, b: f64| Merit::Feasible(vec![a, b]);
        assert!(of(1.0, 2.0).dominates(&of(1.0, 3.0)));
        assert!(!of(1.0, 2.0).dominates(&of(1.0, 2.0)));
        assert!(!of(1.0, 2.0).dominates(&of(0.0, 3.0)) && !of(0.0, 3.0).dominates(&of(1.0, 2.0)));
    }
}
