//! A market small enough to be worked by hand: files in, the arithmetic of `tests/by_hand/README.md` out.

use std::path::{Path, PathBuf};

use rotate::batch::Arena;
use rotate::market::{Market, Window};
use rotate::replay::run::Run;
use rotate::strategy::StrategyFile;
use rotate::units::{BucketId, InstrumentId, Usd};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/by_hand")
}

fn replayed() -> (Market, Run) {
    let market = Market::load(&folder().join("market"), Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let strategy = StrategyFile::read(&folder().join("strategy.toml")).unwrap_or_else(|fault| panic!("{fault}")).strategy;
    let run = Arena::new(&market).replay(&strategy, Usd::round(10_000.0));
    (market, run)
}

/// The rows of a table worked by hand.
fn table(name: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder().join(name)).expect("readable");
    reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// The pencil works in dollars without rounding: equal to a hundredth of a cent.
fn near(ours: f64, pencil: &str, what: &str) {
    assert!((ours - number(pencil)).abs() < 1e-4, "{what}: {ours}, by hand {pencil}");
}

fn usd(dollars: f64) -> Usd {
    Usd::round(dollars)
}

#[test]
fn fills_are_those_of_the_pencil() {
    let (market, run) = replayed();
    let expected = table("fills.csv");
    assert_eq!(run.fills.len(), expected.len(), "{:#?}", run.fills);
    for (fill, row) in run.fills.iter().zip(&expected) {
        let narrative = fill.narrative.map_or("", |id| market.narrative(id));
        let words = [
            fill.time.to_string(),
            market.instrument(fill.instrument).symbol.clone(),
            run.buckets[fill.bucket.index()].clone(),
            narrative.to_owned(),
            fill.side.name().to_owned(),
        ];
        assert_eq!(words[..], row[..5]);
        assert_eq!(fill.reason.name(), row[8]);
        let what = format!("{} {}", row[0], row[1]);
        near(fill.quantity, &row[5], &what);
        near(fill.price, &row[6], &what);
        near(fill.fee.to_f64(), &row[7], &what);
    }
}

#[test]
fn settlements_are_those_of_the_pencil() {
    let (market, run) = replayed();
    let expected = table("funding.csv");
    assert_eq!(run.funding.len(), expected.len(), "{:#?}", run.funding);
    for (payment, row) in run.funding.iter().zip(&expected) {
        let what = format!("{} {}", row[0], row[1]);
        assert_eq!((payment.time.to_string(), &market.instrument(payment.instrument).symbol), (row[0].clone(), &row[1]));
        near(payment.quantity, &row[2], &what);
        near(payment.mark_price, &row[3], &what);
        near(payment.rate, &row[4], &what);
        near(payment.payment.to_f64(), &row[5], &what);
    }
}

#[test]
fn equity_and_buckets_are_those_of_the_pencil() {
    let (_, run) = replayed();
    let expected = table("equity.csv");
    assert_eq!((run.equity.len(), run.buckets.join(",")), (expected.len(), "foundation,perps,stablecoins".to_owned()));
    for (t, row) in expected.iter().enumerate() {
        assert_eq!(run.clock.close(t).to_string(), row[0]);
        for b in 0..3 {
            near(run.bucket_values[t * 3 + b].to_f64(), &row[1 + b], &format!("{} {}", row[0], run.buckets[b]));
        }
        near(run.equity[t].to_f64(), &row[4], &row[0]);
    }
}

#[test]
fn the_waterfall_flows_once_and_only_from_profit() {
    let (_, run) = replayed();
    let expected = table("flows.csv");
    assert_eq!(run.flows.len(), expected.len(), "{:#?}", run.flows);
    for (flow, row) in run.flows.iter().zip(&expected) {
        let name = |id: BucketId| run.buckets[id.index()].clone();
        assert_eq!([flow.time.to_string(), name(flow.from), name(flow.to)][..], row[..3]);
        near(flow.amount.to_f64(), &row[3], &row[2]);
        assert_eq!(flow.reason.name(), row[4]);
    }
}

#[test]
fn trades_and_sources_are_those_of_the_pencil() {
    let (_, run) = replayed();
    let pnl = |id: u16| run.trades.iter().filter(|trade| trade.instrument == InstrumentId(id)).map(|trade| trade.pnl).sum::<Usd>();
    assert_eq!((pnl(0), pnl(1), pnl(2)), (usd(621.973), usd(600.60), usd(-505.619_175)));
    let source = run.attribution.by_source;
    assert_eq!((source.price, source.funding, source.fees), (usd(781.90), usd(-31.32), usd(-18.901_175)));
    assert_eq!((source.slippage, source.liquidation, source.yields), (usd(-14.725), Usd::ZERO, Usd::ZERO));
    assert_eq!(run.final_equity() - run.capital, usd(716.953_825));
}
