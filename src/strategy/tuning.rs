//! `[tune]`: what `rotate tune` may turn, how it looks, by what it ranks, and which part of the time it may look at.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::key::{Checked, Key};
use crate::strategy::searched::Search;
pub use crate::strategy::searched::Values;
use crate::units::Span;

/// Keys of this file and the values to try, and how.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tune {
    /// `"buckets.narratives.weight" = [0.05, 0.10, 0.15]`, or `{ min = 0.05, max = 0.15, step = 0.01 }`.
    pub keys: IndexMap<String, Search>,
    /// The metric that trials are ranked by, or an expression of metrics (`"cagr + 0.5 * max_drawdown"`, the larger the better; a drawdown is below nought); a list of two or
    /// three of them seeks the Pareto front. Default `sharpe`.
    #[serde(default = "sharpe")]
    pub by: Objectives,
    /// What must hold in-sample: `["liquidations = 0", "max_drawdown < 0.3"]`; a drawdown against a number above nought is its depth. A trial that
    /// breaks one is worse than all that keep them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<String>,
    /// What must hold between the keys, linearly: `["buckets.a.weight + buckets.b.weight <= 0.5"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// How points are chosen: `"grid"` (default), `"random"`, `"sobol"`, `"tpe"`, `"cma-es"`, or `"nsga-2"` for two or three objectives.
    #[serde(default, skip_serializing_if = "SamplerName::is_grid")]
    #[schemars(extend("default" = SamplerName::default()))]
    pub sampler: SamplerName,
    /// How many trials there are at most. Default: 10,000 combinations of a grid, 200 trials of any other sampler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<u64>,
    /// Seeds the sampler: the same seed gives the same study. Default 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(extend("default" = one()))]
    pub seed: u64,
    /// Trials that are chosen without results of one another, from 1 to 32. Default 16.
    #[serde(default = "sixteen", skip_serializing_if = "is_sixteen")]
    #[schemars(extend("default" = sixteen()))]
    pub batch: u64,
    /// The last share of the time before the final window, kept out of the ranking. Default one third; of no meaning with the two below.
    #[serde(default = "third")]
    pub out_of_sample: f64,
    /// Tunes on a window and judges on the time after it, again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_forward: Option<WalkForward>,
    /// Tunes on every choice of parts of the time and judges on the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_validation: Option<CrossValidation>,
    /// What a trial over several markets (`rotate tune --also`) comes to: that of its worst market (`"worst"`, default), or their `"mean"`.
    #[serde(default, skip_serializing_if = "Pool::is_worst")]
    #[schemars(extend("default" = Pool::default()))]
    pub pool: Pool,
    /// Left aside between what is tuned on and what is judged by. Default: the longest time that the strategy held a position for, of those it closed
    /// before the end; at most a tenth of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge: Option<Span>,
    /// The last share of the time, which tuning never looks at unless it is told to spend it. Default 0.1.
    #[serde(default = "tenth", rename = "final", skip_serializing_if = "is_tenth")]
    #[schemars(extend("default" = tenth()))]
    pub final_share: f64,
    /// Changing one bucket's weight changes this one's the other way, so that weights still sum to 1. Default: the first cash bucket that is not
    /// turned itself. Where none is left, the weights turned share what they have together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
}

/// One objective, or several.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Objectives {
    One(String),
    Several(Vec<String>),
}

impl Objectives {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// What several markets come to as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// What the worst of them gives.
    #[default]
    Worst,
    /// What they give on average.
    Mean,
}

impl Pool {
    /// Its word in a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Mean => "mean",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    fn is_worst(&self) -> bool {
        *self == Self::Worst
    }
}

/// How the points to try are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SamplerName {
    /// Every combination.
    #[default]
    Grid,
    /// Points by chance.
    Random,
    /// Points that cover the space evenly.
    Sobol,
    /// Where good results are dense.
    Tpe,
    /// By a normal distribution that moves and stretches.
    CmaEs,
    /// By crossing and mutating what nothing else dominates.
    #[serde(rename = "nsga-2")]
    Nsga2,
}

