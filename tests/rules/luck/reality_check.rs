//! Reality checks by numbers one can check by head, and what must hold of them.

use super::common::{Noise, close};
use rotate::luck::draws::{Draws, mean_block};
use rotate::luck::input::InputError;
use rotate::luck::reality_check::{Centring, Contest, PValues, Scale, long_run_variance};

const SCALES: [Scale; 2] = [Scale::Plain, Scale::Studentised];

#[test]
fn by_head() {
    // Differences of 1, −1, 1, −1 … with a first of 9: their mean is 1. Four rows, whose means are 9, 1, −1 and 1.
    let model = [9.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
    let rows = [vec![0; 8], (0..8).collect(), vec![1; 8], vec![2; 8]];
    let draws = Draws::of_rows(&rows, 8, 1.0).unwrap();
    let contest = Contest::of(&[model], &[0.0; 8], &draws, Scale::Plain).unwrap();
    // Centred they are 8, 0, −2 and 0: one of four is above 1.
    assert_eq!(contest.spa(), PValues { lower: 0.25, consistent: 0.25, upper: 0.25 });
    assert_eq!(contest.reality_check(), 0.25);
    // The largest of each draw, not below nought, are 0, 0, 0, 8: the value three quarters up is 0, at the top 8.
    assert_eq!(contest.critical_value(0.25, Centring::Upper), Some(2.0));
    assert_eq!(contest.critical_value(0.0, Centring::Upper), Some(8.0));
    assert_eq!(contest.critical_value(1.5, Centring::Upper), None);
    assert_eq!((contest.step_m(0.5), contest.step_m(0.25)), (vec![0], vec![]));
    // In blocks of one, the long-run variance is the variance (ddof 0): (64 + 4·4 + 3·0) / 8 = 10.
    assert!(close(contest.long_run_variances()[0], 10.0));
}

#[test]
fn in_longer_blocks_memory_counts() {
    let slow: Vec<f64> = (0..40).map(|at| if at / 10 % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let quick: Vec<f64> = (0..40).map(|at| if at % 2 == 0 { 1.0 } else { -1.0 }).collect();
    assert_eq!((long_run_variance(&slow, 1.0), long_run_variance(&quick, 1.0)), (Some(1.0), Some(1.0)));
    assert!(long_run_variance(&slow, 5.0).unwrap() > 2.0);
    assert!(long_run_variance(&quick, 5.0).unwrap() < 0.3);
    assert_eq!((long_run_variance(&[1.0; 9], 5.0), long_run_variance(&[1.0, f64::NAN], 5.0)), (None, None));
}

/// The closed form is the variance of what the draws give.
#[test]
fn drawn_means_vary_as_the_long_run_variance_says() {
    let mut noise = Noise::new(1);
    let mut last = 0.0;
    let series: Vec<f64> = (0..200)
        .map(|_| {
            last = 0.6 * last + noise.normal();
            last
        })
        .collect();
    let draws = Draws::seeded(200, 6.0, 20_000, 3).unwrap();
    // A critical value without centring is a quantile of the drawn means: for a normal variable, 1.645 deviations above the mean.
    let contest = Contest::of(&[&series], &[0.0; 200], &draws, Scale::Plain).unwrap();
    let found = contest.critical_value(0.05, Centring::Upper).unwrap();
    let expected = 1.645 * (contest.long_run_variances()[0] / 200.0).sqrt();
    assert!((found / expected - 1.0).abs() < 0.05, "{found} {expected}");
}

fn contest(models: &[Vec<f64>], benchmark: &[f64], scale: Scale) -> Contest {
    let draws = Draws::seeded(benchmark.len(), mean_block(models, benchmark).unwrap(), 500, 1).unwrap();
    Contest::of(models, benchmark, &draws, scale).unwrap()
}

#[test]
fn what_is_clearly_better_is_found() {
    for seed in 0..10 {
        let mut noise = Noise::new(seed);
        let benchmark = noise.returns(400, 0.0, 0.01);
        let mut models: Vec<Vec<f64>> = (0..20).map(|_| noise.returns(400, 0.0, 0.01)).collect();
        models[7] = noise.returns(400, 0.006, 0.01);
        for scale in SCALES {
            let contest = contest(&models, &benchmark, scale);
            let p = contest.spa();
            assert!(p.lower <= p.consistent && p.consistent <= p.upper && p.upper < 0.01, "{seed}: {p:?}");
            assert!(contest.reality_check() < 0.01);
            assert!(contest.step_m(0.05).contains(&7));
        }
    }
}

#[test]
fn luck_is_called_significant_as_often_as_it_should() {
    let mut significant = [0; 2];
    for seed in 100..220 {
        let mut noise = Noise::new(seed);
        let benchmark = noise.returns(200, 0.0, 0.01);
        let models: Vec<Vec<f64>> = (0..10).map(|_| noise.returns(200, 0.0, 0.01)).collect();
        for (count, scale) in significant.iter_mut().zip(SCALES) {
            *count += usize::from(contest(&models, &benchmark, scale).spa().consistent <= 0.05);
        }
    }
    // Six of 120 are expected; 14 or more come in less than one of 300 such runs.
    assert!(significant.iter().all(|count| *count <= 13), "{significant:?}");
}

#[test]
fn where_none_is_better_there_is_nothing_to_explain() {
    let mut noise = Noise::new(5);
    let benchmark = noise.returns(100, 0.0, 0.01);
    let worse: Vec<f64> = benchmark.iter().map(|r| r - 0.001).collect();
    let hopeless: Vec<f64> = benchmark.iter().map(|r| r - 0.02 + 0.001 * noise.normal()).collect();
    let draws = Draws::seeded(100, 1.0, 200, 1).unwrap();
    for scale in SCALES {
        let contest = Contest::of(&[worse.clone(), hopeless.clone(), benchmark.clone()], &benchmark, &draws, scale).unwrap();
        assert_eq!(contest.spa(), PValues { lower: 1.0, consistent: 1.0, upper: 1.0 });
        assert!(contest.step_m(0.05).is_empty());
    }
}

#[test]
fn a_hopeless_model_raises_the_upper_value_only() {
    let mut noise = Noise::new(6);
    let benchmark = vec![0.0; 300];
    let good = noise.returns(300, 0.001, 0.01);
    let alone = contest(std::slice::from_ref(&good), &benchmark, Scale::Plain);
    let mut models = vec![good];
    models.extend((0..10).map(|_| noise.returns(300, -0.05, 0.05)));
    let draws = Draws::seeded(300, 1.0, 500, 1).unwrap();
    let crowd = Contest::of(&models, &benchmark, &draws, Scale::Plain).unwrap();
    assert!(crowd.spa().upper > alone.spa().upper + 0.2, "{:?} {:?}", crowd.spa(), alone.spa());
    assert!((crowd.spa().consistent - alone.spa().consistent).abs() < 0.05, "{:?} {:?}", crowd.spa(), alone.spa());
}

#[test]
fn draws_are_the_rows_they_are_of() {
    let seeded = |seed| Draws::seeded(50, 5.0, 20, seed).unwrap();
    assert_eq!(seeded(1), seeded(1));
    assert_ne!(seeded(1), seeded(2));
    assert_eq!((seeded(1).length(), seeded(1).count(), seeded(1).mean_block()), (50, 20, 5.0));
    assert_eq!(Draws::seeded(50, f64::NAN, 2, 1).unwrap().mean_block(), 1.0);
    assert_eq!(Draws::seeded(7, 5.0, 20, 1), Err(InputError::TooShort { found: 7, needed: 8 }));
    assert_eq!(Draws::seeded(8, 5.0, 0, 1), Err(InputError::Empty));
    assert_eq!(Draws::of_rows(&[vec![0; 8], vec![8; 8]], 8, 1.0), Err(InputError::Row { row: 1 }));
    assert_eq!(Draws::of_rows(&[vec![0; 7]], 8, 1.0), Err(InputError::Row { row: 0 }));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let draws = Draws::seeded(8, 1.0, 10, 1).unwrap();
    let of = |models: &[Vec<f64>], benchmark: &[f64], scale| Contest::of(models, benchmark, &draws, scale).map(|contest| contest.spa());
    assert_eq!(of(&[], &[0.0; 8], Scale::Plain), Err(InputError::Empty));
    assert!(matches!(of(&[vec![0.0; 9]], &[0.0; 8], Scale::Plain), Err(InputError::UnequalLengths { .. })));
    assert!(matches!(of(&[vec![0.0; 9]], &[0.0; 9], Scale::Plain), Err(InputError::UnequalLengths { .. })));
    assert!(matches!(of(&[vec![f64::NAN; 8]], &[0.0; 8], Scale::Plain), Err(InputError::NotFinite { .. })));
    // Better by the same in every period: certain by the plain measure, without a measure studentised.
    assert_eq!(of(&[vec![0.1; 8]], &[0.0; 8], Scale::Plain).unwrap().consistent, 0.0);
    assert_eq!(of(&[vec![0.1; 8]], &[0.0; 8], Scale::Studentised), Err(InputError::ConstantDifference { series: 0 }));
    assert_eq!(mean_block(&[vec![0.1; 8]], &[0.0; 8]), None);
}

/// Run by hand, `--release -- --ignored --nocapture`: a thousand models, five years of days, two thousand draws.
#[test]
#[ignore = "a measurement, no test"]
fn a_thousand_models() {
    let mut noise = Noise::new(12);
    let models: Vec<Vec<f64>> = (0..1_000).map(|_| noise.returns(1_825, 0.0, 0.01)).collect();
    for block in [1.0, 5.0, 20.0] {
        let start = std::time::Instant::now();
        let draws = Draws::seeded(1_825, block, 2_000, 1).unwrap();
        let p = Contest::of(&models, &[0.0; 1_825], &draws, Scale::Studentised).unwrap().spa();
        println!("blocks of {block}: {:?}, {p:?}", start.elapsed());
    }
}
