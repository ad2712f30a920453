//! The laws where the venue goes to its limits: settlements that take nearly all of a notional, leverage of a hundred and more, leaps from bar to bar.

use proptest::prelude::*;

use rotate::batch::Arena;
use rotate::market::{Kind, Market, freeze};
use rotate::replay::run::Run;
use rotate::units::{Bracket, Time, Usd};

use crate::cases;
use crate::outside;
use crate::random_market::{MarketSpec, markets};
use crate::random_strategy::{StrategySpec, strategies};

/// Of a random rate `size · (0.3 ± 1.5)`: the door takes nothing of 1 and more.
const LARGEST: f64 = 0.99 / 1.8;

fn wild() -> impl Strategy<Value = (MarketSpec, f64)> {
    let sizes = prop::collection::vec(prop_oneof![Just(LARGEST), 0.02..LARGEST, Just(0.0005)], 7);
    let maintenance = prop_oneof![Just(0.0005), 0.0005..0.008_f64];
    (markets(), sizes, 0.0..0.4_f64, maintenance).prop_map(|(mut market, sizes, jumps, maintenance)| {
        for (coin, size) in market.coins.iter_mut().zip(sizes) {
            (coin.funding_size, coin.perp, coin.jumps) = (size, true, coin.jumps.max(jumps));
        }
        (market, maintenance)
    })
}

/// The market with one generous bracket for all perpetuals.
fn generous(spec: &MarketSpec, rate: f64) -> Market {
    let mut parts = spec.parts();
    let since = Time::MIN;
    for (tables, instrument) in parts.tiers.iter_mut().zip(&parts.instruments) {
        if instrument.kind == Kind::Perp {
            let brackets = vec![Bracket { floor: 0.0, cap: f64::INFINITY, rate, max_leverage: 125.0, amount: 0.0 }];
            *tables = vec![rotate::market::TierTable { since, brackets }];
        }
    }
    for bar in parts.series.iter_mut().flat_map(|series| &mut series.bars) {
        bar.volume *= 1e9;
    }
    freeze(parts).expect("whole")
}

fn reckless() -> impl Strategy<Value = StrategySpec> {
    (strategies(), prop::collection::vec(prop_oneof![Just(125.0), 20.0..125.0_f64], 5)).prop_map(|(mut strategy, leverages)| {
        for (bucket, leverage) in strategy.buckets.iter_mut().zip(leverages) {
            (bucket.perp, bucket.enter, bucket.open) = (true, None, leverage);
            bucket.rules.staking = None;
        }
        strategy
    })
}

fn held(run: &Run, capital: Usd) -> Result<(), TestCaseError> {
    let count = run.buckets.len();
    for (t, (row, equity)) in run.bucket_values.chunks(count).zip(&run.equity).enumerate() {
        prop_assert!(row.iter().all(|value| !value.is_negative()), "bar {}: {:?}", t, row);
        prop_assert_eq!(row.iter().copied().sum::<Usd>(), *equity);
    }
    let gain = run.final_equity() - capital;
    prop_assert_eq!(run.attribution.by_source.total(), gain);
    let (traded, earned) =
        (run.trades.iter().map(|trade| trade.pnl).sum::<Usd>(), run.yields.iter().map(|earned| earned.amount).sum::<Usd>());
    prop_assert_eq!(traded + earned, gain);
    for fill in &run.fills {
        prop_assert!(fill.quantity > 0.0 && fill.price >= 0.0 && !fill.fee.is_negative() && !fill.notional.is_negative(), "{:?}", fill);
    }
    let text = format!("{run:?}");
    prop_assert!(!text.contains("NaN") && !text.contains("inf,") && !text.contains("inf)") && !text.contains("inf]"));
    Ok(())
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn the_books_hold_whatever_the_venue_does((market, maintenance) in wild(), strategy in reckless(), rich in any::<bool>()) {
        let market = generous(&market, maintenance);
        let capital = if rich { Usd::MAX_CAPITAL } else { Usd::round(100_000.0) };
        let run = Arena::new(&market).replay(&strategy.rules(), capital);
        // Gains without end may end the run, with positions open.
        prop_assume!(run.stopped.is_none());
        held(&run, capital)?;
        for (t, (again, equity)) in outside::equity(&market, &run).iter().zip(&run.equity).enumerate() {
            let apart = (again - equity.to_f64()).abs();
            prop_assert!(apart < 0.01 + capital.to_f64() * 1e-9, "bar {}: {} from outside, {} in the books", t, again, equity);
        }
    }
}
