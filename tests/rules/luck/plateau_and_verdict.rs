//! Plateaus and verdicts by numbers one can check by head.

use super::common::Noise;
use rotate::luck::plateau::{Plateau, best_of, plateau};
use rotate::luck::verdict::{Benchmark, Check, Evidence, Grade, Length, Overfitting, Reason, Verdict, judge};
use rotate::luck::verdict_text::{headline, sentence};

/// A grid of five by five whose value falls by `step` a step away from the middle.
fn grid(step: f64) -> (Vec<[f64; 2]>, Vec<Option<f64>>) {
    let places: Vec<[f64; 2]> = (0..25).map(|at| [f64::from(at % 5), f64::from(at / 5)]).collect();
    let values = places.iter().map(|[x, y]| Some(1.0 - step * ((x - 2.0).abs() + (y - 2.0).abs()))).collect();
    (places, values)
}

#[test]
fn neighbours_of_a_grid_are_one_step_away() {
    let (places, values) = grid(0.1);
    assert_eq!(best_of(&values), Some(12));
    let found = plateau(&places, &values, 12, 4, 0.15).unwrap();
    assert_eq!((found.neighbours.as_slice(), found.undefined, found.within), ([7, 11, 13, 17].as_slice(), 0, 1.0));
    assert!((found.median_loss.unwrap() - 0.1).abs() < 1e-12 && (found.worst_loss.unwrap() - 0.1).abs() < 1e-12);
    // One, two or three: all four are as near.
    for count in 1..4 {
        assert_eq!(plateau(&places, &values, 12, count, 0.15).as_ref(), Some(&found));
    }
    // Eight are those around it; the four on the diagonals lose twice as much.
    let around = plateau(&places, &values, 12, 8, 0.15).unwrap();
    assert_eq!((around.neighbours.len(), around.within), (8, 0.5));
    assert!((around.median_loss.unwrap() - 0.15).abs() < 1e-12 && (around.worst_loss.unwrap() - 0.2).abs() < 1e-12);
    // In a corner there are two.
    let mut corner = values.clone();
    corner[0] = Some(2.0);
    assert_eq!(plateau(&places, &corner, 0, 2, 0.15).unwrap().neighbours, [1, 5]);
}

#[test]
fn what_has_no_value_is_the_worst() {
    let (places, mut values) = grid(0.1);
    values[7] = None;
    let found = plateau(&places, &values, 12, 4, 0.15).unwrap();
    assert_eq!((found.undefined, found.within, found.worst_loss), (1, 0.75, None));
    assert!((found.median_loss.unwrap() - 0.1).abs() < 1e-12);
    values[11] = Some(f64::NAN);
    assert_eq!(plateau(&places, &values, 12, 4, 0.15).unwrap().median_loss, None);
    values[12] = Some(0.0);
    assert_eq!(plateau(&places, &values, 12, 4, 0.15), None);
    values[12] = None;
    assert_eq!(plateau(&places, &values, 12, 4, 0.15), None);
    assert_eq!((best_of(&[]), best_of(&[None, Some(f64::NAN)]), best_of(&[Some(1.0), Some(1.0)])), (None, None, Some(0)));
}

#[test]
fn shapes_that_do_not_agree_have_no_plateau() {
    let one = Some(1.0);
    assert_eq!(plateau(&[vec![0.0]], &[one], 0, 1, 0.1), None);
    assert_eq!(plateau(&[vec![0.0], vec![0.0]], &[one, one], 0, 1, 0.1), None, "the same place");
    assert_eq!(plateau(&[vec![0.0], vec![1.0, 2.0]], &[one, one], 0, 1, 0.1), None);
    assert_eq!(plateau(&[vec![0.0], vec![f64::NAN]], &[one, one], 0, 1, 0.1), None);
    assert_eq!(plateau(&[vec![0.0], vec![1.0]], &[one], 0, 1, 0.1), None);
    assert_eq!(plateau(&[vec![0.0], vec![1.0]], &[one, one], 2, 1, 0.1), None);
    assert_eq!(plateau(&[vec![0.0], vec![1.0]], &[one, one], 0, 0, 0.1), None);
    assert_eq!(plateau(&[vec![0.0], vec![1.0], vec![1.0]], &[one, one, Some(0.0)], 0, 2, 0.1).unwrap().neighbours, [1]);
}

