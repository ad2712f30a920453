//! Splits, lengths and numbers of trials by numbers one can check by head, and what must hold of them over many shapes.

use super::common::{Noise, close};
use rotate::luck::input::InputError;
use rotate::luck::overfit::{
    degradation, effective_trials, minimum_backtest_years, minimum_track_record, minimum_track_record_of, probability_of_loss,
};
use rotate::luck::splits::{Combinatorial, Start, WalkForward, Window, combinatorial, hold_out, path, walk_forward};
use rotate::metrics::sharpe::{expected_best, probability};

#[test]
fn the_end_is_held_out() {
    assert_eq!(hold_out(10, 3, 2), Ok(Window { train: 0..5, test: 7..10 }));
    assert_eq!(hold_out(6, 3, 2), Ok(Window { train: 0..1, test: 3..6 }));
    assert_eq!(hold_out(5, 3, 2), Err(InputError::TooShort { found: 5, needed: 6 }));
    assert!(hold_out(5, 0, 2).is_err());
    assert!(hold_out(5, usize::MAX, usize::MAX).is_err());
}

#[test]
fn anchored_training_grows_and_the_rest_may_be_tested() {
    let lengths = WalkForward { train: 4, test: 3, step: 3, purge: 1, start: Start::Anchored, partial_last: true };
    let windows = walk_forward(12, &lengths).unwrap();
    let expected = [(0..4, 5..8), (0..7, 8..11), (0..10, 11..12)].map(|(train, test)| Window { train, test });
    assert_eq!(windows, expected);
    assert_eq!(walk_forward(12, &WalkForward { partial_last: false, ..lengths }).unwrap(), expected[..2]);
    assert!(walk_forward(12, &WalkForward { step: 2, ..lengths }).is_err(), "tests would overlap");
    assert!(walk_forward(5, &lengths).is_err());
    assert_eq!(walk_forward(6, &lengths).unwrap().len(), 1);
    assert!(walk_forward(usize::MAX, &WalkForward { train: usize::MAX, ..lengths }).is_err());
}

#[test]
fn walk_forward_never_trains_on_what_it_tests() {
    let mut noise = Noise::new(1);
    for _ in 0..500 {
        let mut draw = |of: u64| (noise.word() % of) as usize;
        let (train, test, purge, periods) = (draw(20) + 1, draw(10) + 1, draw(5), draw(200) + 1);
        let start = if draw(2) == 0 { Start::Rolling } else { Start::Anchored };
        let lengths = WalkForward { train, test, step: test + draw(3), purge, start, partial_last: draw(2) == 0 };
        let Ok(windows) = walk_forward(periods, &lengths) else { continue };
        assert!(!windows.is_empty());
        for window in &windows {
            assert_eq!(window.train.end + purge, window.test.start);
            assert!(window.test.end <= periods && !window.test.is_empty());
            assert!(if start == Start::Rolling { window.train.len() == train } else { window.train.start == 0 });
        }
        assert!(windows.windows(2).all(|w| w[1].test.start == w[0].test.start + lengths.step && w[0].test.end <= w[1].test.start));
        if lengths.step == test && lengths.partial_last {
            // Stitched, the tests are everything after the first training and purge.
            assert_eq!(windows.iter().map(|w| w.test.len()).sum::<usize>(), periods - train - purge);
        }
    }
}

#[test]
fn each_path_covers_the_time_once_and_purges_are_kept() {
    let mut noise = Noise::new(2);
    for _ in 0..300 {
        let mut draw = |of: u64| (noise.word() % of) as usize;
        let folds = 2 + draw(6);
        let cut = Combinatorial { folds, test_folds: 1 + draw(folds as u64 - 1), purge: draw(3), embargo: draw(3) };
        let periods = folds + draw(100);
        let Ok(splits) = combinatorial(periods, &cut) else { continue };
        assert_eq!(Some(splits.len()), cut.split_count());
        for number in 0..cut.path_count().unwrap() {
            let covered: Vec<usize> = path(&splits, number).into_iter().flat_map(|(_, periods)| periods).collect();
            assert_eq!(covered, (0..periods).collect::<Vec<_>>(), "{cut:?}");
        }
        for split in &splits {
            let train: Vec<usize> = split.train.iter().cloned().flatten().collect();
            let apart = |at: usize| {
                split.test.iter().all(|fold| at + cut.purge < fold.periods.start || at >= fold.periods.end + cut.purge + cut.embargo)
            };
            // In the training is exactly what every purge and embargo leaves.
            assert_eq!(train, (0..periods).filter(|&at| apart(at)).collect::<Vec<_>>(), "{cut:?} {split:?}");
        }
    }
}

