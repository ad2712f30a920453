//! The law of samplers: a proposal depends on the space, the method, the seed, its number, and the results of earlier whole batches.

use std::thread;

use super::support::{always, cube, digest, log, methods, number, plan, study};
use rotate::sampler::observation::{Direction, Observation, Outcome, Point};
use rotate::sampler::plan::{Method, Plan, PlanError};
use rotate::sampler::space::dimension::Dimension;
use rotate::sampler::space::simplex::Simplex;
use rotate::sampler::space::{Condition, Limit, Parameter, Space};
use rotate::sampler::{BatchSize, CmaSettings, GridSettings, NsgaSettings, TpeSettings};

const TRIALS: u64 = 160;

/// Something of everything but choices without an order, which not every method takes.
fn space() -> Space {
    let when = Parameter { condition: Some(Condition { choice: 2, value: 1 }), ..number(0.0, 1.0, None) };
    let group = Simplex { bounds: vec![(0.0, 1.0), (0.1, 0.6), (0.0, 0.5)], total: 1.0, step: 0.05 };
    let limit = Limit { terms: vec![(0, 1.0), (4, 1.0)], most: 1.5 };
    let parameters = vec![number(0.0, 1.0, None), log(1.0, 100.0, Some(1.0)), always(Dimension::Ordered { count: 3 }), when];
    Space::new(parameters, &[group], vec![limit]).unwrap()
}

fn formula(point: &Point) -> Vec<f64> {
    let sum: f64 = point.0.iter().enumerate().map(|(i, x)| (x - 0.1 * i as f64 - 0.2).abs()).sum();
    vec![sum, point.0[0] - point.0[1]]
}

fn points(history: &[Observation]) -> Vec<Point> {
    history.iter().map(|observation| observation.point.clone()).collect()
}

/// Every method, with its study from the first trial to the last.
fn all() -> Vec<(Plan, Vec<Observation>)> {
    let of = |method: Method| {
        // A grid over everything has a million points.
        let few = vec![number(0.0, 1.0, None), log(1.0, 10.0, Some(1.0)), always(Dimension::Ordered { count: 3 })];
        let is_grid = matches!(method, Method::Grid(_));
        let space = if is_grid { Space::new(few, &[], Vec::new()).unwrap() } else { space() };
        let plan = plan(space, method, 7, TRIALS);
        let history = study(&plan, Vec::new(), formula);
        (plan, history)
    };
    methods().into_iter().map(of).collect()
}

#[test]
fn a_study_is_the_same_from_wherever_it_goes_on() {
    for (plan, history) in all() {
        for batch in 0..history.len() / 16 {
            let again = plan.propose(&history[..batch * 16], batch as u64 * 16..batch as u64 * 16 + 16);
            assert_eq!(again, points(&history[batch * 16..(history.len()).min(batch * 16 + 16)]), "{plan:?} {batch}");
        }
        let resumed = study(&plan, history[..48].to_vec(), formula);
        assert_eq!(resumed, history);
    }
}

/// One by one, over the edges of batches, or all at once, and with results at hand that a proposal must not see.
#[test]
fn how_proposals_are_asked_for_makes_no_difference() {
    for (plan, history) in all() {
        let all = points(&history);
        let count = history.len() as u64;
        assert_eq!(plan.propose(&history, 0..count), all);
        assert_eq!(plan.propose(&history, 0..count + 100), all);
        assert_eq!(plan.propose(&history, 37..count - 5), all[37..all.len() - 5]);
        assert!(plan.propose(&history, 40..40).is_empty());
        for k in [0, 15, 16, 70, 79, 95] {
            assert_eq!(plan.propose(&history, k..k + 1), all[k as usize..=k as usize]);
        }
        // What is known of a proposal's own batch is not looked at.
        let mut otherwise = history.clone();
        otherwise[64..].iter_mut().for_each(|observation| observation.outcome = Outcome::default());
        assert_eq!(plan.propose(&otherwise, 64..80), all[64..80]);
    }
}

/// In a space that can be counted, proposals also depend on which points others of their batch have taken.
#[test]
fn neither_where_points_can_be_taken() {
    let space = Space::new(vec![always(Dimension::Ordered { count: 7 }); 3], &[], Vec::new()).unwrap();
    for method in methods() {
        let plan = plan(space.clone(), method, 7, if matches!(method, Method::Grid(_)) { 343 } else { TRIALS });
        let history = study(&plan, Vec::new(), formula);
        let all = points(&history);
        for k in 0..all.len() as u64 {
            assert_eq!(plan.propose(&history, k..k + 1), all[k as usize..=k as usize], "{method:?} {k}");
        }
    }
}

#[test]
fn threads_make_no_difference() {
    let all = all();
    for (plan, history) in &all {
        let batches: Vec<Vec<Point>> = thread::scope(|scope| {
            let batches: Vec<_> = (0..history.len() as u64 / 16)
                .rev()
                .map(|batch| scope.spawn(move || plan.propose(history, batch * 16..batch * 16 + 16)))
                .collect();
            batches.into_iter().rev().map(|batch| batch.join().unwrap()).collect()
        });
        assert_eq!(batches.concat(), points(&history[..history.len() / 16 * 16]));
    }
}

/// The bytes of every method, on any processor and in any process; they change only where a method does.
#[test]
fn the_bytes_stand() {
    let found: Vec<String> =
        all().iter().map(|(_, history)| format!("{:016x}", digest(history.iter().map(|observation| &observation.point)))).collect();
    let expected = [
        "dbb2ea2c630990ed",
        "dc9cc4916ecac040",
        "5c4a81beabc4aab0",
        "5482fc65828979ca",
        "28e510885839939b",
        "6807843f51df5967",
        "005eef2d0b953ff3",
    ];
    assert_eq!(found, expected);
}

