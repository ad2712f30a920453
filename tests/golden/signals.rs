//! Indicators, funding signals and filtered states against numbers other people's libraries gave (`tests/golden/README.md`), to 1e-9
//! relative. The expected numbers stand in `tests/golden`; the prices and rates they belong to only in `../shared/golden`.

mod hmm;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rotate::market::Settlement;
use rotate::signal::{funding, indicator};
use rotate::units::Time;

use hmm::Hmm;

type Row = BTreeMap<String, String>;

/// Weight of yesterday in the variance of `RiskMetrics`.
const RISKMETRICS: f64 = 0.94;

fn rows(file: &Path) -> Vec<Row> {
    csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect()
}

fn expected(file: &str) -> Vec<Row> {
    rows(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file))
}

/// A file of market data; none where `../shared` is not there.
fn outside(file: &str) -> Option<Vec<Row>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = std::env::var_os("ROTATE_SHARED").map_or(beside, PathBuf::from);
    let path = root.join("golden").join(file);
    if !path.exists() {
        println!("skipped: ../shared is not there");
        return None;
    }
    Some(rows(&path))
}

fn column(rows: &[Row], name: &str) -> Vec<f64> {
    rows.iter().map(|row| row[name].parse().unwrap()).collect()
}

/// `nan` is what a library answers where ours says `None`.
fn assert_agrees(found: Option<f64>, expected: &str, what: &str) {
    let expected: f64 = expected.parse().unwrap();
    match found {
        None => assert!(expected.is_nan(), "{what}: nothing, expected {expected}"),
        Some(found) => assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{what}: {found}, expected {expected}"),
    }
}

#[test]
fn indicators() {
    let Some(bars) = outside("btc_daily_ohlcv.csv") else { return };
    let [highs, lows, closes] = ["high", "low", "close"].map(|name| column(&bars, name));
    let mut compared = 0;
    for row in expected("indicators_expected.csv") {
        let i: usize = row["i"].parse().unwrap();
        let (highs, lows, closes) = (&highs[..=i], &lows[..=i], &closes[..=i]);
        let returns = indicator::returns(closes);
        let found = match row["indicator"].as_str() {
            "sma_50" => indicator::sma(closes, 50),
            "sma_200" => indicator::sma(closes, 200),
            "ema_20" => indicator::ema(closes, 20),
            "rsi_14" => indicator::rsi(closes, 14),
            "atr_14" => {
                let bars = highs.iter().zip(lows).zip(closes).map(|((&high, &low), &close)| (high, low, close));
                indicator::average_true_range(bars, 14)
            }
            "roc_30" => indicator::roc(closes, 30),
            "vol_30_ddof1_x_sqrt365" => indicator::volatility(closes, 30, 365.0),
            "ewma_var_094" => indicator::ewma_variance(&returns, RISKMETRICS),
            "drawdown_from_running_max" => indicator::drawdown(closes, closes.len()),
            "drawdown_from_90d_high" => indicator::drawdown(closes, 90),
            "zscore_90_ddof1" => indicator::z_score(&returns, 90),
            "pctrank_90" => indicator::percentile_rank(&returns, 90),
            "max_365_high" => indicator::highest(closes, 365),
            other => panic!("{other} is compared with nothing"),
        };
        assert_agrees(found, &row["expected"], &format!("{} at {i}", row["indicator"]));
        compared += 1;
    }
    assert_eq!(compared, 325);
}

#[test]
fn funding_signals() {
    let Some(rates) = outside("xrp_funding_mark_8h.csv") else { return };
    let settled = |row: &Row| Settlement {
        time: Time::parse(&row["settlement_utc"]).unwrap(),
        rate: row["funding_rate"].parse().unwrap(),
        interval_hours: 8.0,
        mark: row["mark_open"].parse().unwrap(),
        assumed: false,
    };
    let settlements: Vec<Settlement> = rates.iter().map(settled).collect();
    let signals = expected("funding_signals_expected.csv");
    assert_eq!(signals.len(), 91);
    for (i, row) in signals.iter().enumerate() {
        let known = &settlements[..=i];
        let last = |n: usize| known.len().checked_sub(n).map(|from| &known[from..]);
        let rates: Vec<f64> = known.iter().map(|settlement| settlement.rate).collect();
        assert_agrees(indicator::z_score(&rates, 30), &row["z30_including_current"], &format!("z30 of all at {i}"));
        assert_agrees(funding::z_score(known, 30), &row["z30_against_previous_30"], &format!("z30 at {i}"));
        assert_agrees(last(21).map(funding::carry), &row["sum_last_21"], &format!("carry at {i}"));
        assert_agrees(last(3).and_then(funding::annualised), &row["simple_annualised_of_last_3"], &format!("annualised at {i}"));
    }
}

#[test]
fn filtered_states() {
    let Some(bars) = outside("btc_daily_ohlcv.csv") else { return };
    let parameters: BTreeMap<String, String> =
        expected("hmm_params.csv").into_iter().map(|row| (row["name"].clone(), row["value"].clone())).collect();
    let pair = |text: &str| -> [f64; 2] {
        text.split(';').map(|number| number.parse().unwrap()).collect::<Vec<_>>().try_into().expect("two states")
    };
    let (calm, wild) = parameters["transition"].split_once('|').unwrap();
    let hmm = Hmm {
        start: pair(&parameters["start"]),
        transition: [pair(calm), pair(wild)],
        mean: pair(&parameters["mean"]),
        sd: pair(&parameters["sd"]),
    };
    // The library was given the returns rounded to eight decimals.
    let returns: Vec<f64> = indicator::returns(&column(&bars, "close")).iter().map(|r| (r * 1e8).round() / 1e8).collect();
    let returns = &returns[returns.len() - 250..];
    let states = expected("hmm_filtered_expected.csv");
    assert_eq!(states.len(), 250);
    for (belief, row) in hmm.filtered(returns).zip(&states) {
        assert_agrees(Some(belief.states[0]), &row["filtered_state0"], &format!("state at {}", row["t"]));
    }
    let likelihood = hmm.filtered(returns).last().map(|belief| belief.log_likelihood);
    assert_agrees(likelihood, &parameters["loglik_250_obs"], "log-likelihood");
}
