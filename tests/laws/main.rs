//! Laws: what must hold of every strategy over every market. Each is tried on random small markets with random strategies; the cases
//! are the same on every run. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more, or for others.

#[path = "../support/admission.rs"]
#[allow(dead_code, reason = "its margins are golden numbers")]
mod admission;
#[path = "../support/admission_by_head.rs"]
mod admission_by_head;
mod audit;
mod books;
#[path = "../bar_walk/by_head.rs"]
mod by_head;
mod chance;
mod conversions;
mod cut;
mod exchange;
mod experiments;
mod extreme;
mod fence;
mod foresight;
mod gains;
mod given_orders;
mod hedges;
mod knowledge;
mod limits;
mod lookahead;
#[path = "../bar_walk/old.rs"]
mod old;
mod one_bar;
mod outside;
mod quiet;
mod random_market;
mod random_rules;
mod random_strategy;
mod random_venue;
#[path = "../bar_walk/same.rs"]
mod same;
mod sampler;
mod scale;
mod tiny_market;
mod variants;
mod venue;
#[path = "../bar_walk/walk.rs"]
mod walk;
#[path = "../bar_walk/words.rs"]
mod words;

#[path = "../support/parts.rs"]
#[allow(dead_code, reason = "other tests list coins by their closes")]
mod parts;

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
