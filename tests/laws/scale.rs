//! Ten times the capital, other names, other costs; and the two strategies whose result is known without a replay.

use std::path::Path;

use proptest::prelude::*;

use rotate::batch::Arena;
use rotate::market::{Kind, MarketParts, VenueCosts, freeze};
use rotate::replay::run::{PlainRule, Run};
use rotate::strategy::Verdict;
use rotate::strategy::{Strategy as Rules, StrategyFile};
use rotate::units::Usd;

use crate::random_market::{CoinSpec, MarketSpec, coin_name, markets, one_bracket};
use crate::random_strategy::strategies;
use crate::{capital, cases, replay};

const FREE: VenueCosts =
    VenueCosts { spot_maker: 0.0, spot_taker: 0.0, perp_maker: 0.0, perp_taker: 0.0, half_spread: [0.0; 3], min_notional: 0.0 };

fn rules(text: &str) -> Rules {
    StrategyFile::parse(Path::new("law.toml"), text.to_owned()).unwrap_or_else(|fault| panic!("{fault}")).strategy
}

/// Another name for every coin, in another alphabetical order; Bitcoin is the benchmark by its name and keeps it.
fn other_name(index: usize) -> String {
    if index == 0 { "BTC".to_owned() } else { format!("Y{}", 9 - index) }
}

fn rename(parts: &mut MarketParts) {
    for (index, asset) in parts.assets.iter_mut().enumerate() {
        asset.name = other_name(index);
    }
    for instrument in &mut parts.instruments {
        instrument.symbol = format!("{}-X", parts.assets[instrument.asset.index()].name);
    }
    for (n, narrative) in parts.narratives.iter_mut().enumerate() {
        *narrative = format!("M{}", 9 - n);
    }
    "renamed".clone_into(&mut parts.name);
}

/// A run in words, with the new names put back.
fn with_old_names(run: &Run, renamed: bool) -> String {
    let mut text = format!("{run:#?}");
    if renamed {
        for index in 0..9 {
            text = text.replace(&format!("{}-X", other_name(index)), &format!("{}USDT", coin_name(index)));
        }
        for index in 1..9 {
            text = text.replace(&other_name(index), &coin_name(index));
        }
        for n in 0..4 {
            text = text.replace(&format!("M{}", 9 - n), &format!("N{n}"));
        }
    }
    text
}

/// One spot coin, always there.
fn lone_coin(seed: u64, bars: usize, range: f64, jumps: f64) -> MarketSpec {
    let coin = CoinSpec {
        seed,
        spot: true,
        perp: false,
        late: 0.0,
        early: 0.0,
        gap: None,
        range,
        jumps,
        funding_hours: 8,
        switches: false,
        funding_size: 0.0,
        marks: false,
        tiers: false,
        ranked: false,
    };
    let costs_bps = [10.0, 5.0, 3.0, 8.0, 30.0];
    MarketSpec {
        bar_hours: 8,
        bars,
        coins: vec![coin],
        narratives: 1,
        silence: 5,
        penalty: 0.05,
        missing_rate: None,
        costs_bps,
        converting: 0.0,
    }
}

/// More volume than any order of ours asks for.
fn bottomless(parts: &mut MarketParts) {
    for bar in parts.series.iter_mut().flat_map(|series| &mut series.bars) {
        bar.volume = 1e15;
    }
}

/// The same rules where an order's size does not move its price.
fn deep(mut rules: Rules) -> Rules {
    rules.assumptions.impact = Some(0.0);
    rules
}

const HOLD: &str = "name = \"hold\"\nabout = \"x\"\nregime = \"any\"\nrebalance = { every = \"365d\", band = 0.5 }\n\
    [buckets.all]\nweight = 1.0\nhold = { spot = { assets = [\"BTC\"] } }\nreview = \"365d\"\n";
const CASH: &str = "name = \"cash\"\nabout = \"x\"\nregime = \"any\"\nrebalance = { every = \"1d\" }\n\
    [buckets.a]\nweight = 0.4\nhold = \"cash\"\n[buckets.b]\nweight = 0.6\nhold = \"cash\"\n";

