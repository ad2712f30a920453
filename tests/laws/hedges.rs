//! Hedges over random markets, on their own money and on the coins they stand against. That the books balance and no bucket draws cash that it does
//! not have, every replay asserts itself.

use std::path::Path;

use proptest::prelude::*;

use rotate::replay::run::{FlowReason, Run};
use rotate::strategy::{Strategy as Rules, StrategyFile};
use rotate::units::Usd;

use crate::random_market::markets;
use crate::{cases, replay};

#[derive(Clone, Debug)]
struct HedgeSpec {
    weight: f64,
    ratio: f64,
    leverage: f64,
    beta: bool,
    haircut: Option<f64>,
    cross: bool,
    profit: bool,
}

fn hedges() -> impl Strategy<Value = HedgeSpec> {
    let haircut = prop::option::weighted(0.7, prop_oneof![Just(0.0), 0.0..0.99_f64]);
    (0.02..0.5_f64, 0.1..2.0_f64, 1.0..20.0_f64, any::<bool>(), haircut, any::<bool>(), any::<bool>()).prop_map(
        |(weight, ratio, leverage, beta, haircut, cross, profit)| HedgeSpec { weight, ratio, leverage, beta, haircut, cross, profit },
    )
}

impl HedgeSpec {
    fn rules(&self) -> Rules {
        let collateral = self.haircut.map(|haircut| format!(", collateral_haircut = {haircut:?}")).unwrap_or_default();
        let margin = if self.cross || self.haircut.is_some() { "cross" } else { "isolated" };
        let by = if self.beta { "beta" } else { "notional" };
        let waterfall = if self.profit { "[waterfall]\nfrom = [\"coins\", \"hedge\"]\nto = { stable = 0.5 }\n" } else { "" };
        let text = format!(
            "name = \"hedged\"\nabout = \"Random\"\nregime = \"any\"\ndecide = \"1d\"\nrebalance = {{ every = \"7d\", band = 0.1 }}\n\
             [buckets.coins]\nweight = {:?}\nhold = {{ spot = {{ count = 3 }} }}\nreview = \"2d\"\n\
             [buckets.hedge]\nweight = {:?}\nhold = {{ hedge = {{ of = \"coins\", ratio = {:?}, by = \"{by}\"{collateral} }} }}\nreview = \"1d\"\n\
             leverage = {{ open = {:?} }}\nmargin = \"{margin}\"\n[buckets.stable]\nweight = 0.1\nhold = \"cash\"\n{waterfall}",
            0.9 - self.weight,
            self.weight,
            self.ratio,
            self.leverage,
        );
        StrategyFile::parse(Path::new("hedged.toml"), text).unwrap_or_else(|fault| panic!("{fault}")).strategy
    }
}

fn values(run: &Run, bucket: usize) -> impl Iterator<Item = Usd> {
    run.bucket_values.chunks(run.buckets.len()).map(move |row| row[bucket])
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn coins_pay_for_their_shorts_and_nobody_else_does(market in markets(), hedge in hedges()) {
        let run = replay(&market.market(), &hedge.rules());
        let [coins, shorts, stable] = [0, 1, 2].map(|bucket| values(&run, bucket).min().unwrap_or_default());
        prop_assert!(!coins.is_negative() && !stable.is_negative(), "coins {coins}, stable {stable}");
        prop_assert!(hedge.haircut.is_some() || !shorts.is_negative(), "a hedge on its own money owes {}", shorts);
        for flow in run.flows.iter().filter(|flow| flow.reason == FlowReason::Collateral) {
            prop_assert!(hedge.haircut.is_some() && (flow.from.index(), flow.to.index()) == (0, 1));
        }
        // Whatever the shorts came to, at the end they are closed and paid for, or the venue bears the rest.
        let last = run.bucket_values.last_chunk::<3>().expect("three buckets");
        prop_assert!(last.iter().all(|value| !value.is_negative()), "{:?}", last);
    }
}
