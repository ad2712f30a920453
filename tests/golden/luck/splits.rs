//! Walk-forward and combinatorial splits against the exact positions of skfolio 1.12.2.

use core::ops::Range;
use std::collections::BTreeMap;

use super::common::{count, rows};
use rotate::luck::splits::{Combinatorial, Start, WalkForward, Window, combinatorial, path, walk_forward};

fn range(text: &str) -> Range<usize> {
    let (first, last) = text.split_once('-').unwrap();
    first.parse().unwrap()..last.parse::<usize>().unwrap() + 1
}

fn positions(text: &str) -> Vec<usize> {
    text.split('|').filter(|at| !at.is_empty()).map(|at| at.parse().unwrap()).collect()
}

/// The numbers of a case's name, such as `n30-tr10-te5-p2`.
fn named(case: &str) -> BTreeMap<&str, usize> {
    let split = |part| -> (&str, usize) {
        let part: &str = part;
        let at = part.find(|c: char| c.is_ascii_digit()).unwrap();
        (&part[..at], part[at..].parse().unwrap())
    };
    case.split('-').map(split).collect()
}

#[test]
fn walk_forward_agrees_with_skfolio() {
    let mut cases: BTreeMap<String, Vec<Window>> = BTreeMap::new();
    for row in rows("walkforward_splits.csv") {
        cases
            .entry(row["case_id"].clone())
            .or_default()
            .push(Window { train: range(&row["train_first-last"]), test: range(&row["test_first-last"]) });
    }
    assert_eq!(cases.len(), 3);
    for (case, expected) in cases {
        let n = named(&case);
        let lengths =
            WalkForward { train: n["tr"], test: n["te"], step: n["te"], purge: n["p"], start: Start::Rolling, partial_last: false };
        assert_eq!(walk_forward(n["n"], &lengths).unwrap(), expected, "{case}");
    }
}

#[test]
fn combinatorial_splits_agree_with_skfolio() {
    let expected = rows("cpcv_splits.csv");
    let mut compared = 0;
    for case in rows("cpcv_summary.csv") {
        let cut = Combinatorial {
            folds: count(&case, "n_folds"),
            test_folds: count(&case, "n_test_folds"),
            purge: count(&case, "purged"),
            embargo: count(&case, "embargo"),
        };
        let splits = combinatorial(count(&case, "n"), &cut).unwrap();
        assert_eq!((splits.len(), cut.split_count()), (count(&case, "n_splits"), Some(splits.len())), "{case:?}");
        assert_eq!(cut.path_count(), Some(count(&case, "n_paths")), "{case:?}");
        assert!(path(&splits, count(&case, "n_paths")).is_empty());
        for (row, split) in expected.iter().filter(|row| row["case_id"] == case["case_id"]).zip(&splits) {
            let train: Vec<usize> = split.train.iter().cloned().flatten().collect();
            let test: Vec<usize> = split.test.iter().flat_map(|fold| fold.periods.clone()).collect();
            let paths: Vec<usize> = split.test.iter().map(|fold| fold.path).collect();
            assert_eq!(train, positions(&row["train"]), "{row:?}");
            assert_eq!(test, positions(&row["test"]), "{row:?}");
            assert_eq!(paths, positions(&row["path_of_each_test_fold"]), "{row:?}");
            compared += 1;
        }
    }
    assert_eq!(compared, expected.len());
    assert_eq!(compared, 61);
}
