//! What a replay keeps of each bucket between bars, beside its money.

use crate::replay::run::Rotation;
use crate::strategy::{BucketTarget, PlanBucket, Trigger};
use crate::units::{AssetId, BucketId, InstrumentId, Time, Usd};

/// A bucket has left a narrative in this bar; no step if it buys another coin of it before the bar is over.
#[derive(Debug)]
pub(super) struct Left {
    pub bucket: BucketId,
    pub step: Rotation,
}

#[derive(Clone, Debug)]
pub(super) struct BucketState {
    /// Share of equity it is due now.
    pub weight: f64,
    /// It opens nothing any more.
    pub stopped: bool,
    /// Its last wish.
    pub wish: BucketTarget,
    /// Bar from which it may enter an instrument again, by instrument.
    cooldown_until: Vec<usize>,
    pub last_top_up: Time,
    /// What top-ups have brought so far less what has left it, each as a share of the equity of its day.
    pub topped_up: f64,
    /// What a hedge could not stand against.
    pub unhedged: Unhedged,
    /// Profit realised, for the waterfall.
    pub realised: Realised,
    /// The least cash of the UTC day so far, for its interest.
    pub least_cash: Usd,
}

impl BucketState {
    /// As it stands before the first bar.
    pub fn new(bucket: &PlanBucket, instruments: usize, start: Time) -> Self {
        Self {
            weight: bucket.weight,
            stopped: bucket.idle,
            wish: BucketTarget::default(),
            cooldown_until: vec![0; instruments],
            last_top_up: start,
            topped_up: 0.0,
            unhedged: Unhedged::default(),
            realised: Realised::default(),
            least_cash: Usd::ZERO,
        }
    }

    /// Bar from which it may enter an instrument again.
    pub fn cooldown_until(&self, instrument: InstrumentId) -> usize {
        self.cooldown_until[instrument.index()]
    }

    /// Keeps it out of an instrument until a bar.
    pub fn start_cooldown(&mut self, instrument: InstrumentId, until: usize) {
        self.cooldown_until[instrument.index()] = until;
    }

    /// Keeps it out of an instrument for at least as long as out of another.
    pub fn share_cooldown(&mut self, other: InstrumentId, instrument: InstrumentId) {
        let until = self.cooldown_until(other).max(self.cooldown_until(instrument));
        self.start_cooldown(instrument, until);
    }
}

/// What the exits of one bucket have realised, each net of its costs: a part of a position its price profit less the fee of its fill, the last
/// part what the whole trade made less what the parts before it had.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Realised {
    /// Winning exits of this bar.
    pub won: Usd,
    /// All exits so far, losses taken off.
    total: Usd,
    /// `total` when the calendar month began, or its highest so far.
    mark: Usd,
}

impl Realised {
    /// An exit has made this much, or lost it.
    pub fn add(&mut self, profit: Usd) {
        self.total += profit;
    }

    /// What is to be passed on at the close of a bar; at most once.
    pub fn take(&mut self, trigger: Trigger, ends_month: bool) -> Usd {
        let won = std::mem::take(&mut self.won);
        let above = self.total - self.mark;
        let due = match trigger {
            Trigger::Trade => won,
            Trigger::Month if ends_month => {
                self.mark = self.total;
                above
            }
            Trigger::Month => Usd::ZERO,
            Trigger::HighWaterMark => {
                self.mark = self.mark.max(self.total);
                above
            }
        };
        due.max(Usd::ZERO)
    }
}

/// What one hedge could not stand against.
#[derive(Clone, Debug, Default)]
pub(super) struct Unhedged {
    /// At the last look.
    pub now: Vec<InstrumentId>,
    pub ever: Vec<AssetId>,
    /// USD of spot, at the look when it was most.
    pub most: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(dollars: f64) -> Usd {
        Usd::round(dollars)
    }

    /// +100, −60 and +50 in three bars.
    fn passed_on(trigger: Trigger, month_ends_after: usize) -> Vec<Usd> {
        let mut realised = Realised::default();
        [100.0, -60.0, 50.0]
            .into_iter()
            .enumerate()
            .map(|(bar, profit)| {
                realised.add(usd(profit));
                realised.won += usd(profit).max(Usd::ZERO);
                realised.take(trigger, bar == month_ends_after)
            })
            .collect()
    }

    #[test]
    fn each_trigger_has_its_own_profit() {
        let of = |amounts: [f64; 3]| amounts.map(usd).to_vec();
        assert_eq!(passed_on(Trigger::Trade, 2), of([100.0, 0.0, 50.0]));
        assert_eq!(passed_on(Trigger::Month, 2), of([0.0, 0.0, 90.0]));
        assert_eq!(passed_on(Trigger::Month, 1), of([0.0, 40.0, 0.0]));
        // The sum goes 100, 40, 90: never again above 100.
        assert_eq!(passed_on(Trigger::HighWaterMark, 2), of([100.0, 0.0, 0.0]));
    }
}
