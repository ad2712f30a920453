//! What an order may be by the limits of its bucket, looked at when it is decided, and the row it leaves where they cut it.

use crate::replay::desk::Desk;
use crate::replay::quote::CENT;
use crate::signal::History;
use crate::strategy::{self, Decision, Pick, PlanBucket, Verdict};
use crate::units::Span;

impl Desk<'_> {
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
                let detail = format!(
                    "an order of {:.2} USD where {traded:.2} USD were traded in 24 hours; {:.2} USD are sent",
                    allowed * price,
                    most * price
                );
                self.told_of_limit(history, bucket, pick, "order_of_day_volume", (part, share), (most * price < CENT, detail));
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
        let detail = format!(
            "a position of {:.2} USD by {} in an equity of {equity:.2}; it is held to {:.2} USD",
            wanted * of_contract,
            limit.of.name(),
            got * of_contract
        );
        self.told_of_limit(history, bucket, pick, "position", (share, limit.max), (got * of_contract < CENT, detail));
    }

    fn told_of_limit(
        &mut self,
        history: &History,
        bucket: &PlanBucket,
        pick: &Pick,
        rule: &str,
        (value, limit): (Option<f64>, f64),
        (refused, detail): (bool, String),
    ) {
        self.story.decisions.push(Decision {
            time: history.now(),
            rule: rule.to_owned(),
            subject: history.directory().symbol(pick.instrument).to_owned(),
            verdict: if refused { Verdict::Refused } else { Verdict::Resized },
            value,
            limit: Some(limit),
            detail: format!("bucket {}: {detail}", bucket.name),
        });
    }
}
