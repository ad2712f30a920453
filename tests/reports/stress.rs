//! What a run is seen against, on the sample market: each answer is the replay it says it is.

use std::path::Path;

use rotate::batch::{Arena, with_jobs};
use rotate::exchange::assumptions::Preset;
use rotate::exchange::jitter::Jitter;
use rotate::market::{Market, MarketParts, Window};
use rotate::metrics::Metrics;
use rotate::report::charts::contributions::courses;
use rotate::strategy::{Strategy, StrategyFile};
use rotate::stress::{Futures, Kind, MULTIPLES, SEEDS, Step, Stress, Tested};
use rotate::units::{Time, Usd};

const LADDER: Tested = Tested { ladder: true, shocks: false };

const OWN: &str = r#"
name = "own"
about = "Two coins, the risen of the middle, a few perpetuals"
regime = "bull"
rebalance = { every = "30d", band = 0.1 }
[buckets.foundation]
weight = 0.5
hold = { spot = { assets = ["BTC", "ETH"] } }
[buckets.middle]
weight = 0.2
hold = { spot = { rank = [3, 100], count = 5 } }
score = { momentum = "30d" }
enter_above = 0.0
exit_score = { below = -0.1 }
[buckets.perps]
weight = 0.1
hold = { perp = { narratives = 2, per_narrative = 2 } }
score = { momentum = "14d" }
leverage = { open = 3.0 }
[buckets.stablecoins]
weight = 0.2
hold = "cash"
[waterfall]
from = ["perps", "middle"]
to = { stablecoins = 0.5, foundation = 0.5 }
"#;

/// Written by hand from the words of the report.
const STATIC: &str = r#"
name = "own"
about = ""
regime = "bull"
rebalance = { every = "30d", band = 0.1 }
[buckets.foundation]
weight = 0.5
hold = { spot = { assets = ["BTC", "ETH"] } }
review = "30d"
[buckets.middle]
weight = 0.2
hold = { spot = { rank = [3, 100], count = 5 } }
review = "30d"
[buckets.perps]
weight = 0.1
hold = "cash"
[buckets.stablecoins]
weight = 0.2
hold = "cash"
"#;

fn strategy(text: &str) -> Strategy {
    StrategyFile::parse(Path::new("own.toml"), text.to_owned()).unwrap().strategy
}

fn market() -> Market {
    let window = Window { from: Time::parse("2022-01-01"), to: Time::parse("2023-01-01") };
    Market::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/sample")), window).unwrap()
}

