//! Laws: what must hold of every strategy over every market. Each is tried on random small markets with random strategies; the cases
//! are the same on every run. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more, or for others.

#[path = "laws/books.rs"]
mod books;
#[path = "laws/chance.rs"]
mod chance;
#[path = "laws/conversions.rs"]
mod conversions;
#[path = "laws/extreme.rs"]
mod extreme;
#[path = "laws/fence.rs"]
mod fence;
#[path = "laws/foresight.rs"]
mod foresight;
#[path = "laws/gains.rs"]
mod gains;
#[path = "laws/given_orders.rs"]
mod given_orders;
#[path = "laws/knowledge.rs"]
mod knowledge;
#[path = "laws/limits.rs"]
mod limits;
#[path = "laws/lookahead.rs"]
mod lookahead;
#[path = "bar_walk/old.rs"]
mod old;
#[path = "laws/one_bar.rs"]
mod one_bar;
#[path = "laws/outside.rs"]
mod outside;
#[path = "laws/random_market.rs"]
mod random_market;
#[path = "laws/random_rules.rs"]
mod random_rules;
#[path = "laws/random_strategy.rs"]
mod random_strategy;
#[path = "laws/scale.rs"]
mod scale;
#[path = "laws/tiny_market.rs"]
mod tiny_market;
#[path = "laws/variants.rs"]
mod variants;
#[path = "laws/venue.rs"]
mod venue;
#[path = "bar_walk/words.rs"]
mod words;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

use rotate::batch::Arena;
use rotate::market::Market;
use rotate::replay::run::Run;
use rotate::strategy::Strategy;
use rotate::units::Usd;

/// So many cases from a fixed seed, unless the environment says otherwise.
fn cases(count: u32) -> Config {
    let asked = |name: &str| std::env::var(name).is_ok();
    let mut config = Config::default();
    if !asked("PROPTEST_CASES") {
        config.cases = count;
    }
    if !asked("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(2);
    }
    // Cases that a law does not speak of grow with their number.
    config.max_global_rejects = config.max_global_rejects.max(config.cases);
    config.failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")));
    config
}

fn capital() -> Usd {
    Usd::round(100_000.0)
}

fn replay(market: &Market, strategy: &Strategy) -> Run {
    Arena::new(market).replay(strategy, capital())
}