#[test]
fn combinations_that_cannot_be_are_refused() {
    let cut = Combinatorial { folds: 6, test_folds: 2, purge: 0, embargo: 0 };
    assert_eq!((cut.split_count(), cut.path_count()), (Some(15), Some(5)));
    assert!(combinatorial(5, &cut).is_err());
    assert!(combinatorial(100, &Combinatorial { test_folds: 6, ..cut }).is_err());
    assert!(combinatorial(100, &Combinatorial { test_folds: 0, ..cut }).is_err());
    assert_eq!(combinatorial(30, &Combinatorial { purge: 30, ..cut }), Err(InputError::NoTraining { split: 0 }));
    assert!(matches!(combinatorial(100, &Combinatorial { folds: 40, test_folds: 20, ..cut }), Err(InputError::Setting { .. })));
    assert_eq!(Combinatorial { folds: 0, ..cut }.path_count(), None);
    assert_eq!(Combinatorial { folds: 500, test_folds: 250, ..cut }.split_count(), None);
}

#[test]
fn a_track_record_is_long_enough_where_the_probability_says_so() {
    // Normal returns of a ratio of 0.1: 1 + (1 + 0.1²/2)·(1.6449/0.1)² = 272.9.
    let needed = minimum_track_record(0.1, 0.0, 0.0, 3.0, 0.95).unwrap();
    assert!((needed - 272.9).abs() < 0.05, "{needed}");
    for (ratio, benchmark, skew, kurtosis) in [(0.1, 0.0, 0.0, 3.0), (0.2, 0.1, -1.0, 8.0), (0.05, -0.02, 0.5, 4.0)] {
        let needed = minimum_track_record(ratio, benchmark, skew, kurtosis, 0.95).unwrap().ceil() as usize;
        assert!(probability(ratio, benchmark, needed, skew, kurtosis).unwrap() >= 0.95);
        assert!(probability(ratio, benchmark, needed - 1, skew, kurtosis).unwrap() < 0.95);
    }
    assert_eq!(minimum_track_record(0.1, 0.1, 0.0, 3.0, 0.95), None);
    assert_eq!(minimum_track_record(0.1, 0.2, 0.0, 3.0, 0.95), None);
    assert_eq!(minimum_track_record(f64::NAN, 0.2, 0.0, 3.0, 0.95), None);
    assert_eq!(minimum_track_record(0.1, 0.0, 0.0, 3.0, 1.0), None);
    assert_eq!(minimum_track_record(1.0, 0.0, 2.0, 1.0, 0.95), None);
    assert_eq!(minimum_track_record(0.1, 0.0, 0.0, 3.0, 0.3), Some(1.0));
    assert_eq!((minimum_track_record_of(&[0.1; 9], 0.0, 0.95), minimum_track_record_of(&[0.1, 0.2], 0.0, 0.95)), (None, None));
    assert!(minimum_track_record_of(&[0.01, -0.005, 0.02, 0.0], 0.0, 0.95).is_some());
}

#[test]
fn more_trials_ask_for_a_longer_backtest() {
    assert_eq!(minimum_backtest_years(1, 1.0), Some(0.0));
    let years: Vec<f64> = [2, 10, 100, 1000].iter().map(|n| minimum_backtest_years(*n, 1.0).unwrap()).collect();
    assert!(years.windows(2).all(|w| w[0] < w[1]), "{years:?}");
    // The paper's upper bound is 2·ln N / SR².
    assert!(years[3] < 2.0 * 1000.0_f64.ln());
    assert!(close(minimum_backtest_years(10, 2.0).unwrap(), years[1] / 4.0));
    assert_eq!((minimum_backtest_years(10, 0.0), minimum_backtest_years(10, f64::NAN)), (None, None));
}

