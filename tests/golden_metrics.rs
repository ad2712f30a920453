//! Metrics against numbers other people's libraries gave (`tests/golden/README.md`), to 1e-9 relative.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rotate::metrics::{drawdown, relative, returns};

/// Where our definition differs from a library's. Every row of the files is either compared or named here with its reason.
const NOT_OURS: &[(&str, &str, &str, &str)] = &[
    ("metric", "library", "params begin with", "why it is not compared"),
    ("stability_of_timeseries", "empyrical", "", "not reported"),
    ("value_at_risk", "quantstats", "gaussian", "Gaussian; ours is historical"),
    ("conditional_value_at_risk", "quantstats", "gaussian", "Gaussian; ours is historical"),
    ("conditional_value_at_risk", "quantstats", "historical", "mean of r <= VaR; ours is the floor(0.05(n-1))+1 worst"),
    ("cvar", "skfolio", "historical", "interpolates the tail; ours takes whole days"),
    ("value_at_risk", "skfolio", "historical", "order statistic without interpolation"),
    ("ulcer_performance_index", "quantstats", "", "not reported"),
    ("gain_to_pain_ratio", "quantstats", "daily", "not reported"),
    ("recovery_factor", "quantstats", "sum of returns", "not reported"),
    ("kelly_criterion", "quantstats", "", "not reported"),
    ("exposure", "quantstats", "rounded up", "share of non-zero days; ours is notional over equity"),
    ("win_rate", "quantstats", "zeros excluded", "of periods; ours is of trades (tested there)"),
    ("profit_factor", "quantstats", "per-period", "of periods; ours is of trades (tested there)"),
    ("payoff_ratio", "quantstats", "", "of periods; ours is of trades (tested there)"),
    ("probabilistic_sharpe_ratio", "", "", "belongs to the overfitting statistics"),
    ("average_drawdown", "skfolio", "compounded", "not reported"),
    ("up_capture", "", "", "not reported"),
    ("down_capture", "", "", "not reported"),
    ("batting_average", "", "", "not reported"),
    ("treynor_ratio", "", "", "not reported"),
];

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
    ("all_zero30", "beta", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("all_zero30", "alpha", "quantstats", "a benchmark that stands still has no beta (the library fills 0)"),
    ("all_zero30", "information_ratio", "quantstats", "no dispersion (the library fills 0)"),
    ("one_obs", "beta", "quantstats", "one return has no beta (the library fills 0)"),
    ("one_obs", "alpha", "quantstats", "one return has no beta (the library fills 0)"),
    ("btc_daily_729", "information_ratio", "quantstats", "no dispersion against itself (the library fills 0)"),
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

fn named(table: &[(&str, &str, &str, &str)], a: &str, b: &str, c: &str) -> bool {
    table[1..].iter().any(|(x, y, z, _)| a == *x && (y.is_empty() || b.starts_with(y)) && c.starts_with(z))
}

fn edge(series: &str, metric: &str, library: &str) -> bool {
    EDGES[1..].iter().any(|(s, m, l, _)| series == *s && (m.is_empty() || metric == *m) && library.starts_with(l))
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
        _ => return Err("neither compared nor named in NOT_OURS"),
    })
}

fn check_metrics(dir: &Path, at_least: usize) {
    let all = series(dir);
    let mut compared = 0;
    let mut wrong = Vec::new();
    for row in rows(dir, "metrics_expected.csv") {
        let (name, metric, params, library) = (&row["series"], &row["metric"], &row["params"], &row["library"]);
        if named(NOT_OURS, metric, library, params) {
            continue;
        }
        let value = ours(metric, params, library, &all[name]).unwrap_or_else(|e| panic!("{metric} ({params}) of {library}: {e}"));
        if edge(name, metric, library) {
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

fn check_relative(dir: &Path, at_least: usize) {
    let all = series(dir);
    let mut compared = 0;
    for row in rows(dir, "metrics_relative_expected.csv") {
        let (name, metric, params, library) = (&row["series"], &row["metric"], &row["params"], &row["library"]);
        if named(NOT_OURS, metric, library, params) {
            continue;
        }
        let r = &all[name];
        let zeros = vec![0.0; r.len()];
        let b = if row["benchmark"] == "zero" { &zeros } else { &all[&row["benchmark"]] };
        let value = match metric.as_str() {
            "beta" => relative::beta(r, b),
            "alpha" if params.contains("compounded") => relative::alpha(r, b, 1.0).map(|a| libm::pow(1.0 + a, 365.0) - 1.0),
            "alpha" => relative::alpha(r, b, 365.0),
            // The libraries do not annualise.
            "information_ratio" | "excess_sharpe(information ratio)" => relative::information_ratio(r, b, 1.0),
            "r_squared" => relative::correlation(r, b).map(|c| c * c),
            other => panic!("{other} is neither compared nor named"),
        };
        if edge(name, metric, library) && value.is_none() {
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
    check_metrics(&own(), 550);
}

#[test]
fn relative_metrics_agree_with_other_libraries() {
    check_relative(&own(), 14);
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
    check_metrics(&dir, 590);
    check_relative(&dir, 20);
    check_drawdowns(&dir);
}

/// Ours divides by mean equity and by years; over one year of constant equity that is the library's "traded over portfolio value".
#[test]
fn turnover_counts_purchases_and_sales() {
    for (case, traded, value) in [("TO-3", 20.0, 50.0), ("TO-4", 20.0, 20.0), ("TO-5", 0.0, 20.0)] {
        let row = rows(&own(), "turnover.csv").into_iter().find(|row| row["case_id"] == case).unwrap();
        assert_eq!(rotate::metrics::book::turnover(traded, value, 1.0), expected(&row), "{case}");
    }
    // TO-1 and TO-2 divide by the average gross book, which is not ours; TO-6 is a return after slippage.
    assert_eq!(rotate::metrics::book::turnover(30.0, 10.0, 0.5), Some(6.0));
    assert_eq!(rotate::metrics::book::turnover(30.0, 0.0, 0.5), None);
}
