//! What a point of the unit cube means: values, steps, scales, conditions, weights that sum, limits, and spaces that mean nothing.

use super::support::{always, cube, log, number, plan, study};
use rotate::sampler::observation::Point;
use rotate::sampler::plan::Method;
use rotate::sampler::space::dimension::{Dimension, Value};
use rotate::sampler::space::error::{Part, SpaceError};
use rotate::sampler::space::simplex::Simplex;
use rotate::sampler::space::{Condition, Limit, Parameter, Space};
use rotate::sampler::{NsgaSettings, TpeSettings};

fn of(parameters: Vec<Parameter>) -> Space {
    Space::new(parameters, &[], Vec::new()).unwrap()
}

fn values(space: &Space, units: &[f64]) -> Vec<Option<Value>> {
    space.values(&Point(units.to_vec()))
}

fn numbers(space: &Space, units: &[f64]) -> Vec<f64> {
    values(space, units).into_iter().map(|value| value.unwrap().number().unwrap()).collect()
}

#[test]
fn values_by_head() {
    let space = of(vec![
        number(-1.0, 3.0, None),
        number(0.0, 0.5, Some(0.1)),
        log(0.01, 100.0, None),
        always(Dimension::Integer { min: -3, max: 9, step: 4 }),
        always(Dimension::Choice { count: 2 }),
        always(Dimension::Ordered { count: 3 }),
    ]);
    let expected = |a, b, c, d, e, f| {
        [Value::Number(a), Value::Number(b), Value::Number(c), Value::Whole(d), Value::Choice(e), Value::Choice(f)].map(Some).to_vec()
    };
    assert_eq!(values(&space, &[0.0; 6]), expected(-1.0, 0.0, 0.01, -3, 0, 0));
    assert_eq!(values(&space, &[1.0; 6]), expected(3.0, 0.5, 100.0, 9, 1, 2));
    // Three tenths are 0.3, not 0.30000000000000004.
    assert_eq!(values(&space, &[0.5; 6])[..2], [Some(Value::Number(1.0)), Some(Value::Number(0.3))]);
    let Some(Value::Number(middle)) = values(&space, &[0.5; 6])[2] else { panic!() };
    assert!((middle - 1.0).abs() < 1e-15);
    assert_eq!(space.count(), None);
}

/// Equal ratios are equally likely; with steps the nearest step is meant.
#[test]
fn a_logarithmic_scale_is_even_in_ratios() {
    let space = of(vec![log(1.0, 1000.0, None), log(1.0, 500.0, Some(1.0))]);
    let below = |edge: f64| (0..3000).filter(|i| numbers(&space, &[(f64::from(*i) + 0.5) / 3000.0, 0.5])[0] < edge).count();
    assert_eq!([below(10.0), below(100.0)], [1000, 2000]);
    for i in 0..500 {
        let found = numbers(&space, &[0.5, f64::from(i) / 499.0])[1];
        assert_eq!(found, found.round());
    }
}

#[test]
fn what_a_point_means_is_found_again() {
    let space = Space::new(
        vec![
            number(-1.0, 3.0, None),
            number(0.05, 0.95, Some(0.05)),
            log(0.01, 100.0, None),
            log(5.0, 500.0, Some(5.0)),
            always(Dimension::Integer { min: -7, max: 50, step: 3 }),
            always(Dimension::Choice { count: 5 }),
            Parameter { dimension: Dimension::Ordered { count: 4 }, condition: Some(Condition { choice: 5, value: 2 }) },
        ],
        &[Simplex { bounds: vec![(0.0, 1.0), (0.1, 0.3), (0.2, 0.2), (0.0, 1.0)], total: 1.0, step: 0.01 }],
        Vec::new(),
    )
    .unwrap();
    let random = plan(space.clone(), Method::Random, 3, 2000);
    for point in random.propose(&[], 0..2000) {
        let snapped = space.snapped(&point);
        let (meant, again) = (space.values(&point), space.values(&snapped));
        for (a, b) in meant.iter().zip(&again) {
            // A number without steps is found again but for its last bits.
            match (a, b) {
                (Some(Value::Number(a)), Some(Value::Number(b))) => assert!((a - b).abs() <= 1e-13 * a.abs(), "{a} {b}"),
                _ => assert_eq!(a, b),
            }
        }
        assert_eq!(space.snapped(&snapped).0[3..], snapped.0[3..]);
    }
    assert_eq!(space.point(&[]), None);
    let mut wrong = space.values(&Point(vec![0.5; space.coordinates()]));
    wrong[4] = Some(Value::Whole(-6));
    assert_eq!(space.point(&wrong), None);
}