#[test]
fn each_answer_is_the_replay_it_says_it_is() {
    let (market, capital) = (market(), Usd::round(50_000.0));
    let arena = Arena::new(&market);
    let own = strategy(OWN);
    let run = arena.replay(&own, capital);
    let stress = Stress::of(&arena, &own, &run, &Metrics::of(&run), &[], LADDER);
    let equity = |key: &str| &stress.benchmark(key).unwrap().equity;
    assert_eq!(equity("coin"), &run.benchmark);
    assert_eq!(equity("static"), &arena.replay(&strategy(STATIC), capital).equity);
    assert_eq!(equity("without_futures"), &arena.replay_without_futures(&own, capital).unwrap().equity);
    // The verdict on the futures is their difference, of which the columns have the ends.
    let added = stress.futures.and_then(|futures| futures.added()).expect("perpetuals were held for a year");
    let against = &stress.benchmark("without_futures").unwrap().against;
    assert!((added.annual_return - against.excess_annual_return.unwrap()).abs() < 1e-12);
    assert!(added.interval.low < added.annual_return && added.annual_return < added.interval.high && (0.0..=1.0).contains(&added.added_in));
    assert_eq!(stress.metrics().futures.expect("it has futures").added_in, Some(added.added_in));
    // Not the run itself, and not each other.
    assert!(equity("static") != &run.equity && equity("without_futures") != &run.equity && equity("static") != equity("without_futures"));

    let ladder = stress.ladder.as_ref().unwrap();
    let of = |text: &str| Metrics::of(&arena.replay(&strategy(&format!("{text}{OWN}")), capital));
    let scenario = |step| &ladder.scenario(step).unwrap().metrics;
    assert_eq!(scenario(Step::OWN), &Metrics::of(&run));
    assert_eq!(scenario(Step::Under(Preset::Realistic)), &Metrics::of(&run));
    assert_eq!(scenario(Step::Under(Preset::Pessimistic)), &of("assumptions = { name = \"pessimistic\" }"));
    assert_eq!(scenario(Step::Costs(2)), &of("assumptions = { impact = 2.0, fee_multiplier = 2.0, spread_multiplier = 2.0 }"));
    // Every settlement of the sample was observed.
    assert!(ladder.scenarios.iter().all(|scenario| scenario.step.kind() != Kind::AssumedFunding));
    assert_eq!(scenario(Step::Later(1)), &of("assumptions = { latency_bars = 1 }"));
    assert!(scenario(Step::Later(1)) != scenario(Step::OWN));
    let noise = ladder.noise.expect("a hundred replays");
    assert!(noise.seeds == SEEDS as usize && noise.deviation > 0.0 && noise.low < noise.high, "{noise:?}");
    let apart =
        |step, other| (scenario(step).returns.total_return.unwrap() - scenario(other).returns.total_return.unwrap()).abs() > noise.width();
    for (step, other) in
        [(Step::OWN, Step::GROSS), (Step::Costs(2), Step::OWN), (Step::Costs(3), Step::Costs(2)), (Step::Later(1), Step::OWN)]
    {
        assert_eq!(ladder.scenario(step).unwrap().is_significant, Some(apart(step, other)), "{step:?}");
    }
    assert_eq!(ladder.scenario(Step::GROSS).unwrap().is_significant, None, "there is none before it");
    let left = ladder.return_kept(Step::Costs(2));
    let [once, twice] = [1, 2].map(|times| scenario(Step::Costs(times)).returns.total_return.unwrap());
    assert_eq!(left, (once > 0.0).then(|| twice / once));

    let capacity = &ladder.capacity;
    assert_eq!(capacity.gross_return, scenario(Step::GROSS).returns.total_return);
    for (row, times) in capacity.carried.iter().zip(MULTIPLES) {
        assert_eq!(row.capital, capital.share(times));
        let more = Metrics::of(&arena.replay(&own, row.capital));
        assert_eq!(
            row.alpha_kept,
            capacity.gross_alpha.filter(|gross| *gross > 0.0).zip(more.benchmark.alpha).map(|(gross, alpha)| alpha / gross)
        );
    }
    assert!(Stress::of(&arena, &own, &run, &Metrics::of(&run), &[], Tested::default()).ladder.is_none());
    // On any number of threads.
    let again = with_jobs(Some(1), || Stress::of(&arena, &own, &run, &Metrics::of(&run), &[], LADDER)).unwrap();
    assert_eq!(again.ladder.unwrap().noise, Some(noise));
}

/// Chance in fills moves prices within their bars and nothing else: the same seed is the same run, another seed another one.
#[test]
fn a_jittered_replay_fills_within_its_bars() {
    let (market, capital) = (market(), Usd::round(50_000.0));
    let arena = Arena::new(&market);
    let free =
        strategy(&format!("assumptions = {{ impact = 0.0, spread_multiplier = 0.0, stop_slippage = 0.0, stop_overshoot = 0.0 }}{OWN}"));
    let of = |seed, share| arena.replay_jittered(&free, capital, Jitter { seed, share });
    let (plain, jittered) = (arena.replay(&free, capital), of(1, 1.0));
    assert_eq!(of(1, 0.0).equity, plain.equity);
    assert_eq!(of(1, 1.0).equity, jittered.equity);
    assert!(of(2, 1.0).equity != jittered.equity && jittered.equity != plain.equity);
    let mut moved = 0;
    for fill in jittered.fills.iter().filter(|fill| !["end_of_data", "liquidation"].contains(&fill.reason.name())) {
        let at = market.panel.at(fill.instrument, market.clock.bar_of(fill.time).unwrap());
        let (low, high) = (market.panel.low[at], market.panel.high[at]);
        assert!(fill.price >= low * (1.0 - 1e-12) && fill.price <= high * (1.0 + 1e-12), "{fill:?} in {low} to {high}");
        moved += usize::from(fill.price != market.panel.open[at]);
    }
    assert!(moved > 20, "{moved}");
}

