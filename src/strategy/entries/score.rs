//! Enters by score: strictly above, strictly below, or in between.

use crate::signal::{Directory, Needs};
use crate::strategy::Score;
use crate::strategy::entries::EntryRule;
use crate::strategy::exits::{above_floor, no_score};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::units::Span;

/// A bucket with a score takes nobody without one.
#[derive(Clone, Debug)]
pub(super) struct ScoreGate {
    pub score: Option<Score>,
    pub above: Option<f64>,
    pub below: Option<f64>,
}

impl ScoreGate {
    fn metric(&self) -> Option<&str> {
        self.score.as_ref().and_then(Score::metric)
    }
}

impl Rule for ScoreGate {
    fn key(&self) -> Option<&'static str> {
        let Self { score, above, below } = self;
        let keys = [("score", score.is_some()), ("enter_above", above.is_some()), ("enter_below", below.is_some())];
        keys.into_iter().find_map(|(key, set)| set.then_some(key))
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { score, above, below } = self;
        let (above, below) = (*above, *below);
        let Some(score) = score else {
            return if above.is_some() || below.is_some() { no_score(bucket) } else { Ok(()) };
        };
        for (name, value) in [("enter_above", above), ("enter_below", below)] {
            bucket.child(name).number(value, "0.05 is a return of five per cent")?;
        }
        if let (Some(above), Some(below)) = (above, below)
            && above >= below
        {
            let found = format!("{above}, with enter_below {below}: no score is in between");
            return bucket.child("enter_above").wrong(found, "less than enter_below", "swap them, or keep one");
        }
        above_floor(&bucket.child("enter_below"), score, below)
    }

    fn spans(&self) -> Vec<(&'static str, Span)> {
        self.score.iter().filter_map(|score| Some((score.key(), score.span()?))).collect()
    }

    fn needs(&self) -> Needs {
        Needs { evidence: self.metric().is_some(), ..Needs::default() }
    }
}

impl EntryRule for ScoreGate {
    fn admits(&self, score: Option<f64>) -> bool {
        let Self { score: rule, above, below } = self;
        match (rule, score) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(_), Some(score)) => above.is_none_or(|above| score > above) && below.is_none_or(|below| score < below),
        }
    }

    fn score_threshold(&self) -> Option<f64> {
        self.above.or(self.below)
    }

    fn never_admits(&self, _: &Within, market: &Directory) -> Option<String> {
        let metric = self.metric().filter(|metric| !market.has_evidence(metric))?;
        Some(format!("the market has no evidence called `{metric}` to score by"))
    }
}
