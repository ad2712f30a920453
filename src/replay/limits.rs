//! What an order may be by the limits of its bucket, looked at when it is decided, and the row it leaves where they cut it.

use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::quote::CENT;
use crate::replay::simulation::Simulation;
use crate::signal::History;
use crate::strategy::{self, Pick, PlanBucket, Verdict};
use crate::units::Span;

impl Simulation<'_> {
    /// What of `added` contracts (positive) a pick may get on top of `held`: first by the size of the position, then by what trades. `None`:
    /// not even a cent.
    pub fn within_limits(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, held: f64, added: f64) -> Option<f64> {
        let mut allowed = added;
        if let Some(most) = self.most_quantity(history, bucket, pick).filter(|most| held + added > *most) {
            allowed = (most - held).max(0.0);
            self.told_of_size(history, bucket, pick, held + added, held + allowed);
        }
        let price = self.market.panel.value_at(pick.instrument, history.bar());
        if let Some(share) = bucket.order_of_day_volume {
            let traded = history.traded(pick.instrument, Span::DAY);
            let most = share * traded / price;
            if allowed > most {
                let part = (traded > 0.0).then(|| allowed * price / traded);
                let why = Why::DayVolume { wanted: allowed * price, traded, sent: most * price };
                self.told_of_limit(history, bucket, pick, (part, share), (most * price < CENT, why));
                allowed = most;
            }
        }
        (allowed >= added || allowed * price >= CENT).then_some(allowed)
    }

    /// The most contracts a position may be by its bucket's limit, as if all of it were entered at the last close; `None` where nothing limits it.
    pub fn most_quantity(&self, history: &History, bucket: &PlanBucket, pick: &Pick) -> Option<f64> {
        let share = bucket.position_limit?.max;
        let of_contract = self.counts_of_contract(history, bucket, pick)?;
        Some(share * self.books.equity().to_f64() / of_contract)
    }

    /// What of one contract counts against the position limit, in USD.
    fn counts_of_contract(&self, history: &History, bucket: &PlanBucket, pick: &Pick) -> Option<f64> {
        let price = self.market.panel.value_at(pick.instrument, history.bar());
        let atr = strategy::true_range(history, bucket, pick.instrument).map(|atr| atr / price);
        bucket.position_limit?.of_notional(bucket, pick.leverage, atr).map(|counts| counts * price)
    }

    /// Puts a position cut to its limit on record.
    pub fn told_of_size(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, wanted: f64, got: f64) {
        let Some((limit, of_contract)) = bucket.position_limit.zip(self.counts_of_contract(history, bucket, pick)) else { return };
        if got >= wanted {
            return;
        }
        let equity = self.books.equity().to_f64();
        let share = (equity > 0.0).then(|| wanted * of_contract / equity);
        let why = Why::Position { of: limit.of, wanted: wanted * of_contract, equity, allowed: got * of_contract };
        self.told_of_limit(history, bucket, pick, (share, limit.max), (got * of_contract < CENT, why));
    }

    fn told_of_limit(
        &mut self,
        history: &History,
        bucket: &PlanBucket,
        pick: &Pick,
        (observed, threshold): (Option<f64>, f64),
        (refused, why): (bool, Why),
    ) {
        self.record.run.decisions.push(Decision {
            time: history.now(),
            bucket: Some(bucket.id),
            subject: Subject::Instrument(pick.instrument),
            narrative: None,
            verdict: if refused { Verdict::Refused } else { Verdict::Resized },
            observed,
            threshold: Some(threshold),
            why,
        });
    }
}
