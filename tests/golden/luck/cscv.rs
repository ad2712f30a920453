//! PBO against pypbo (Python) and mrbcuda's pbo (R): every split, every share.

use super::common::{Row, close, count, number, rows};
use rotate::luck::cscv::{Cscv, cscv, cscv_sharpe, half_sharpe};
use rotate::luck::overfit::probability_of_loss;

/// The columns of a matrix; none where it is not here (`regime_lucky` is kept back).
fn matrix(name: &str, columns: usize) -> Option<Vec<Vec<f64>>> {
    let all = rows("pbo_matrix.csv");
    let used: Vec<&Row> = all.iter().filter(|row| row["matrix"] == name).collect();
    let column = |at: usize| used.iter().map(|row| number(row, &format!("s{at}"))).collect();
    (!used.is_empty()).then(|| (0..columns).map(column).collect())
}

fn both(variants: &[Vec<f64>], blocks: usize) -> [Cscv; 2] {
    [cscv_sharpe(variants, blocks).unwrap(), cscv(variants, blocks, half_sharpe).unwrap()]
}

#[test]
fn shares_and_lines_agree_with_pypbo() {
    let mut compared = 0;
    for row in rows("pbo_expected.csv") {
        let Some(variants) = matrix(&row["matrix"], 12) else { continue };
        for found in both(&variants, count(&row, "S")) {
            assert_eq!(found.splits.len(), count(&row, "n_splits"), "{row:?}");
            let line = found.degradation().unwrap();
            let numbers = [
                ("pbo_logit_le_0", found.pbo()),
                ("pbo_logit_lt_0", found.pbo_below()),
                ("prob_oos_loss", found.probability_of_loss()),
                ("slope", line.slope),
                ("intercept", line.intercept),
                ("r2", line.r_squared),
                ("mean_logit", found.mean_logit().unwrap()),
                ("median_logit", found.median_logit().unwrap()),
            ];
            for (column, ours) in numbers {
                assert!(close(ours, number(&row, column)), "{column}: {ours} in {row:?}");
            }
            let outside: Vec<f64> = found.splits.iter().filter_map(|split| split.out_of_sample).collect();
            assert_eq!(probability_of_loss(&outside), Some(found.probability_of_loss()));
        }
        compared += 1;
    }
    assert!(compared >= 12, "{compared}");
}

#[test]
fn every_split_agrees_with_pypbo() {
    let mut compared = 0;
    for row in rows("pbo_splits.csv") {
        let (name, blocks) = row["case_id"].rsplit_once("-S").unwrap();
        let Some(variants) = matrix(name, 12) else { continue };
        let mask = row["is_blocks"].split('|').fold(0_u32, |mask, block| mask | 1 << block.parse::<u32>().unwrap());
        for found in both(&variants, blocks.parse().unwrap()) {
            let at = count(&row, "split");
            let split = found.splits[at];
            assert_eq!((split.in_sample_blocks, split.best), (mask, count(&row, "best_is_column")), "{row:?}");
            assert_eq!(split.rank, number(&row, "oos_rank"), "{row:?}");
            assert!(close(split.rank / 13.0, number(&row, "omega")), "{row:?}");
            assert!(close(found.logits()[at], number(&row, "logit")), "{row:?}");
            assert!(close(split.in_sample, number(&row, "is_metric")), "{row:?}: {split:?}");
            assert!(close(split.out_of_sample.unwrap(), number(&row, "oos_metric")), "{row:?}: {split:?}");
        }
        compared += 1;
    }
    assert!(compared >= 78, "{compared}");
}

/// R takes rank/N, which puts the best of all at an endless logit; both its shares follow from our ranks.
#[test]
fn ranks_agree_with_r() {
    let mut compared = 0;
    for row in rows("pbo_expected_R.csv") {
        let columns = count(&row, "n_columns");
        let Some(variants) = matrix(&row["matrix"], columns) else { continue };
        for found in both(&variants, count(&row, "S")) {
            let n = columns as f64;
            let share = |of: &dyn Fn(f64) -> bool| found.splits.iter().filter(|s| of(s.rank)).count() as f64 / found.splits.len() as f64;
            assert_eq!(found.splits.len(), count(&row, "n_splits"));
            assert!(close(found.pbo(), number(&row, "pbo_rank_over_N_plus_1")), "{row:?}: {}", found.pbo());
            assert!(close(share(&|rank| rank / n <= 0.5), number(&row, "pbo_rank_over_N")), "{row:?}");
            let endless = found.splits.iter().filter(|split| split.rank == n).count();
            assert_eq!(endless, count(&row, "n_infinite_logits"), "{row:?}");
            assert!(close(found.probability_of_loss(), number(&row, "prob_oos_loss")), "{row:?}");
        }
        compared += 1;
    }
    assert!(compared >= 18, "{compared}");
}
