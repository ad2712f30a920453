//! One trial: a strategy with a setting in place, replayed once and measured on each part of the time; and its line in the journal.

use std::ops::Range;

use serde_json::{Map, Value, json};

use crate::batch::Arena;
use crate::metrics::daily::daily_returns;
use crate::metrics::{Metrics, Part};
use crate::replay::run::Run;
use crate::sampler::observation::{Observation, Outcome, Point};
use crate::strategy::Strategy;
use crate::tune::objective::Goals;
use crate::tune::timeline::Timeline;
use crate::units::{Clock, Usd};

/// What a replay gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// By name; every metric undefined where the run ended before the part did, as all are of a strategy that lost everything.
    pub in_sample: Map<String, Value>,
    /// Where a part of the time was held out.
    pub out_of_sample: Option<Map<String, Value>>,
    /// Simple returns, one a UTC day, of all the time that was tuned on and judged by; nought after ruin.
    pub days: Vec<f64>,
    /// The same on each other market of the study, in their order.
    pub elsewhere: Vec<Measured>,
}

/// What came of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Result {
    /// It was replayed.
    Replayed(Measured),
    /// It has the setting of an earlier trial of its search, by number, and all that came of that.
    Repeats(usize),
    /// It breaks a limit of the space.
    Beyond,
    /// The strategy's own validation refuses it; what it says.
    Refused(String),
}

/// A trial as the journal has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub point: Point,
    /// Of what its search looks at, in order.
    pub outcomes: Vec<Outcome>,
    pub result: Result,
}

/// Where and from what trials are replayed.
pub(super) struct Bench<'a> {
    pub arena: &'a Arena<'a>,
    pub capital: Usd,
    pub timeline: &'a Timeline,
    pub goals: &'a Goals,
}

impl Bench<'_> {
    /// A run over all that may be looked at.
    pub fn replay(&self, strategy: &Strategy) -> Run {
        self.arena.replay_to(strategy, self.capital, self.timeline.tuned).run
    }

    /// A replay measured, and what it comes to on each of the `looks`.
    pub fn measure(&self, strategy: &Strategy, looks: &[Vec<Range<usize>>]) -> (Measured, Vec<Outcome>) {
        let run = self.replay(strategy);
        let measured = self.measured(&run);
        let outcome = |look: &Vec<Range<usize>>| match &look[..] {
            [only] if *only == self.timeline.in_sample => self.goals.outcome(&measured.in_sample),
            pieces => self.pieced(&run, pieces),
        };
        let outcomes = looks.iter().map(outcome).collect();
        (measured, outcomes)
    }

    /// What a run gave on both sides of the split.
    pub fn measured(&self, run: &Run) -> Measured {
        Measured {
            in_sample: named(run, &self.timeline.in_sample),
            out_of_sample: self.timeline.out_of_sample.as_ref().map(|range| named(run, range)),
            days: self.days(&run.equity),
            elsewhere: Vec::new(),
        }
    }

    /// Daily returns of a curve that begins with the capital, over all the time that may be looked at.
    pub fn days(&self, equity: &[Usd]) -> Vec<f64> {
        let clock = self.arena.market.window();
        let tuned = Clock { bars: self.timeline.tuned, ..clock };
        let equity = &equity[..equity.len().min(tuned.bars)];
        let mut days = daily_returns(&tuned, equity, self.capital);
        // A strategy that lost everything stands still from then on.
        days.resize(Timeline::days(&clock, &(0..tuned.bars)).len().max(days.len()), 0.0);
        days
    }

    /// Several pieces of the time as one: each objective is the mean of those of the pieces by their length, each constraint as broken as where it is worst.
    fn pieced(&self, run: &Run, pieces: &[Range<usize>]) -> Outcome {
        let outcomes: Vec<(f64, Outcome)> =
            pieces.iter().map(|piece| (piece.len() as f64, self.goals.outcome(&named(run, piece)))).collect();
        let all: f64 = outcomes.iter().map(|(length, _)| length).sum();
        let mean = |at: usize| {
            let parts: Option<Vec<f64>> = outcomes.iter().map(|(length, outcome)| Some(length * outcome.objectives[at]?)).collect();
            parts.map(|parts| parts.iter().sum::<f64>() / all)
        };
        let worst = |at: usize| outcomes.iter().map(|(_, outcome)| outcome.violations[at]).fold(0.0, f64::max);
        Outcome {
            objectives: (0..self.goals.objectives.len()).map(mean).collect(),
            violations: (0..self.goals.constraints().count()).map(worst).collect(),
        }
    }
}

