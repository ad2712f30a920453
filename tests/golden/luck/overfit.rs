//! Track records and backtest lengths against other people's numbers.

use std::collections::BTreeMap;

use rotate::luck::overfit::{minimum_backtest_years, minimum_track_record};

use super::common::{number, rows};

#[test]
fn lengths_agree_with_pypbo() {
    let mut compared = [0, 0];
    for row in rows("overfit_stats.csv") {
        let named: BTreeMap<&str, &str> = row["inputs"].split(';').filter_map(|input| input.split_once('=')).collect();
        let input = |name: &str| named[name].parse::<f64>().unwrap();
        let ours = match row["statistic"].as_str() {
            "mintrl_years" => {
                let periods = input("periods");
                let (ratio, benchmark) = (input("sr_annual") / periods.sqrt(), input("sr_star_annual") / periods.sqrt());
                compared[0] += 1;
                minimum_track_record(ratio, benchmark, input("skew"), input("kurt"), input("prob")).map(|returns| returns / periods)
            }
            "minbtl_years" => {
                compared[1] += 1;
                minimum_backtest_years(input("N") as usize, input("max_sr_annual"))
            }
            // Ratios are `metrics`' own.
            _ => continue,
        };
        // What the library answers with nan is undefined here as well.
        let theirs = Some(number(&row, "expected")).filter(|theirs| theirs.is_finite());
        let near = |(ours, theirs): (f64, f64)| (ours - theirs).abs() <= number(&row, "tolerance") * theirs.abs().max(1e-3);
        assert!(ours.zip(theirs).map_or(ours == theirs, near), "{row:?}: {ours:?}");
    }
    assert_eq!(compared, [6, 2]);
}

/// Two of the papers' printed numbers that are not in the file: Efficient Frontier, daily (2.73 years), and Charlatanism (45 trials, 5 years).
#[test]
fn the_papers_agree() {
    let daily = minimum_track_record(2.0 / 250.0_f64.sqrt(), 1.0 / 250.0_f64.sqrt(), 0.0, 3.0, 0.95).unwrap() / 250.0;
    assert!((daily - 2.73).abs() < 5e-3, "{daily}");
    let years = minimum_backtest_years(45, 1.0).unwrap();
    assert!((years - 4.998).abs() < 5e-4, "{years}");
}
