//! Leaves a narrative that has left the stages in which its coins are kept; the same stages say when they are entered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::SignalView;
use crate::signal::lifecycle::Stage;
use crate::strategy::exits::{ExitRule, Look};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause, Hold};
use crate::units::NarrativeId;

/// Stages of a coin's narrative in which a bucket enters, and in which it stays; in every other it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageGate {
    /// Entered in these.
    #[serde(default = "early")]
    pub enter: Vec<Stage>,
    /// Kept in these too.
    #[serde(default = "late")]
    pub keep: Vec<Stage>,
}

fn early() -> Vec<Stage> {
    vec![Stage::Emerging, Stage::Confirmed]
}

fn late() -> Vec<Stage> {
    vec![Stage::Crowded]
}

/// Whether the stage of a narrative lets coins in, and whether it lets them stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub may_enter: bool,
    pub stays: bool,
}

impl StageGate {
    pub(crate) fn allows(&self, view: &SignalView, narrative: NarrativeId) -> Allowed {
        let Some(stage) = view.stage(narrative) else { return Allowed { may_enter: false, stays: false } };
        let may_enter = self.enter.contains(&stage);
        Allowed { may_enter, stays: may_enter || self.keep.contains(&stage) }
    }
}

impl Rule for StageGate {
    fn key(&self) -> Option<&'static str> {
        // Where it is written depends on what is held, and only a selection has it.
        None
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, within: &Within) -> Checked {
        let Self { enter, keep: _ } = self;
        let holds = if matches!(within.bucket.hold, Hold::Spot(_)) { "spot" } else { "perp" };
        let place = bucket.child("hold").child(holds).child("stages");
        if within.strategy.lifecycle.is_none() {
            return place.wrong("stages without a life cycle", "a [lifecycle] of the strategy", "add one, or remove the key");
        }
        if enter.is_empty() {
            let fix = "remove the key to enter emerging and confirmed ones";
            return place.child("enter").wrong("no stage", "at least one, as \"emerging\"", fix);
        }
        Ok(())
    }
}

impl ExitRule for StageGate {
    fn due(&self, look: &Look) -> Option<Exit> {
        let (view, narrative) = (look.view, look.narrative?);
        let stage = view.stage(narrative)?;
        if self.allows(view, narrative).stays {
            return None;
        }
        let days = view.stage_since(narrative).map_or(0.0, |since| (view.history.now().seconds() - since.seconds()) as f64 / 86_400.0);
        Some(Exit { cause: ExitCause::Stage(stage), observed: Some(days), threshold: None })
    }
}
