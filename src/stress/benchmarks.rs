//! What the run is held against: the coin everybody has, the same allocation without an opinion, the same strategy without its futures.

use crate::batch::Arena;
use crate::metrics::against::Against;
use crate::replay::run::Run;
use crate::strategy::Strategy;
use crate::units::Usd;

/// The key of the benchmark that holds BTC.
pub const COIN: &str = "coin";
/// The key of the static mix.
pub const STATIC: &str = "static";
/// The key of the strategy without perpetuals.
pub const WITHOUT_FUTURES: &str = "without_futures";

/// Another use of the same capital over the same bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// `coin`, `static` or `without_futures`.
    pub key: &'static str,
    /// As shown.
    pub name: String,
    /// How it was made, in a sentence.
    pub about: String,
    /// Its worth at the close of each bar, of no more bars than the run has.
    pub equity: Vec<Usd>,
    pub against: Against,
}

impl Benchmark {
    /// Measured on the bars both have: either may have come to more than books can hold before the market's end.
    fn new(run: &Run, key: &'static str, name: String, about: &str, mut equity: Vec<Usd>) -> Self {
        let bars = run.equity.len().min(equity.len());
        equity.truncate(bars);
        let against = Against::of(&run.clock, run.capital, &run.equity[..bars], &equity);
        let ends = || format!("{about}; told until {}, beyond what the books can hold", run.clock.open(bars));
        let about = if bars < run.equity.len() { ends() } else { about.to_owned() };
        Self { key, name, about, equity, against }
    }
}

/// A benchmark that the strategy has no use for, static without coins or the like, is left out.
pub(super) fn of(arena: &Arena, strategy: &Strategy, run: &Run) -> Vec<Benchmark> {
    let coin = "all capital in it at the first close, without costs, and left alone";
    let mut all = vec![Benchmark::new(run, COIN, format!("{} bought and held", run.benchmark_name), coin, run.benchmark.clone())];
    let held = strategy.held_statically().map(|variant| arena.replay(&variant, run.capital));
    let about = "each spot bucket at its own weight in the largest coins that may be in it, rebalanced by the same calendar at the same costs, \
                 without score, gate, stop, exit, regime or waterfall; the share of perpetuals stays in stablecoins";
    all.extend(held.map(|held| Benchmark::new(run, STATIC, "static mix".to_owned(), about, held.equity)));
    let without = arena.replay_without_futures(strategy, run.capital);
    let about = "every rule as it is, but no perpetual is ever opened: the money of their buckets waits in stablecoins";
    all.extend(without.map(|without| Benchmark::new(run, WITHOUT_FUTURES, "without perps".to_owned(), about, without.equity)));
    all
}