#[test]
fn assumed_funding_is_varied_where_there_is_any() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/sample"));
    let window = Window { from: Time::parse("2022-01-01"), to: Time::parse("2022-07-01") };
    let mut parts = MarketParts::load(folder, window).unwrap();
    parts.missing_rate_8h = Some(0.000_3);
    parts.series.iter_mut().for_each(|part| part.settlements.clear());
    let (market, capital) = (parts.freeze_in(folder).unwrap(), Usd::round(50_000.0));
    let (arena, own) = (Arena::new(&market), strategy(OWN));
    let run = arena.replay(&own, capital);
    let stress = Stress::of(&arena, &own, &run, &Metrics::of(&run), &[], LADDER);
    let ladder = stress.ladder.as_ref().unwrap();
    let scenario = |times| &ladder.scenario(Step::AssumedFunding(times)).unwrap().metrics;
    let of = |times: &str| strategy(&format!("assumptions = {{ assumed_funding_multiplier = {times} }}{OWN}"));
    assert_eq!(scenario(1), &Metrics::of(&run));
    for (times, said) in [(0, "0.0"), (2, "2.0"), (3, "3.0")] {
        assert_eq!(scenario(times), &Metrics::of(&arena.replay(&of(said), capital)));
    }
    assert!(scenario(1).funding.assumed_usd != 0.0 && scenario(0).funding.assumed_usd == 0.0);
    let [once, thrice] = [1, 3].map(|times| scenario(times).returns.total_return.unwrap());
    assert_eq!(ladder.return_kept(Step::AssumedFunding(3)), (once > 0.0).then(|| thrice / once));
}

#[test]
fn what_a_strategy_has_no_use_for_is_left_out() {
    let market = market();
    let arena = Arena::new(&market);
    let spot = strategy(STATIC);
    let keys = |strategy: &Strategy| {
        let run = arena.replay(strategy, Usd::round(1_000.0));
        Stress::of(&arena, strategy, &run, &Metrics::of(&run), &[], Tested::default())
            .benchmarks
            .iter()
            .map(|benchmark| benchmark.key)
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&spot), ["coin", "static"]);
    let perps = strategy(
        r#"
name = "perps"
about = ""
regime = "any"
rebalance = { every = "30d" }
[buckets.all]
weight = 1.0
hold = { perp = { assets = ["BTC"] } }
leverage = { open = 1.0 }
"#,
    );
    assert_eq!(keys(&perps), ["coin", "without_futures"]);
    let verdict = |strategy: &Strategy| {
        let run = arena.replay(strategy, Usd::round(1_000.0));
        Stress::of(&arena, strategy, &run, &Metrics::of(&run), &[], Tested::default()).futures
    };
    assert_eq!(verdict(&spot), None);
    assert!(verdict(&perps).is_some_and(|futures| futures.added().is_some()));
    // It may hold perpetuals, and none is good enough.
    let never = OWN.replace("leverage = { open = 3.0 }", "leverage = { open = 3.0 }\nenter_above = 1000.0");
    assert_eq!(verdict(&strategy(&never)), Some(Futures::NeverHeld));
}

#[test]
fn courses_end_where_the_cuts_stand() {
    let market = market();
    let run = Arena::new(&market).replay(&strategy(OWN), Usd::round(50_000.0));
    let (ends, all) = courses(&run, |row| run.buckets[row.bucket.index()].clone());
    assert_eq!((ends.len(), *ends.last().unwrap()), (12, run.clock.open(run.equity.len())));
    for course in &all {
        let told = run.attribution.by_bucket.iter().find(|(name, _)| *name == course.name).unwrap().1;
        assert_eq!(course.so_far.last(), Some(&told), "{}", course.name);
    }
    // At the end of a month everything together is what the equity has moved.
    let close = (0..run.equity.len()).rfind(|&t| run.clock.close(t) <= ends[4]).unwrap();
    assert_eq!(all.iter().map(|course| course.so_far[4]).sum::<Usd>(), run.equity[close] - run.capital);
}
