//! Metrics against numbers other people's libraries gave (`tests/golden/README.md`), to 1e-9 relative.

mod luck;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rotate::metrics::{drawdown, periods, relative, returns, sharpe, tail};

use luck::{check_blocks, check_overfit};

/// Rows in which the library answers a number and we say "not available" or count otherwise, each by the edge rules of
/// `fidelity.md` section 2.
const EDGES: &[(&str, &str, &str, &str)] = &[
    ("series", "metric", "library", "why"),
    ("empty", "", "", "no returns: nothing is available (libraries answer 0 or an error)"),
    ("all_nan5", "", "", "a NaN return is an input error, never dropped (libraries answer 0 or an error)"),
    ("constant_pos10", "sharpe", "quantstats", "no dispersion: not available, not 8e16"),
    ("constant_pos10", "sharpe_ratio", "empyrical", "no dispersion: not available, not inf"),
    ("one_obs", "omega", "quantstats", "one return has no ratio"),
    ("one_obs_neg", "sortino", "quantstats", "one return has no ratio"),
    ("one_obs_neg", "omega", "quantstats", "one return has no ratio"),
    ("one_obs", "sortino", "quantstats", "one return has no ratio"),
    ("constant_pos10", "kurtosis", "skfolio", "no dispersion"),
    ("all_zero30", "sharpe_ratio", "empyrical", "no dispersion"),
    ("all_zero30", "win_rate", "quantstats", "nothing moved: no share of it was up (the library answers 0)"),
    ("all_zero30", "profit_factor", "quantstats", "nothing was lost (the library answers 0)"),
    ("constant_pos10", "profit_factor", "quantstats", "nothing was lost: not available, not inf"),
    ("one_obs", "profit_factor", "quantstats", "nothing was lost: not available, not inf"),
    ("one_obs", "conditional_value_at_risk gaussian", "quantstats", "one return has no deviation (the library answers the return)"),
    ("one_obs_neg", "conditional_value_at_risk gaussian", "quantstats", "one return has no deviation (the library answers the return)"),
    ("one_obs_neg", "ulcer_performance_index", "quantstats", "its n - 1 is 0 (the library answers -0)"),
    ("all_zero30", "beta", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("all_zero30", "alpha", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("all_zero30", "information_ratio", "quantstats", "no dispersion (the library fills 0)"),
    ("all_zero30", "treynor_ratio", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("one_obs", "treynor_ratio", "quantstats", "one return has no beta (the library fills 0)"),
    ("one_obs", "beta", "quantstats", "one return has no beta (the library fills 0)"),
    ("one_obs", "alpha", "quantstats", "one return has no beta (the library fills 0)"),
    ("btc_daily_729", "information_ratio", "quantstats", "no dispersion against itself (the library fills 0)"),
    ("with_nan9", "", "", "a NaN return is an input error, never dropped (libraries drop or count it, each its own way)"),
    ("* against zero", "beta", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("* against zero", "alpha", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("* against zero", "treynor_ratio", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
];

type Row = BTreeMap<String, String>;

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The full set, with real price series beside the simulated ones.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = if beside.exists() { beside } else { PathBuf::from(std::env::var_os("ROTATE_SHARED")?) };
    Some(root.join("golden")).filter(|dir| dir.exists())
}

fn rows(dir: &Path, file: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(dir.join(file)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn series(dir: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in rows(dir, "metrics_series.csv") {
        let values = all.entry(row["series"].clone()).or_default();
        if !row["ret"].is_empty() {
            values.push(row["ret"].parse().unwrap());
        }
    }
    all
}

/// `metric` with its parameters behind it.
fn edge(series: &str, metric: &str, library: &str) -> bool {
    EDGES[1..].iter().any(|(s, m, l, _)| series == *s && metric.starts_with(m) && library.starts_with(l))
}

/// `None` stands for everything that is not a number to us: nan, inf, an exception.
fn expected(row: &Row) -> Option<f64> {
    row["expected"].parse::<f64>().ok().filter(|v| v.is_finite())
}

fn close(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) + 1e-15,
        _ => false,
    }
}

fn wealth(r: &[f64]) -> Vec<f64> {
    r.iter()
        .scan(1.0, |w, r| {
            *w *= 1.0 + r;
            Some(*w)
        })
        .collect()
}

fn falls(r: &[f64]) -> Vec<f64> {
    drawdown::drawdowns(&wealth(r), 1.0)
}

fn growth(r: &[f64], year: f64) -> Option<f64> {
    returns::cagr(returns::total_return(r)?, r.len() as f64 / year)
}

/// The bias correction of pandas, from our population moments.
fn corrected_skew(r: &[f64]) -> Option<f64> {
    let n = r.len() as f64;
    (n > 2.0).then_some(())?;
    returns::skew(r).map(|s| s * (n * (n - 1.0)).sqrt() / (n - 2.0))
}

fn corrected_kurtosis(r: &[f64]) -> Option<f64> {
    let n = r.len() as f64;
    (n > 3.0).then_some(())?;
    returns::kurtosis(r).map(|k| (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * (k - 3.0) + 6.0))
}

fn ours(metric: &str, params: &str, library: &str, r: &[f64]) -> Result<Option<f64>, &'static str> {
    let year = if params.contains("252") { 252.0 } else { 365.0 };
    let each = if params.contains("per_period=0.0001") { 0.0001 } else { 0.0 };
    Ok(match metric {
        "annual_return(CAGR)" | "cagr" => growth(r, year),
        "annual_volatility" | "volatility" => returns::volatility(r, year),
        "standard_deviation" => returns::volatility(r, 1.0),
        "calmar_ratio" | "calmar" => {
            growth(r, year).zip(drawdown::max_drawdown(&falls(r))).and_then(|(growth, fall)| returns::calmar(growth, fall))
        }
        "value_at_risk" if params.starts_with("gaussian") => tail::gaussian_value_at_risk(r, 0.05),
        "conditional_value_at_risk" if params.starts_with("gaussian") => tail::gaussian_conditional_value_at_risk(r, 0.05),
        "conditional_value_at_risk" if library.starts_with("quantstats") => tail::mean_below_value_at_risk(r, 0.05),
        // skfolio tells risks as positive numbers.
        "value_at_risk" if library.starts_with("skfolio") => tail::ordered_value_at_risk(r, 0.05).map(|v| -v),
        "cvar" => tail::fractional_conditional_value_at_risk(r, 0.05).map(|v| -v),
        "average_drawdown" => drawdown::average_drawdown(&falls(r)).map(|d| -d),
        "conditional_value_at_risk" => returns::conditional_value_at_risk(r, 0.05),
        "cum_returns_final" | "comp" => returns::total_return(r),
        "downside_risk" => returns::downside_deviation(r, 0.0, year),
        // skfolio divides by n − 1.
        "semi_deviation" => {
            let n = r.len() as f64;
            returns::downside_deviation(r, 0.0, 1.0).filter(|_| r.len() > 1).map(|d| d * (n / (n - 1.0)).sqrt())
        }
        "max_drawdown" if library.starts_with("skfolio") => drawdown::max_drawdown(&falls(r)).map(|d| -d),
        "max_drawdown" => drawdown::max_drawdown(&falls(r)),
        "omega_ratio" | "omega" => {
            let annual = if params.contains("required_annual_return=0.10") { 0.10 } else { 0.0 };
            returns::omega(r, libm::pow(1.0 + annual, 1.0 / year) - 1.0)
        }
        "sharpe_ratio" | "sharpe" => returns::sharpe(r, each, year),
        "sortino_ratio" | "sortino" => returns::sortino(r, each, year),
        "tail_ratio" => returns::tail_ratio(r),
        "value_at_risk" => returns::value_at_risk(r, 0.05),
        "skew" if params == "population" => returns::skew(r),
        "kurtosis" if params.starts_with("population") => returns::kurtosis(r),
        "skew" => corrected_skew(r),
        "kurtosis" => corrected_kurtosis(r),
        "ulcer_index" if params == "denominator n-1" => {
            let n = r.len() as f64;
            drawdown::ulcer_index(&falls(r)).filter(|_| r.len() > 1).map(|u| u * (n / (n - 1.0)).sqrt())
        }
        "ulcer_index" => drawdown::ulcer_index(&falls(r)),
        "ulcer_performance_index" => {
            let n = r.len() as f64;
            let ulcer = drawdown::ulcer_index(&falls(r)).filter(|_| r.len() > 1).map(|u| u * (n / (n - 1.0)).sqrt());
            returns::total_return(r).zip(ulcer).and_then(|(total, ulcer)| drawdown::ulcer_performance_index(total, ulcer))
        }
        "stability_of_timeseries" => periods::stability(r),
        "gain_to_pain_ratio" => periods::gain_to_pain(r),
        // quantstats drops the sign.
        "recovery_factor" => drawdown::max_drawdown(&falls(r)).and_then(|fall| periods::recovery_factor(r, fall)).map(f64::abs),
        "kelly_criterion" => periods::win_rate(r).zip(periods::payoff_ratio(r)).and_then(|(rate, payoff)| periods::kelly(rate, payoff)),
        "exposure" => periods::time_in_market(r).map(|share| (share * 100.0).ceil() / 100.0),
        "win_rate" => periods::win_rate(r),
        "profit_factor" => periods::profit_factor(r),
        "payoff_ratio" => periods::payoff_ratio(r),
        "probabilistic_sharpe_ratio" if library.starts_with("skfolio") => sharpe::probabilistic_sharpe(r, 0.0),
        "probabilistic_sharpe_ratio" => returns::sharpe(r, 0.0, 1.0)
            .zip(corrected_skew(r).zip(corrected_kurtosis(r)))
            .and_then(|(ratio, (skew, excess))| sharpe::probability(ratio, 0.0, r.len(), skew, excess + 3.0)),
        _ => return Err("not compared"),
    })
}

fn check_metrics(dir: &Path, at_least: usize) {
    let all = series(dir);
    let mut compared = 0;
    let mut wrong = Vec::new();
    for row in rows(dir, "metrics_expected.csv") {
        let (name, metric, params, library) = (&row["series"], &row["metric"], &row["params"], &row["library"]);
        let value = ours(metric, params, library, &all[name]).unwrap_or_else(|e| panic!("{metric} ({params}) of {library}: {e}"));
        if edge(name, &format!("{metric} {params}"), library) {
            assert_eq!(value, None, "{name} {metric} {params} {library}: the edge rule says not available");
        } else if !close(value, expected(&row)) {
            wrong.push(format!("{name} {metric} {params} {library}: {value:?}, expected {}", row["expected"]));
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= at_least, "only {compared} rows compared");
    println!("{compared} rows compared");
}

/// Benchmarks made of series that are there: `zero` stands still, `…_nan` and `…_holes` are not known at these places, `reversed…` runs
/// `bench365` backwards.
fn benchmark(all: &BTreeMap<String, Vec<f64>>, name: &str, length: usize) -> Vec<f64> {
    if name == "zero" {
        return vec![0.0; length];
    }
    let whole = name.trim_end_matches("_nan").trim_end_matches("_holes");
    let mut values = if whole == "reversed" { all["bench365"].iter().rev().copied().collect() } else { all[whole].clone() };
    if whole != name {
        for at in [0, 7, 100, 364] {
            values[at] = f64::NAN;
        }
    }
    values
}

fn check_relative(dir: &Path, file: &str, at_least: usize) {
    let all = series(dir);
    let mut compared = 0;
    for row in rows(dir, file) {
        let (name, metric, params, library) = (&row["series"], &row["metric"], &row["params"], &row["library"]);
        let r = &all[name];
        let b = &benchmark(&all, &row["benchmark"], r.len());
        let value = match metric.as_str() {
            "beta" => relative::beta(r, b),
            "alpha" if params.contains("compounded") => relative::alpha(r, b, 1.0).map(|a| libm::pow(1.0 + a, 365.0) - 1.0),
            "alpha" => relative::alpha(r, b, 365.0),
            // The libraries do not annualise.
            "information_ratio" | "excess_sharpe(information ratio)" => relative::information_ratio(r, b, 1.0),
            "r_squared" => relative::r_squared(r, b),
            "treynor_ratio" => relative::treynor(r, b),
            "up_capture" => relative::up_capture(r, b, 252.0),
            "down_capture" => relative::down_capture(r, b, 252.0),
            "batting_average" => relative::batting_average(r, b),
            other => panic!("{other} is not compared"),
        };
        let told = format!("{metric} {params}");
        let still = row["benchmark"] == "zero" && edge("* against zero", &told, library);
        if (still || edge(name, &told, library)) && value.is_none() {
            compared += 1;
            continue;
        }
        // An alpha of nothing but rounding noise is compared absolutely.
        let noise = value.zip(expected(&row)).is_some_and(|(a, b)| (a - b).abs() < 1e-12);
        assert!(noise || close(value, expected(&row)), "{name} {metric} {params} {library}: {value:?}, expected {}", row["expected"]);
        compared += 1;
    }
    assert!(compared >= at_least, "only {compared} rows compared");
}

fn check_drawdowns(dir: &Path) {
    let all = series(dir);
    for row in rows(dir, "metrics_drawdown_series.csv") {
        let i: usize = row["i"].parse().unwrap();
        let r = &all[&row["series"]];
        let close_to = |ours: f64, column: &str| (ours - row[column].parse::<f64>().unwrap()).abs() < 1e-9;
        assert!(close_to(falls(r)[i], "drawdown"), "{row:?}");
        assert!(close_to(wealth(r)[i], "wealth(start 1)"), "{row:?}");
    }
    let mut found: BTreeMap<String, Vec<drawdown::Period>> = BTreeMap::new();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(dir, "metrics_drawdown_periods.csv") {
        let name = row["series"].clone();
        // An input error to us, whatever the library makes of it.
        if all[&name].iter().any(|r| r.is_nan()) {
            continue;
        }
        // Wealth back at its peak to the last bit is recovered; the library's own product differs there by an ulp.
        let periods = found.entry(name.clone()).or_insert_with(|| drawdown::periods(&falls(&all[&name])));
        let number = |column: &str| row[column].parse::<usize>().unwrap();
        let period = periods[number("k")];
        assert_eq!((period.start, period.valley, period.end), (number("start_i"), number("valley_i"), number("end_i")), "{row:?}");
        assert_eq!(period.steps(), number("days") + usize::from(period.recovered), "{row:?}");
        assert!(close(Some(period.depth), row["depth"].parse().ok()), "{row:?}");
        *told.entry(name).or_default() += 1;
    }
    for (name, count) in told {
        assert_eq!(found[&name].len(), count, "{name}: number of drawdowns");
    }
}

#[test]
fn metrics_agree_with_other_libraries() {
    check_metrics(&own(), 900);
}

#[test]
fn relative_metrics_agree_with_other_libraries() {
    check_relative(&own(), "metrics_relative_expected.csv", 33);
    check_relative(&own(), "metrics_relative_holes.csv", 22);
}

#[test]
fn drawdowns_agree_with_other_libraries() {
    check_drawdowns(&own());
}

#[test]
fn real_series_agree_too() {
    let Some(dir) = shared() else {
        println!("skipped: ../shared is not there");
        return;
    };
    check_metrics(&dir, 1_017);
    check_relative(&dir, "metrics_relative_expected.csv", 44);
    check_drawdowns(&dir);
    check_blocks(&dir, 16);
    check_overfit(&dir, 29);
}

/// Ours divides by mean equity and by years; over one year of constant equity that is the library's "traded over portfolio value".
#[test]
fn turnover_counts_purchases_and_sales() {
    for (case, traded, value) in [("TO-3", 20.0, 50.0), ("TO-4", 20.0, 20.0), ("TO-5", 0.0, 20.0)] {
        let row = rows(&own(), "turnover.csv").into_iter().find(|row| row["case_id"] == case).unwrap();
        assert_eq!(rotate::metrics::book::turnover(traded, value, 1.0), expected(&row), "{case}");
    }
    for (case, traded, book) in [("TO-1", 20.0, [0.0, 40.0]), ("TO-2", 20.0, [40.0, 10.0])] {
        let row = rows(&own(), "turnover.csv").into_iter().find(|row| row["case_id"] == case).unwrap();
        assert_eq!(rotate::metrics::book::turnover_of_book(traded, &book), expected(&row), "{case}");
    }
    assert_eq!(rotate::metrics::book::turnover_of_book(0.0, &[]), Some(0.0), "TO-5");
    assert!((rotate::metrics::book::return_after_slippage(0.05, 1.0, 10.0) - 0.049).abs() < 1e-15, "TO-6");
    assert_eq!(rotate::metrics::book::turnover(30.0, 10.0, 0.5), Some(6.0));
    assert_eq!(rotate::metrics::book::turnover(30.0, 0.0, 0.5), None);
}