fn steps(space: &Space, point: &Point) -> Vec<u64> {
    let weights =
        space.values(point).into_iter().filter_map(|value| if let Some(Value::Weight { steps, .. }) = value { Some(steps) } else { None });
    weights.collect()
}

/// 10,000 draws of a group with bounds that cut: every sum is exact, every bound kept, and every weight gets about.
#[test]
fn weights_sum_exactly() {
    let group = Simplex { bounds: vec![(0.0, 0.6), (0.05, 0.25), (0.1, 1.0), (0.0, 0.3), (0.15, 0.15)], total: 1.0, step: 0.01 };
    let space = Space::new(Vec::new(), &[group], Vec::new()).unwrap();
    assert_eq!(space.coordinates(), 4);
    let points = plan(space.clone(), Method::Random, 1, 10_000).propose(&[], 0..10_000);
    let (low, high) = ([0, 5, 10, 0, 15], [60, 25, 100, 30, 15]);
    let mut seen = [(100, 0); 5];
    for point in &points {
        let steps = steps(&space, point);
        assert_eq!(steps.iter().sum::<u64>(), 100, "{point:?}");
        for i in 0..5 {
            assert!((low[i]..=high[i]).contains(&steps[i]), "{steps:?}");
            seen[i] = (steps[i].min(seen[i].0), steps[i].max(seen[i].1));
        }
    }
    // Up to 80 by what the others must have, which is the corner of a corner.
    assert!(seen[2].1 > 70);
    seen[2].1 = 80;
    assert_eq!(seen, [(0, 60), (5, 25), (10, 80), (0, 30), (15, 15)]);
    let Some(Value::Weight { steps: 15, value }) = space.values(&points[0])[4] else { panic!() };
    assert_eq!(value, 0.15);
}

/// Without bounds that matter a weight of Dirichlet(1, 1, 1) is above x with probability (1 − x)².
#[test]
fn all_ways_to_share_are_equally_likely() {
    let group = Simplex { bounds: vec![(0.0, 1.0); 3], total: 1.0, step: 0.001 };
    let space = Space::new(Vec::new(), &[group], Vec::new()).unwrap();
    let points = plan(space.clone(), Method::Random, 2, 20_000).propose(&[], 0..20_000);
    for weight in 0..3 {
        let share = points.iter().filter(|point| steps(&space, point)[weight] > 500).count() as f64 / 20_000.0;
        assert!((share - 0.25).abs() < 0.01, "{share}");
    }
}

/// Also from the corners of the cube, and whoever samples.
#[test]
fn weights_sum_for_every_sampler() {
    let group = |step: f64| Simplex { bounds: vec![(0.0, 0.5), (0.0, 0.5), (0.0, 0.5), (0.1, 0.9)], total: 1.0, step };
    let space = Space::new(vec![number(0.0, 1.0, None)], &[group(0.05), group(0.1)], Vec::new()).unwrap();
    let holds = |point: &Point| {
        let steps = steps(&space, point);
        assert_eq!([steps[..4].iter().sum::<u64>(), steps[4..].iter().sum()], [20, 10], "{point:?}");
    };
    for corner in 0..1 << 9 {
        holds(&Point((0..9).map(|i| f64::from(corner >> i & 1)).collect()));
    }
    let formula = |point: &Point| {
        let steps = steps(&space, point);
        vec![(steps[0] as f64 - 7.0).abs() + (steps[5] as f64 - 2.0).abs(), steps[1] as f64]
    };
    for method in super::support::methods().into_iter().filter(|method| !matches!(method, Method::Grid(_))) {
        for observation in study(&plan(space.clone(), method, 4, 160), Vec::new(), formula) {
            holds(&observation.point);
        }
    }
}

