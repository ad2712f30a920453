//! Many replays side by side over one shared market; results in input order, whatever the number of threads.

use rayon::prelude::*;

use crate::market::Market;
use crate::replay::{self, run::Run};
use crate::signal::History;
use crate::signal::regime::{self, Regime};
use crate::strategy::{Plan, Strategy};
use crate::units::Usd;

/// A market and everything derived from it that all replays share.
#[derive(Debug)]
pub struct Arena<'m> {
    pub market: &'m Market,
    pub regimes: Vec<Regime>,
}

impl<'m> Arena<'m> {
    #[must_use]
    pub fn new(market: &'m Market) -> Self {
        Self { market, regimes: regime::classify(market) }
    }

    #[must_use]
    pub fn replay(&self, strategy: &Strategy, capital: Usd) -> Run {
        let plan = Plan::new(strategy, &History::at_close(self.market, 0));
        replay::replay(self.market, &self.regimes, &plan, capital)
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
        strategies.par_iter().map(each).collect()
    }
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
