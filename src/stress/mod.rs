//! WHAT IS LEFT OF IT: the same strategy held statically, without its futures, under other assumptions, at other costs, with more money. Every answer is a
//! replay of its own; this room only says which, and reduces each to its numbers. It must never know how they look.

mod benchmarks;
mod capacity;
mod ladder;

pub use benchmarks::Benchmark;
pub use capacity::{Capacity, Carried, MULTIPLES};
pub use ladder::{Kind, Ladder, Rung};

use serde_json::{Map, Value, json};

use crate::batch::Arena;
use crate::replay::run::Run;
use crate::strategy::Strategy;

/// What a run is seen against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stress {
    /// Holding the benchmark coin first.
    pub benchmarks: Vec<Benchmark>,
    /// Where it was asked for.
    pub ladder: Option<Ladder>,
}

impl Stress {
    /// `run` is the strategy's own run in this arena. The ladder takes about fifteen replays more.
    #[must_use]
    pub fn of(arena: &Arena, strategy: &Strategy, run: &Run, with_ladder: bool) -> Self {
        Self { benchmarks: benchmarks::of(arena, strategy, run), ladder: with_ladder.then(|| Ladder::of(arena, strategy, run)) }
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
        if let Some(ladder) = &self.ladder {
            all.insert("survives_realistic".to_owned(), json!(ladder.survives(Kind::Assumptions, "realistic")));
            all.insert("survives_pessimistic".to_owned(), json!(ladder.survives(Kind::Assumptions, "pessimistic")));
            all.insert("survives_double_costs".to_owned(), json!(ladder.survives(Kind::Costs, "2x")));
            all.insert("survives_triple_costs".to_owned(), json!(ladder.survives(Kind::Costs, "3x")));
            all.insert("capacity_usd".to_owned(), json!(ladder.capacity.usd));
            all.insert("capacity_of_return_usd".to_owned(), json!(ladder.capacity.return_usd));
        }
        all
    }
}
