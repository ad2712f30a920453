//! What a run is measured against, by the files of a market: the coin of old, another coin, an index.

use rotate::market::{Market, Window};
use rotate::replay::replay;
use rotate::replay::run::Run;
use rotate::signal::{History, Signals};
use rotate::strategy::{Plan, StrategyFile};
use rotate::units::Usd;

use super::{HOUR, START, load, write};

const HEAD: &str = "asset,tier,spot,perp,contract_size,venue,venue_kind\nBTC,large,BTCUSDT,,1,v,cex\nETH,large,ETHUSDT,,1,v,cex\n";
const CASH: &str = "name = \"waits\"\nabout = \"Waits\"\nregime = \"any\"\nrebalance = { every = \"1d\" }\n[buckets.cash]\nweight = 1.0\nhold = \"cash\"\n";

/// Four days of bitcoin at 100, 110, 120, 130 and ether at 10, 20, 40, 80.
fn market(benchmark: &str, index: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let fees = "[fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n";
    write(dir.path(), "market.toml", format!("name = \"two\"\nbar = \"1d\"\n{benchmark}{fees}"));
    write(dir.path(), "assets.csv", HEAD);
    if !index.is_empty() {
        write(dir.path(), "indices/DOM.csv", format!("known_at,value\n{index}"));
    }
    for (symbol, closes) in [("BTCUSDT", [100, 110, 120, 130]), ("ETHUSDT", [10, 20, 40, 80])] {
        let row = |(day, close): (usize, i64)| format!("{},{close},{close},{close},{close},1000\n", START + 24 * HOUR * day as i64);
        let rows: String = closes.into_iter().enumerate().map(row).collect();
        write(dir.path(), &format!("spot/{symbol}.csv"), format!("timestamp,open,high,low,close,volume\n{rows}"));
    }
    dir
}

fn run(market: &Market) -> Run {
    let file = StrategyFile::parse("waits.toml".as_ref(), CASH.to_owned()).unwrap();
    let plan = Plan::new(&file.strategy, &History::at_close(market, 0));
    replay(market, &Signals::of(market), &plan, Usd::round(1_000.0))
}

fn measured(benchmark: &str, index: &str) -> (String, Vec<f64>, Vec<String>) {
    let run = run(&load(&market(benchmark, index)));
    (run.benchmark_name, run.benchmark.iter().map(|worth| worth.to_f64()).collect(), run.cautions.iter().map(ToString::to_string).collect())
}

#[test]
fn it_is_bitcoin_unless_the_market_says_otherwise() {
    let (name, worth, cautions) = measured("", "");
    assert_eq!((name.as_str(), worth), ("BTC", vec![1_000.0, 1_100.0, 1_200.0, 1_300.0]));
    assert!(!cautions.iter().any(|caution| caution.contains("benchmark")), "{cautions:?}");
    let (name, worth, _) = measured("benchmark = \"ETH\"\n", "");
    assert_eq!((name.as_str(), worth), ("ETH", vec![1_000.0, 2_000.0, 4_000.0, 8_000.0]));
}

/// Bars close at the midnights of January 2 to 5. A value counts at the first close after it was known, and until the next.
#[test]
fn an_index_is_what_was_last_known_of_it() {
    let (name, worth, cautions) = measured("benchmark = \"DOM\"\n", "2024-01-01T12:00:00Z,50\n2024-01-03,60\n2024-01-04T00:00:01Z,25\n");
    assert_eq!((name.as_str(), worth), ("DOM", vec![1_000.0, 1_200.0, 1_200.0, 500.0]));
    assert!(!cautions.iter().any(|caution| caution.contains("benchmark")), "{cautions:?}");
}

#[test]
fn where_it_has_no_value_it_stands_flat_and_says_so() {
    let (_, worth, cautions) = measured("benchmark = \"DOM\"\n", "2024-01-03,60\n2024-01-04,90\n");
    assert_eq!(worth, [1_000.0, 1_000.0, 1_500.0, 1_500.0]);
    assert!(cautions.iter().any(|caution| caution.contains("the benchmark DOM has no price before 2024-01-02T00:00:00Z")), "{cautions:?}");
    let (_, worth, cautions) = measured("benchmark = \"DOM\"\n", "2025-01-01,60\n");
    assert_eq!(worth, [1_000.0; 4]);
    assert!(cautions.iter().any(|caution| caution.contains("has no price in the whole run")), "{cautions:?}");
}

/// An index that is not asked for is not read, and what is asked for is an input of the run.
#[test]
fn it_is_one_of_the_inputs() {
    let inputs = |market: Market| market.inputs.iter().any(|input| input.path == "indices/DOM.csv");
    let rows = "2024-01-01,50\n";
    assert!(!inputs(load(&market("", rows))) && inputs(load(&market("benchmark = \"DOM\"\n", rows))));
    let gone = market("benchmark = \"DOM\"\n", "");
    let fault = Market::load(gone.path(), Window::default()).unwrap_err();
    assert!(fault.place.ends_with("market.toml:3") && fault.found.contains("no file indices/DOM.csv"), "{fault}");
}
