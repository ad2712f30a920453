//! What follows from a market and a definition alone: worked out once, shared by every strategy and every trial that asks for the same.

use std::sync::{Arc, Mutex, PoisonError};

use crate::market::Market;
use crate::signal::evidence::{EvidenceBook, EvidenceView};
use crate::signal::lifecycle::{LifeCycleRule, Stage, Stages};
use crate::signal::liquidity::Liquidity;
use crate::signal::narrative::Weighting;
use crate::signal::regime::{self, Regime, RegimeRule, Regimes};
use crate::signal::{History, NarrativeBook, NarrativeView};
use crate::units::{NarrativeId, Span, Time};

/// The signals of one market.
#[derive(Debug)]
pub struct Signals {
    /// One label a bar by the fixed rule of reports; it decides nothing.
    pub regimes: Vec<Regime>,
    pub liquidity: Liquidity,
    cache: Mutex<SignalCache>,
}

/// What has been asked for so far, by its definition in words.
#[derive(Debug, Default)]
struct SignalCache {
    evidence: Option<Arc<EvidenceBook>>,
    narratives: Vec<(Weighting, Arc<NarrativeBook>)>,
    stages: Vec<(String, Arc<Stages>)>,
    regimes: Vec<(String, Arc<Regimes>)>,
}

/// The definitions a strategy asks for.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// How members make an index.
    pub weighting: Weighting,
    pub lifecycle: Option<LifeCycleRule>,
    pub classifier: Option<RegimeRule>,
    /// How often the life cycle looks.
    pub every: Option<Span>,
    /// What rules look at even without a life cycle.
    pub needs: Needs,
}

/// What a rule wants to have worked out from a market, beside its prices, settlements and facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The indices of narratives and what goes with them.
    pub narratives: bool,
    pub evidence: bool,
}

impl Needs {
    /// What two rules want together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { narratives: self.narratives || other.narratives, evidence: self.evidence || other.evidence }
    }
}

/// What one strategy may look at beside prices, settlements and facts; read only up to a close, as [`SignalView`].
#[derive(Clone, Debug)]
pub struct StrategySignals {
    narratives: Option<Arc<NarrativeBook>>,
    evidence: Option<Arc<EvidenceBook>>,
    stages: Option<Arc<Stages>>,
    regimes: Option<Arc<Regimes>>,
}

impl Signals {
    /// What every strategy over a market shares; what only some ask for is made when they do.
    #[must_use]
    pub fn of(market: &Market) -> Self {
        Self { regimes: regime::classify(market), liquidity: Liquidity::of(market), cache: Mutex::default() }
    }

    /// What a strategy asked for: made now, or taken from the cache.
    #[must_use]
    pub fn known(&self, market: &Market, asked: &Definitions) -> StrategySignals {
        // Whoever waits here would ask for the same.
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // A life cycle looks at both.
        let follows = asked.lifecycle.is_some();
        let narratives = (follows || asked.needs.narratives)
            .then(|| cached(&mut cache.narratives, asked.weighting, || NarrativeBook::of(market, asked.weighting)));
        let evidence =
            (follows || asked.needs.evidence).then(|| cache.evidence.get_or_insert_with(|| Arc::new(EvidenceBook::of(market))).clone());
        let every = asked.every.unwrap_or(Span::DAY);
        let stages = asked.lifecycle.as_ref().zip(narratives.as_ref()).zip(evidence.as_ref()).map(|((rule, narratives), evidence)| {
            let words = format!("{every} {:?} {rule:?}", asked.weighting);
            cached(&mut cache.stages, words, || Stages::of(market, narratives, evidence, rule, every))
        });
        let regimes = asked.classifier.as_ref().map(|rule| cached(&mut cache.regimes, format!("{rule:?}"), || Regimes::of(market, rule)));
        StrategySignals { narratives, evidence, stages, regimes }
    }
}

fn cached<K: PartialEq, T>(kept: &mut Vec<(K, Arc<T>)>, key: K, make: impl FnOnce() -> T) -> Arc<T> {
    if let Some((_, found)) = kept.iter().find(|(other, _)| *other == key) {
        return found.clone();
    }
    let fresh = Arc::new(make());
    kept.push((key, fresh.clone()));
    fresh
}

impl StrategySignals {
    /// The view that ends at a close.
    #[must_use]
    pub fn at<'a>(&'a self, history: &History<'a>) -> SignalView<'a> {
        SignalView { history: *history, known: self }
    }

    /// The labels of the strategy's own classifier, for rows of a report.
    #[must_use]
    pub fn regime_labels(&self) -> Option<&[Regime]> {
        self.regimes.as_ref().map(|regimes| regimes.labels())
    }

    /// All steps of a narrative, for reports.
    pub fn steps(&self, narrative: NarrativeId) -> impl Iterator<Item = (Time, Stage)> {
        self.stages.iter().flat_map(move |stages| stages.all(narrative).map(|(time, step)| (time, step.to)))
    }

    /// Whether stages are followed.
    #[must_use]
    pub fn has_stages(&self) -> bool {
        self.stages.is_some()
    }

    /// The index of a narrative over the whole market, for reports; NaN before it has members.
    #[must_use]
    pub fn index<'a>(&'a self, history: &History<'a>, narrative: NarrativeId) -> Option<&'a [f64]> {
        self.narratives.as_ref().map(|book| book.at(history).indices(narrative))
    }
}

/// Everything a rule may look at: a history, and what was worked out from it, both up to its close.
#[derive(Clone, Copy, Debug)]
pub struct SignalView<'a> {
    pub history: History<'a>,
    known: &'a StrategySignals,
}

impl<'a> SignalView<'a> {
    /// `None` where the strategy follows no life cycle.
    #[must_use]
    pub fn stage(&self, narrative: NarrativeId) -> Option<Stage> {
        self.known.stages.as_ref().map(|stages| stages.stage(&self.history, narrative))
    }

    /// The close at which the stage was entered.
    #[must_use]
    pub fn stage_since(&self, narrative: NarrativeId) -> Option<Time> {
        self.known.stages.as_ref().and_then(|stages| stages.since(&self.history, narrative))
    }

    /// Steps taken at this very close.
    pub fn steps(&self) -> impl Iterator<Item = &'a crate::signal::lifecycle::Step> {
        let history = self.history;
        self.known.stages.iter().flat_map(move |stages| stages.taken_at(&history))
    }

    /// The narrative indices up to this close; `None` where the strategy asked for none.
    #[must_use]
    pub fn narratives(&self) -> Option<NarrativeView<'a, 'a>> {
        self.known.narratives.as_ref().map(|book| book.at(&self.history))
    }

    /// The evidence known at this close; `None` where the strategy asked for none.
    #[must_use]
    pub fn evidence(&self) -> Option<EvidenceView<'a, 'a>> {
        self.known.evidence.as_ref().map(|book| book.at(&self.history))
    }

    /// `None` where the strategy classifies nothing.
    #[must_use]
    pub fn regime(&self) -> Option<Regime> {
        self.known.regimes.as_ref().map(|regimes| regimes.at(&self.history))
    }

    /// Why the regime has switched at this very close, in words.
    #[must_use]
    pub fn regime_switch(&self) -> Option<&'a crate::signal::regime::Switch> {
        self.known.regimes.as_ref().and_then(|regimes| regimes.switched_at(&self.history))
    }
}
