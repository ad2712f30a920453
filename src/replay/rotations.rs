//! Steps of narratives through their life, and of buckets into and out of narratives: into one when the first of its coins is bought, out of it
//! when the last of them is gone.

use crate::ledger::Closed;
use crate::replay::desk::Desk;
use crate::replay::run::Rotation;
use crate::replay::why;
use crate::signal::SignalView;
use crate::strategy::PlanBucket;
use crate::units::{BucketId, NarrativeId};

/// The reason of orders that give up what is no longer picked.
pub(super) const ROTATED_OUT: &str = "rotated out";

/// A bucket has left a narrative in this bar; no step if it buys another coin of it before the bar is over.
#[derive(Debug)]
pub(super) struct Left {
    bucket: BucketId,
    step: Rotation,
}

impl Desk<'_> {
    /// Steps narratives have taken through their life at this close.
    pub fn log_steps(&mut self, sight: &SignalView) {
        let time = sight.history.now();
        self.story.rotations.extend(sight.steps().map(|step| Rotation {
            time,
            narrative: step.narrative,
            from_stage: step.from.name().to_owned(),
            to_stage: step.to.name().to_owned(),
            cause: step.cause.clone(),
            value: Some(step.value),
            threshold: Some(step.threshold),
        }));
    }

    /// A position has been opened: where it is the first of its narrative, its bucket has entered that.
    pub fn log_entered(&mut self, at: usize) {
        let position = &self.books.positions()[at];
        let (bucket, Some(narrative)) = (self.bucket(position.bucket), position.narrative) else { return };
        if self.positions_of(bucket, narrative) != 1 {
            return;
        }
        let before = self.left.len();
        self.left.retain(|left| left.bucket != bucket.id || left.step.narrative != narrative);
        if self.left.len() == before {
            let scores: Vec<f64> = self.wishes[bucket.id.index()]
                .picks
                .iter()
                .filter(|pick| pick.narrative == Some(narrative))
                .filter_map(|pick| pick.score)
                .collect();
            let mean = (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64);
            let step = self.step(bucket, narrative, ("out", "held"), "among the strongest by mean score", mean);
            self.story.rotations.extend(step);
        }
    }

    /// A position is gone: where it was the last of its narrative, its bucket has left that, for the reason of the fill.
    pub fn log_left(&mut self, closed: &Closed, reason: &str) {
        let (bucket, Some(narrative)) = (self.bucket(closed.bucket), closed.narrative) else { return };
        if self.positions_of(bucket, narrative) != 0 {
            return;
        }
        let cause = match self.wishes[bucket.id.index()].empty_because {
            _ if reason != ROTATED_OUT => reason.to_owned(),
            Some(why) => format!("{reason}: {}", why::empty(why, "today")),
            None => format!("{reason}: outranked or no candidate left"),
        };
        let step = self.step(bucket, narrative, ("held", "out"), &cause, None);
        self.left.extend(step.map(|step| Left { bucket: bucket.id, step }));
    }

    /// The bar is over: who has left a narrative has left it.
    pub fn log_bar_of_rotations(&mut self) {
        self.story.rotations.extend(self.left.drain(..).map(|left| left.step));
    }

    fn positions_of(&self, bucket: &PlanBucket, narrative: NarrativeId) -> usize {
        let of = self.books.positions().iter().filter(|position| position.bucket == bucket.id);
        of.filter(|position| position.narrative == Some(narrative)).count()
    }

    /// `None` for a bucket that does not choose among narratives.
    fn step(
        &self,
        bucket: &PlanBucket,
        narrative: NarrativeId,
        (from, to): (&str, &str),
        cause: &str,
        value: Option<f64>,
    ) -> Option<Rotation> {
        bucket.selection.narratives?;
        Some(Rotation {
            time: self.now(),
            narrative,
            from_stage: from.to_owned(),
            to_stage: to.to_owned(),
            cause: format!("{}: {cause}", bucket.name),
            value,
            threshold: bucket.score_threshold(),
        })
    }
}
