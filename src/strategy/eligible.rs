//! Who may be entered at a close. It is asked before anybody is ranked: a place goes to the best of those that can take it.

use crate::signal::{History, Sight, funding, indicator, narrative};
use crate::strategy::checklist::{self, Checked};
use crate::strategy::decide::{MONTH, exit_due, stage_allows};
use crate::strategy::{Barred, EntryCause, Plan, PlanBucket, Verdict};
use crate::units::{InstrumentId, NarrativeId, Time};

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
    Checklist(Vec<Checked>),
}

/// One bucket at one close.
#[derive(Clone, Copy)]
pub(super) struct Door<'a, 'm> {
    pub sight: &'a Sight<'m>,
    pub plan: &'a Plan,
    pub bucket: &'a PlanBucket,
    pub state: &'a BucketState,
}

impl Door<'_, '_> {
    /// Whether the stage of a narrative lets a coin in, or lets it stay where this bucket holds it for that narrative.
    pub fn in_stage(&self, id: InstrumentId, narrative: NarrativeId) -> bool {
        let (enters, stays) = stage_allows(self.sight, self.bucket, Some(narrative));
        enters || stays && self.state.holds_for(id, Some(narrative))
    }

    /// Why an instrument may not be entered now; `None` where it may, or is held already.
    pub fn refusal(&self, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Refusal> {
        if self.state.holds(id) {
            return None;
        }
        self.barred(id)
            .or_else(|| self.unmeasured_stop(id))
            .or_else(|| exit_due(self.sight, self.bucket, id, narrative).map(Barred::from))
            .or_else(|| self.gated(id, narrative))
            .map(Refusal::Rule)
            .or_else(|| self.checklist(id, narrative))
    }

    fn barred(&self, id: InstrumentId) -> Option<Barred> {
        let refused = |cause| Some(Barred { cause, observed: None, threshold: None });
        if self.state.stopped {
            return refused(EntryCause::Liquidated);
        }
        let &(_, until) = self.state.cooling.iter().find(|(cooling, _)| *cooling == id)?;
        refused(EntryCause::Cooldown { until })
    }

    fn unmeasured_stop(&self, id: InstrumentId) -> Option<Barred> {
        let asks = self.bucket.stop.is_some_and(|stop| stop.atr.is_some());
        let young = asks && true_range(&self.sight.history, self.bucket, id).is_none();
        young.then_some(Barred { cause: EntryCause::Unmeasured, observed: None, threshold: None })
    }

    /// The gate beside the score that keeps an entry out, where one does. What cannot be measured keeps out.
    fn gated(&self, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Barred> {
        let (gate, bucket, history) = (self.bucket.entry?, self.bucket, &self.sight.history);
        if let Some(limit) = gate.narrative_breadth_below {
            let span = bucket.score.map_or(MONTH, |score| score.span());
            let breadth = narrative.and_then(|narrative| narrative::breadth(history, narrative, span));
            if breadth.is_none_or(|breadth| breadth > limit) {
                return Some(Barred { cause: EntryCause::Breadth { span }, observed: breadth, threshold: Some(limit) });
            }
        }
        if let Some(limit) = gate.pays_8h_at_most {
            let pays = funding::latest_8h(history, id, 3).map(|rate| rate * bucket.direction.sign());
            if pays.is_none_or(|pays| pays > limit) {
                return Some(Barred { cause: EntryCause::FundingAgainst, observed: pays, threshold: Some(limit) });
            }
        }
        None
    }

    fn checklist(&self, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Refusal> {
        let rows = checked(self.sight, self.plan, self.bucket, id, narrative);
        rows.last().is_some_and(|list| list.verdict != Verdict::Passed).then_some(Refusal::Checklist(rows))
    }
}

/// What the checklist says of an entry: every criterion's verdict, and the list's own last; nothing where the bucket asks none.
#[must_use]
pub fn checked(sight: &Sight, plan: &Plan, bucket: &PlanBucket, id: InstrumentId, narrative: Option<NarrativeId>) -> Vec<Checked> {
    let list = plan.checklist.as_ref().filter(|_| bucket.checklist);
    list.map(|list| checklist::ask(sight, list, sight.history.directory().asset_of(id), id, narrative)).unwrap_or_default()
}

/// The average true range that a bucket's stop is measured in; `None` where it has no such stop, or the listing is too young.
#[must_use]
pub fn true_range(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<f64> {
    indicator::atr(history, id, bucket.stop?.atr?.span)
}
