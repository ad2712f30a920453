//! Steps of narratives through their life, and of buckets into and out of narratives: into one when the first of its coins is bought, out of it
//! when the last of them is gone.

use crate::ledger::Closed;
use crate::replay::account::Account;
use crate::replay::buckets::Left;
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::positions::PositionBook;
use crate::replay::reason::Reason;
use crate::replay::rotation::{RotationStep, Turn};
use crate::replay::run::Rotation;
use crate::signal::SignalView;
use crate::strategy::PlanBucket;
use crate::units::NarrativeId;

impl Decider<'_, '_> {
    /// Steps narratives have taken through their life at this close.
    pub fn log_steps(&mut self, sight: &SignalView) {
        let time = sight.history.now();
        self.record.run.rotations.extend(sight.steps().map(|step| Rotation {
            time,
            narrative: step.narrative,
            step: RotationStep::Stage { from: step.from, to: step.to, cause: step.cause.clone() },
            observed: Some(step.value),
            threshold: Some(step.threshold),
        }));
    }
}

impl Account {
    /// A position has been opened: where it is the first of its narrative, its bucket has entered that.
    pub fn log_entered(&mut self, cx: &Context, at: usize) {
        let position = &self.books.positions()[at];
        let (bucket, Some(narrative)) = (cx.bucket(position.bucket), position.narrative) else { return };
        if self.books.positions_of(bucket, narrative) != 1 {
            return;
        }
        let before = self.record.left.len();
        self.record.left.retain(|left| left.bucket != bucket.id || left.step.narrative != narrative);
        if self.record.left.len() == before {
            let scores: Vec<f64> = self.buckets[bucket.id.index()]
                .wish
                .picks
                .iter()
                .filter(|pick| pick.narrative == Some(narrative))
                .filter_map(|pick| pick.score)
                .collect();
            let mean = (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64);
            let step = cx.step(bucket, narrative, Turn::Entered, mean);
            self.record.run.rotations.extend(step);
        }
    }

    /// A position is gone: where it was the last of its narrative, its bucket has left that, for the reason of the fill.
    pub fn log_left(&mut self, cx: &Context, closed: &Closed, reason: Reason) {
        let (bucket, Some(narrative)) = (cx.bucket(closed.bucket), closed.narrative) else { return };
        if self.books.positions_of(bucket, narrative) != 0 {
            return;
        }
        let empty = self.buckets[bucket.id.index()].wish.empty_because.filter(|_| reason == Reason::RotatedOut);
        let turn = Turn::Left { reason, empty };
        let step = cx.step(bucket, narrative, turn, None);
        self.record.left.extend(step.map(|step| Left { bucket: bucket.id, step }));
    }
}

impl PositionBook {
    fn positions_of(&self, bucket: &PlanBucket, narrative: NarrativeId) -> usize {
        let of = self.of_bucket(bucket.id).iter();
        of.filter(|position| position.narrative == Some(narrative)).count()
    }
}

impl Context<'_> {
    /// `None` for a bucket that does not choose among narratives.
    fn step(&self, bucket: &PlanBucket, narrative: NarrativeId, turn: Turn, observed: Option<f64>) -> Option<Rotation> {
        bucket.selection.narratives?;
        Some(Rotation {
            time: self.now(),
            narrative,
            step: RotationStep::Bucket { bucket: bucket.id, turn },
            observed,
            threshold: bucket.score_threshold(),
        })
    }
}