impl SamplerName {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Grid, Self::Random, Self::Sobol, Self::Tpe, Self::CmaEs, Self::Nsga2];

    /// Its word in a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Random => "random",
            Self::Sobol => "sobol",
            Self::Tpe => "tpe",
            Self::CmaEs => "cma-es",
            Self::Nsga2 => "nsga-2",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    fn is_grid(&self) -> bool {
        *self == Self::Grid
    }

    /// Whether a proposal depends on the results of earlier ones.
    #[must_use]
    pub fn is_adaptive(self) -> bool {
        matches!(self, Self::Tpe | Self::CmaEs | Self::Nsga2)
    }
}

/// Tunes on `train`, judges on the `test` after it, moves on by `test`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkForward {
    /// Length of what is tuned on, in whole days.
    pub train: Span,
    /// Length of what is judged by, in whole days.
    pub test: Span,
    /// What is tuned on always begins with the first day and grows. Default: it moves on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anchored: bool,
}

/// Combinatorial purged cross-validation.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrossValidation {
    /// Equal parts of the time.
    pub folds: usize,
    /// How many of them are judged by at once; what is tuned on is the rest.
    pub test_folds: usize,
    /// Left aside after what is judged by, beside the purge. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo: Option<Span>,
}

fn sharpe() -> Objectives {
    Objectives::One("sharpe".to_owned())
}

fn one() -> u64 {
    1
}

fn sixteen() -> u64 {
    16
}

// What is left to its default is not written down, so that the record of a strategy says what its file says.

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_one(seed: &u64) -> bool {
    *seed == one()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_sixteen(batch: &u64) -> bool {
    *batch == sixteen()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_tenth(share: &f64) -> bool {
    *share == tenth()
}

fn third() -> f64 {
    1.0 / 3.0
}

fn tenth() -> f64 {
    0.1
}

impl Tune {
    /// `key` is that of the table. What keys and metrics there are is known where trials are made.
    pub(super) fn check(&self, key: &Key) -> Checked {
        if !(0.0..=0.9).contains(&self.out_of_sample) {
            let third = "0.33 keeps the last third out of the ranking";
            return key.child("out_of_sample").wrong(self.out_of_sample.to_string(), "from 0 to 0.9", third);
        }
        if !(0.0..=0.5).contains(&self.final_share) {
            let tenth = "0.1 keeps the last tenth for the end";
            return key.child("final").wrong(self.final_share.to_string(), "from 0 to 0.5", tenth);
        }
        if !(1..=32).contains(&self.batch) {
            return key.child("batch").wrong(self.batch.to_string(), "from 1 to 32", "16 serves most studies");
        }
        if self.trials == Some(0) {
            return key.child("trials").wrong("0", "1 or more", "200 is a beginning");
        }
        for (name, search) in &self.keys {
            search.check(name, &self.keys, &key.child("keys").child(name))?;
        }
        self.check_splits(key)
    }

    fn check_splits(&self, key: &Key) -> Checked {
        let days = |key: &Key, span: Span| match span.seconds() % Span::DAY.seconds() {
            0 => Ok(()),
            _ => key.wrong(span.to_string(), "whole days", "write it in d or w"),
        };
        if let Some(purge) = self.purge {
            days(&key.child("purge"), purge)?;
        }
        if let Some(windows) = &self.walk_forward {
            let key = key.child("walk_forward");
            days(&key.child("train"), windows.train)?;
            days(&key.child("test"), windows.test)?;
        }
        if let Some(cut) = &self.cross_validation {
            let key = key.child("cross_validation");
            if self.walk_forward.is_some() {
                return key.wrong("beside `walk_forward`", "one way to split the time", "keep one of the two");
            }
            if !(3..=20).contains(&cut.folds) {
                return key.child("folds").wrong(cut.folds.to_string(), "from 3 to 20", "6 folds, 2 of them tests, make 15 splits");
            }
            if !(1..cut.folds - 1).contains(&cut.test_folds) {
                let expected = format!("from 1 to {}", cut.folds - 2);
                return key.child("test_folds").wrong(cut.test_folds.to_string(), expected, "2 of 6 make 15 splits");
            }
            if let Some(embargo) = cut.embargo {
                days(&key.child("embargo"), embargo)?;
            }
        }
        Ok(())
    }
}
