//! What a study seeks: metrics or expressions of them, and what must hold.

use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::metrics::returns::mean;
use crate::metrics::table;
use crate::names::suggestion;
use crate::sampler::observation::{Direction, Outcome};
use crate::strategy::StrategyFile;
use crate::strategy::tuning::{Pool, Tune};
use crate::tune::expression::{Comparison, Expression, Unreadable};

/// Metrics that are below nought, and that people write as a depth.
const DEPTHS: [&str; 3] = ["max_drawdown", "average_drawdown", "max_drawdown_btc"];

/// One objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As it was written.
    pub text: String,
    expression: Expression,
    /// The smallest of it is best, as of a volatility.
    pub least_first: bool,
}

impl Objective {
    /// What it comes to; none where a metric of it is undefined.
    #[must_use]
    pub fn value(&self, metrics: &Map<String, Value>) -> Option<f64> {
        self.expression.value(&|name| metrics.get(name)?.as_f64())
    }

    /// What the values of several markets come to as one; none where one of them is undefined.
    #[must_use]
    pub fn pooled(&self, values: impl Iterator<Item = Option<f64>>, pool: Pool) -> Option<f64> {
        let values: Vec<f64> = values.collect::<Option<_>>()?;
        match pool {
            Pool::Worst => values.into_iter().map(|value| self.turned(value)).reduce(f64::min).map(|worst| self.turned(worst)),
            Pool::Mean => mean(&values),
        }
    }

    /// A value of it so that more is better.
    #[must_use]
    pub fn turned(&self, value: f64) -> f64 {
        if self.least_first { -value } else { value }
    }
}

/// What is sought and what must hold.
#[derive(Clone, Debug)]
pub struct Goals {
    /// One, or two or three.
    pub objectives: Vec<Objective>,
    constraints: Vec<(String, Comparison)>,
}

impl Goals {
    /// Of a `[tune]` table; `known` are the names of all metrics.
    ///
    /// # Errors
    /// What cannot be read, or names a metric that nobody knows.
    pub fn of(file: &StrategyFile, tune: &Tune, known: &[&str]) -> Result<Self, Fault> {
        let wrong = |key: &str, text: &str, unreadable: Unreadable| {
            let place = format!("{}: `tune.{key}`: {text:?}", file.path.display());
            Fault::new(place, unreadable.found, unreadable.expected, "write it as in \"cagr + 0.5 * max_drawdown\" or \"liquidations = 0\"")
        };
        let unknown = |key: &str, names: Vec<&str>| match names.into_iter().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let near = suggestion(name, known.iter().copied());
                let place = format!("{}: `tune.{key}`", file.path.display());
                Err(Fault::new(place, format!("no metric {name:?}"), known.join(", "), format!("{near}name one of these")))
            }
        };
        let mut objectives = Vec::new();
        for text in tune.by.all() {
            let expression = Expression::parse(text).map_err(|unreadable| wrong("by", text, unreadable))?;
            unknown("by", expression.names())?;
            objectives.push(Objective { text: text.clone(), expression, least_first: table::least_first(text) });
        }
        if !(1..=3).contains(&objectives.len()) {
            let found = format!("{} objectives", objectives.len());
            return Err(Fault::new(format!("{}: `tune.by`", file.path.display()), found, "one to three", "drop some"));
        }
        let mut constraints = Vec::new();
        for text in &tune.require {
            let comparison = Comparison::parse(text).map_err(|unreadable| wrong("require", text, unreadable))?;
            unknown("require", comparison.names())?;
            constraints.push((text.clone(), depth_as_written(comparison)));
        }
        Ok(Self { objectives, constraints })
    }

    /// What came of a run by its metrics.
    #[must_use]
    pub fn outcome(&self, metrics: &Map<String, Value>) -> Outcome {
        let of = |name: &str| metrics.get(name)?.as_f64();
        Outcome {
            objectives: self.objectives.iter().map(|objective| objective.value(metrics)).collect(),
            violations: self.constraints.iter().map(|(_, comparison)| comparison.violation(&of)).collect(),
        }
    }

    /// What the outcomes on several markets come to as one: each constraint is as broken as where it is worst.
    #[must_use]
    pub fn pooled(&self, outcomes: &[Outcome], pool: Pool) -> Outcome {
        let objective =
            |(at, objective): (usize, &Objective)| objective.pooled(outcomes.iter().map(|outcome| outcome.objectives[at]), pool);
        let worst = |at: usize| outcomes.iter().map(|outcome| outcome.violations[at]).fold(0.0, f64::max);
        Outcome {
            objectives: self.objectives.iter().enumerate().map(objective).collect(),
            violations: (0..self.constraints.len()).map(worst).collect(),
        }
    }

    /// The first objective so that more is better; none of what breaks a constraint or is undefined.
    #[must_use]
    pub fn merit(&self, outcome: &Outcome) -> Option<f64> {
        let kept = outcome.violations.iter().all(|by| *by <= 0.0);
        outcome.objectives[0].filter(|_| kept).map(|value| self.objectives[0].turned(value))
    }

    /// Of a run that could not be made, or was cut short: nothing is known of it.
    #[must_use]
    pub fn undefined(&self) -> Outcome {
        Outcome { objectives: vec![None; self.objectives.len()], violations: Vec::new() }
    }

    /// Which way each objective is better.
    #[must_use]
    pub fn directions(&self) -> Vec<Direction> {
        self.objectives.iter().map(|objective| if objective.least_first { Direction::Least } else { Direction::Most }).collect()
    }

    /// The constraints as they were written.
    pub fn constraints(&self) -> impl Iterator<Item = &str> {
        self.constraints.iter().map(|(text, _)| text.as_str())
    }
}

/// `max_drawdown < 0.3` means that no more than 30 % was lost from a peak, though the metric is below nought.
fn depth_as_written(comparison: Comparison) -> Comparison {
    match (&comparison.left, &comparison.right) {
        (Expression::Name(name), Expression::Number(bound)) if DEPTHS.contains(&name.as_str()) && *bound > 0.0 => {
            Comparison { left: Expression::Magnitude(Box::new(comparison.left)), ..comparison }
        }
        _ => comparison,
    }
}
