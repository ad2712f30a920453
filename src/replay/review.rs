//! Moments 7 and 8: the row of the curve, then the strategy sees the bar and orders for the next are made.

use crate::ledger::Excess;
use crate::replay::account::Account;
use crate::replay::attribution::Cell;
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::limits::Limits;
use crate::replay::orders::Want;
use crate::replay::reason::Reason;
use crate::signal::{History, SignalView};
use crate::strategy::{self, BucketState, BucketTarget, Checked, Empty, Held, Holding, Look, Pick, PlanBucket, Refusal, Refused, Verdict};
use crate::units::{InstrumentId, NarrativeId, Span, Usd};

/// Drift below a millionth is the rounding of money, not drift: with a band of 0 it would decide whether a rebalance takes place.
pub(super) const ROUNDING: f64 = 1e-6;

impl Decider<'_, '_> {
    /// Moment 8.
    pub fn decide(&mut self) {
        self.plan_waterfall();
        let last = self.cx.t + 1 == self.cx.market.clock.bars;
        if last || !(self.cx.is_first() || self.cx.falls_on(self.cx.plan.decide)) {
            return;
        }
        let history = History::at_close(self.cx.market, self.cx.t);
        let sight = self.cx.known.at(&history);
        self.record_exposure();
        self.log_steps(&sight);
        self.plan_top_ups();
        let budgets = if self.follow_regime(&sight) {
            self.plan_transition()
        } else if !self.cx.is_first() && self.cx.falls_on(self.cx.plan.rebalance.every) {
            self.plan_rebalance()
        } else {
            vec![None; self.cx.plan.buckets.len()]
        };
        self.plan_sweep();
        for bucket in &self.cx.plan.buckets {
            if bucket.holding == Holding::Cash {
                continue;
            }
            let value = budgets[bucket.id.index()];
            if value.is_some() || self.is_due(&sight, bucket) {
                self.orders.take_back(bucket.id);
                let exits = self.exits(&sight, bucket);
                if self.buckets[bucket.id.index()].weight <= 0.0 {
                    self.leave_all(bucket);
                } else if bucket.hedge.is_some() {
                    self.review_hedge(&history, bucket, value);
                } else {
                    self.review(&sight, bucket, value, &exits);
                }
            } else {
                self.exits(&sight, bucket);
            }
        }
    }

    /// Whether a bucket's picks are chosen anew at this decision. One that found nobody to consider looks again at every decision, and so does one
    /// that follows stages when a narrative has just taken a step; one that found nobody good enough waits for its review.
    fn is_due(&self, sight: &SignalView, bucket: &PlanBucket) -> bool {
        self.cx.is_first()
            || self.cx.falls_on(bucket.review)
            || self.buckets[bucket.id.index()].wish.empty_because == Some(Empty::NoCandidates)
            || (bucket.selection.stages.is_some() && sight.steps().next().is_some())
    }

    /// A bucket that has no weight in this regime gives up what it holds.
    fn leave_all(&mut self, bucket: &PlanBucket) {
        let held: Vec<_> = self.books.of_bucket(bucket.id).iter().map(|p| (p.instrument, p.narrative)).collect();
        let coming = self.coming(bucket.id).into_iter().map(|(instrument, narrative, _)| (instrument, narrative));
        for (instrument, narrative) in held.into_iter().chain(coming) {
            if !self.orders.is_leaving(bucket.id, instrument) {
                self.send(bucket, (instrument, narrative), Want::Close, Reason::Regime);
            }
        }
        self.buckets[bucket.id.index()].wish = BucketTarget::default();
    }

    /// Leaves what the exit rules say to leave; returns what was left.
    fn exits(&mut self, sight: &SignalView, bucket: &PlanBucket) -> Vec<InstrumentId> {
        let history = &sight.history;
        let held: Vec<_> = self.books.of_bucket(bucket.id).iter().map(|p| (p.instrument, p.narrative)).collect();
        let mut left = Vec::new();
        for (instrument, narrative) in held {
            if self.orders.is_leaving(bucket.id, instrument) {
                left.push(instrument);
                continue;
            }
            if !bucket.rules.may_exit() {
                continue;
            }
            let held = self.held_position(history, bucket, instrument);
            let Some(exit) = strategy::exit_due(&Look { view: sight, bucket, instrument, narrative, held }) else { continue };
            self.orders.replace(bucket.id, instrument);
            self.send(bucket, (instrument, narrative), Want::Close, Reason::Exit(exit.cause.rule()));
            self.buckets[bucket.id.index()].start_cooldown(instrument, self.cx.cooldown_end(bucket));
            self.record.run.decisions.push(Decision {
                time: history.now(),
                bucket: Some(bucket.id),
                subject: Subject::Instrument(instrument),
                narrative,
                verdict: Verdict::Exited,
                observed: exit.observed,
                threshold: exit.threshold,
                why: Why::Left(exit.cause),
            });
            left.push(instrument);
        }
        left.extend(self.coming(bucket.id).iter().map(|&(id, ..)| id).filter(|&id| self.orders.is_leaving(bucket.id, id)));
        left
    }

