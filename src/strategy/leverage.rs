//! Notional over margin, and how it follows a narrative.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::lifecycle::Stage;
use crate::signal::{SignalView, narrative};
use crate::strategy::Score;
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::Within;
use crate::units::{NarrativeId, Span};

/// The breadth from which a narrative counts as confirmed where no stages are followed.
const CONFIRMED_BREADTH: f64 = 0.6;

/// Notional over margin, by how far the narrative has come.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leverage {
    /// At entry.
    pub open: f64,
    /// Once the narrative is crowded (with `lifecycle`). Default: `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowded: Option<f64>,
    /// Once the narrative is confirmed: with `lifecycle` by its stage; without, at least 60 % of its coins are up over the score's span and over a quarter of it. Default: `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<f64>,
}

impl Leverage {
    /// None at all: what spot has.
    pub(super) const ONE: Self = Self { open: 1.0, confirmed: None, crowded: None };

    /// Each rung by the name of its key.
    pub fn rungs(self) -> impl Iterator<Item = (&'static str, f64)> {
        let Self { open, crowded, confirmed } = self;
        let rungs = [("open", Some(open)), ("confirmed", confirmed), ("crowded", crowded)];
        rungs.into_iter().filter_map(|(level, leverage)| Some((level, leverage?)))
    }

    /// The rung of the ladder: by the narrative's stage where stages are followed; else `confirmed` once its breadth holds over the score's span and
    /// over a quarter of it.
    pub(super) fn at(self, view: &SignalView, score: Option<&Score>, id: Option<NarrativeId>) -> f64 {
        let Self { open, crowded, confirmed } = self;
        let Some(id) = id else { return open };
        if let Some(stage) = view.stage(id) {
            let level = match stage {
                Stage::Confirmed => confirmed,
                Stage::Crowded => crowded,
                Stage::Dormant | Stage::Emerging | Stage::Exhausted | Stage::Cooling => None,
            };
            return level.unwrap_or(open);
        }
        let (Some(confirmed), Some(span)) = (confirmed, score.and_then(Score::span)) else { return open };
        let quarter = Span::from_seconds((span.seconds() / 4).max(60));
        let broad = |span| narrative::breadth(&view.history, id, span).is_some_and(|share| share >= CONFIRMED_BREADTH);
        if broad(span) && broad(quarter) { confirmed } else { open }
    }

    /// Leverages that nobody gives, and rungs that are never stood on.
    pub(super) fn check(self, key: &Key, within: &Within) -> Checked {
        for (name, value) in self.rungs() {
            if !(1.0..=125.0).contains(&value) {
                return key.child(name).wrong(value.to_string(), "from 1 to 125", "3.0 is three dollars of notional a dollar of margin");
            }
        }
        if within.strategy.lifecycle.is_some() {
            return Ok(());
        }
        if self.crowded.is_some() {
            let fix = "only its stages tell a crowded narrative: add [lifecycle], or remove the key";
            return key.child("crowded").wrong("without a life cycle", "a [lifecycle] of the strategy", fix);
        }
        if self.confirmed.is_some() && within.bucket.score.as_ref().and_then(Score::span).is_none() {
            let fix = "add score = { momentum = \"30d\" }, over whose span breadth confirms, or [lifecycle], or remove the key";
            let found = match &within.bucket.score {
                None => "without a score and without a life cycle",
                Some(_) => "with a score that has no span, and without a life cycle",
            };
            return key.child("confirmed").wrong(found, "one of them", fix);
        }
        Ok(())
    }
}
