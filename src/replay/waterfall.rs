//! Realised profit, and when it is passed on.

use crate::ledger::Closed;
use crate::replay::orders::WATERFALL;
use crate::replay::simulation::{PositionState, Simulation};
use crate::strategy::Trigger;
use crate::units::{BucketId, Usd};

/// What the exits of one bucket have realised, each net of its costs: a part of a position its price profit less the fee of its fill, the last
/// part what the whole trade made less what the parts before it had.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Realised {
    /// Winning exits of this bar.
    won: Usd,
    /// All exits so far, losses taken off.
    total: Usd,
    /// `total` when the calendar month began, or its highest so far.
    mark: Usd,
}

impl Realised {
    fn add(&mut self, profit: Usd) {
        self.total += profit;
    }

    /// What is to be passed on at the close of a bar; at most once.
    fn take(&mut self, trigger: Trigger, ends_month: bool) -> Usd {
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

impl Simulation<'_> {
    /// A part of a position was sold, or bought back, with this profit.
    pub fn realise_part(&mut self, at: usize, bucket: BucketId, profit: Usd) {
        let offered = profit.max(Usd::ZERO);
        self.beside[at].offered += offered;
        self.beside[at].realised += profit;
        self.realised[bucket.index()].won += offered;
        self.realised[bucket.index()].add(profit);
    }

    /// The rest of a position is gone.
    pub fn realise_rest(&mut self, beside: &PositionState, closed: &Closed) {
        let realised = &mut self.realised[closed.bucket.index()];
        realised.won += (closed.traded() - beside.offered).max(Usd::ZERO);
        realised.add(closed.traded() - beside.realised);
    }

    /// Profit due at this close goes where the waterfall says, at the next open.
    pub fn plan_waterfall(&mut self) {
        let Some(waterfall) = &self.plan.waterfall else { return };
        let ends_month = self.ends_month();
        for &from in &waterfall.from {
            let profit = self.realised[from.index()].take(waterfall.trigger, ends_month);
            if !profit.is_positive() {
                continue;
            }
            for &(to, share) in &waterfall.to {
                self.plan_flow(from, to, profit.share(share), WATERFALL);
            }
        }
    }
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