    /// What an exit rule may know of a position.
    fn held_position(&self, history: &History, bucket: &PlanBucket, instrument: InstrumentId) -> Option<Held> {
        let at = self.books.find(bucket.id, instrument)?;
        let entry = self.books.positions()[at].entry_price();
        let headway = history.close(instrument).map(|close| (close / entry - 1.0) * bucket.direction.sign());
        Some(Held { opened: self.books.state(at).opened, headway })
    }

    /// What the strategy is told of a bucket: `exits` are being left.
    fn state(&self, bucket: &PlanBucket, exits: &[InstrumentId]) -> BucketState {
        let positions = self.books.of_bucket(bucket.id).iter().filter(|p| !exits.contains(&p.instrument));
        let instruments = (0..self.cx.market.instruments.len()).map(InstrumentId::new);
        let cooling =
            instruments.map(|id| (id, self.buckets[bucket.id.index()].cooldown_until(id))).filter(|&(_, until)| self.cx.t < until);
        let coming = self.coming(bucket.id).into_iter().map(|(instrument, narrative, _)| (instrument, narrative));
        let coming = coming.filter(|(instrument, _)| !exits.contains(instrument));
        BucketState {
            // What has been ordered and is on its way is as good as held.
            held: positions.map(|position| (position.instrument, position.narrative)).chain(coming).collect(),
            leaving: exits.to_vec(),
            cooling: cooling.map(|(id, until)| (id, self.cx.market.clock.close(until))).collect(),
            stopped: self.buckets[bucket.id.index()].stopped,
        }
    }

    /// Compares what a bucket wants with what it has and orders the difference. `value` overrides what the bucket is worth after a
    /// rebalance; then everything is brought exactly to its share.
    fn review(&mut self, sight: &SignalView, bucket: &PlanBucket, value: Option<Usd>, exits: &[InstrumentId]) {
        let history = &sight.history;
        let wish = strategy::decide(sight, self.cx.plan, bucket, &self.state(bucket, exits));
        self.log_emptiness(history, bucket, &wish);
        for refused in &wish.refused {
            self.log_refusal(history, bucket, refused);
        }
        let band = if value.is_some() { ROUNDING } else { self.cx.plan.rebalance.band.max(ROUNDING) };
        let now = self.books.bucket_value(bucket.id) + Usd::round(self.orders.flowing(bucket.id));
        let worth = (value.unwrap_or(now) - self.swept_from(bucket.id)).to_f64();
        let positions = self.books.of_bucket(bucket.id).iter();
        let held: Vec<_> = positions.map(|p| (p.instrument, p.narrative, p.quantity)).chain(self.coming(bucket.id)).collect();
        for &(instrument, narrative, _) in &held {
            // A bar without a price says nothing against a holding: it is carried until it trades again or its listing has ended.
            let judged = history.trades(instrument) && !exits.contains(&instrument);
            if judged && wish.picks.iter().all(|pick| pick.instrument != instrument) {
                self.send(bucket, (instrument, narrative), Want::Close, Reason::RotatedOut);
            }
        }
        for pick in &wish.picks {
            match held.iter().find(|(instrument, ..)| *instrument == pick.instrument) {
                // An order that is on its way is let arrive before it is thought over.
                Some(_) if self.orders.is_coming(bucket.id, pick.instrument) => {}
                Some(&(.., quantity)) => self.resize(history, bucket, pick, worth, quantity, band),
                None => self.enter(sight, bucket, pick, worth),
            }
        }
        self.buckets[bucket.id.index()].wish = wish;
    }

