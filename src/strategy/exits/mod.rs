//! By which rules positions are left at a close, one a file. A new one has a key in [`ExitKeys`], or in the bucket where it is no threshold of that table, and a
//! line in [`rules`]; the rest of the way is in `CONTRIBUTING.md`.

mod crowding;
mod score;
mod stage;
mod subsidy;
mod time;
mod volume_share;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::SignalView;
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::Rule;
use crate::strategy::{Bucket, Exit, Hold, PlanBucket};
use crate::units::{InstrumentId, NarrativeId, Span, Time};

use crowding::CrowdingExit;
pub use crowding::{FundingUnit, PaidThreshold};
pub use score::ScoreExit;
pub(super) use score::{above_floor, no_score};
pub(super) use stage::Allowed;
pub use stage::StageGate;
use subsidy::SubsidyExit;
pub use time::TimeStop;
pub use volume_share::VolumeShareExit;

/// Leaves by funding, or by the attention that is left. The price of a crowd is either `funding_8h_above`, or `funding_above` with its `unit`; what a position must go on receiving is
/// `funding_below`, in that unit. At least one of them.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExitKeys {
    /// Mean eight-hour-equivalent rate that the position pays, at or above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_8h_above: Option<f64>,
    /// The same, in the unit that `unit` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_above: Option<f64>,
    /// What `funding_above` and `funding_below` are rates for; a `funding_below` of 0 needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<FundingUnit>,
    /// Mean rate that the position receives, below this: 0 leaves when its subsidy ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_below: Option<f64>,
    /// Rates of funding are means over so many last settlements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlements: Option<usize>,
    /// What is paid makes leave only where price has made no headway over this span. Absent: whatever price does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stall: Option<Span>,
    /// The share of the market's volume that the position's narrative has, fallen from its highest since the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_share_falls: Option<VolumeShareExit>,
}

/// The forms a threshold may have.
const THRESHOLDS: &str = "funding_8h_above, or funding_above with a unit; and/or funding_below with a unit; and/or volume_share_falls";
const UNITS: &str = "funding_above = 0.0005 with unit = \"per_8h\", \"per_day\" or \"apr\" says what it is a rate for";

/// A rule by which positions are left.
pub(super) trait ExitRule: Rule {
    /// Why to leave now, where the rule says so.
    fn due(&self, look: &Look) -> Option<Exit>;

    /// The threshold of funding paid that it leaves at, where it has one.
    fn paid(&self) -> Option<PaidThreshold> {
        None
    }

    /// Whether it looks at funding.
    fn sees_funding(&self) -> bool {
        false
    }
}

/// A position, or a coin that may be entered, at one close.
#[derive(Clone, Copy)]
pub struct Look<'a, 'm> {
    pub view: &'a SignalView<'m>,
    pub bucket: &'a PlanBucket,
    pub instrument: InstrumentId,
    /// The one it was entered for, or would be.
    pub narrative: Option<NarrativeId>,
    /// `None` where a coin may be entered: a rule that answers then refuses the entry too, one that needs a position says nothing.
    pub held: Option<Held>,
}

/// What a rule may know of a position: a date and a ratio, nothing of sizes or money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// The first fill.
    pub opened: Time,
    /// The last close over the average entry, less one, in the position's favour; `None` where there is no close.
    pub headway: Option<f64>,
}

/// The exit rules of a bucket, in the order in which they speak. The keys are taken apart in full, so that none is forgotten.
pub(super) fn rules(bucket: &Bucket) -> Vec<Arc<dyn ExitRule>> {
    let stages = match &bucket.hold {
        Hold::Spot(selection) | Hold::Perp(selection) => selection.stages.clone(),
        Hold::Cash | Hold::Hedge(_) => None,
    };
    let mut rules: Vec<Arc<dyn ExitRule>> = Vec::new();
    rules.extend(stages.map(|rule| -> Arc<dyn ExitRule> { Arc::new(rule) }));
    if let Some(ExitKeys { funding_8h_above, funding_above, unit, funding_below, settlements, stall, volume_share_falls }) = bucket.exit {
        // Beside what is received a unit may be meant for that alone.
        let of_paid = unit.filter(|_| funding_above.is_some() || funding_below.is_none());
        let crowding = CrowdingExit { funding_8h_above, funding_above, unit: of_paid, settlements, stall };
        rules.extend(crowding.is_written().then(|| -> Arc<dyn ExitRule> { Arc::new(crowding) }));
        rules.extend(funding_below.map(|below| -> Arc<dyn ExitRule> { Arc::new(SubsidyExit { below, unit, settlements }) }));
        rules.extend(volume_share_falls.map(|rule| -> Arc<dyn ExitRule> { Arc::new(rule) }));
    }
    rules.extend(bucket.exit_score.map(|rule| -> Arc<dyn ExitRule> { Arc::new(rule) }));
    rules.extend(bucket.time_stop.map(|rule| -> Arc<dyn ExitRule> { Arc::new(rule) }));
    rules
}

impl ExitKeys {
    /// A table that asks nothing, or settlements that nothing is a mean of; what each rule says, it checks itself.
    pub(super) fn check(&self, key: &Key) -> Checked {
        let Self { funding_8h_above, funding_above, unit, funding_below, settlements, stall: _, volume_share_falls } = self;
        let funding = [funding_8h_above, funding_above, funding_below].iter().any(|threshold| threshold.is_some()) || unit.is_some();
        if !funding && volume_share_falls.is_none() {
            return key.wrong("no threshold", THRESHOLDS, UNITS);
        }
        if !funding && settlements.is_some() {
            return key.child("settlements").wrong("without a threshold of funding", THRESHOLDS, "remove it: no other rule looks at them");
        }
        Ok(())
    }
}

/// The first rule that says to leave.
#[must_use]
pub fn exit_due(look: &Look) -> Option<Exit> {
    look.bucket.rules.exits.iter().find_map(|rule| rule.due(look))
}
