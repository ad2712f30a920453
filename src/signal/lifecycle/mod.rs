//! The life of a narrative in stages: dormant → emerging → confirmed → crowded → exhausted → cooling → dormant, each step for a cause with
//! a value and a threshold. `LifeCycle` is the state of one narrative, taken along in time; [`Stages`] holds all steps of a
//! market, computed once.
//!
//! The measures are those of [`crate::signal::NarrativeView`] and of the evidence; sources and formulas: `fidelity.md` 5 and 7.

mod cause;
mod look;
mod rule;
mod stages;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::evidence::EvidenceBook;
use crate::signal::{History, NarrativeBook};
use crate::units::{NarrativeId, Time};
pub use cause::Cause;
use look::{Condition, Look};
pub use rule::{Confirm, Crowd, Emerge, Exhaust, Growth, LifeCycleRule, Media, VolumeShare};
pub use stages::Stages;

/// Where a narrative stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    #[default]
    Dormant,
    Emerging,
    Confirmed,
    /// Still rising, but everybody is in.
    Crowded,
    /// To be left.
    Exhausted,
    /// Left alone.
    Cooling,
}

impl Stage {
    /// Every stage, in the order of a life.
    pub const ALL: [Self; 6] = [Self::Dormant, Self::Emerging, Self::Confirmed, Self::Crowded, Self::Exhausted, Self::Cooling];

    /// Its word in strategies and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dormant => "dormant",
            Self::Emerging => "emerging",
            Self::Confirmed => "confirmed",
            Self::Crowded => "crowded",
            Self::Exhausted => "exhausted",
            Self::Cooling => "cooling",
        }
    }
}

/// One step of a narrative, as `rotations.csv` tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub narrative: NarrativeId,
    pub from: Stage,
    pub to: Stage,
    /// What did it; where several conditions had to hold, the one that was missing at the last look.
    pub cause: Cause,
    /// In the cause's own unit; days where time did it.
    pub value: f64,
    pub threshold: f64,
}

/// The stage of one narrative, taken from decision to decision in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct LifeCycle {
    narrative: NarrativeId,
    stage: Stage,
    /// When the stage was entered; `None` for the one it was found in.
    since: Option<Time>,
    /// The condition that kept the next stage away at the last look; of a stage just entered, what must come back for it to end.
    missing: Option<Cause>,
}

impl LifeCycle {
    /// Found dormant, since nobody knows when.
    #[must_use]
    pub fn new(narrative: NarrativeId) -> Self {
        Self { narrative, stage: Stage::Dormant, since: None, missing: None }
    }

    /// One decision later. At most one step a decision; what cannot be measured yet moves nothing.
    pub fn advance(
        &mut self,
        history: &History,
        narratives: &NarrativeBook,
        evidence: &EvidenceBook,
        rule: &LifeCycleRule,
    ) -> Option<Step> {
        let now = history.now();
        let stayed = self.since.map(|since| now.seconds() - since.seconds());
        let least = match self.stage {
            Stage::Exhausted => rule.exhaust.lasts,
            Stage::Cooling => rule.cooling,
            _ => rule.dwell,
        };
        if stayed.is_some_and(|stayed| stayed < least.seconds()) {
            return None;
        }
        let look = Look { narratives: narratives.at(history), evidence: evidence.at(history), id: self.narrative, rule };
        let time = Condition::time(stayed.unwrap_or(0), least);
        let (to, cause) = match self.stage {
            Stage::Dormant => (Stage::Emerging, self.gate(look.emerges())?),
            Stage::Emerging => self.leave_emerging(&look)?,
            Stage::Confirmed => leave_confirmed(&look)?,
            Stage::Crowded => self.leave_crowded(&look)?,
            Stage::Exhausted => (Stage::Cooling, time),
            Stage::Cooling => (Stage::Dormant, time),
        };
        let from = std::mem::replace(&mut self.stage, to);
        (self.since, self.missing) = (Some(now), if to == Stage::Crowded { cause.cause.ended_by() } else { None });
        let value = cause.value.unwrap_or_default();
        Some(Step { narrative: self.narrative, from, to, cause: cause.cause, value, threshold: cause.threshold })
    }

    fn leave_emerging(&mut self, look: &Look) -> Option<(Stage, Condition)> {
        let exhausted = look.exhausts().map(|cause| (Stage::Exhausted, cause));
        let faded = || look.momentum_lost().map(|cause| (Stage::Dormant, cause));
        let crowded = || look.crowds().map(|cause| (Stage::Crowded, cause));
        exhausted.or_else(faded).or_else(crowded).or_else(|| Some((Stage::Confirmed, self.gate(look.confirms())?)))
    }

    fn leave_crowded(&mut self, look: &Look) -> Option<(Stage, Condition)> {
        let exhausted = look.exhausts().or_else(|| look.momentum_lost()).map(|cause| (Stage::Exhausted, cause));
        exhausted.or_else(|| Some((Stage::Confirmed, self.gate(look.uncrowds())?)))
    }

    /// The condition that opened the gate: the one missing at the last look, else the first. `None` while one is missing.
    fn gate(&mut self, conditions: Vec<Condition>) -> Option<Condition> {
        if let Some(shut) = conditions.iter().find(|condition| !condition.met) {
            self.missing = Some(shut.cause.clone());
            return None;
        }
        let last = self.missing.as_ref();
        // One let through unmeasured has no value to tell.
        let mut measured: Vec<Condition> = conditions.into_iter().filter(|condition| condition.value.is_some()).collect();
        let at = measured.iter().position(|condition| Some(&condition.cause) == last).unwrap_or(0);
        (at < measured.len()).then(|| measured.swap_remove(at))
    }
}

fn leave_confirmed(look: &Look) -> Option<(Stage, Condition)> {
    let exhausted = look.exhausts().or_else(|| look.momentum_lost()).map(|cause| (Stage::Exhausted, cause));
    let crowded = || look.crowds().map(|cause| (Stage::Crowded, cause));
    exhausted.or_else(crowded).or_else(|| look.breadth_lost().map(|cause| (Stage::Emerging, cause)))
}