/// Metrics of some bars of a run; all undefined where it ended before they did.
pub(super) fn named(run: &Run, range: &Range<usize>) -> Map<String, Value> {
    let ends = run.equity.len();
    let there = range.start.min(ends.saturating_sub(1))..range.end.min(ends);
    let mut all = Metrics::of_part(&Part::of(run, there)).named();
    if ends < range.end {
        all.values_mut().for_each(|value| *value = Value::Null);
    }
    all
}

impl Measured {
    /// Metrics of one side of the split.
    #[must_use]
    pub fn side(&self, out_of_sample: bool) -> Option<&Map<String, Value>> {
        if out_of_sample { self.out_of_sample.as_ref() } else { Some(&self.in_sample) }
    }

    /// A metric as a number; `None` where it is undefined.
    #[must_use]
    pub fn metric(&self, name: &str, out_of_sample: bool) -> Option<f64> {
        self.side(out_of_sample)?.get(name)?.as_f64()
    }

    /// On every market, the first of the study first.
    pub fn everywhere(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.elsewhere)
    }

    fn line(&self) -> Value {
        let mut line = json!({ "in_sample": self.in_sample, "out_of_sample": self.out_of_sample, "days": self.days });
        if !self.elsewhere.is_empty() {
            line["elsewhere"] = self.elsewhere.iter().map(Self::line).collect();
        }
        line
    }

    fn read(line: &Value) -> Option<Self> {
        Some(Self {
            in_sample: line.get("in_sample")?.as_object()?.clone(),
            out_of_sample: match line.get("out_of_sample")? {
                Value::Null => None,
                there => Some(there.as_object()?.clone()),
            },
            days: numbers(line.get("days")?)?,
            elsewhere: match line.get("elsewhere") {
                None => Vec::new(),
                Some(others) => others.as_array()?.iter().map(Self::read).collect::<Option<_>>()?,
            },
        })
    }
}

impl Record {
    /// As a sampler sees it, by one of the looks.
    pub fn observation(&self, look: usize) -> Observation {
        Observation { point: self.point.clone(), outcome: self.outcomes[look].clone() }
    }

    /// As the journal keeps it. JSON has no endless number: null stands for it.
    pub fn line(&self, number: usize) -> Value {
        let mut line = Map::new();
        line.insert("trial".to_owned(), json!(number));
        line.insert("point".to_owned(), json!(self.point.0));
        if !matches!(self.result, Result::Repeats(_)) {
            let outcome = |outcome: &Outcome| json!({ "objectives": outcome.objectives, "violations": outcome.violations });
            line.insert("outcomes".to_owned(), self.outcomes.iter().map(outcome).collect());
        }
        let (key, value) = match &self.result {
            Result::Replayed(measured) => ("replayed", measured.line()),
            Result::Repeats(earlier) => ("repeats", json!(earlier)),
            Result::Beyond => ("beyond", json!(true)),
            Result::Refused(why) => ("refused", json!(why)),
        };
        line.insert(key.to_owned(), value);
        Value::Object(line)
    }

    /// A line read back; none where it is no trial of that number.
    pub fn read(line: &Value, number: usize) -> Option<Self> {
        if line.get("trial")?.as_u64()? != number as u64 {
            return None;
        }
        let outcome = |value: &Value| {
            Some(Outcome {
                objectives: value.get("objectives")?.as_array()?.iter().map(Value::as_f64).collect(),
                violations: value.get("violations")?.as_array()?.iter().map(|value| value.as_f64().unwrap_or(f64::INFINITY)).collect(),
            })
        };
        let result = if let Some(replayed) = line.get("replayed") {
            Result::Replayed(Measured::read(replayed)?)
        } else if let Some(earlier) = line.get("repeats") {
            Result::Repeats(usize::try_from(earlier.as_u64()?).ok()?)
        } else if line.get("beyond").is_some() {
            Result::Beyond
        } else {
            Result::Refused(line.get("refused")?.as_str()?.to_owned())
        };
        Some(Self {
            point: Point(numbers(line.get("point")?)?),
            outcomes: match line.get("outcomes") {
                Some(outcomes) => outcomes.as_array()?.iter().map(outcome).collect::<Option<_>>()?,
                // Those of the first of its kind: whoever has all records fills them in.
                None if matches!(result, Result::Repeats(_)) => Vec::new(),
                None => return None,
            },
            result,
        })
    }
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(Value::as_f64).collect()
}
