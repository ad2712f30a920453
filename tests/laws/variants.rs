//! What a run is measured against is made of the same strategy: sound itself, with what was taken away really gone.

use std::path::Path;

use proptest::prelude::*;

use rotate::batch::Arena;
use rotate::exchange::assumptions::Preset;
use rotate::market::{Kind, Market};
use rotate::replay::run::{Fill, Run};
use rotate::strategy::{OrderKind, Strategy, StrategyFile};
use rotate::units::Usd;

use crate::random_market::markets;
use crate::random_strategy::strategies;
use crate::{capital, cases, replay};

/// Written out and read back through the door every file comes in by.
fn sound(strategy: &Strategy) -> Result<(), TestCaseError> {
    let text = toml::to_string(strategy).unwrap();
    let read = StrategyFile::parse(Path::new("variant.toml"), text.clone());
    prop_assert!(read.is_ok(), "{}\n{text}", read.unwrap_err());
    Ok(())
}

fn only_spot(market: &Market, run: &Run) -> Result<(), TestCaseError> {
    prop_assert!(run.fills.iter().all(|fill| market.instrument(fill.instrument).kind == Kind::Spot));
    prop_assert!(run.funding.is_empty() && run.liquidations.is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn variants_are_strategies_again(market in markets(), strategy in strategies()) {
        let (market, strategy) = (market.market(), strategy.rules());
        for preset in Preset::ALL {
            sound(&strategy.under(preset))?;
        }
        if let Some(variant) = strategy.held_statically() {
            sound(&variant)?;
            prop_assert!(variant.buckets.keys().eq(strategy.buckets.keys()));
            prop_assert!(variant.buckets.values().zip(strategy.buckets.values()).all(|(a, b)| a.weight == b.weight));
            only_spot(&market, &replay(&market, &variant))?;
        }
    }

    /// What the futures added begins with the first of them: before it, and where none was ever opened, both are the same to the microdollar.
    #[test]
    fn without_futures_nothing_else_changes(market in markets(), strategy in strategies()) {
        let (market, strategy) = (market.market(), strategy.rules());
        let own = replay(&market, &strategy);
        let Some(without) = Arena::new(&market).replay_without_futures(&strategy, capital()) else {
            return only_spot(&market, &own);
        };
        only_spot(&market, &without)?;
        let first = own.fills.iter().find(|fill| market.instrument(fill.instrument).kind == Kind::Perp);
        let bars = first.map_or(own.equity.len(), |fill| market.clock.bar_of(fill.time).unwrap());
        prop_assert_eq!(&own.equity[..bars], &without.equity[..bars]);
    }

    #[test]
    fn costs_once_are_the_run_itself_and_not_at_all_are_none(market in markets(), strategy in strategies()) {
        let (market, strategy) = (market.market(), strategy.rules());
        let (own, once, free) = (replay(&market, &strategy), strategy.with_costs(1.0), strategy.with_costs(0.0));
        for variant in [&once, &free, &strategy.with_costs(3.0)] {
            sound(variant)?;
        }
        prop_assert_eq!(replay(&market, &once).equity, own.equity);
        let free = replay(&market, &free);
        // What a venue keeps of a liquidation is no cost of trading.
        prop_assert!(free.fills.iter().all(|fill| fill.fee == Usd::ZERO || fill.reason.name() == "liquidation"), "a fee");
        // What is forced has its own price, an ended listing its penalty or a stop its gap; and a limit that the price leapt over is held against the open.
        let own_price = ["delisted", "liquidation", "stop", "deleveraged", "take_profit"];
        let limits = |fill: &Fill| strategy.buckets[fill.bucket.index()].orders.unwrap_or(strategy.orders).kind == OrderKind::Limit;
        let crossed = free.fills.iter().find(|fill| fill.slippage.is_positive() && !own_price.contains(&fill.reason.name()) && !limits(fill));
        prop_assert!(crossed.is_none(), "{crossed:?}");
    }
}
