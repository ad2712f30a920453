//! Steps of narratives through their life, and of buckets into and out of narratives: into one when the first of its coins is bought, out of it
//! when the last of them is gone.

use crate::ledger::Closed;
use crate::replay::buckets::Left;
use crate::replay::reason::Reason;
use crate::replay::rotation::{RotationStep, Turn};
use crate::replay::run::Rotation;
use crate::replay::simulation::Simulation;
use crate::signal::SignalView;
use crate::strategy::PlanBucket;
use crate::units::NarrativeId;

impl Simulation<'_> {
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
            let scores: Vec<f64> = self.buckets[bucket.id.index()]
                .wish
                .picks
                .iter()
                .filter(|pick| pick.narrative == Some(narrative))
                .filter_map(|pick| pick.score)
                .collect();
            let mean = (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64);
            let step = self.step(bucket, narrative, Turn::Entered, mean);
            self.record.run.rotations.extend(step);
        }
    }

    /// A position is gone: where it was the last of its narrative, its bucket has left that, for the reason of the fill.
    pub fn log_left(&mut self, closed: &Closed, reason: Reason) {
        let (bucket, Some(narrative)) = (self.bucket(closed.bucket), closed.narrative) else { return };
        if self.positions_of(bucket, narrative) != 0 {
            return;
        }
        let empty = self.buckets[bucket.id.index()].wish.empty_because.filter(|_| reason == Reason::RotatedOut);
        let turn = Turn::Left { reason, empty };
        let step = self.step(bucket, narrative, turn, None);
        self.left.extend(step.map(|step| Left { bucket: bucket.id, step }));
    }

    /// The bar is over: who has left a narrative has left it.
    pub fn log_bar_of_rotations(&mut self) {
        self.record.run.rotations.extend(self.left.drain(..).map(|left| left.step));
    }

    fn positions_of(&self, bucket: &PlanBucket, narrative: NarrativeId) -> usize {
        let of = self.books.positions().iter().filter(|position| position.bucket == bucket.id);
        of.filter(|position| position.narrative == Some(narrative)).count()
    }

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
