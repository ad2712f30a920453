//! SPA, critical values, long-run variances and `StepM` against arch 8.0.0, over the rows that arch drew.

use super::common::{close, index_rows, number, rows};
use rotate::luck::draws::Draws;
use rotate::luck::reality_check::{Centring, Contest, Scale, long_run_variance};

/// The mean block with which the rows were drawn.
const MEAN_BLOCK: f64 = 8.0;

fn returns() -> (Vec<Vec<f64>>, Vec<f64>) {
    let all = rows("spa_returns.csv");
    let column = |name: &str| all.iter().map(|row| number(row, name)).collect::<Vec<f64>>();
    ((0..5).map(|model| column(&format!("m{model}"))).collect(), column("benchmark"))
}

fn centring(variant: &str) -> Centring {
    match variant {
        "lower" => Centring::Lower,
        "consistent" => Centring::Consistent,
        "upper" => Centring::Upper,
        other => panic!("{other}"),
    }
}

#[test]
fn reality_checks_agree_with_arch() {
    let (models, benchmark) = returns();
    let draws = Draws::of_rows(&index_rows(), 120, MEAN_BLOCK).unwrap();
    let contest = Contest::of(&models, &benchmark, &draws, Scale::Plain).unwrap();
    let p = contest.spa();
    let mut compared = 0;
    for row in rows("spa_expected.csv") {
        if row["quantity"] == "StepM_superior_5pct" {
            let found: Vec<String> = contest.step_m(0.05).iter().map(|model| format!("m{model}")).collect();
            assert_eq!(found.join("|"), row["from_stored_indices"]);
            compared += 1;
            continue;
        }
        let ours = match (row["quantity"].as_str(), row["variant"].as_str()) {
            ("SPA", "lower") => p.lower,
            ("SPA", "consistent") => p.consistent,
            ("SPA", "upper") => p.upper,
            ("critical_value_5pct", variant) => contest.critical_value(0.05, centring(variant)).unwrap(),
            ("best_mean_difference", _) => contest.mean_differences().into_iter().fold(f64::NEG_INFINITY, f64::max),
            (variance, _) => contest.long_run_variances()[variance.strip_prefix("long_run_variance_m").unwrap().parse::<usize>().unwrap()],
        };
        assert!(close(ours, number(&row, "from_arch")), "{row:?}: {ours}");
        assert!(row["from_stored_indices"].is_empty() || close(ours, number(&row, "from_stored_indices")), "{row:?}: {ours}");
        compared += 1;
    }
    assert_eq!(compared, 13);
    // Here the best is above nought, so that White's check and the upper p-value are one.
    assert_eq!(contest.reality_check(), p.upper);
}

/// No library gives a studentised number; this is the formula written out by hand, with means of the rows themselves.
#[test]
fn studentised_is_the_formula_by_hand() {
    let (models, benchmark) = returns();
    let (rows, n) = (index_rows(), 120.0_f64);
    let draws = Draws::of_rows(&rows, 120, MEAN_BLOCK).unwrap();
    let found = Contest::of(&models, &benchmark, &draws, Scale::Studentised).unwrap().spa();
    let differences: Vec<Vec<f64>> = models.iter().map(|model| model.iter().zip(&benchmark).map(|(m, b)| m - b).collect()).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let omega: Vec<f64> = differences.iter().map(|d| long_run_variance(d, MEAN_BLOCK).unwrap().sqrt()).collect();
    let most = |of: &dyn Fn(usize) -> f64| (0..5).map(|k| n.sqrt() * of(k) / omega[k]).fold(0.0, f64::max);
    let observed = most(&|k| mean(&differences[k]));
    let p_value = |centre: &dyn Fn(usize, f64) -> f64| {
        let above = rows.iter().filter(|row| {
            let star = |k: usize| row.iter().map(|&at| differences[k][at]).sum::<f64>() / n;
            most(&|k| star(k) - centre(k, mean(&differences[k]))) > observed
        });
        above.count() as f64 / rows.len() as f64
    };
    let limit = -(2.0 * n.ln().ln()).sqrt();
    let expected = [
        p_value(&|_, mean| mean.max(0.0)),
        p_value(&|k, mean| if n.sqrt() * mean / omega[k] >= limit { mean } else { 0.0 }),
        p_value(&|_, mean| mean),
    ];
    println!("studentised: {expected:?}");
    assert_eq!([found.lower, found.consistent, found.upper], expected);
}
