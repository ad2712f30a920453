//! Studies of formulas: spaces, and a loop from proposals to results.
#![allow(dead_code)]

use rotate::sampler::observation::{Direction, Observation, Outcome, Point};
use rotate::sampler::plan::{Method, Plan};
use rotate::sampler::space::dimension::{Dimension, Scale};
use rotate::sampler::space::{Parameter, Space};
use rotate::sampler::{BatchSize, CmaSettings, GridSettings, NsgaSettings, TpeSettings};

pub fn always(dimension: Dimension) -> Parameter {
    Parameter { dimension, condition: None }
}

pub fn number(min: f64, max: f64, step: Option<f64>) -> Parameter {
    always(Dimension::Continuous { min, max, scale: Scale::Linear, step })
}

pub fn log(min: f64, max: f64, step: Option<f64>) -> Parameter {
    always(Dimension::Continuous { min, max, scale: Scale::Log, step })
}

/// `count` numbers of `[0, 1]`.
pub fn cube(count: usize) -> Space {
    Space::new(vec![number(0.0, 1.0, None); count], &[], Vec::new()).unwrap()
}

pub fn plan(space: Space, method: Method, seed: u64, trials: u64) -> Plan {
    let directions = vec![Direction::Least; if matches!(method, Method::Nsga(_)) { 2 } else { 1 }];
    Plan::new(space, directions, method, seed, BatchSize::default(), trials).unwrap()
}

pub fn observed(point: Point, objectives: &[f64], violation: f64) -> Observation {
    Observation { point, outcome: Outcome { objectives: objectives.iter().copied().map(Some).collect(), violations: vec![violation] } }
}

/// A study from its first trial, or from where `history` ends, to its last.
pub fn study(plan: &Plan, mut history: Vec<Observation>, formula: impl Fn(&Point) -> Vec<f64>) -> Vec<Observation> {
    while (history.len() as u64) < plan.trials() {
        let begins = history.len() as u64;
        let points = plan.propose(&history, begins..begins + plan.batch().get());
        assert!(!points.is_empty());
        for point in points {
            let (objectives, violation) = (formula(&point), plan.space().violation(&point));
            history.push(observed(point, &objectives, violation));
        }
    }
    history
}

/// The smallest first objective.
pub fn best(history: &[Observation]) -> f64 {
    history.iter().filter_map(|observation| observation.outcome.objectives[0]).fold(f64::INFINITY, f64::min)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Of squares of distances from a place that is no middle.
pub fn squares(point: &Point) -> Vec<f64> {
    let place = [0.3, 0.6, 0.2, 0.8, 0.45];
    vec![point.0.iter().zip(place).map(|(x, at)| (x - at) * (x - at)).sum()]
}

/// Every bit of some points in one word (FNV-1a).
pub fn digest<'a>(points: impl Iterator<Item = &'a Point>) -> u64 {
    let bytes = points.flat_map(|point| &point.0).flat_map(|unit| unit.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// One of each that can work on any space without unordered choices.
pub fn methods() -> [Method; 7] {
    let tpe = TpeSettings::default();
    [
        Method::Grid(GridSettings { of_continuous: Some(4) }),
        Method::Random,
        Method::Sobol,
        Method::Tpe(tpe),
        Method::Tpe(TpeSettings { joint: true, ..tpe }),
        Method::Cma(CmaSettings::default()),
        Method::Nsga(NsgaSettings { population: 20, ..NsgaSettings::default() }),
    ]
}