/// Whatever the order of the trials, the neighbours are the same places.
#[test]
fn order_does_not_matter() {
    let mut noise = Noise::new(1);
    let places: Vec<Vec<f64>> = (0..60).map(|_| noise.returns(3, 0.0, 1.0)).collect();
    let values: Vec<Option<f64>> = (0..60).map(|_| Some(noise.normal() + 5.0)).collect();
    let forward = plateau(&places, &values, 20, 6, 0.2).unwrap();
    let backward: (Vec<_>, Vec<_>) = (places.iter().rev().collect(), values.iter().rev().copied().collect());
    let found = plateau(&backward.0, &backward.1, 39, 6, 0.2).unwrap();
    let mirrored: Vec<usize> = found.neighbours.iter().rev().map(|at| 59 - at).collect();
    assert_eq!(Plateau { neighbours: mirrored, ..found }, forward);
    assert_eq!(forward.neighbours.len(), 6);
}

/// Makes one thing of good evidence worse.
type Change<'a> = &'a dyn Fn(&mut Evidence);

fn flat_top() -> Plateau {
    Plateau { neighbours: vec![1, 2, 3, 4], undefined: 0, median_loss: Some(0.05), worst_loss: Some(0.1), within: 1.0 }
}

fn good() -> Evidence {
    Evidence {
        trials: Some(200),
        effective_trials: Some(61.4),
        deflated_sharpe: Some(0.97),
        overfitting: Some(Overfitting { probability: 0.08, behind: Some(0.4) }),
        superiority: [Some(0.01), Some(0.002), Some(0.04)],
        plateau: Some(flat_top()),
        kept: Some(0.7),
        track_record: Some(Length { found: 900.0, needed: Some(410.2) }),
        backtest: Some(Length { found: 4.0, needed: Some(2.5) }),
    }
}

#[test]
fn robust_is_where_everything_holds() {
    let judgement = judge(&good());
    assert_eq!(judgement.verdict, Verdict::Robust);
    assert_eq!(judgement.findings.len(), 10);
    assert!(judgement.findings.iter().all(|finding| finding.grade == Grade::Holds));
    assert_eq!(headline(&judgement), "Robust. Every check holds: chance and the choice among many do not explain the result.");
}

#[test]
fn thresholds_are_where_they_are_said_to_be() {
    let verdict = |change: Change| {
        let mut evidence = good();
        change(&mut evidence);
        judge(&evidence).verdict
    };
    let overfitting = |probability, behind| Some(Overfitting { probability, behind });
    let cases: [(Change, Verdict); 21] = [
        (&|e| e.deflated_sharpe = Some(0.95), Verdict::Robust),
        (&|e| e.deflated_sharpe = Some(0.949), Verdict::Fragile),
        (&|e| e.deflated_sharpe = Some(0.499), Verdict::LikelyLuck),
        (&|e| e.overfitting = overfitting(0.2, Some(0.9)), Verdict::Robust),
        (&|e| e.overfitting = overfitting(0.21, Some(0.06)), Verdict::Fragile),
        (&|e| e.overfitting = overfitting(0.6, Some(0.05)), Verdict::Robust),
        (&|e| e.overfitting = overfitting(0.5, Some(0.06)), Verdict::LikelyLuck),
        (&|e| e.overfitting = overfitting(0.5, None), Verdict::LikelyLuck),
        (&|e| e.superiority = [Some(0.9), Some(0.9), Some(0.04)], Verdict::Fragile),
        (&|e| e.superiority[2] = Some(0.06), Verdict::Fragile),
        (&|e| e.superiority[2] = Some(0.5), Verdict::LikelyLuck),
        (&|e| (e.superiority[2], e.deflated_sharpe) = (Some(0.06), Some(0.94)), Verdict::LikelyLuck),
        (&|e| (e.superiority[2], e.deflated_sharpe) = (None, Some(0.94)), Verdict::Fragile),
        (&|e| e.kept = Some(0.01), Verdict::Fragile),
        (&|e| e.kept = Some(0.0), Verdict::LikelyLuck),
        (&|e| e.plateau = None, Verdict::Fragile),
        (&|e| e.track_record = Some(Length { found: 9.0, needed: None }), Verdict::Fragile),
        (&|e| e.track_record = Some(Length { found: 9.0, needed: Some(10.0) }), Verdict::Fragile),
        (&|e| e.backtest = Some(Length { found: 2.0, needed: Some(2.5) }), Verdict::Fragile),
        (&|e| e.backtest = Some(Length { found: 2.0, needed: Some(f64::INFINITY) }), Verdict::Fragile),
        (
            &|e| (e.backtest, e.track_record) = (Some(Length { found: 1.0, needed: Some(2.5) }), Some(Length { found: 9.0, needed: None })),
            Verdict::LikelyLuck,
        ),
    ];
    for (at, (change, expected)) in cases.iter().enumerate() {
        assert_eq!(verdict(change), *expected, "case {at}");
    }
}

