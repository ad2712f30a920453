//! Block lengths, intervals, and what luck explains of a Sharpe ratio.

use std::collections::BTreeMap;
use std::path::Path;

use rotate::metrics::{blocks, bootstrap, returns, sharpe};

use super::{close, expected, own, rows, series};

/// Block lengths by Politis and White, of returns and of their squares.
pub fn check_blocks(dir: &Path, at_least: usize) {
    let mut all = series(dir);
    all.insert("ar1_400".to_string(), rows(dir, "ar1_400.csv").iter().map(|row| row["x"].parse().unwrap()).collect());
    let mut compared = 0;
    for row in rows(dir, "block_length_expected.csv") {
        // Of some series only the lengths are there.
        let Some(values) = all.get(&row["series"]) else { continue };
        let values: Vec<f64> = if row["transform"] == "r^2" { values.iter().map(|v| v * v).collect() } else { values.clone() };
        // Squares of ±0.1 are all the same: the library measures the rounding of their mean.
        if (row["series"].as_str(), row["transform"].as_str()) == ("alternating20", "r^2") {
            assert_eq!(blocks::politis_white(&values), None);
            continue;
        }
        let found = blocks::politis_white(&values).unwrap_or_else(|| panic!("{row:?}: nothing"));
        for (ours, column) in [(found.stationary, "stationary"), (found.circular, "circular")] {
            assert!(close(Some(ours), row[column].parse().ok()), "{row:?}: {ours}");
            compared += 1;
        }
    }
    assert!(compared >= at_least, "only {compared} lengths compared");
}

#[test]
fn block_lengths_agree_with_arch() {
    check_blocks(&own(), 8);
}

/// Quantiles of mean and Sharpe ratio (per period) over rows of positions drawn by arch.
#[test]
fn intervals_from_given_rows_agree_with_numpy() {
    let positions = |row: &csv::StringRecord| row.iter().skip(1).map(|cell| cell.parse().unwrap()).collect::<Vec<usize>>();
    let mut reader = csv::Reader::from_path(own().join("spa_bootstrap_indices.csv")).unwrap();
    let drawn: Vec<Vec<usize>> = reader.records().map(|row| positions(&row.unwrap())).collect();
    let values: Vec<f64> = rows(&own(), "spa_returns.csv").iter().map(|row| row["m4"].parse().unwrap()).collect();
    let told = rows(&own(), "bootstrap_ci_expected.csv");
    assert_eq!((drawn.len(), values.len(), told.len()), (300, 120, 10));
    for row in told {
        let statistic = |r: &[f64]| if row["statistic"] == "mean" { returns::mean(r) } else { returns::sharpe(r, 0.0, 1.0) };
        let found = bootstrap::quantile(&values, &drawn, statistic, row["quantile"].parse().unwrap());
        assert!(close(found, row["value"].parse().ok()), "{row:?}: {found:?}");
    }
}

/// Probabilistic and deflated Sharpe ratios and the best of many, per period. Of some rows the series is not here.
pub fn check_overfit(dir: &Path, at_least: usize) {
    let all = series(dir);
    let drawn: Vec<Option<f64>> = rows(dir, "trial_sharpes.csv").iter().map(|row| row["sharpe_per_period"].parse().ok()).collect();
    let trials = sharpe::Trials::of(&drawn);
    assert_eq!(trials.count, 40);
    let mut compared = 0;
    for row in rows(dir, "overfit_stats.csv") {
        let inputs: BTreeMap<&str, &str> = row["inputs"].split(';').filter_map(|input| input.split_once('=')).collect();
        let number = |name: &str| inputs[name].parse::<f64>().unwrap();
        let returns = inputs.get("series").map(|name| all.get(*name));
        let value = match (row["statistic"].as_str(), returns) {
            ("expected_max_normal", _) => Some(sharpe::expected_best(inputs["N"].parse().unwrap())),
            ("dsr", _) => {
                let periods = number("periods");
                let trials = sharpe::Trials { count: inputs["N"].parse().unwrap(), variance: number("var_sr_annual") / periods };
                let ratio = number("sr_annual") / periods.sqrt();
                sharpe::probability(ratio, trials.luck(), inputs["T"].parse().unwrap(), number("skew"), number("kurt"))
            }
            ("sortino_per_period", _) => {
                let values: Vec<f64> = inputs["series"].split('|').map(|value| value.parse().unwrap()).collect();
                returns::sortino(&values, 0.0, 1.0)
            }
            ("psr_from_returns", Some(Some(returns))) => sharpe::probabilistic_sharpe(returns, number("sr_star")),
            ("dsr_from_returns", Some(Some(returns))) => sharpe::deflated_sharpe(returns, &trials),
            ("psr_from_returns" | "dsr_from_returns", Some(None)) | ("mintrl_years" | "minbtl_years", _) => continue,
            (other, _) => panic!("{other} is not compared"),
        };
        let tolerance: f64 = row["tolerance"].parse().unwrap();
        let near = value.zip(expected(&row)).is_some_and(|(ours, theirs)| (ours - theirs).abs() <= tolerance * theirs.abs());
        assert!(near || close(value, expected(&row)), "{row:?}: {value:?}");
        compared += 1;
    }
    assert!(compared >= at_least, "only {compared} rows compared");
}

#[test]
fn luck_agrees_with_other_libraries() {
    check_overfit(&own(), 26);
}
