//! Many replays side by side over one shared market; results in input order, whatever the number of threads.

use rayon::prelude::*;

use crate::exchange::jitter::Jitter;
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::fault::Fault;
use crate::market::{Change, Kind, Market};
use crate::replay::{self, Checkpoint, run::Run};
use crate::signal::{Directory, History, Signals};
use crate::strategy::{Plan, Strategy, StrategyFile};
use crate::units::Usd;

/// A market and everything derived from it that all replays share.
#[derive(Debug)]
pub struct Arena<'m> {
    pub market: &'m Market,
    pub signals: Signals,
}

impl<'m> Arena<'m> {
    /// An arena over a market, with the signals that all strategies share worked out.
    #[must_use]
    pub fn new(market: &'m Market) -> Self {
        Self { market, signals: Signals::of(market) }
    }

    /// Replays one strategy over the whole window, from `capital`.
    #[must_use]
    pub fn replay(&self, strategy: &Strategy, capital: Usd) -> Run {
        let plan = Plan::new(strategy, &History::at_close(self.market, 0));
        replay::replay(self.market, &self.signals, &plan, capital)
    }

    /// The same strategy over a market with one thing other.
    #[must_use]
    pub fn replay_changed(&self, change: &Change, strategy: &Strategy, capital: Usd) -> Run {
        Arena::new(&self.market.changed(change)).replay(strategy, capital)
    }

    /// The same plan without its futures, as [`Plan::without_futures`] has it.
    #[must_use]
    pub fn replay_without_futures(&self, strategy: &Strategy, capital: Usd) -> Option<Run> {
        let plan = Plan::new(strategy, &History::at_close(self.market, 0)).without_futures()?;
        Some(replay::replay(self.market, &self.signals, &plan, capital))
    }

    /// The same with every market order met by chance elsewhere in its bar.
    #[must_use]
    pub fn replay_jittered(&self, strategy: &Strategy, capital: Usd, jitter: Jitter) -> Run {
        let plan = Plan::new(strategy, &History::at_close(self.market, 0));
        replay::replay_jittered(self.market, &self.signals, &plan, capital, jitter)
    }

    /// Whether a run over this market has held any perpetual.
    #[must_use]
    pub fn held_perpetuals(&self, run: &Run) -> bool {
        run.fills.iter().any(|fill| self.market.instrument(fill.instrument).kind == Kind::Perp)
    }

    /// [`replay::replay_to`]: what was done by the close of bar `bars − 1` of the window, and what was about to be.
    #[must_use]
    pub fn replay_to(&self, strategy: &Strategy, capital: Usd, bars: usize) -> Checkpoint {
        let plan = Plan::new(strategy, &History::at_close(self.market, 0));
        replay::replay_to(self.market, &self.signals, &plan, capital, bars)
    }

    /// [`replay::replay_bar_by_bar`]: the same, with no bar skipped.
    #[must_use]
    pub fn replay_bar_by_bar(&self, strategy: &Strategy, capital: Usd, bars: usize) -> Checkpoint {
        let plan = Plan::new(strategy, &History::at_close(self.market, 0));
        replay::replay_bar_by_bar(self.market, &self.signals, &plan, capital, bars)
    }

    /// Replays all strategies in parallel; `done` is called once for each that finishes, in any order.
    pub fn replay_all<S>(&self, strategies: &[S], capital: Usd, done: impl Fn() + Sync) -> Vec<Run>
    where
        S: AsRef<Strategy> + Sync,
    {
        self.map_all(strategies, |strategy| {
            let run = self.replay(strategy.as_ref(), capital);
            done();
            run
        })
    }

    /// The same for anything a run is reduced to, so that a thousand trials need not keep a thousand runs.
    pub fn map_all<S: Sync, T: Send>(&self, strategies: &[S], each: impl Fn(&S) -> T + Sync + Send) -> Vec<T> {
        side_by_side(strategies, each)
    }
}

/// `each` of all items, in parallel; results in the order of the items.
pub fn side_by_side<I: Sync, T: Send>(items: &[I], each: impl Fn(&I) -> T + Sync + Send) -> Vec<T> {
    items.par_iter().map(each).collect()
}

/// Whether a strategy can be replayed over a market at all.
///
/// # Errors
/// As [`StrategyFile::names_coins_of`] and [`StrategyFile::check_compatible`].
pub fn check_compatible(market: &Market, file: &StrategyFile) -> Result<(), Fault> {
    file.names_coins_of(&Directory::of(market))?;
    let perps = market.instruments.iter().zip(&market.tiers).filter(|(instrument, _)| instrument.kind == Kind::Perp);
    let widest = perps.flat_map(|(_, tables)| {
        let own = tables.iter().flat_map(|table| &table.brackets);
        let assumed = tables.is_empty().then_some(&DEFAULT_BRACKETS).into_iter().flatten();
        own.chain(assumed).map(|bracket| bracket.max_leverage)
    });
    // A market without perpetuals opens none, at whatever leverage.
    file.check_compatible(market.clock.bar, widest.reduce(f64::max).unwrap_or(f64::INFINITY))
}

/// Runs `work` with `jobs` threads (all cores when `None`).
///
/// # Errors
/// When the threads cannot be started.
pub fn with_jobs<T: Send>(jobs: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = jobs {
        pool = pool.num_threads(jobs);
    }
    let pool = pool.build().map_err(|error| format!("cannot start threads: {error}"))?;
    Ok(pool.install(work))
}
