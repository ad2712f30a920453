//! What an order may be by the limits of its bucket, looked at when it is decided, and the row it leaves where they cut it.

use crate::replay::context::Context;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::quote::CENT;
use crate::replay::recorder::Recorder;
use crate::signal::History;
use crate::strategy::{self, Pick, PlanBucket, Verdict};
use crate::units::{Span, Usd};

/// A pick, and the limits that its bucket sets for it at one close.
pub(super) struct Limits<'s, 'a> {
    history: &'s History<'a>,
    bucket: &'s PlanBucket,
    pick: Pick,
    /// USD, of the whole account.
    equity: f64,
    /// The last price.
    price: f64,
}

impl<'s, 'a> Limits<'s, 'a> {
    /// At the close that `history` ends with.
    pub fn of(cx: &Context, equity: Usd, history: &'s History<'a>, bucket: &'s PlanBucket, pick: Pick) -> Self {
        let price = cx.market.panel.value_at(pick.instrument, history.bar());
        Self { history, bucket, pick, equity: equity.to_f64(), price }
    }

    /// What of `added` contracts (positive) may be had on top of `held`: first by the size of the position, then by what trades. `None`: not even a cent.
    pub fn within(&self, record: &mut Recorder, held: f64, added: f64) -> Option<f64> {
        let (mut allowed, price) = (added, self.price);
        if let Some(most) = self.most_quantity().filter(|most| held + added > *most) {
            allowed = (most - held).max(0.0);
            self.record_size(record, held + added, held + allowed);
        }
        if let Some(share) = self.bucket.order_of_day_volume {
            let traded = self.history.traded(self.pick.instrument, Span::DAY);
            let most = share * traded / price;
            if allowed > most {
                let part = (traded > 0.0).then(|| allowed * price / traded);
                let why = Why::DayVolume { wanted: allowed * price, traded, sent: most * price };
                self.record_cut(record, (part, share), (most * price < CENT, why));
                allowed = most;
            }
        }
        (allowed >= added || allowed * price >= CENT).then_some(allowed)
    }

    /// The most contracts a position may be, as if all of it were entered at the last close; `None` where nothing limits it.
    pub fn most_quantity(&self) -> Option<f64> {
        let share = self.bucket.position_limit?.max;
        Some(share * self.equity / self.counts_of_contract()?)
    }

    /// What of one contract counts against the position limit, in USD.
    fn counts_of_contract(&self) -> Option<f64> {
        let atr = strategy::true_range(self.history, self.bucket, self.pick.instrument).map(|atr| atr / self.price);
        self.bucket.position_limit?.of_notional(self.bucket, self.pick.leverage, atr).map(|counts| counts * self.price)
    }

    /// Puts a position cut to its limit on record.
    pub fn record_size(&self, record: &mut Recorder, wanted: f64, got: f64) {
        let Some((limit, of_contract)) = self.bucket.position_limit.zip(self.counts_of_contract()) else { return };
        if got >= wanted {
            return;
        }
        let equity = self.equity;
        let share = (equity > 0.0).then(|| wanted * of_contract / equity);
        let why = Why::Position { of: limit.of, wanted: wanted * of_contract, equity, allowed: got * of_contract };
        self.record_cut(record, (share, limit.max), (got * of_contract < CENT, why));
    }

    fn record_cut(&self, record: &mut Recorder, (observed, threshold): (Option<f64>, f64), (refused, why): (bool, Why)) {
        record.run.decisions.push(Decision {
            time: self.history.now(),
            bucket: Some(self.bucket.id),
            subject: Subject::Instrument(self.pick.instrument),
            narrative: None,
            verdict: if refused { Verdict::Refused } else { Verdict::Resized },
            observed,
            threshold: Some(threshold),
            why,
        });
    }
}
