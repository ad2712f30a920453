//! By which rules an entry is let in, one a file. It is asked before anybody is ranked: a place goes to the best of those that can take it. A new rule has
//! a key in [`EntryGate`] (or in the bucket), a line in [`rules`], its cause in `verdict`, a line in `strategies/README.md`, and a test.

mod alone;
mod breadth;
pub mod checklist;
mod funding;
mod score;
mod stays;
mod stop;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::{Directory, SignalView};
use crate::strategy::exits::{Allowed, Look};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{Rule, Within};
use crate::strategy::{Barred, Bucket, Plan, PlanBucket};
use crate::units::{InstrumentId, NarrativeId, Time};

use alone::LeftAlone;
use breadth::BreadthGate;
use checklist::{AskChecklist, Checked as Criteria};
use funding::FundingGate;
use score::ScoreGate;
use stays::WouldStay;
use stop::MeasuredStop;
pub use stop::true_range;

/// Gates of an entry beside the score.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntryGate {
    /// The coin's narrative has at most this share of members up over the score's span: what is alone in rising.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative_breadth_below: Option<f64>,
    /// What the position would pay per eight hours, mean of the last three settlements, is at most this; 0 asks that funding is not against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_funding_8h: Option<f64>,
}

/// A rule that entries are held to.
pub(super) trait EntryRule: Rule {
    /// Whether a coin of this score is a candidate at all.
    fn admits(&self, _score: Option<f64>) -> bool {
        true
    }

    /// The threshold of a score, for the record of an entry.
    fn score_threshold(&self) -> Option<f64> {
        None
    }

    /// Why a candidate that is not held may not be entered now. What cannot be measured keeps out.
    fn refuses(&self, _door: &Door, _id: InstrumentId, _narrative: Option<NarrativeId>) -> Option<Refusal> {
        None
    }

    /// Why it refuses everybody in a market, whatever its prices do.
    fn never_admits(&self, _within: &Within, _market: &Directory) -> Option<String> {
        None
    }
}

/// The entry rules of a bucket, in the order in which they are asked. The gates are taken apart in full, so that none is forgotten.
pub(super) fn rules(bucket: &Bucket) -> Vec<Arc<dyn EntryRule>> {
    let EntryGate { narrative_breadth_below, max_funding_8h } = bucket.entry.unwrap_or_default();
    let score = ScoreGate { score: bucket.score.clone(), above: bucket.enter_above, below: bucket.enter_below };
    let mut rules: Vec<Arc<dyn EntryRule>> = vec![Arc::new(score), Arc::new(LeftAlone { cooldown: bucket.cooldown })];
    rules.extend(bucket.stop.and_then(|stop| stop.atr).map(|atr| -> Arc<dyn EntryRule> { Arc::new(MeasuredStop { span: atr.span }) }));
    rules.push(Arc::new(WouldStay));
    rules.extend(narrative_breadth_below.map(|below| -> Arc<dyn EntryRule> { Arc::new(BreadthGate { below }) }));
    rules.extend(max_funding_8h.map(|max| -> Arc<dyn EntryRule> { Arc::new(FundingGate { max }) }));
    rules.extend(bucket.checklist.then(|| -> Arc<dyn EntryRule> { Arc::new(AskChecklist) }));
    rules
}

impl EntryGate {
    /// A table that asks nothing; what each gate says, it checks itself.
    pub(super) fn check(&self, key: &Key) -> Checked {
        let Self { narrative_breadth_below, max_funding_8h } = self;
        if narrative_breadth_below.is_none() && max_funding_8h.is_none() {
            return key.wrong("empty", "narrative_breadth_below or max_funding_8h", "remove the key to ask nothing more");
        }
        Ok(())
    }
}

/// What a bucket holds and what it must leave alone: ids and dates, nothing of sizes or money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BucketState {
    /// What it holds and may keep, each with the narrative it was entered for.
    pub held: Vec<(InstrumentId, Option<NarrativeId>)>,
    /// What it is leaving: that takes no place, and is not entered before it is gone.
    pub leaving: Vec<InstrumentId>,
    /// What it leaves alone after an exit, until this close.
    pub cooling: Vec<(InstrumentId, Time)>,
    /// It opens nothing any more.
    pub stopped: bool,
}

impl BucketState {
    /// Whether it holds an instrument, for whatever narrative.
    #[must_use]
    pub fn holds(&self, id: InstrumentId) -> bool {
        self.held.iter().any(|&(held, _)| held == id)
    }

    /// Whether it holds an instrument for a narrative.
    fn holds_for(&self, id: InstrumentId, narrative: Option<NarrativeId>) -> bool {
        self.held.contains(&(id, narrative))
    }
}

/// A coin that would have had a place, had nobody been refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub instrument: InstrumentId,
    pub narrative: Option<NarrativeId>,
    pub by: Refusal,
}

/// What keeps an entry out.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// One rule.
    Rule(Barred),
    /// The checklist: every criterion's verdict, and the list's own last.
    Checklist(Vec<Criteria>),
}

/// One bucket at one close.
#[derive(Clone, Copy)]
pub(super) struct Door<'a, 'm> {
    pub view: &'a SignalView<'m>,
    pub plan: &'a Plan,
    pub bucket: &'a PlanBucket,
    pub state: &'a BucketState,
}

impl<'a, 'm> Door<'a, 'm> {
    /// Whether the stage of a narrative lets a coin in, or lets it stay where this bucket holds it for that narrative. Without stages everything may.
    pub fn in_stage(&self, id: InstrumentId, narrative: NarrativeId) -> bool {
        let Some(gate) = &self.bucket.selection.stages else { return true };
        let Allowed { may_enter, stays } = gate.allows(self.view, narrative);
        may_enter || stays && self.state.holds_for(id, Some(narrative))
    }

    /// Why an instrument may not be entered now; `None` where it may, or is held already.
    pub fn refusal(&self, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Refusal> {
        if self.state.holds(id) {
            return None;
        }
        self.bucket.rules.entries.iter().find_map(|rule| rule.refuses(self, id, narrative))
    }

    /// A coin of it that is not held.
    fn look(&self, instrument: InstrumentId, narrative: Option<NarrativeId>) -> Look<'a, 'm> {
        Look { view: self.view, bucket: self.bucket, instrument, narrative, held: None }
    }
}
