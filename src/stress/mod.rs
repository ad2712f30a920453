//! WHAT IS LEFT OF IT: the same strategy held statically, without its futures, under other assumptions, at other costs, with more money. Every answer is a
//! replay of its own; this room only says which, and reduces each to its numbers. It must never know how they look.

mod benchmarks;
mod capacity;
mod futures;
mod ladder;
mod noise;
mod shocks;

pub use benchmarks::Benchmark;
pub use capacity::{Capacity, Carried, Half, MULTIPLES};
pub use futures::{Added, Chance, Futures};
pub use ladder::{Kind, Ladder, Scenario, Step};
pub use noise::{Noise, SEEDS};
pub use shocks::{Shock, Shocked, Shocks};

use crate::batch::Arena;
use crate::metrics::Metrics;
use crate::metrics::groups::{FuturesAdded, OtherUse, Tests};
use crate::replay::run::Run;
use crate::strategy::Strategy;

/// What a run is seen against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stress {
    /// Holding the benchmark coin first.
    pub benchmarks: Vec<Benchmark>,
    /// What its futures added; none of a strategy that has none.
    pub futures: Option<Futures>,
    /// Where it was asked for.
    pub ladder: Option<Ladder>,
    /// Where they were asked for.
    pub shocks: Option<Shocks>,
}

/// What is replayed beside the benchmarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tested {
    /// About fifteen replays more, three where funding is assumed, and a hundred for the noise floor.
    pub ladder: bool,
    /// Ten replays more.
    pub shocks: bool,
}

impl Stress {
    /// `run` is the strategy's own run in this arena, `own` what it was worth, and `days` its daily returns.
    #[must_use]
    pub fn of(arena: &Arena, strategy: &Strategy, run: &Run, own: &Metrics, days: &[f64], tested: Tested) -> Self {
        let benchmarks = benchmarks::of(arena, strategy, run);
        let without = benchmarks.iter().find(|benchmark| benchmark.key == benchmarks::WITHOUT_FUTURES);
        let futures = without.map(|without| Futures::of(arena, run, &without.against));
        let ladder = tested.ladder.then(|| Ladder::of(arena, strategy, run, own));
        let shocks = tested.shocks.then(|| Shocks::of(arena, strategy, run, own, days));
        Self { benchmarks, futures, ladder, shocks }
    }

    /// The benchmarks that are replays: all but the coin.
    pub fn replayed(&self) -> impl Iterator<Item = &Benchmark> {
        self.benchmarks.iter().filter(|benchmark| benchmark.key != benchmarks::COIN)
    }

    /// The benchmark of a key, where there is one.
    #[must_use]
    pub fn benchmark(&self, key: &str) -> Option<&Benchmark> {
        self.benchmarks.iter().find(|benchmark| benchmark.key == key)
    }

    /// The numbers it adds to the metrics of a run.
    #[must_use]
    pub fn metrics(&self) -> Tests {
        let other = |key: &str| {
            let against = &self.benchmark(key)?.against;
            Some(OtherUse { total_return: against.total_return, excess_annual_return: against.excess_annual_return })
        };
        Tests {
            static_mix: other(benchmarks::STATIC),
            without_futures: other(benchmarks::WITHOUT_FUTURES),
            futures: self.futures.map(|futures| {
                let added = futures.added();
                FuturesAdded {
                    low: added.map(|added| added.interval.low),
                    high: added.map(|added| added.interval.high),
                    added_in: added.map(|added| added.added_in),
                }
            }),
            scenarios: self.ladder.as_ref().map(Ladder::metrics),
        }
    }
}
