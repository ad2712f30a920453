//! Leaves when the score no longer carries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::exits::{ExitRule, Look};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause, Score};

/// The score has turned.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreExit {
    /// Leave when the score is at or below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Leave when the score is at or above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
}

impl Rule for ScoreExit {
    fn key(&self) -> Option<&'static str> {
        Some("exit_score")
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, within: &Within) -> Checked {
        let Self { below, above } = *self;
        let Some(score) = &within.bucket.score else { return no_score(bucket) };
        let key = bucket.child("exit_score");
        if below.is_none() && above.is_none() {
            return key.wrong("empty", "below or above", "remove the key to stay whatever the score");
        }
        for (name, value) in [("below", below), ("above", above)] {
            key.child(name).number(value, "-0.10 is a return of minus ten per cent")?;
        }
        above_floor(&key.child("below"), score, below)
    }
}

impl ExitRule for ScoreExit {
    fn due(&self, look: &Look) -> Option<Exit> {
        let rule = look.bucket.score.as_ref()?;
        let score = rule.of(look.view, look.instrument, look.narrative)?;
        let lost = self.below.filter(|&limit| score <= limit).or(self.above.filter(|&limit| score >= limit));
        let cause = ExitCause::ScoreLost { span: rule.span() };
        lost.map(|limit| Exit { cause, observed: Some(score), threshold: Some(limit) })
    }
}

/// Of a rule that looks at a score in a bucket without one.
pub(crate) fn no_score(bucket: &Key) -> Checked {
    bucket.child("score").wrong("missing", "a score", "entering or leaving by score needs one, as in score = { momentum = \"30d\" }")
}

/// A threshold that no score is as low as is never reached.
pub(crate) fn above_floor(key: &Key, score: &Score, value: Option<f64>) -> Checked {
    match (score.floor(), value) {
        (Some(floor), Some(value)) if value <= floor => {
            let expected = format!("above {floor}: this score is never as low");
            key.wrong(value.to_string(), expected, "-0.10 is a return of minus ten per cent")
        }
        _ => Ok(()),
    }
}
