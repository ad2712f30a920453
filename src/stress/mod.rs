//! WHAT IS LEFT OF IT: the same strategy held statically, without its futures, under other assumptions, at other costs, with more money. Every answer is a
//! replay of its own; this room only says which, and reduces each to its numbers. It must never know how they look.

mod benchmarks;
mod capacity;
mod futures;
mod ladder;
mod noise;

pub use benchmarks::Benchmark;
pub use capacity::{Capacity, Carried, Half, MULTIPLES};
pub use futures::{Added, Chance, Futures};
pub use ladder::{Kind, Ladder, Rung, Step};
pub use noise::{Noise, SEEDS};

use serde_json::{Map, Value, json};

use crate::batch::Arena;
use crate::exchange::assumptions::Preset;
use crate::replay::run::Run;
use crate::strategy::Strategy;

/// The columns that say what a rung leaves.
const SURVIVES: [(&str, Step); 5] = [
    ("survives_realistic", Step::Under(Preset::Realistic)),
    ("survives_pessimistic", Step::Under(Preset::Pessimistic)),
    ("survives_double_costs", Step::Costs(2)),
    ("survives_triple_costs", Step::Costs(3)),
    ("survives_a_bar_later", Step::Later(1)),
];

/// What a run is seen against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stress {
    /// Holding the benchmark coin first.
    pub benchmarks: Vec<Benchmark>,
    /// What its futures added; none of a strategy that has none.
    pub futures: Option<Futures>,
    /// Where it was asked for.
    pub ladder: Option<Ladder>,
}

impl Stress {
    /// `run` is the strategy's own run in this arena. The ladder takes about fifteen replays more, three where funding is assumed, and its noise floor a hundred.
    #[must_use]
    pub fn of(arena: &Arena, strategy: &Strategy, run: &Run, with_ladder: bool) -> Self {
        let benchmarks = benchmarks::of(arena, strategy, run);
        let without = benchmarks.iter().find(|benchmark| benchmark.key == benchmarks::WITHOUT_FUTURES);
        let futures = without.map(|without| Futures::of(arena, run, &without.against));
        Self { benchmarks, futures, ladder: with_ladder.then(|| Ladder::of(arena, strategy, run)) }
    }

    /// The benchmarks that are replays: all but the coin.
    pub fn replayed(&self) -> impl Iterator<Item = &Benchmark> {
        self.benchmarks.iter().filter(|benchmark| benchmark.key != benchmarks::COIN)
    }

    #[must_use]
    pub fn benchmark(&self, key: &str) -> Option<&Benchmark> {
        self.benchmarks.iter().find(|benchmark| benchmark.key == key)
    }

    /// The columns it adds to the metrics of a run, always in the same order; what was not asked for is not there.
    #[must_use]
    pub fn named(&self) -> Map<String, Value> {
        let mut all = Map::new();
        for key in [benchmarks::STATIC, benchmarks::WITHOUT_FUTURES] {
            let Some(found) = self.benchmark(key) else { continue };
            all.insert(format!("{key}_total_return"), json!(found.against.total_return));
            all.insert(format!("excess_over_{key}"), json!(found.against.excess_annual_return));
        }
        if let Some(futures) = self.futures {
            let added = futures.added();
            all.insert("excess_over_without_futures_low".to_owned(), json!(added.map(|added| added.interval.low)));
            all.insert("excess_over_without_futures_high".to_owned(), json!(added.map(|added| added.interval.high)));
            all.insert("futures_added_in".to_owned(), json!(added.map(|added| added.added_in)));
        }
        if let Some(ladder) = &self.ladder {
            for (name, step) in SURVIVES {
                all.insert(name.to_owned(), json!(ladder.survives(step)));
            }
            all.insert("capacity_usd".to_owned(), json!(ladder.capacity.alpha.usd()));
            all.insert("capacity_of_return_usd".to_owned(), json!(ladder.capacity.total_return.usd()));
        }
        all
    }
}
