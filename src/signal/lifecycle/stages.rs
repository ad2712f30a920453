//! The stages of all narratives of a market, computed once for a rule and shared by all who name it.

use crate::market::Market;
use crate::signal::evidence::EvidenceBook;
use crate::signal::lifecycle::{LifeCycle, LifeCycleRule, Stage, Step};
use crate::signal::{History, NarrativeBook};
use crate::units::{NarrativeId, Span, Time};

/// Every step of every narrative. A rule reads it through a [`History`]; the whole is for reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Stages {
    /// The bar at whose close a step was taken, per narrative, ascending.
    steps: Vec<Vec<(usize, Step)>>,
    closes: Vec<Time>,
}

impl Stages {
    /// Walks once through the market, a step at most at every close that falls on a multiple of `every`, counted from 1970. The rule has
    /// passed [`LifeCycleRule::check`].
    #[must_use]
    pub fn of(market: &Market, narratives: &NarrativeBook, evidence: &EvidenceBook, rule: &LifeCycleRule, every: Span) -> Self {
        let closes: Vec<Time> = (0..market.clock.bars).map(|t| market.clock.close(t)).collect();
        let looks: Vec<usize> = (0..market.clock.bars).filter(|&t| closes[t].seconds() % every.seconds() == 0).collect();
        let walk = |n: usize| {
            let mut life = LifeCycle::new(NarrativeId::new(n));
            let step = |&t: &usize| Some((t, life.advance(&History::at_close(market, t), narratives, evidence, rule)?));
            looks.iter().filter_map(step).collect()
        };
        Self { steps: (0..market.narratives.len()).map(walk).collect(), closes }
    }

    /// Steps taken up to a close.
    fn until(&self, history: &History, narrative: NarrativeId) -> &[(usize, Step)] {
        let steps = &self.steps[narrative.index()];
        &steps[..steps.partition_point(|(bar, _)| *bar <= history.bar())]
    }

    /// The stage known at a close.
    #[must_use]
    pub fn stage(&self, history: &History, narrative: NarrativeId) -> Stage {
        self.until(history, narrative).last().map_or(Stage::default(), |(_, step)| step.to)
    }

    /// The close at which the stage was entered; `None` for the first.
    #[must_use]
    pub fn since(&self, history: &History, narrative: NarrativeId) -> Option<Time> {
        self.until(history, narrative).last().map(|(bar, _)| self.closes[*bar])
    }

    /// Steps taken at this very close, in the order of narratives: what a decision reacts to.
    pub fn taken_at<'s>(&'s self, history: &History) -> impl Iterator<Item = &'s Step> + use<'s> {
        let now = history.bar();
        self.steps.iter().filter_map(move |steps| steps.binary_search_by_key(&now, |(bar, _)| *bar).ok().map(|at| &steps[at].1))
    }

    /// All steps of a narrative with the close of each, of the whole market: for reports.
    pub fn all(&self, narrative: NarrativeId) -> impl Iterator<Item = (Time, &Step)> {
        self.steps[narrative.index()].iter().map(|(bar, step)| (self.closes[*bar], step))
    }
}
