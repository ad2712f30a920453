//! Realised gains are the money: whatever the method, they are the net cash of the fills, and with funding, yields and what is not realised
//! they are what the capital became.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use rotate::market::{Market, Window};
use rotate::metrics::gains::{Gain, gains, year_ends};
use rotate::metrics::lots::{Lots, Method, YEAR};
use rotate::replay::run::{Reason, Run, Side};
use rotate::strategy::StrategyFile;
use rotate::units::{BucketId, InstrumentId, Time, Usd};

use crate::random_market::markets;
use crate::random_strategy::strategies;
use crate::{capital, cases, replay};

fn price(market: &Market) -> impl Fn(InstrumentId, Time) -> Option<f64> {
    |id, close| Some(market.panel.value_at(id, market.clock.bar_of(close.plus(-1))?)).filter(|price| price.is_finite())
}

fn all(market: &Market, run: &Run) -> Vec<Gain> {
    gains(run, |_| true, price(market))
}

fn of(all: &[Gain], method: Method) -> impl Iterator<Item = &Gain> {
    all.iter().filter(move |gain| gain.method == method)
}

/// What the fills of each instrument moved, fees included.
fn cash(run: &Run) -> BTreeMap<InstrumentId, Usd> {
    let mut moved: BTreeMap<InstrumentId, Usd> = BTreeMap::new();
    for fill in &run.fills {
        let notional = if fill.side == Side::Buy { -fill.notional } else { fill.notional };
        *moved.entry(fill.instrument).or_default() += notional - fill.fee;
    }
    moved
}

/// Any fills of one pool, a day apart; the last brings it back to nothing.
fn pools() -> impl Strategy<Value = Vec<(f64, Usd)>> {
    let fill = (-1_000_i32..1_000, 0.01..50_000.0_f64, 0.0..0.01_f64);
    prop::collection::vec(fill, 1..40).prop_map(|fills| {
        let mut open = 0.0;
        let mut all: Vec<(f64, f64, f64)> = Vec::new();
        for (tenths, price, fee) in fills {
            let quantity = f64::from(tenths) * 0.1;
            open += quantity;
            all.push((quantity, price, fee));
        }
        all.push((-open, 123.456, 0.001));
        all.into_iter()
            .map(|(quantity, price, fee)| (quantity, Usd::round(-quantity * price) - Usd::round(quantity.abs() * price * fee)))
            .collect()
    })
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn every_method_sums_to_the_cash(fills in pools()) {
        let moved: Usd = fills.iter().filter(|(quantity, _)| *quantity != 0.0).map(|(_, cash)| *cash).sum();
        for method in Method::ALL {
            let mut lots = Lots::new(method, YEAR);
            let mut gained = Usd::ZERO;
            for (day, &(quantity, cash)) in fills.iter().filter(|(quantity, _)| *quantity != 0.0).enumerate() {
                let before = lots.standing();
                let closed = lots.fill(Time::from_seconds(day as i64 * 86_400), quantity, cash);
                // Something is closed exactly where the fill goes against what stands; what the sum of quantities leaves over stands nowhere.
                let dust = quantity.abs() < 1e-9;
                prop_assert!(dust || closed.is_some() == before.is_some_and(|(open, _)| open * quantity < 0.0));
                if let Some(closed) = closed {
                    prop_assert!(closed.quantity <= quantity.abs());
                    gained += closed.proceeds - closed.cost;
                }
            }
            prop_assert_eq!(lots.standing(), None);
            prop_assert_eq!(gained, moved);
        }
    }

    #[test]
    fn gains_are_what_the_capital_became(market in markets(), strategy in strategies()) {
        let market = market.market();
        let run = replay(&market, &strategy.rules());
        let all = all(&market, &run);
        let funding: Usd = run.funding.iter().map(|payment| payment.payment).sum();
        let earned: Usd = run.yields.iter().map(|earned| earned.amount).sum();
        for method in Method::ALL {
            let gained: Usd = of(&all, method).map(Gain::gain).sum();
            prop_assert_eq!(of(&all, method).map(|row| row.funding).sum::<Usd>(), funding);
            prop_assert_eq!(gained + funding + earned, run.final_equity() - capital());
            // Between pools that one coin went over to, only the sum is the cash.
            let converted = |id: &InstrumentId| run.fills.iter().any(|fill| fill.instrument == *id && fill.reason == Reason::Conversion);
            for (instrument, moved) in cash(&run).into_iter().filter(|(id, _)| !converted(id)) {
                let gained: Usd = of(&all, method).filter(|row| row.instrument == instrument).map(Gain::gain).sum();
                prop_assert_eq!(gained, moved, "instrument {:?}", instrument);
            }
        }
    }
}

/// Three years of the sample, hedges, staking and liquidations in it: at each year's end what was realised until then and what was not make
/// the equity of that close, but for the rounding of values that are added up by pool here and by position there.
#[test]
fn at_each_years_end_realised_and_unrealised_are_the_equity() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let market = Market::load(&root.join("data/sample"), Window::default()).unwrap();
    let run = |name: &str| {
        let file = StrategyFile::read(Path::new(&root.join("strategies").join(name))).unwrap();
        replay(&market, &file.strategy)
    };
    for run in [run("bull.toml"), run("bear.toml"), run("foundation-first.toml")] {
        let all = all(&market, &run);
        let ends = year_ends(&run);
        assert!(ends.len() >= 3, "{ends:?}");
        for (year, close) in ends {
            let close = close.unwrap();
            let funding: Usd = run.funding.iter().filter(|row| row.time < close).map(|row| row.payment).sum();
            let earned: Usd = run.yields.iter().filter(|row| row.time < close).map(|row| row.amount).sum();
            let equity = run.equity[run.clock.bar_of(close.plus(-1)).unwrap()];
            for method in Method::ALL {
                let realised: Usd = of(&all, method).filter(|row| row.year <= year).map(Gain::gain).sum();
                let open: Usd = of(&all, method).filter(|row| row.year == year).map(|row| row.unrealised.unwrap()).sum();
                let apart = run.capital + realised + open + funding + earned - equity;
                assert!(apart.micros().abs() <= 50, "{} {year} {}: {apart} apart", run.strategy, method.name());
            }
        }
        let held: Usd = of(&all, Method::Fifo).filter_map(|row| row.old).map(Usd::abs).sum();
        assert!(of(&all, Method::Average).all(|row| row.old.is_none()));
        assert!(run.strategy != "foundation-first" || held.is_positive(), "nothing was held for a year");
    }
}

/// A bucket alone: the parts are the whole where pools are not shared.
#[test]
fn nobody_counted_is_nothing_gained() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let market = Market::load(&root.join("data/sample"), Window::default()).unwrap();
    let file = StrategyFile::read(&root.join("strategies/bear.toml")).unwrap();
    let run = replay(&market, &file.strategy);
    assert_eq!(gains(&run, |_| false, price(&market)), []);
    let (hedge, of) = run.hedges[0];
    assert_ne!(hedge, of);
    let own = |bucket: BucketId| gains(&run, |other| other == bucket, price(&market)).iter().map(Gain::gain).sum::<Usd>();
    let moved: Usd = run
        .fills
        .iter()
        .filter(|fill| fill.bucket == hedge)
        .map(|fill| if fill.side == Side::Buy { -fill.notional - fill.fee } else { fill.notional - fill.fee })
        .sum();
    // Both methods are in the sum.
    assert_eq!(own(hedge), moved + moved);
}
