//! Whether samplers find what they look for: known-bad-sampler tests, and known formulas.

use super::support::{always, best, cube, log, median, number, plan, squares, study};
use rotate::sampler::observation::{Direction, Point};
use rotate::sampler::pareto::{front, hypervolume};
use rotate::sampler::plan::Method;
use rotate::sampler::space::Space;
use rotate::sampler::space::dimension::{Dimension, Value};
use rotate::sampler::{CmaSettings, GridSettings, NsgaSettings, TpeSettings, grid_size};

fn tpe(joint: bool) -> Method {
    Method::Tpe(TpeSettings { joint, ..TpeSettings::default() })
}

fn bests(method: Method, trials: u64, seeds: u64) -> Vec<f64> {
    (0..seeds).map(|seed| best(&study(&plan(cube(4), method, seed, trials), Vec::new(), squares))).collect()
}

/// Two parameters of equal range are two: a sampler that tells them apart by their range proposes equal values, and never finds (0.2, 0.8).
#[test]
fn two_parameters_of_equal_range_are_two() {
    for method in [tpe(false), tpe(true), Method::Cma(CmaSettings::default()), Method::Random, Method::Sobol] {
        let history =
            study(&plan(cube(2), method, 3, 200), Vec::new(), |point| vec![(point.0[0] - 0.2).powi(2) + (point.0[1] - 0.8).powi(2)]);
        assert!(history.iter().all(|observation| observation.point.0[0] != observation.point.0[1]), "{method:?}");
        if !matches!(method, Method::Random | Method::Sobol) {
            assert!(best(&history) < 3e-4, "{method:?} {}", best(&history));
        }
    }
}

/// On at least 8 of 10 seeds, and in the order of what Optuna and the crate `tpe` reach: 0.0002 to 0.0004 after 200 trials, random 0.02.
#[test]
fn tpe_beats_chance() {
    let chance = bests(Method::Random, 200, 10);
    for joint in [false, true] {
        let found = bests(tpe(joint), 200, 10);
        assert!(found.iter().zip(&chance).filter(|(found, chance)| found < chance).count() >= 8, "{found:?} {chance:?}");
        assert!(median(found.clone()) < 0.0008, "{found:?}");
    }
    assert!(median(bests(tpe(false), 200, 10)) < 0.0004);
}

#[test]
fn tpe_goes_on_to_get_better() {
    assert!(median(bests(tpe(false), 1000, 3)) < 0.000_04);
}

/// Without the constant liar a batch would gather at one place.
#[test]
fn a_batch_spreads() {
    let history = study(&plan(cube(4), tpe(false), 5, 320), Vec::new(), squares);
    for batch in history[160..].chunks(16) {
        let distance = |a: &Point, b: &Point| a.0.iter().zip(&b.0).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        let far = |a: &Point| batch.iter().map(|b| distance(a, &b.point)).fold(0.0, f64::max);
        assert!(batch.iter().map(|a| far(&a.point)).fold(0.0, f64::max) > 0.05);
    }
}

#[test]
fn tpe_turns_towards_the_largest_too() {
    let plan = |direction| {
        rotate::sampler::plan::Plan::new(cube(2), vec![direction], tpe(false), 1, rotate::sampler::BatchSize::default(), 160).unwrap()
    };
    let least = study(&plan(Direction::Least), Vec::new(), squares);
    let most = study(&plan(Direction::Most), Vec::new(), |point| vec![-squares(point)[0]]);
    assert!(least.iter().zip(&most).all(|(a, b)| a.point == b.point));
}