#[test]
fn what_is_missing_is_said_and_keeps_it_from_being_robust() {
    let nothing = judge(&Evidence::default());
    assert_eq!(nothing.verdict, Verdict::Fragile);
    assert!(nothing.findings.iter().all(|finding| finding.reason == Reason::Missing(finding.check)));
    let without: [Change; 9] = [
        &|e| e.trials = None,
        &|e| e.trials = Some(0),
        &|e| e.deflated_sharpe = Some(f64::NAN),
        &|e| e.overfitting = None,
        &|e| e.superiority[1] = None,
        &|e| e.plateau = None,
        &|e| e.kept = None,
        &|e| e.track_record = None,
        &|e| e.backtest = None,
    ];
    for change in without {
        let mut evidence = good();
        change(&mut evidence);
        let judgement = judge(&evidence);
        assert_eq!(judgement.verdict, Verdict::Fragile);
        assert_eq!(judgement.findings.iter().filter(|finding| finding.grade == Grade::Missing).count(), 1);
        assert!(headline(&judgement).contains("Missing: "), "{}", headline(&judgement));
    }
    // What is missing excuses nothing.
    assert_eq!(
        judge(&Evidence { overfitting: Some(Overfitting { probability: 0.6, behind: None }), ..Evidence::default() }).verdict,
        Verdict::LikelyLuck
    );
}

#[test]
fn sentences_are_plain() {
    let sentences: Vec<String> = judge(&good()).findings.iter().map(sentence).collect();
    let expected = [
        "200 variants were evaluated, which are worth 61.4 independent ones.",
        "With a probability of 97 % the Sharpe ratio is above what the best of all the variants reaches by luck.",
        "In 8.0 % of the splits the variant that was best in-sample was at or below the middle out-of-sample, in 40 % behind the strategy before tuning.",
        "Chance alone would put the best of the variants as far above the static mix in 1.0 % of the redrawn histories.",
        "Chance alone would put the best of the variants as far above holding bitcoin in 0.2 % of the redrawn histories.",
        "Chance alone would put the best of the variants as far above the strategy before tuning in 4.0 % of the redrawn histories.",
        "Of the 4 nearest variants the one in the middle is 5.0 % worse.",
        "Out-of-sample 70 % of the Sharpe ratio is left.",
        "The record has 900 returns; 411 are needed to believe its Sharpe ratio.",
        "The backtest spans 4.0 years; in 2.5 the best of so many variants gets this far without skill.",
    ];
    assert_eq!(sentences, expected);
    let bad = Evidence {
        trials: Some(1),
        superiority: [None, Some(0.0004), None],
        plateau: Some(Plateau { median_loss: None, ..flat_top() }),
        kept: Some(-0.1),
        track_record: Some(Length { found: 30.0, needed: None }),
        backtest: Some(Length { found: 0.5, needed: None }),
        ..Evidence::default()
    };
    let judgement = judge(&bad);
    let sentences: Vec<String> = judgement.findings.iter().map(sentence).collect();
    for part in [
        "1 variant was evaluated.",
        "Not measured: the deflated Sharpe ratio.",
        "in less than 0.1 % of",
        "Half or more of the 4 nearest variants gave no result.",
        "Nothing of the Sharpe ratio is left out-of-sample.",
        "no number of them would be enough",
        "no span would be enough",
    ] {
        assert!(sentences.iter().any(|sentence| sentence.contains(part)), "{part}: {sentences:?}");
    }
    assert_eq!(judgement.verdict, Verdict::LikelyLuck);
    assert!(headline(&judgement).starts_with("Likely luck. "));
    assert_eq!(judgement.findings[3].check, Check::Superiority(Benchmark::StaticMix));
}