/// 1 to 9 weights whose bounds leave one way only, all ways, or a few.
#[test]
fn points_are_counted_where_they_can_be() {
    let count = |bounds: Vec<(f64, f64)>| {
        Space::new(vec![number(0.0, 1.0, Some(1.0))], &[Simplex { bounds, total: 1.0, step: 0.1 }], Vec::new()).unwrap().count()
    };
    // Ten steps over three: C(12, 2) = 66, twice for the parameter.
    assert_eq!(count(vec![(0.0, 1.0); 3]), Some(132));
    assert_eq!(count(vec![(0.5, 1.0), (0.5, 1.0)]), Some(2));
    // 0.3 to 0.5 and the rest.
    assert_eq!(count(vec![(0.3, 0.5), (0.0, 1.0)]), Some(6));
    assert_eq!(of(vec![always(Dimension::Integer { min: 0, max: 9, step: 1 }); 40]).count(), Some(u128::MAX));
}

fn conditional() -> Vec<Parameter> {
    let when = |dimension, choice, value| Parameter { dimension, condition: Some(Condition { choice, value }) };
    vec![
        always(Dimension::Choice { count: 3 }),
        when(Dimension::Integer { min: 1, max: 4, step: 1 }, 0, 0),
        when(Dimension::Ordered { count: 2 }, 0, 1),
        when(Dimension::Integer { min: 1, max: 5, step: 1 }, 2, 1),
        always(Dimension::Choice { count: 2 }),
    ]
}

/// 4 of the first value, 1 + 5 of the second, 1 of the third; each twice.
#[test]
fn conditions_make_trees() {
    let space = of(conditional());
    assert_eq!(space.count(), Some(22));
    let matters = |units: [f64; 5]| values(&space, &units).iter().map(Option::is_some).collect::<Vec<_>>();
    assert_eq!(matters([0.1, 0.5, 0.9, 0.5, 0.5]), [true, true, false, false, true]);
    assert_eq!(matters([0.5, 0.5, 0.1, 0.5, 0.5]), [true, false, true, false, true]);
    assert_eq!(matters([0.5, 0.5, 0.9, 0.5, 0.5]), [true, false, true, true, true]);
    assert_eq!(matters([0.9, 0.5, 0.9, 0.5, 0.5]), [true, false, false, false, true]);
}

/// The good branch has a parameter that must be right; what does not matter does not mislead.
#[test]
fn a_branch_is_found_and_what_matters_in_it() {
    let when = |value| Parameter { dimension: number(0.0, 1.0, None).dimension, condition: Some(Condition { choice: 0, value }) };
    let space = of(vec![always(Dimension::Choice { count: 3 }), when(0), when(1), when(2)]);
    let formula = |point: &Point| match space.values(point)[..] {
        [Some(Value::Choice(0)), Some(Value::Number(x)), None, None] => vec![1.0 + (x - 0.5).abs()],
        [Some(Value::Choice(1)), None, Some(Value::Number(x)), None] => vec![(x - 0.77).abs()],
        [Some(Value::Choice(2)), None, None, Some(Value::Number(x))] => vec![0.3 + x],
        ref other => panic!("{other:?}"),
    };
    for joint in [false, true] {
        let method = Method::Tpe(TpeSettings { joint, ..TpeSettings::default() });
        let found = super::support::median(
            (0..9).map(|seed| super::support::best(&study(&plan(space.clone(), method, seed, 160), Vec::new(), formula))).collect(),
        );
        assert!(found < 0.003, "{found}");
    }
}

/// x + y ≤ 0.5 leaves an eighth: drawn anew until it holds. What cannot hold is said, by the least that was found.
#[test]
fn limits_are_kept() {
    let limit = |most| vec![Limit { terms: vec![(0, 1.0), (1, 1.0)], most }];
    let space = Space::new(vec![number(0.0, 1.0, None); 2], &[], limit(0.5)).unwrap();
    let methods = [Method::Random, Method::Tpe(TpeSettings::default()), Method::Nsga(NsgaSettings::default())];
    for method in methods {
        let history = study(&plan(space.clone(), method, 1, 160), Vec::new(), |point| vec![-point.0[0], -point.0[1]]);
        assert!(history.iter().all(|observation| space.violation(&observation.point) == 0.0));
    }
    let never = Space::new(vec![number(0.0, 1.0, None); 2], &[], limit(-1.0)).unwrap();
    let points = plan(never.clone(), Method::Random, 1, 100).propose(&[], 0..100);
    assert!(points.iter().all(|point| (1.0..1.5).contains(&never.violation(point))));
    // 0.1 + 0.2 is not more than 0.3.
    let tight = Space::new(vec![number(0.0, 1.0, Some(0.1)); 2], &[], limit(0.3)).unwrap();
    assert_eq!(tight.violation(&tight.point(&[Some(Value::Number(0.1)), Some(Value::Number(0.2))]).unwrap()), 0.0);
    assert!(tight.violation(&tight.point(&[Some(Value::Number(0.2)), Some(Value::Number(0.2))]).unwrap()) > 0.09);
}

