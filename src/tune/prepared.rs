//! Everything that is known of a study before its first trial.

use crate::batch::Arena;
use crate::fault::Fault;
use crate::metrics::table;
use crate::replay::run::Run;
use crate::sampler::plan::Plan;
use crate::strategy::tuning::Tune;
use crate::tune::Request;
use crate::tune::objective::Goals;
use crate::tune::search::{self, Search};
use crate::tune::search_space::SearchSpace;
use crate::tune::timeline::{self, Timeline};
use crate::tune::trial::Bench;
use crate::units::Usd;

/// Everything that is known before the first trial.
pub(super) struct Prepared {
    pub tune: Tune,
    pub goals: Goals,
    pub space: SearchSpace,
    pub timeline: Timeline,
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
        Ok(Self { tune, goals, space, timeline, plan })
    }

    /// Where trials are replayed.
    pub fn bench<'a>(&'a self, arena: &'a Arena<'a>, capital: Usd) -> Bench<'a> {
        Bench { arena, capital, timeline: &self.timeline, goals: &self.goals }
    }

    /// The search for them.
    pub fn search<'a>(&'a self, request: &'a Request, bench: &'a Bench<'a>) -> Search<'a> {
        Search { file: request.file, tune: &self.tune, space: &self.space, plan: &self.plan, goals: &self.goals, bench }
    }
}

/// Bars of the longest time that a position was held for, of those that were closed before the end.
fn longest_holding(run: &Run) -> usize {
    let end = run.clock.open(run.equity.len().saturating_sub(1));
    let held = run.trades.iter().filter(|trade| trade.closed < end).map(|trade| trade.closed.seconds() - trade.opened.seconds()).max();
    held.map_or(0, |seconds| (seconds / run.clock.bar.seconds()).max(0) as usize)
}
