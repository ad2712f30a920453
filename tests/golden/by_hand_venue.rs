//! The venue's mechanics worked by hand: files in, the arithmetic of `tests/by_hand_venue/README.md` out.

use std::path::{Path, PathBuf};

use rotate::batch::Arena;
use rotate::market::{Market, Window};
use rotate::replay::run::{PlainRule, Run};
use rotate::strategy::{StrategyFile, Verdict};
use rotate::units::Usd;

const STRATEGIES: [&str; 10] = ["impact", "limit", "trailing", "atr", "target", "pool", "alone", "exchange", "deleveraged", "distance"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/by_hand_venue")
}

fn market() -> Market {
    Market::load(&folder().join("market"), Window::default()).unwrap_or_else(|fault| panic!("{fault}"))
}

fn replay(market: &Market, name: &str) -> Run {
    let path = folder().join("strategies").join(format!("{name}.toml"));
    let strategy = StrategyFile::read(&path).unwrap_or_else(|fault| panic!("{fault}")).strategy;
    Arena::new(market).replay(&strategy, Usd::round(10_000.0))
}

/// The rows of a table that speak of one strategy.
fn table(name: &str, strategy: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder().join(name)).expect("readable");
    let rows = reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect());
    rows.filter(|row: &Vec<String>| row[0] == strategy).collect()
}

/// The pencil works in dollars without rounding, and what pays for an order keeps four microdollars back: equal to a hundredth of a cent.
fn near(ours: f64, pencil: &str, what: &str) {
    let pencil: f64 = pencil.parse().unwrap_or_else(|_| panic!("`{pencil}` is no number"));
    assert!((ours - pencil).abs() < 1e-4, "{what}: {ours}, by hand {pencil}");
}

#[test]
fn fills_are_those_of_the_pencil() {
    let market = market();
    for name in STRATEGIES {
        let (run, expected) = (replay(&market, name), table("fills.csv", name));
        assert_eq!(run.fills.len(), expected.len(), "{name}: {:#?}", run.fills);
        for (fill, row) in run.fills.iter().zip(&expected) {
            let words = [fill.time.date(), market.instrument(fill.instrument).symbol.clone(), fill.side.name().to_owned()];
            assert_eq!(words[..], row[1..4], "{name}");
            assert_eq!(fill.reason.name(), row[7], "{name}");
            let what = format!("{name}: {} {}", row[1], row[2]);
            near(fill.quantity, &row[4], &what);
            near(fill.price, &row[5], &what);
            near(fill.fee.to_f64(), &row[6], &what);
        }
    }
}

#[test]
fn liquidations_are_those_of_the_pencil() {
    let market = market();
    for name in STRATEGIES {
        let (run, expected) = (replay(&market, name), table("liquidations.csv", name));
        assert_eq!(run.liquidations.len(), expected.len(), "{name}: {:#?}", run.liquidations);
        for (liquidation, row) in run.liquidations.iter().zip(&expected) {
            let what = format!("{name}: {} {}", row[1], row[2]);
            assert_eq!([liquidation.time.date(), market.instrument(liquidation.instrument).symbol.clone()][..], row[1..3], "{what}");
            let ours = [liquidation.quantity, liquidation.mark_price, liquidation.liquidation_price];
            let money = [liquidation.margin_lost.to_f64(), liquidation.fee.to_f64()];
            for (ours, pencil) in ours.into_iter().chain(money).zip(&row[3..]) {
                near(ours, pencil, &what);
            }
        }
    }
}

#[test]
fn gains_are_those_of_the_pencil() {
    let market = market();
    for name in STRATEGIES {
        let run = replay(&market, name);
        near((run.final_equity() - run.capital).to_f64(), &table("ends.csv", name)[0][1], name);
    }
}

#[test]
fn the_stablecoins_make_a_lost_pool_good() {
    let market = market();
    let run = replay(&market, "pool");
    let flows: Vec<_> = run.flows.iter().map(|flow| (flow.time.date(), flow.from.index(), flow.to.index(), flow.reason.name())).collect();
    assert_eq!(flows, [("2024-01-05".to_owned(), 1, 0, "refill")]);
    near(run.flows[0].amount.to_f64(), "2000", "refill");
}

#[test]
fn what_was_not_done_is_on_record() {
    let market = market();
    let said = |name: &str, rule: &str| {
        let run = replay(&market, name);
        let found = run.decisions.iter().find(|decision| decision.rule() == PlainRule::named(rule).expect("a rule").into());
        found.unwrap_or_else(|| panic!("{name}: no {rule} in {:#?}", run.decisions)).clone()
    };
    let cut = said("distance", "liquidation_distance");
    assert_eq!((cut.verdict, cut.observed), (Verdict::Resized, Some(8.0)));
    near(cut.threshold.unwrap(), "4", "leverage");
    let young = said("atr", "stop");
    assert_eq!((young.verdict, young.time.date().as_str()), (Verdict::Refused, "2024-01-02"), "known at the first midnight");
    let cut = said("impact", "volume");
    near(cut.threshold.unwrap(), "4", "the first day's sixteenth");
    let closed = said("deleveraged", "deleveraged");
    assert_eq!(closed.verdict, Verdict::Exited);
    near(closed.observed.unwrap(), &format!("{}", replay(&market, "deleveraged").fills[1].price), "where it was closed");
    near(closed.threshold.unwrap(), &format!("{}", replay(&market, "deleveraged").fills[0].price), "where it was entered");
    let rest = said("impact", "expired");
    assert!((7.0..9.0).contains(&rest.observed.unwrap()), "{rest:?}");
}