/// Choices, orders, whole numbers and steps together; of a space that can be counted nothing is proposed twice while anything is left.
#[test]
fn mixed_spaces_are_searched_without_repetition() {
    let parameters = vec![
        always(Dimension::Choice { count: 6 }),
        always(Dimension::Ordered { count: 8 }),
        always(Dimension::Integer { min: 5, max: 50, step: 5 }),
        number(0.0, 1.0, Some(0.1)),
    ];
    let space = Space::new(parameters, &[], Vec::new()).unwrap();
    assert_eq!(space.count(), Some(6 * 8 * 10 * 11));
    let formula = |point: &Point| match space.values(point)[..] {
        [Some(Value::Choice(a)), Some(Value::Choice(b)), Some(Value::Whole(c)), Some(Value::Number(d))] => {
            vec![f64::from(a != 4) + (f64::from(b) - 6.0).abs() / 8.0 + (c as f64 - 15.0).abs() / 50.0 + (d - 0.7).abs(), d]
        }
        ref other => panic!("{other:?}"),
    };
    for method in [tpe(false), tpe(true)] {
        let found = median((0..9).map(|seed| best(&study(&plan(space.clone(), method, seed, 200), Vec::new(), formula))).collect());
        assert!(found < 1e-9, "{method:?} {found}");
    }
    for method in [tpe(false), tpe(true), Method::Nsga(NsgaSettings::default())] {
        let history = study(&plan(space.clone(), method, 2, 320), Vec::new(), formula);
        let seen: Vec<_> = history.iter().map(|observation| space.values(&observation.point)).collect();
        assert!((0..seen.len()).all(|i| !seen[..i].contains(&seen[i])), "{method:?}");
    }
}

/// When everything was tried, a study goes on with repetitions, and ends.
#[test]
fn an_exhausted_space_is_repeated() {
    let space = Space::new(vec![always(Dimension::Choice { count: 3 }), always(Dimension::Ordered { count: 4 })], &[], Vec::new()).unwrap();
    let history = study(&plan(space.clone(), tpe(false), 1, 64), Vec::new(), |point| vec![point.0[1]]);
    let first: std::collections::BTreeSet<String> =
        history[..16].iter().map(|observation| format!("{:?}", space.values(&observation.point))).collect();
    assert_eq!(first.len(), 12);
}

fn cma(trials: u64, seed: u64, space: Space, formula: impl Fn(&[f64]) -> f64) -> f64 {
    best(&study(&plan(space, Method::Cma(CmaSettings::default()), seed, trials), Vec::new(), |point| vec![formula(&point.0)]))
}

#[test]
fn cma_finds_the_middle_of_a_sphere() {
    for seed in 0..5 {
        let found = cma(1000, seed, cube(5), |x| squares(&Point(x.to_vec()))[0]);
        assert!(found < 1e-6, "{seed}: {found}");
    }
}

/// Axes of length 1 to 1000, turned by 45° in each neighbouring plane: only who learns the shape gets there.
#[test]
fn cma_learns_the_shape_of_an_ellipsoid() {
    let ellipsoid = |x: &[f64]| {
        let mut y: Vec<f64> = x.iter().zip([0.3, 0.6, 0.4, 0.7, 0.45]).map(|(x, at)| x - at).collect();
        for i in 0..4 {
            (y[i], y[i + 1]) = ((y[i] - y[i + 1]) / 2_f64.sqrt(), (y[i] + y[i + 1]) / 2_f64.sqrt());
        }
        y.iter().zip([1.0, 31.6, 1e3, 3.16e4, 1e6]).map(|(y, weight)| weight * y * y).sum::<f64>()
    };
    for seed in 0..5 {
        let found = cma(6000, seed, cube(5), ellipsoid);
        assert!(found < 1e-6, "{seed}: {found}");
    }
}

/// The least is at a corner, and on a step in the middle of 100.
#[test]
fn cma_copes_with_bounds_and_steps() {
    let corner = cma(1000, 1, cube(4), |x| x.iter().sum());
    assert!(corner < 1e-3, "{corner}");
    let space = Space::new(vec![number(0.0, 9.9, Some(0.1)), number(0.0, 1.0, None), log(1.0, 500.0, Some(1.0))], &[], Vec::new()).unwrap();
    let found: Vec<f64> = (0..5)
        .map(|seed| {
            cma(640, seed, space.clone(), |x| {
                let values: Vec<f64> = space.values(&Point(x.to_vec())).into_iter().map(|value| value.unwrap().number().unwrap()).collect();
                (values[0] - 4.3).powi(2) + (values[1] - 0.2).powi(2) + ((values[2] - 47.0) / 100.0).powi(2)
            })
        })
        .collect();
    assert!(found.iter().filter(|found| **found < 1e-6).count() >= 4, "{found:?}");
}