    fn enter(&mut self, sight: &SignalView, bucket: &PlanBucket, pick: &Pick, worth: f64) {
        let history = &sight.history;
        for row in strategy::checked(sight, self.cx.plan, bucket, pick.instrument, pick.narrative) {
            self.log_checked(history, bucket, (pick.instrument, pick.narrative), &row);
        }
        let leverage = self.cx.bearable_leverage(history, bucket, pick, worth);
        let quantity = self.cx.target_quantity(bucket, &pick.at(leverage), worth);
        let limits = Limits::of(&self.cx, self.equity, history, bucket, pick.at(leverage));
        let Some(quantity) = limits.within(self.record, 0.0, quantity) else { return };
        let want = Want::Add { quantity: quantity * bucket.direction.sign(), leverage };
        self.log_distance(history, bucket, pick, leverage);
        let atr = strategy::true_range(history, bucket, pick.instrument);
        let order = self.send(bucket, (pick.instrument, pick.narrative), want, Reason::Enter);
        (order.atr, order.leverage_asked) = (atr, pick.leverage);
        let why = Why::Entered { share: pick.share, leverage };
        let limit = bucket.score_threshold();
        self.log_gate(history, bucket, (pick.instrument, pick.narrative), Verdict::Passed, (pick.score, limit), why);
    }

    fn log_refusal(&mut self, history: &History, bucket: &PlanBucket, refused: &Refused) {
        let &Refused { instrument, narrative, ref by } = refused;
        match by {
            Refusal::Rule(barred) => {
                let (verdict, numbers) = (Verdict::Refused, (barred.observed, barred.threshold));
                self.log_gate(history, bucket, (instrument, narrative), verdict, numbers, Why::Barred(barred.cause));
            }
            Refusal::Checklist(rows) => {
                for row in rows {
                    self.log_checked(history, bucket, (instrument, narrative), row);
                }
            }
        }
    }

    fn log_checked(&mut self, history: &History, bucket: &PlanBucket, what: (InstrumentId, Option<NarrativeId>), row: &Checked) {
        self.log_gate(history, bucket, what, row.verdict, (row.observed, row.threshold), Why::Checklist(row.cause));
    }

    fn log_gate(
        &mut self,
        history: &History,
        bucket: &PlanBucket,
        (instrument, narrative): (InstrumentId, Option<NarrativeId>),
        verdict: Verdict,
        (observed, threshold): (Option<f64>, Option<f64>),
        why: Why,
    ) {
        let (time, bucket, subject) = (history.now(), Some(bucket.id), Subject::Instrument(instrument));
        self.record.run.decisions.push(Decision { time, bucket, subject, narrative, verdict, observed, threshold, why });
    }

    fn log_emptiness(&mut self, history: &History, bucket: &PlanBucket, wish: &BucketTarget) {
        if let Some(why) = wish.empty_because
            && self.buckets[bucket.id.index()].wish.empty_because != Some(why)
        {
            self.record.run.decisions.push(Decision {
                time: history.now(),
                bucket: Some(bucket.id),
                subject: Subject::Bucket(bucket.id),
                narrative: None,
                verdict: Verdict::Refused,
                observed: None,
                threshold: None,
                why: Why::Empty(why),
            });
        }
    }
}

impl Account {
    /// Moment 7.
    ///
    /// # Errors
    /// When something has come to more than the books can hold: then nothing of this bar is to be believed.
    pub fn close_bar(&mut self, cx: &Context) -> Result<(), Excess> {
        let t = cx.t;
        let buckets = self.record.bucket_row();
        let snapshot = self.books.money().mark(|id| cx.market.panel.value_at(id, t), buckets);
        if let Some(excess) = self.books.excess() {
            return Err(excess);
        }
        self.books.assert_balanced(snapshot.equity);
        let regime = cx.regimes[t];
        debug_assert_eq!(self.record.bars(), t - cx.market.first);
        self.record.close_bar(&snapshot, regime);
        self.record.log_bar_of_rotations();
        if regime != cx.regime_at_open() || cx.ends_month() {
            self.attribute_open_positions(cx);
        }
        Ok(())
    }

    /// Hands the income of open positions to the attribution, under month and regime of the bar that has just closed.
    pub fn attribute_open_positions(&mut self, cx: &Context) {
        let (market, period, cube) = (cx.market, cx.period(), &mut self.record.cube);
        self.books.take_unattributed(|position, income, funding| {
            let asset = Some(market.instrument(position.instrument).asset);
            cube.add(period, Cell { bucket: position.bucket, narrative: position.narrative, asset }, income, funding);
        });
    }
}

impl Context<'_> {
    /// Whether this bar's close is a multiple of a span, counted from 1970.
    pub fn falls_on(&self, span: Span) -> bool {
        self.market.clock.close(self.t).seconds() % span.seconds() == 0
    }
}