#[test]
fn spaces_that_mean_nothing_are_refused() {
    let refused = |parameters: Vec<Parameter>| Space::new(parameters, &[], Vec::new()).unwrap_err();
    let part = Part::Parameter(0);
    assert_eq!(refused(Vec::new()), SpaceError::NothingToVary);
    assert_eq!(refused(vec![number(1.0, 1.0, None)]), SpaceError::NothingToVary);
    assert_eq!(refused(vec![number(2.0, 1.0, None)]), SpaceError::MinAboveMax { part });
    assert_eq!(refused(vec![number(0.0, f64::NAN, None)]), SpaceError::NotFinite { part });
    assert_eq!(refused(vec![number(-1e308, 1e308, None)]), SpaceError::NotFinite { part });
    assert_eq!(refused(vec![number(0.0, 1.0, Some(0.0))]), SpaceError::StepNotPositive { part });
    assert_eq!(refused(vec![number(0.0, 1.0, Some(1e-300))]), SpaceError::TooManySteps { part });
    assert_eq!(refused(vec![log(0.0, 1.0, None)]), SpaceError::LogOfNothing { part });
    assert_eq!(refused(vec![always(Dimension::Integer { min: i64::MIN, max: i64::MAX, step: 1 })]), SpaceError::TooManySteps { part });
    assert_eq!(refused(vec![always(Dimension::Integer { min: 0, max: 1, step: 0 })]), SpaceError::StepNotPositive { part });
    assert_eq!(refused(vec![always(Dimension::Choice { count: 0 })]), SpaceError::NoChoice { part });
    for (choice, value) in [(0, 3), (1, 0), (5, 0), (9, 0)] {
        let mut parameters = vec![always(Dimension::Choice { count: 3 }), number(0.0, 1.0, None)];
        parameters.push(Parameter { condition: Some(Condition { choice, value }), ..number(0.0, 1.0, None) });
        assert_eq!(refused(parameters), SpaceError::Condition { part: Part::Parameter(2) });
    }
    let group = |bounds: &[(f64, f64)], total, step| {
        Space::new(Vec::new(), &[Simplex { bounds: bounds.to_vec(), total, step }], Vec::new()).unwrap_err()
    };
    let part = Part::Group(0);
    assert_eq!(group(&[(0.0, 0.4), (0.0, 0.4)], 1.0, 0.1), SpaceError::Unreachable { part, least: 0.0, most: 0.8, total: 1.0 });
    assert_eq!(group(&[(0.6, 1.0), (0.6, 1.0)], 1.0, 0.1), SpaceError::Unreachable { part, least: 1.2, most: 2.0, total: 1.0 });
    assert_eq!(group(&[(0.0, 1.0), (0.0, 1.0)], 1.0, 0.3), SpaceError::TotalOffStep { part });
    assert_eq!(group(&[(0.0, 1.0), (0.41, 0.49)], 1.0, 0.1), SpaceError::MinAboveMax { part });
    assert_eq!(group(&[(0.0, 1.0), (-0.1, 0.5)], 1.0, 0.1), SpaceError::Weight { part });
    assert_eq!(group(&[], 1.0, 0.1), SpaceError::Weight { part });
    assert_eq!(group(&[(0.0, 1.0); 2], 1.0, 1e-9), SpaceError::TooManySteps { part });
    assert_eq!(group(&[(0.5, 0.5); 2], 1.0, 0.1), SpaceError::NothingToVary);
    let limit = |terms: &[(usize, f64)], most| {
        let parameters = vec![number(0.0, 1.0, None), always(Dimension::Ordered { count: 2 })];
        Space::new(parameters, &[], vec![Limit { terms: terms.to_vec(), most }]).unwrap_err()
    };
    let part = Part::Limit(0);
    assert_eq!(limit(&[(1, 1.0)], 1.0), SpaceError::Limit { part });
    assert_eq!(limit(&[(2, 1.0)], 1.0), SpaceError::Limit { part });
    assert_eq!(limit(&[], 1.0), SpaceError::Limit { part });
    assert_eq!(limit(&[(0, f64::NAN)], 1.0), SpaceError::NotFinite { part });
    assert_eq!(cube(2).coordinates(), 2);
}