/// A step matters so little that the search has converged on the rest before it is found; it is found still.
#[test]
fn cma_goes_on_from_step_to_step() {
    let space = Space::new(vec![number(0.0, 1.0, None), number(0.0, 9.0, Some(1.0))], &[], Vec::new()).unwrap();
    let formula = |x: &[f64]| {
        let step = space.values(&Point(x.to_vec()))[1].unwrap().number().unwrap();
        1e9 * (x[0] - 0.4).powi(2) + (step - 8.0).abs()
    };
    let found: Vec<f64> = (0..15).map(|seed| cma(640, seed, space.clone(), formula)).collect();
    assert!(found.iter().all(|found| *found < 0.5), "{found:?}");
}

/// A search that has converged on a local minimum begins anew, and finds the other.
#[test]
fn cma_begins_anew() {
    let two = |x: &[f64]| {
        let bowl = |at: f64| x.iter().map(|x| (x - at) * (x - at)).sum::<f64>();
        (bowl(0.6) + 0.01).min(bowl(0.1))
    };
    let found: Vec<f64> = (0..5).map(|seed| cma(8000, seed, cube(2), two)).collect();
    assert!(found.iter().filter(|found| **found < 1e-6).count() >= 3, "{found:?}");
}

/// ZDT1 (Zitzler, Deb and Thiele 2000) in six parameters: its front is f₂ = 1 − √f₁, with 2/3 of area above it below (1, 1), and 0.8767
/// below (1.1, 1.1).
#[test]
fn nsga_finds_the_front_of_zdt1() {
    let zdt = |point: &Point| {
        let x = &point.0;
        let g = 1.0 + 9.0 * x[1..].iter().sum::<f64>() / (x.len() as f64 - 1.0);
        vec![x[0], g * (1.0 - (x[0] / g).sqrt())]
    };
    for seed in 0..3 {
        let history = study(&plan(cube(6), Method::Nsga(NsgaSettings::default()), seed, 2000), Vec::new(), zdt);
        let both = [Direction::Least; 2];
        let points: Vec<[f64; 2]> =
            front(&history, &both).into_iter().map(|at| [0, 1].map(|i| history[at].outcome.objectives[i].unwrap())).collect();
        let area = hypervolume(&points, [1.1, 1.1], both);
        let whole = 0.1 * 1.1 + 2.0 / 3.0 + 0.1;
        println!("ZDT1, seed {seed}: {} points, {:.4} of the area", points.len(), area / whole);
        assert!(points.len() > 40 && area > 0.98 * whole && area <= whole, "{seed}: {} {area} {whole}", points.len());
    }
}

/// Points of ZDT1's plane that break a constraint do not lead astray: f₁ is at least 0.3.
#[test]
fn nsga_keeps_to_constraints() {
    let plan = plan(cube(3), Method::Nsga(NsgaSettings::default()), 1, 800);
    let mut history = Vec::new();
    while history.len() < 800 {
        let begins = history.len() as u64;
        for point in plan.propose(&history, begins..begins + 16) {
            let x = point.0.clone();
            let g = 1.0 + x[1] + x[2];
            history.push(super::support::observed(point, &[x[0], g * (1.0 - (x[0] / g).sqrt())], 0.3 - x[0]));
        }
    }
    let late = history[400..].iter().filter(|observation| observation.point.0[0] < 0.3).count();
    assert!(late < 80, "{late}");
    assert!(front(&history, plan.directions()).iter().all(|at| history[*at].point.0[0] >= 0.3));
}