#[test]
fn seeds_and_numbers_tell_proposals_apart() {
    for method in methods().into_iter().filter(|method| !matches!(method, Method::Grid(_))) {
        let of = |seed| points(&study(&plan(space(), method, seed, 64), Vec::new(), formula));
        let (a, b) = (of(1), of(2));
        assert!(a.iter().zip(&b).all(|(a, b)| a != b), "{method:?}");
        for (i, point) in a.iter().enumerate() {
            assert!(!a[..i].contains(point), "{method:?} {i}");
        }
    }
}

/// Results of every kind, in whatever mixture, are taken.
#[test]
fn nothing_that_may_come_of_a_trial_upsets_a_sampler() {
    let outcomes = [
        Outcome { objectives: vec![None, Some(1.0)], violations: vec![] },
        Outcome { objectives: vec![Some(f64::NAN), Some(f64::INFINITY)], violations: vec![0.0] },
        Outcome { objectives: vec![], violations: vec![3.0, -1.0] },
        Outcome { objectives: vec![], violations: vec![f64::NAN] },
        Outcome { objectives: vec![Some(1.0), Some(1.0)], violations: vec![] },
        Outcome { objectives: vec![Some(-1e300), Some(1e300)], violations: vec![f64::INFINITY] },
    ];
    for method in methods().into_iter().filter(|method| !matches!(method, Method::Grid(_))) {
        for only in 0..=outcomes.len() {
            let plan = plan(space(), method, 1, 640);
            let mut history: Vec<Observation> = Vec::new();
            while history.len() < 640 {
                let begins = history.len() as u64;
                for point in plan.propose(&history, begins..begins + 16) {
                    assert!(point.0.len() == 7 && point.0.iter().all(|unit| (0.0..=1.0).contains(unit)), "{method:?} {point:?}");
                    let outcome = outcomes.get(only).unwrap_or(&outcomes[history.len() * 7 % 5]).clone();
                    history.push(Observation { point, outcome });
                }
            }
        }
    }
}

#[test]
fn a_batch_of_any_size_is_a_study_of_its_own() {
    assert_eq!([BatchSize::new(0), BatchSize::new(33)], [None; 2]);
    for size in [1, 5, 32] {
        for method in methods().into_iter().filter(|method| !matches!(method, Method::Grid(_))) {
            let directions = vec![Direction::Least; if matches!(method, Method::Nsga(_)) { 2 } else { 1 }];
            let plan = Plan::new(cube(3), directions, method, 1, BatchSize::new(size).unwrap(), 70).unwrap();
            let history = study(&plan, Vec::new(), formula);
            assert_eq!(history.len(), 70);
            assert_eq!(plan.propose(&history, 0..70), points(&history));
        }
    }
}

#[test]
#[should_panic(expected = "proposals from 32 on need as many results, not 31")]
fn results_that_are_missing_are_a_broken_law() {
    let plan = plan(cube(2), Method::Tpe(TpeSettings::default()), 1, 64);
    let history = study(&self::plan_of(32), Vec::new(), formula);
    let _ = plan.propose(&history[..31], 32..33);
}

fn plan_of(trials: u64) -> Plan {
    plan(cube(2), Method::Random, 1, trials)
}

#[test]
fn plans_that_cannot_be_carried_out_are_refused() {
    let refused = |space: Space, count: usize, method: Method, trials: u64| {
        Plan::new(space, vec![Direction::Least; count], method, 1, BatchSize::default(), trials).unwrap_err()
    };
    let tpe = TpeSettings::default();
    assert_eq!(refused(cube(2), 2, Method::Tpe(tpe), 10), PlanError::Objectives { found: 2, expected: (1, 1) });
    assert_eq!(refused(cube(2), 0, Method::Random, 10), PlanError::Objectives { found: 0, expected: (1, usize::MAX) });
    assert_eq!(refused(cube(2), 4, Method::Nsga(NsgaSettings::default()), 10), PlanError::Objectives { found: 4, expected: (2, 3) });
    assert_eq!(refused(cube(2), 1, Method::Sobol, 65_537), PlanError::SobolPoints);
    assert_eq!(refused(cube(257), 1, Method::Sobol, 10), PlanError::SobolCoordinates);
    assert_eq!(refused(cube(2), 1, Method::Grid(GridSettings::default()), 10), PlanError::EndlessGrid);
    assert_eq!(refused(cube(2), 1, Method::Grid(GridSettings { of_continuous: Some(1) }), 10), PlanError::EndlessGrid);
    assert_eq!(refused(cube(200), 1, Method::Grid(GridSettings { of_continuous: Some(9) }), 10), PlanError::LargeGrid(u128::MAX));
    let unordered = Space::new(vec![number(0.0, 1.0, None), always(Dimension::Choice { count: 3 })], &[], Vec::new()).unwrap();
    assert_eq!(refused(unordered, 1, Method::Cma(CmaSettings::default()), 10), PlanError::Unordered(1));
    assert_eq!(refused(cube(2), 1, Method::Tpe(TpeSettings { good: 1.0, ..tpe }), 10), PlanError::Setting("good"));
    assert_eq!(refused(cube(2), 1, Method::Tpe(TpeSettings { candidates: 0, ..tpe }), 10), PlanError::Setting("candidates"));
}