#[test]
fn copies_are_one_trial_and_strangers_are_many() {
    let mut noise = Noise::new(3);
    let one = noise.returns(2_000, 0.0, 0.01);
    let copies = effective_trials(&vec![one.clone(); 10]).unwrap();
    assert!((copies.effective - 1.0).abs() < 1e-9 && copies.trials == 10 && (copies.average_correlation - 1.0).abs() < 1e-12, "{copies:?}");
    let others: Vec<Vec<f64>> = (0..10).map(|_| noise.returns(2_000, 0.0, 0.01)).collect();
    let found = effective_trials(&others).unwrap();
    assert!(found.effective > 9.5 && found.effective <= 10.0, "{found:?}");
    assert_eq!(found.rounded_up(), 10);
    // Two groups of five: ρ̄ = 4/9 by head, so that 10 − 5 + 1 = 6 are said where 2 would be true.
    let groups: Vec<Vec<f64>> = (0..10).map(|at| others[at % 2].clone()).collect();
    let found = effective_trials(&groups).unwrap();
    assert!((found.effective - 6.0).abs() < 0.5, "{found:?}");
    // A mirror is not more than one further trial, and what stands still is none.
    let mirror: Vec<f64> = one.iter().map(|r| -r).collect();
    assert_eq!(effective_trials(&[one.clone(), mirror, vec![0.0; 2_000]]).unwrap().effective, 2.0);
    let alone = effective_trials(std::slice::from_ref(&one)).unwrap();
    assert_eq!((alone.effective, alone.trials, alone.average_correlation), (1.0, 1, 0.0));
    assert_eq!(effective_trials(&[vec![0.0; 5]]), None);
    assert_eq!(effective_trials(&[vec![0.0, 1.0], vec![1.0]]), None);
    assert_eq!(effective_trials::<Vec<f64>>(&[]), None);
    assert_eq!(effective_trials(&[vec![0.0, f64::NAN]]), None);
}

/// By the definition, pair by pair.
#[test]
fn the_average_correlation_is_that_of_all_pairs() {
    let mut noise = Noise::new(4);
    let common = noise.returns(300, 0.0, 1.0);
    let trials: Vec<Vec<f64>> = (0..7)
        .map(|at| noise.returns(300, 0.1, 1.0).iter().zip(&common).map(|(own, shared)| own + f64::from(at) * shared).collect())
        .collect();
    let correlation = |a: &[f64], b: &[f64]| {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / 300.0;
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - mean(a)) * (y - mean(b))).sum::<f64>();
        product(a, b) / (product(a, a) * product(b, b)).sqrt()
    };
    let pairs: Vec<f64> = (0..7).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| correlation(&trials[i], &trials[j])).collect();
    let average = pairs.iter().sum::<f64>() / pairs.len() as f64;
    let found = effective_trials(&trials).unwrap();
    assert!((found.average_correlation - average).abs() < 1e-12);
    assert!((found.effective - (average + (1.0 - average) * 7.0)).abs() < 1e-9);
    assert!(expected_best(found.rounded_up()) < expected_best(7));
}

#[test]
fn a_line_by_head() {
    let line = degradation(&[1.0, 2.0, 3.0], &[2.0, 2.5, 3.0]).unwrap();
    assert!(close(line.slope, 0.5) && close(line.intercept, 1.5) && close(line.r_squared, 1.0), "{line:?}");
    let flat = degradation(&[1.0, 2.0, 3.0], &[2.0; 3]).unwrap();
    assert_eq!((flat.slope, flat.r_squared), (0.0, 0.0));
    assert_eq!(degradation(&[1.0; 3], &[1.0, 2.0, 3.0]), None);
    assert_eq!(degradation(&[1.0], &[1.0]), None);
    assert_eq!(degradation(&[1.0, 2.0], &[1.0]), None);
    assert_eq!(degradation(&[1.0, 2.0], &[1.0, f64::NAN]), None);
    assert_eq!(probability_of_loss(&[1.0, -1.0, 0.0, -2.0]), Some(0.5));
    assert_eq!((probability_of_loss(&[]), probability_of_loss(&[f64::NAN])), (None, None));
}