/// Of 2ⁿ points each of 2ⁿ equal parts of each coordinate holds one, each quarter of each plane a quarter; whatever the seed.
#[test]
fn sobol_points_are_even() {
    for seed in [0, 1, 0xffff_ffff_0000_0001] {
        let points = plan(cube(8), Method::Sobol, seed, 65_536).propose(&[], 0..1024);
        for coordinate in 0..8 {
            let mut held = vec![0; 1024];
            for point in &points {
                held[(point.0[coordinate] * 1024.0) as usize] += 1;
            }
            assert!(held.iter().all(|held| *held == 1), "{seed} {coordinate}");
        }
        // The first two coordinates are a net: 32 × 32 boxes hold one each.
        let mut held = vec![0; 1024];
        for point in &points {
            held[(point.0[0] * 32.0) as usize * 32 + (point.0[1] * 32.0) as usize] += 1;
        }
        assert!(held.iter().all(|held| *held == 1), "{seed}");
        assert_ne!(points[0], plan(cube(8), Method::Sobol, seed + 1, 64).propose(&[], 0..1)[0]);
    }
}

#[test]
fn grids_turn_their_last_parameter_fastest() {
    let parameters = vec![always(Dimension::Choice { count: 2 }), number(0.0, 1.0, None), number(0.1, 0.3, Some(0.1))];
    let space = Space::new(parameters, &[], Vec::new()).unwrap();
    let settings = GridSettings { of_continuous: Some(3) };
    assert_eq!([grid_size(&space, settings), grid_size(&space, GridSettings::default())], [Some(18), None]);
    let plan = plan(space.clone(), Method::Grid(settings), 1, 18);
    let all: Vec<_> = plan.propose(&[], 0..1000).iter().map(|point| space.values(point)).collect();
    let expected = (0..18).map(|k| {
        let (choice, number, step) = (k / 9, [0.0, 0.5, 1.0][k / 3 % 3], [0.1, 0.2, 0.3][k % 3]);
        [Value::Choice(choice as u32), Value::Number(number), Value::Number(step)].map(Some).to_vec()
    });
    assert_eq!(all, expected.collect::<Vec<_>>());
}

/// A grid over conditions and weights has each point once, in order, and no more.
#[test]
fn grids_leave_out_what_does_not_matter() {
    use rotate::sampler::space::simplex::Simplex;
    use rotate::sampler::space::{Condition, Parameter};
    let when = |dimension, choice, value| Parameter { dimension, condition: Some(Condition { choice, value }) };
    let parameters = vec![
        always(Dimension::Choice { count: 3 }),
        when(Dimension::Integer { min: 1, max: 4, step: 1 }, 0, 0),
        when(Dimension::Ordered { count: 2 }, 0, 1),
        always(Dimension::Choice { count: 2 }),
        when(Dimension::Integer { min: 1, max: 5, step: 1 }, 2, 1),
        log(1.0, 4.0, Some(1.0)),
    ];
    let group = Simplex { bounds: vec![(0.0, 0.6), (0.2, 0.4), (0.0, 1.0)], total: 1.0, step: 0.2 };
    let space = Space::new(parameters, &[group.clone(), group], Vec::new()).unwrap();
    // 11 of the tree, 2, 4, and 8 ways to share, twice.
    let count = space.count().unwrap();
    assert_eq!(count, 11 * 2 * 4 * 8 * 8);
    let plan = plan(space.clone(), Method::Grid(GridSettings::default()), 1, 10_000);
    assert_eq!(u128::from(plan.trials()), count);
    let all: Vec<Vec<i64>> = plan
        .propose(&[], 0..10_000)
        .iter()
        .map(|point| {
            let value = |value: &Option<Value>| match value {
                None => -1,
                Some(Value::Whole(whole)) => *whole,
                Some(Value::Choice(which)) => i64::from(*which),
                Some(Value::Number(number)) => *number as i64,
                Some(Value::Weight { steps, .. }) => *steps as i64,
            };
            space.values(point).iter().map(value).collect()
        })
        .collect();
    assert_eq!(all.len() as u128, count);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
}
