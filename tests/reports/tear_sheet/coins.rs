//! What the run was worth in bitcoin.

use rotate::report::charts::coins;
use rotate::units::Usd;

use super::{days, page, words};

#[test]
fn bitcoin_counts_coins() {
    let (market, mut run) = days(60);
    let usd = |all: &[f64]| all.iter().map(|v| Usd::round(*v)).collect::<Vec<_>>();
    run.clock.bars = 3;
    (run.equity, run.benchmark) = (usd(&[120_000.0, 150_000.0, 90_000.0]), usd(&[100_000.0, 300_000.0, 180_000.0]));
    assert_eq!(coins::in_bitcoin(&run).unwrap(), [1.0, 1.2, 0.5, 0.5]);
    let said = words(&coins::coins(&run).unwrap());
    assert!(said.iter().any(|word| word == "in USD 0.90×") && said.iter().any(|word| word == "in BTC 0.50×"), "{said:?}");
    assert!(!said.iter().any(|word| word.contains("log scale")));
    run.benchmark[2] = Usd::round(10_000.0);
    assert!(words(&coins::coins(&run).unwrap()).iter().any(|word| word.ends_with("log scale")), "nine coins for one, and half a one");
    run.benchmark_name = "ETH".to_string();
    assert!(coins::coins(&run).is_none());
    assert!(page(&market, &days(60).1).contains("counted in bitcoin"));
}