proptest! {
    #![proptest_config(cases(256))]

    /// Costs are proportional and nothing here depends on size: one margin bracket for all. What differs is rounding: half a microdollar an
    /// amount, and a drift of a millionth that one book trades and the other leaves, at the leverage of 40: below 1e-5.
    /// The books are large because orders below a cent are not sent, and what is left of a ruined bucket may grow again.
    #[test]
    fn ten_times_the_capital_is_the_same_return(spec in markets(), strategy in strategies()) {
        let mut parts = spec.parts();
        one_bracket(&mut parts);
        bottomless(&mut parts);
        let (market, strategy) = (freeze(parts).expect("whole"), deep(strategy.rules()));
        let arena = Arena::new(&market);
        let [one, ten] = [1e7, 1e8].map(Usd::round);
        let (small, large) = (arena.replay(&strategy, one), arena.replay(&strategy, ten));
        // A cent is a cent for both: where one book was refused an order for being too small, the other may have been let through.
        let too_small = |run: &Run| run.decisions.iter().any(|d| d.rule() == PlainRule::Affordability.into() && d.verdict == Verdict::Refused);
        prop_assume!(!too_small(&small) && !too_small(&large));
        for (t, (small, large)) in small.equity.iter().zip(&large.equity).enumerate() {
            let apart = large.to_f64() / 10.0 - small.to_f64();
            let scale = small.to_f64().max(one.to_f64());
            prop_assert!(apart.abs() < 1e-5 * scale, "bar {}: {} and {}", t, small, large);
        }
        // A bucket that is liquidated again and again ends as dust, where rounding is all there is.
        let seen = |run: &Run, least: f64| run.liquidations.iter().filter(|one| one.quantity * one.mark_price > least).count();
        prop_assert_eq!(seen(&small, 10.0), seen(&large, 100.0));
    }

    #[test]
    fn holding_without_costs_is_the_price_ratio(seed in any::<u64>(), bars in 2_usize..200, range in 0.001..0.2_f64, jumps in 0.0..0.1_f64) {
        let mut parts = lone_coin(seed, bars, range, jumps).parts();
        parts.costs = FREE;
        bottomless(&mut parts);
        let market = freeze(parts).expect("whole");
        let run = replay(&market, &deep(rules(HOLD)));
        // Decided at the close of the first bar, bought at the open of the second.
        let (paid, panel) = (market.panel.open[1], &market.panel);
        prop_assert_eq!(run.equity[0], capital());
        for t in 1..bars {
            let expected = capital().to_f64() * panel.close[t] / paid;
            let equity = run.equity[t].to_f64();
            // The order's size comes from the close before: a dearer open buys less of it than all, a cheaper one leaves cash.
            let wanted = capital().to_f64() / panel.close[0] * paid;
            let expected = if wanted < capital().to_f64() {
                capital().to_f64() - wanted + wanted * panel.close[t] / paid
            } else { expected };
            prop_assert!((equity - expected).abs() < 1e-9 * expected.max(capital().to_f64()), "bar {}: {} for {}", t, equity, expected);
        }
    }

    #[test]
    fn cash_is_flat(market in markets()) {
        let run = replay(&market.market(), &rules(CASH));
        prop_assert!(run.equity.iter().all(|equity| *equity == capital()));
        prop_assert!(run.fills.is_empty() && run.flows.is_empty() && run.funding.is_empty());
    }

    #[test]
    fn names_are_only_names(spec in markets(), strategy in strategies()) {
        let mut parts = spec.parts();
        rename(&mut parts);
        let renamed = replay(&freeze(parts).expect("whole"), &strategy.rules_naming(other_name));
        let run = replay(&spec.market(), &strategy.rules());
        let (left, right) = (with_old_names(&run, false), with_old_names(&renamed, true));
        let apart = left.lines().zip(right.lines()).find(|(a, b)| a != b);
        prop_assert!(left == right, "{:?}", apart);
    }

    /// Buying and holding: whatever is bought, doubled costs never make it better.
    #[test]
    fn dearer_is_never_better_for_who_holds(spec in markets(), coins in prop::collection::btree_set(0_usize..7, 1..4), top in any::<bool>()) {
        let names: Vec<String> = coins.iter().map(|&coin| format!("\"{}\"", coin_name(coin))).collect();
        let selection = if top { "count = 3".to_owned() } else { format!("assets = [{}]", names.join(", ")) };
        let text = format!(
            "name = \"hold\"\nabout = \"x\"\nregime = \"any\"\nrebalance = {{ every = \"365d\", band = 0.9 }}\n\
             [buckets.all]\nweight = 1.0\nhold = {{ spot = {{ {selection} }} }}\nreview = \"365d\"\n"
        );
        let (cheap, dear) = at_costs(&spec, &rules(&text));
        prop_assert!(dear.final_equity() <= cheap.final_equity(), "{} dear, {} cheap", dear.final_equity(), cheap.final_equity());
        prop_assert!(cheap.fills.is_empty() || dear.final_equity() < cheap.final_equity());
    }

    /// Rebalancing keeps the cost of getting in aside as cash, so that in a fall dearer venues keep more of it: the law holds where the
    /// coins never fall by more than two fifths (then what the cash saves, at most half of a cost, is less than the cost paid). All coins trade all
    /// the time, for a cost is a drift, and a drift may let a late listing in sooner.
    #[test]
    fn dearer_is_never_better_for_who_rebalances(mut spec in markets(), weight in 0.1..0.9_f64, every in prop::sample::select(vec!["1d", "3d"])) {
        let text = format!(
            "name = \"mix\"\nabout = \"x\"\nregime = \"any\"\nrebalance = {{ every = \"{every}\" }}\n\
             [buckets.all]\nweight = {weight:?}\nhold = {{ spot = {{ }} }}\nreview = \"365d\"\n\
             [buckets.stable]\nweight = {:?}\nhold = \"cash\"\n", 1.0 - weight
        );
        for coin in &mut spec.coins {
            (coin.late, coin.early, coin.gap) = (0.0, 0.0, None);
        }
        let (cheap, dear) = at_costs(&spec, &rules(&text));
        let calm = spec.market().panel.close.chunks(spec.bars).all(|closes| {
            let mut peak = 0.0_f64;
            closes.iter().all(|&close| {
                peak = peak.max(close);
                close > 0.6 * peak
            })
        });
        if !calm {
            return Ok(());
        }
        prop_assert!(dear.final_equity() <= cheap.final_equity(), "{} dear, {} cheap", dear.final_equity(), cheap.final_equity());
    }
}

/// The same market at its costs and at twice its costs.
fn at_costs(spec: &MarketSpec, rules: &Rules) -> (Run, Run) {
    let run = |factor: f64| {
        let mut parts = spec.parts();
        bottomless(&mut parts);
        let costs = &mut parts.costs;
        (costs.spot_taker, costs.half_spread) = (costs.spot_taker * factor, costs.half_spread.map(|half| half * factor));
        replay(&freeze(parts).expect("whole"), rules)
    };
    (run(1.0), run(2.0))
}

#[test]
fn random_markets_have_what_the_laws_speak_of() {
    let spec = lone_coin(1, 10, 0.01, 0.0);
    assert!(spec.parts().instruments.iter().all(|instrument| instrument.kind == Kind::Spot));
}
