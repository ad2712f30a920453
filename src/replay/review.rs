//! Moments 7 and 8: the row of the curve, then the strategy sees the bar and orders for the next are made.

use crate::ledger::Excess;
use crate::replay::attribution::Cell;
use crate::replay::desk::Desk;
use crate::replay::orders::{ENTER, Want};
use crate::replay::rotations::ROTATED_OUT;
use crate::replay::why;
use crate::signal::{History, SignalView};
use crate::strategy::{
    self, Barred, BucketState, BucketTarget, Checked, Decision, Empty, Held, Holding, Look, Pick, PlanBucket, Refusal, Refused, Verdict,
};
use crate::units::{InstrumentId, NarrativeId, Span, Usd};

/// Drift below a millionth is the rounding of money, not drift: with a band of 0 it would decide whether a rebalance takes place.
pub(super) const ROUNDING: f64 = 1e-6;

impl Desk<'_> {
    /// Moment 7.
    ///
    /// # Errors
    /// When something has come to more than the books can hold: then nothing of this bar is to be believed.
    pub fn close_bar(&mut self) -> Result<(), Excess> {
        let t = self.t;
        let row = self.market.panel.value_row(t);
        let buckets = self.story.bucket_row();
        let snapshot = self.books.mark(row, buckets);
        if let Some(excess) = self.books.excess() {
            return Err(excess);
        }
        self.books.assert_balanced(snapshot.equity);
        let regime = self.regimes[t];
        debug_assert_eq!(self.story.bars(), t - self.market.first);
        self.story.close_bar(&snapshot, regime);
        self.log_bar_of_rotations();
        if regime != self.regime_at_open() || self.ends_month() {
            self.attribute_open_positions();
        }
        Ok(())
    }

    /// Hands the income of open positions to the attribution, under month and regime of the bar that has just closed.
    pub fn attribute_open_positions(&mut self) {
        let (market, season, cube) = (self.market, self.season(), &mut self.cube);
        let mut beside = self.beside.iter_mut();
        self.books.take_unbooked(|position, fresh| {
            let asset = Some(market.instrument(position.instrument).asset);
            let funding = std::mem::take(&mut beside.next().expect("one a position").funding);
            cube.add(season, Cell { bucket: position.bucket, narrative: position.narrative, asset }, fresh, &funding);
        });
    }

    /// Moment 8.
    pub fn decide(&mut self) {
        if self.trails {
            self.ratchet();
        }
        self.plan_waterfall();
        let last = self.t + 1 == self.market.clock.bars;
        if last || !(self.is_first() || self.falls_on(self.plan.decide)) {
            return;
        }
        let history = History::at_close(self.market, self.t);
        let sight = self.known.at(&history);
        self.record_exposure();
        self.log_steps(&sight);
        self.plan_top_ups();
        let budgets = if self.follow_regime(&sight) {
            self.plan_transition()
        } else if !self.is_first() && self.falls_on(self.plan.rebalance.every) {
            self.plan_rebalance()
        } else {
            vec![None; self.plan.buckets.len()]
        };
        self.plan_sweep();
        for bucket in &self.plan.buckets {
            if bucket.holding == Holding::Cash {
                continue;
            }
            let value = budgets[bucket.id.index()];
            if value.is_some() || self.is_due(&sight, bucket) {
                self.take_back(bucket.id);
                let exits = self.exits(&sight, bucket);
                if self.weights[bucket.id.index()] <= 0.0 {
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
        self.is_first()
            || self.falls_on(bucket.review)
            || self.wishes[bucket.id.index()].empty_because == Some(Empty::NoCandidates)
            || (bucket.selection.stages.is_some() && sight.steps().next().is_some())
    }

    /// A bucket that has no weight in this regime gives up what it holds.
    fn leave_all(&mut self, bucket: &PlanBucket) {
        let held: Vec<_> = self.books.positions().iter().filter(|p| p.bucket == bucket.id).map(|p| (p.instrument, p.narrative)).collect();
        let coming = self.coming(bucket.id).into_iter().map(|(instrument, narrative, _)| (instrument, narrative));
        for (instrument, narrative) in held.into_iter().chain(coming) {
            if !self.is_leaving(bucket.id, instrument) {
                self.send(bucket, (instrument, narrative), Want::Close, "regime");
            }
        }
        self.wishes[bucket.id.index()] = BucketTarget::default();
    }

    /// Whether this bar's close is a multiple of a span, counted from 1970.
    pub fn falls_on(&self, span: Span) -> bool {
        self.market.clock.close(self.t).seconds() % span.seconds() == 0
    }

    /// Leaves what the exit rules say to leave; returns what was left.
    fn exits(&mut self, sight: &SignalView, bucket: &PlanBucket) -> Vec<InstrumentId> {
        let history = &sight.history;
        let held: Vec<_> = self.books.positions().iter().filter(|p| p.bucket == bucket.id).map(|p| (p.instrument, p.narrative)).collect();
        let mut left = Vec::new();
        for (instrument, narrative) in held {
            if self.is_leaving(bucket.id, instrument) {
                left.push(instrument);
                continue;
            }
            let held = self.held(history, bucket, instrument);
            let Some(exit) = strategy::exit_due(&Look { view: sight, bucket, instrument, narrative, held }) else { continue };
            let rule = exit.cause.rule().name();
            self.replace(bucket.id, instrument);
            self.send(bucket, (instrument, narrative), Want::Close, rule);
            self.bar_entry(bucket.id, instrument);
            let why = why::left(&exit.cause, exit.observed, narrative, &history.directory());
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: rule.to_owned(),
                subject: history.directory().symbol(instrument).to_owned(),
                verdict: Verdict::Exited,
                value: exit.observed,
                limit: exit.threshold,
                detail: format!("bucket {}: {why}", bucket.name),
            });
            left.push(instrument);
        }
        left.extend(self.coming(bucket.id).iter().map(|&(id, ..)| id).filter(|&id| self.is_leaving(bucket.id, id)));
        left
    }

    /// What an exit rule may know of a position.
    fn held(&self, history: &History, bucket: &PlanBucket, instrument: InstrumentId) -> Option<Held> {
        let at = self.books.find(bucket.id, instrument)?;
        let entry = self.books.positions()[at].entry_price();
        let headway = history.close(instrument).map(|close| (close / entry - 1.0) * bucket.direction.sign());
        Some(Held { opened: self.beside[at].opened, headway })
    }

    /// What the strategy is told of a bucket: `exits` are being left.
    fn state(&self, bucket: &PlanBucket, exits: &[InstrumentId]) -> BucketState {
        let positions = self.books.positions().iter().filter(|p| p.bucket == bucket.id && !exits.contains(&p.instrument));
        let instruments = (0..self.market.instruments.len()).map(InstrumentId::new);
        let cooling = instruments.map(|id| (id, self.barred_until(bucket.id, id))).filter(|&(_, until)| self.t < until);
        let coming = self.coming(bucket.id).into_iter().map(|(instrument, narrative, _)| (instrument, narrative));
        let coming = coming.filter(|(instrument, _)| !exits.contains(instrument));
        BucketState {
            // What has been ordered and is on its way is as good as held.
            held: positions.map(|position| (position.instrument, position.narrative)).chain(coming).collect(),
            leaving: exits.to_vec(),
            cooling: cooling.map(|(id, until)| (id, self.market.clock.close(until))).collect(),
            stopped: self.stopped[bucket.id.index()],
        }
    }

    /// Compares what a bucket wants with what it has and orders the difference. `value` overrides what the bucket is worth after a
    /// rebalance; then everything is brought exactly to its share.
    fn review(&mut self, sight: &SignalView, bucket: &PlanBucket, value: Option<Usd>, exits: &[InstrumentId]) {
        let history = &sight.history;
        let wish = strategy::decide(sight, self.plan, bucket, &self.state(bucket, exits));
        self.log_emptiness(history, bucket, &wish);
        for refused in &wish.refused {
            self.log_refusal(history, bucket, refused);
        }
        let band = if value.is_some() { ROUNDING } else { self.plan.rebalance.band.max(ROUNDING) };
        let now = self.books.bucket_value(bucket.id) + Usd::round(self.flowing(bucket.id));
        let worth = (value.unwrap_or(now) - self.swept_from(bucket.id)).to_f64();
        let positions = self.books.positions().iter().filter(|p| p.bucket == bucket.id);
        let held: Vec<_> = positions.map(|p| (p.instrument, p.narrative, p.quantity)).chain(self.coming(bucket.id)).collect();
        for &(instrument, narrative, _) in &held {
            // A bar without a price says nothing against a holding: it is carried until it trades again or its listing has ended.
            let judged = history.trades(instrument) && !exits.contains(&instrument);
            if judged && wish.picks.iter().all(|pick| pick.instrument != instrument) {
                self.send(bucket, (instrument, narrative), Want::Close, ROTATED_OUT);
            }
        }
        for pick in &wish.picks {
            match held.iter().find(|(instrument, ..)| *instrument == pick.instrument) {
                // An order that is on its way is let arrive before it is thought over.
                Some(_) if self.is_coming(bucket.id, pick.instrument) => {}
                Some(&(.., quantity)) => self.resize(history, bucket, pick, worth, quantity, band),
                None => self.enter(sight, bucket, pick, worth),
            }
        }
        self.wishes[bucket.id.index()] = wish;
    }

    fn enter(&mut self, sight: &SignalView, bucket: &PlanBucket, pick: &Pick, worth: f64) {
        let history = &sight.history;
        for row in strategy::checked(sight, self.plan, bucket, pick.instrument, pick.narrative) {
            self.log_criterion(history, bucket, pick.instrument, &row);
        }
        let leverage = self.bearable_leverage(history, bucket, pick, worth);
        let quantity = self.target_quantity(bucket, &pick.at(leverage), worth);
        let Some(quantity) = self.within_limits(history, bucket, &pick.at(leverage), 0.0, quantity) else { return };
        let want = Want::Add { quantity: quantity * bucket.direction.sign(), leverage };
        self.log_distance(history, bucket, pick, leverage);
        let atr = strategy::true_range(history, bucket, pick.instrument);
        let order = self.send(bucket, (pick.instrument, pick.narrative), want, ENTER);
        (order.atr, order.rung) = (atr, pick.leverage);
        let why = format!("{:.4} of the bucket at {leverage}x", pick.share);
        let detail = about(history, bucket, pick.narrative, &why);
        self.log_gate(history, pick.instrument, ENTER, Verdict::Passed, (pick.score, bucket.score_threshold()), detail);
    }

    fn log_refusal(&mut self, history: &History, bucket: &PlanBucket, refused: &Refused) {
        let &Refused { instrument, narrative, ref by } = refused;
        match by {
            Refusal::Rule(Barred { cause, observed, threshold }) => {
                let (rule, why) = why::barred(cause, *observed, narrative, &history.directory());
                let detail = about(history, bucket, narrative, &why);
                self.log_gate(history, instrument, rule, Verdict::Refused, (*observed, *threshold), detail);
            }
            Refusal::Checklist(rows) => rows.iter().for_each(|row| self.log_criterion(history, bucket, instrument, row)),
        }
    }

    fn log_criterion(&mut self, history: &History, bucket: &PlanBucket, instrument: InstrumentId, row: &Checked) {
        let (rule, why) = why::criterion(row, self.plan);
        let detail = format!("bucket {}: {why}", bucket.name);
        self.log_gate(history, instrument, &rule, row.verdict, (row.observed, row.threshold), detail);
    }

    fn log_gate(
        &mut self,
        history: &History,
        instrument: InstrumentId,
        rule: &str,
        verdict: Verdict,
        (value, limit): (Option<f64>, Option<f64>),
        detail: String,
    ) {
        let (rule, subject) = (rule.to_owned(), history.directory().symbol(instrument).to_owned());
        self.story.decisions.push(Decision { time: history.now(), rule, subject, verdict, value, limit, detail });
    }

    fn log_emptiness(&mut self, history: &History, bucket: &PlanBucket, wish: &BucketTarget) {
        if let Some(why) = wish.empty_because
            && self.wishes[bucket.id.index()].empty_because != Some(why)
        {
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: "select".to_owned(),
                subject: bucket.name.clone(),
                verdict: Verdict::Refused,
                value: None,
                limit: None,
                detail: format!("{}: the bucket stays in stablecoins", why::empty(why, "today")),
            });
        }
    }
}

/// What a row says of an entry: bucket, narrative where it has one, and why.
fn about(history: &History, bucket: &PlanBucket, narrative: Option<NarrativeId>, why: &str) -> String {
    let narrative = narrative.map_or_else(String::new, |id| format!(", narrative {}", history.directory().narrative(id)));
    format!("bucket {}{narrative}: {why}", bucket.name)
}
