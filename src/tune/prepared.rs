//! Everything that is known of a study before its first trial.

use crate::batch::Arena;
use crate::fault::Fault;
use crate::metrics::table;
use crate::replay::run::Run;
use crate::sampler::plan::Plan;
use crate::strategy::StrategyFile;
use crate::strategy::tuning::Tune;
use crate::tune::Request;
use crate::tune::benches::Benches;
use crate::tune::objective::Goals;
use crate::tune::search::{self, Search};
use crate::tune::search_space::SearchSpace;
use crate::tune::timeline::{self, Timeline};
use crate::tune::trial::Bench;

/// Everything that is known before the first trial.
pub(super) struct Prepared {
    pub tune: Tune,
    pub goals: Goals,
    pub space: SearchSpace,
    pub timeline: Timeline,
    /// Of each other market.
    pub others: Vec<Timeline>,
    pub plan: Plan,
}

impl Prepared {
    /// # Errors
    /// What no study can be made of: see [`crate::tune::study()`].
    pub fn of(arena: &Arena, request: &Request) -> Result<Self, Fault> {
        let file = request.file;
        let space = SearchSpace::of(file, arena)?;
        let tune = file.strategy.tune.clone().expect("a space comes from it");
        let known: Vec<&str> = table::METRICS.iter().map(|metric| metric.name).collect();
        let goals = Goals::of(file, &tune, &known)?;
        let plan = search::plan(file, &tune, &space, &goals)?;
        let clock = arena.market.window();
        // Of what may be looked at: the final window has no say in how the rest is cut.
        let tuned = timeline::tuned_bars(&tune, clock.bars);
        let held = || longest_holding(&arena.replay_to(&file.strategy, request.capital, tuned).run);
        // Only what is judged by on both sides of what it is tuned on needs to know.
        let asks = tune.purge.is_none() && (tune.walk_forward.is_some() || tune.cross_validation.is_some());
        let timeline = Timeline::of(file, &tune, &clock, if asks { held() } else { 0 })?;
        if !request.also.is_empty() && !timeline.folds.is_empty() {
            return Err(folds_of_several(file));
        }
        let others = request.also.iter().map(|arena| Timeline::of(file, &tune, &arena.market.window(), 0)).collect::<Result<_, _>>()?;
        Ok(Self { tune, goals, space, timeline, others, plan })
    }

    /// Where trials are replayed.
    ///
    /// # Errors
    /// The strategy cannot be replayed on one of the other markets.
    pub fn benches<'a>(&'a self, arena: &'a Arena<'a>, request: &'a Request) -> Result<Benches<'a>, Fault> {
        let bench = |arena: &'a Arena<'a>, timeline: &'a Timeline| Bench { arena, capital: request.capital, timeline, goals: &self.goals };
        let others = request.also.iter().zip(&self.others).map(|(arena, timeline)| bench(arena, timeline)).collect();
        let benches = Benches { first: bench(arena, &self.timeline), others, pool: self.tune.pool };
        benches.check_others(request.file)?;
        Ok(benches)
    }

    /// The search for them.
    pub fn search<'a>(&'a self, request: &'a Request, benches: &'a Benches<'a>) -> Search<'a> {
        Search { file: request.file, tune: &self.tune, space: &self.space, plan: &self.plan, goals: &self.goals, benches }
    }
}

fn folds_of_several(file: &StrategyFile) -> Fault {
    Fault::new(
        format!("{}: `tune`", file.path.display()),
        "folds of the time, and several markets",
        "one part held out of each market, or folds of one market",
        "leave out --also, or `walk_forward` and `cross_validation`",
    )
}

/// Bars of the longest time that a position was held for, of those that were closed before the end.
fn longest_holding(run: &Run) -> usize {
    let end = run.clock.open(run.equity.len().saturating_sub(1));
    let held = run.trades.iter().filter(|trade| trade.closed < end).map(|trade| trade.closed.seconds() - trade.opened.seconds()).max();
    held.map_or(0, |seconds| (seconds / run.clock.bar.seconds()).max(0) as usize)
}
