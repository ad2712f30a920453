//! Coins become others in kind: nobody trades, nothing is realised, and nobody knows of it before it can be seen.

use proptest::prelude::*;

use rotate::market::{Market, freeze};
use rotate::metrics::gains::{Gain, gains};
use rotate::metrics::lots::Method;
use rotate::replay::run::{Fill, Reason, Run, Side};
use rotate::units::{InstrumentId, Usd};

use crate::knowledge::{cut, same, scramble};
use crate::random_market::{MarketSpec, markets};
use crate::random_strategy::{PickSpec, StrategySpec, strategies};
use crate::{capital, cases, outside, replay};

/// Coins that pause, end and become others.
fn converting() -> impl Strategy<Value = MarketSpec> {
    markets().prop_map(|mut market| {
        market.converting = 1.0;
        for (index, coin) in market.coins.iter_mut().enumerate() {
            coin.spot = true;
            coin.gap = coin.gap.or(Some((0.4, 2))).filter(|_| index > 0);
            (coin.late, coin.early) = (coin.late / 2.0, if index > 0 { coin.early } else { 0.0 });
        }
        market
    })
}

/// Holders of every coin.
fn holders() -> impl Strategy<Value = StrategySpec> {
    strategies().prop_map(|mut strategy| {
        for bucket in &mut strategy.buckets {
            (bucket.perp, bucket.short) = (false, false);
            if !matches!(bucket.pick, PickSpec::Count(_)) {
                bucket.pick = PickSpec::All;
            }
        }
        strategy
    })
}

fn conversions(run: &Run) -> Vec<&Fill> {
    run.fills.iter().filter(|fill| fill.reason == Reason::Conversion).collect()
}

/// Bars in which a coin does not trade and did before.
fn pauses(market: &Market) -> Vec<usize> {
    let ids = || (0..market.instruments.len()).map(InstrumentId::new);
    let silent = |id: InstrumentId, t: usize| !market.panel.trades(id, t) && market.panel.segment(id, t).is_some();
    (1..market.clock.bars).filter(|&t| ids().any(|id| silent(id, t))).collect()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_conversion_is_in_kind(spec in converting(), strategy in holders()) {
        let market = spec.market();
        let run = replay(&market, &strategy.rules());
        let fills = conversions(&run);
        prop_assume!(!fills.is_empty());
        for pair in fills.chunks(2) {
            let [gone, there] = pair else { return Err(TestCaseError::fail("half a conversion")) };
            prop_assert_eq!((gone.side, there.side), (Side::Sell, Side::Buy));
            prop_assert_eq!((gone.time, gone.bucket, gone.notional), (there.time, there.bucket, there.notional));
            prop_assert_eq!([gone.fee, gone.slippage, there.fee, there.slippage], [Usd::ZERO; 4]);
            let t = market.clock.bar_of(gone.time).expect("inside the clock");
            let said = market.conversion_in_force(market.instrument(gone.instrument).asset, t);
            prop_assert!(said.is_some_and(|conversion| conversion.in_force() <= gone.time), "{:?} was not announced", gone);
        }
        // Nothing leaks: trades, gains by either method and what is seen from outside come to what the capital became.
        let gain = run.final_equity() - capital();
        let earned: Usd = run.yields.iter().map(|earned| earned.amount).sum();
        prop_assert_eq!(run.trades.iter().map(|trade| trade.pnl).sum::<Usd>() + earned, gain);
        for method in Method::ALL {
            let gained: Usd = gains(&run, |_| true, |_, _| None).iter().filter(|row| row.method == method).map(Gain::gain).sum();
            prop_assert_eq!(gained + earned, gain);
        }
        for (t, (seen, equity)) in outside::equity(&market, &run).into_iter().zip(&run.equity).enumerate() {
            prop_assert!((seen - equity.to_f64()).abs() < 0.01 + 1e-9 * seen.abs(), "bar {}: {} seen, {} booked", t, seen, equity);
        }
    }

    /// Where a coin pauses nobody can tell a gap from an end; a run cut or changed right there has done the same until then.
    #[test]
    fn nobody_knows_whether_a_pause_is_an_end(spec in converting(), strategy in holders(), at in 0.0..1.0_f64, seed in any::<u64>()) {
        let (market, strategy) = (spec.market(), strategy.rules());
        let pauses = pauses(&market);
        prop_assume!(!pauses.is_empty());
        let last = pauses[(at * pauses.len() as f64) as usize];
        let whole = replay(&market, &strategy);
        same(&whole, &replay(&cut(&spec, market.clock.close(last)), &strategy), last, true)?;
        let mut parts = spec.parts();
        scramble(&mut parts, market.clock.close(last), seed);
        let scrambled = freeze(parts).expect("a scrambled market is a market");
        let shorter = market.clock.bars.min(scrambled.clock.bars);
        let last = last.min(shorter - 1);
        same(&whole, &replay(&scrambled, &strategy), last, last + 1 == shorter)?;
    }
}
