//! What a study found, as facts.

use serde_json::{Map, Value};

use crate::luck::importance::Importance;
use crate::luck::verdict::{Judgement, Verdict};
use crate::metrics::sharpe::Trials;
use crate::strategy::StrategyFile;
use crate::strategy::tuning::{Tune, Values};
use crate::tune::forward::Forward;
use crate::tune::frontier::Frontier;
use crate::tune::objective::Goals;
use crate::tune::regimes::InRegime;
use crate::tune::search_space::{Setting, in_order, number};
use crate::tune::timeline::Timeline;
use crate::tune::trial::Measured;
use crate::units::{Clock, Usd};

/// A study of one strategy over one market or several.
#[derive(Debug)]
pub struct Study {
    pub strategy: String,
    /// As it was asked for.
    pub tune: Tune,
    pub goals: Goals,
    pub keys: Vec<String>,
    pub clock: Clock,
    pub timeline: Timeline,
    /// What every replay began with.
    pub capital: Usd,
    /// Of the search over all that is in-sample; in the order in which they were proposed.
    pub trials: Vec<Trial>,
    /// Trials, best first: what keeps every constraint, then what breaks them least, then what is undefined. Of several objectives first the front,
    /// its most balanced trial before the others.
    pub ranking: Vec<usize>,
    /// Sharpe ratio a year in-sample of every variant that was replayed in the study, each once, the searches of folds with them.
    pub sharpes: Vec<Option<f64>>,
    /// What the best of these ratios owes to luck.
    pub tried: Trials,
    /// Trials that were replayed, broke a limit, were refused, and had a setting that was tried before.
    pub counts: Counts,
    /// Why the first that was refused was.
    pub first_refusal: Option<String>,
    /// The values of the keys that the strategy had before; none of one that it leaves to its default.
    pub before_setting: Setting,
    /// What the strategy gave before.
    pub before: Measured,
    /// Daily returns of its static mix, over the days of a trial; none of a strategy that holds no spot coins.
    pub static_mix: Option<Vec<f64>>,
    /// Of each bucket; none of a strategy that changes its weights by the regime.
    pub allocation: Vec<Weight>,
    /// The best as a strategy.
    pub best_file: StrategyFile,
    /// Where the time was cut into folds.
    pub forward: Option<Forward>,
    /// By the first market.
    pub judgement: Judgement,
    /// What the other markets say.
    pub elsewhere: Vec<Elsewhere>,
    pub advice: Advice,
    /// Keys whose values change nothing by themselves.
    pub inert: Vec<String>,
    /// What each key moves in the first objective in-sample; none of too few trials, or where all gave the same.
    pub importance: Option<Importance>,
    /// What is chosen without each regime, and what that gives in it; those with too few days are left out.
    pub regimes: Vec<InRegime>,
    /// What each share of futures would have brought; none of a strategy without them.
    pub frontier: Option<Frontier>,
    /// What the final window gave, where it was spent.
    pub spent: Option<Spent>,
}

/// One setting and what came of it.
#[derive(Clone, Debug)]
pub struct Trial {
    pub setting: Setting,
    /// Coordinates from 0 to 1, in the order of the space.
    pub place: Vec<f64>,
    /// By how much limits and constraints are broken, all together; 0 where all hold.
    pub violation: f64,
    /// Of each objective.
    pub objectives: Vec<Option<f64>>,
    /// What a replay gave; none where there was none. In-sample metrics are those of the best of so many.
    pub measured: Option<Measured>,
}

/// How trials came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub replayed: usize,
    pub beyond: usize,
    pub refused: usize,
    pub repeated: usize,
    /// Replayed, but without a value of the first objective.
    pub undefined: usize,
}

/// Share of the equity that a bucket has, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    pub bucket: String,
    pub before: f64,
    pub best: f64,
}

/// Another market that every trial was replayed on.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    pub market: String,
    pub synthetic: bool,
    pub clock: Clock,
    pub timeline: Timeline,
    pub judgement: Judgement,
    /// What its final window gave, where it was spent.
    pub spent: Option<Spent>,
}

/// What follows from the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// Nothing that was tried is distinguishable from the strategy as it was.
    pub keep: bool,
    /// Variants that do as well as the best: how many, and what they have of each key.
    pub as_good: usize,
    pub ranges: Vec<KeyRange>,
}

/// What the variants that do as well as the best have of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRange {
    pub key: String,
    /// Each value once, numbers in their order.
    pub values: Vec<toml::Value>,
}

/// What the window that tuning never looked at gave.
#[derive(Clone, Debug)]
pub struct Spent {
    /// Trials that were made before it was looked at.
    pub after: usize,
    pub before: Map<String, Value>,
    pub best: Map<String, Value>,
}

impl Trial {
    /// A metric as a number, on the first market; `None` where it is undefined.
    #[must_use]
    pub fn metric(&self, name: &str, out_of_sample: bool) -> Option<f64> {
        self.measured.as_ref()?.metric(name, out_of_sample)
    }

    /// Whether every limit and constraint holds.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.violation <= 0.0
    }
}

impl Study {
    /// The first of the ranking.
    #[must_use]
    pub fn best(&self) -> &Trial {
        &self.trials[self.ranking[0]]
    }

    /// How many variants were replayed.
    #[must_use]
    pub fn variants(&self) -> usize {
        self.sharpes.len()
    }

    /// Whether two trials or more have a value of the first objective, so that there is something to compare.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        self.trials.iter().filter(|trial| trial.objectives[0].is_some_and(f64::is_finite)).count() > 1
    }

    /// Whether a key was searched by the logarithm of its values.
    #[must_use]
    pub fn is_log(&self, key: usize) -> bool {
        matches!(self.tune.keys[key].values, Values::Number { log: true, .. })
    }

    /// Whether every value that was tried of a key is a number.
    #[must_use]
    pub fn is_number(&self, key: usize) -> bool {
        self.trials.iter().filter_map(|trial| trial.setting[key].as_ref()).all(|value| number(value).is_some())
    }

    /// Each value of a key that was tried; numbers in their order, others as they are listed.
    #[must_use]
    pub fn values(&self, key: usize) -> Vec<&toml::Value> {
        let mut values = in_order(self.trials.iter().filter_map(|trial| trial.setting[key].as_ref()));
        if let (Values::List(listed), false) = (&self.tune.keys[key].values, self.is_number(key)) {
            values.sort_by_key(|value| listed.iter().position(|other| other == *value));
        }
        values
    }

    /// The verdict: of several markets the worst.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let all = self.elsewhere.iter().map(|other| other.judgement.verdict);
        all.fold(self.judgement.verdict, Verdict::max)
    }

    /// An objective of what was measured, on either side of the split; of several markets pooled.
    #[must_use]
    pub fn value(&self, objective: usize, measured: &Measured, out_of_sample: bool) -> Option<f64> {
        let objective = &self.goals.objectives[objective];
        let one = |of: &Measured| objective.value(of.side(out_of_sample)?);
        objective.pooled(measured.everywhere().map(one), self.tune.pool)
    }

    /// The first objective of a trial, on either side of the split.
    #[must_use]
    pub fn objective(&self, trial: &Trial, out_of_sample: bool) -> Option<f64> {
        self.value(0, trial.measured.as_ref()?, out_of_sample)
    }
}
