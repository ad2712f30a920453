//! Who gets a place, at what leverage it stands, and what `rotations.csv` says of it: by numbers that can be checked by head, and as a law over
//! whole markets.

mod law;
mod own_signal;
mod places;
mod rungs;

use std::path::Path;

use rotate::batch::Arena;
use rotate::market::Market;
use rotate::replay::run::{Decision, PlainRule, Run};
use rotate::strategy::StrategyFile;
use rotate::units::Usd;

use crate::tiny::Tiny;

/// A thousand dollars over a market in which any size trades at the open's price, with no funding where none is told. Only what comes after the
/// head of a strategy is given.
fn replay(mut tiny: Tiny, rules: &str) -> (Market, Run) {
    for bar in tiny.0.series.iter_mut().flat_map(|series| &mut series.bars) {
        bar.volume = 1e12;
    }
    tiny.0.missing_rate_8h = Some(0.0);
    let head = "name = \"places\"\nabout = \"x\"\nregime = \"any\"\nassumptions = { impact = 0.0, closing_fee_in_margin = false }\n\
        rebalance = { every = \"100d\", band = 0.5 }\n";
    let file = StrategyFile::parse(Path::new("places.toml"), format!("{head}{rules}")).unwrap_or_else(|fault| panic!("{fault}"));
    let market = tiny.market();
    let run = Arena::new(&market).replay(&file.strategy, Usd::round(1_000.0));
    (market, run)
}

fn rows<'a>(run: &'a Run, rule: &str) -> Vec<&'a Decision> {
    run.decisions.iter().filter(|decision| decision.rule() == PlainRule::named(rule).expect("a rule").into()).collect()
}

/// Day of the fill, symbol, reason.
fn fills(market: &Market, run: &Run) -> Vec<(i64, String, String)> {
    let of = |fill: &rotate::replay::run::Fill| {
        (days(fill.time), market.instrument(fill.instrument).symbol.clone(), fill.reason.name().to_owned())
    };
    run.fills.iter().map(of).collect()
}

/// Days since the first bar opened.
fn days(time: rotate::units::Time) -> i64 {
    (time.seconds() - crate::tiny::day(0).seconds()) / 86_400
}

fn told(list: &[(i64, &str, &str)]) -> Vec<(i64, String, String)> {
    list.iter().map(|&(day, symbol, reason)| (day, symbol.to_owned(), reason.to_owned())).collect()
}
