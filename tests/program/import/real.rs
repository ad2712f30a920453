//! Raw real files with all their quirks, by one command.

use rotate::import::{Request, understand};
use rotate::market::{Market, Window};

use super::shared;
use crate::program::rotate;

#[test]
fn raw_real_files_become_a_running_market() {
    let Some(shared) = shared() else {
        println!("skipped: no market data beside the repository");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("market");
    let output = rotate(&["import", shared.join("market").to_str().unwrap(), "--out", out.to_str().unwrap(), "--yes"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said.matches(": runs as it is").count(), 7, "{said}");
    let market = Market::load(&out, Window::default()).unwrap();
    // A symbol that was given to another coin is two assets.
    let names: Vec<&str> = market.assets.iter().map(|asset| asset.name.as_str()).collect();
    assert!(names.contains(&"LUNA") && names.contains(&"LUNA-2022"), "{names:?}");
    let pepe = market.assets.iter().find(|asset| asset.name == "PEPE").and_then(|asset| asset.perp).unwrap();
    assert_eq!(market.instrument(pepe).contract_size, 1_000.0);
    // Known closes of the days (fidelity of the source: README of the data).
    let close = |symbol: &str, day: &str| {
        let at = market.instruments.iter().position(|own| own.symbol == symbol && own.kind == rotate::market::Kind::Perp).unwrap();
        let t = market.clock.bar_of(rotate::units::Time::parse_date(day).unwrap()).unwrap();
        market.panel.close[market.panel.at(rotate::units::InstrumentId::new(at), t)]
    };
    assert_eq!([close("BTCUSDT", "2021-11-10"), close("BTCUSDT", "2022-11-09")], [64_920.13, 15_905.0]);
}

#[test]
fn what_was_imported_from_our_own_layout_is_the_same_market() {
    let Some(shared) = shared() else {
        println!("skipped: no market data beside the repository");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let source = shared.join("markets/majors-8h");
    let request = Request { sources: vec![source.clone()], out: dir.path().join("market"), ..Request::default() };
    let imported = understand(&request).unwrap().write().unwrap();
    let original = Market::load(&source, Window { from: None, to: None }).unwrap();
    let mut compared = 0;
    for (id, own) in original.instruments.iter().enumerate() {
        let Some(at) = imported.instruments.iter().position(|other| (&other.symbol, other.kind) == (&own.symbol, own.kind)) else {
            continue;
        };
        for t in 0..original.clock.bars {
            let (id, time) = (rotate::units::InstrumentId::new(id), original.clock.open(t));
            let Some(there) = imported.clock.bar_of(time).filter(|_| original.panel.trades(id, t)) else { continue };
            let (a, b) = (original.panel.at(id, t), imported.panel.at(rotate::units::InstrumentId::new(at), there));
            assert_eq!(
                (original.panel.open[a], original.panel.close[a], original.panel.volume[a]),
                (imported.panel.open[b], imported.panel.close[b], imported.panel.volume[b])
            );
            compared += 1;
        }
    }
    assert!(compared > 50_000, "{compared} bars");
}
