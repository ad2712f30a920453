//! Moments 7 and 8: the row of the curve, then the strategy sees the bar and orders for the next are made.

use crate::exchange::liquidation::{expected_move, size_for_distance};
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::replay::desk::Desk;
use crate::replay::orders::{ENTER, PlannedFlow, STOP, Want};
use crate::replay::run::Rotation;
use crate::signal::History;
use crate::strategy::{self, BucketWish, Decision, Holding, Pick, PlanBucket, Verdict};
use crate::units::{BucketId, InstrumentId, NarrativeId, Span, Usd};

/// Drift below a millionth is the rounding of money, not drift: with a band of 0 it would decide whether a rebalance takes place.
const ROUNDING: f64 = 1e-6;

impl Desk<'_> {
    /// Moment 7.
    pub fn close_bar(&mut self) {
        let t = self.t;
        let row = self.market.panel.value_row(t);
        let buckets = self.story.bucket_row();
        let snapshot = self.books.mark(row, buckets);
        self.books.assert_balanced(snapshot.equity);
        let regime = self.signals.regimes[t];
        self.story.close_bar(t, &snapshot, regime);
        if regime != self.regime_at_open() {
            self.attribute_open_positions();
        }
    }

    /// Hands the income of open positions to the attribution, under the phase of the bar that has just closed.
    pub fn attribute_open_positions(&mut self) {
        let (market, regime, cube) = (self.market, self.regime_at_open(), &mut self.cube);
        self.books.take_unbooked(|position, fresh| {
            cube.add(position.bucket, position.narrative, market.instrument(position.instrument).asset, regime, fresh);
        });
    }

    /// Moment 8.
    pub fn decide(&mut self) {
        if self.trails {
            self.ratchet();
        }
        self.plan_waterfall();
        let last = self.t + 1 == self.market.clock.bars;
        if last || !(self.t == 0 || self.falls_on(self.plan.decide)) {
            return;
        }
        let history = History::at_close(self.market, self.t);
        self.record_exposure();
        self.plan_top_ups();
        let budgets = if self.t > 0 && self.falls_on(self.plan.rebalance.every) {
            self.plan_rebalance()
        } else {
            vec![None; self.plan.buckets.len()]
        };
        self.plan_sweep();
        for bucket in &self.plan.buckets {
            if bucket.holding == Holding::Cash {
                continue;
            }
            // A bucket that found nobody to consider looks again at every decision; one that found nobody good enough waits for its review.
            let waits_for_listings = self.wishes[bucket.id.index()].nobody_admitted;
            let due = self.t == 0 || self.falls_on(bucket.review) || budgets[bucket.id.index()].is_some() || waits_for_listings;
            if due {
                self.orders.retain(|order| order.bucket != bucket.id || order.reason == STOP);
            }
            let exits = self.exits(&history, bucket);
            if due {
                let value = budgets[bucket.id.index()];
                self.review(&history, bucket, value, &exits);
            }
        }
    }

    /// Whether this bar's close is a multiple of a span, counted from 1970.
    fn falls_on(&self, span: Span) -> bool {
        self.market.clock.close(self.t).seconds() % span.seconds() == 0
    }

    /// Leaves what the exit rules say to leave; returns what was left.
    fn exits(&mut self, history: &History, bucket: &PlanBucket) -> Vec<InstrumentId> {
        let held: Vec<_> = self.books.positions().iter().filter(|p| p.bucket == bucket.id).map(|p| (p.instrument, p.narrative)).collect();
        let mut left = Vec::new();
        for (instrument, narrative) in held {
            if self.is_leaving(bucket.id, instrument) {
                left.push(instrument);
                continue;
            }
            let Some(exit) = strategy::exit_due(history, bucket, instrument) else { continue };
            self.cancel(bucket.id, instrument);
            self.send(bucket, (instrument, narrative), Want::Close, exit.rule);
            self.bar_entry(bucket.id, instrument);
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: exit.rule.to_owned(),
                subject: history.directory().symbol(instrument).to_owned(),
                verdict: Verdict::Exited,
                value: Some(exit.value),
                limit: Some(exit.limit),
                detail: format!("bucket {}: {}", bucket.name, exit.detail),
            });
            left.push(instrument);
        }
        left
    }

    /// Compares what a bucket wants with what it has and orders the difference. `value` overrides what the bucket is worth after a
    /// rebalance; then everything is brought exactly to its share.
    fn review(&mut self, history: &History, bucket: &PlanBucket, value: Option<Usd>, exits: &[InstrumentId]) {
        let wish = strategy::decide(history, bucket);
        self.log_emptiness(history, bucket, &wish);
        self.log_rotation(history, bucket, &wish);
        let band = if value.is_some() { ROUNDING } else { self.plan.rebalance.band.max(ROUNDING) };
        let worth = (value.unwrap_or_else(|| self.books.bucket_value(bucket.id)) - self.swept_from(bucket.id)).to_f64();
        let held: Vec<_> =
            self.books.positions().iter().filter(|p| p.bucket == bucket.id).map(|p| (p.instrument, p.narrative, p.quantity)).collect();
        for &(instrument, narrative, _) in &held {
            // A bar without a price says nothing against a holding: it is carried until it trades again or its listing has ended.
            let judged = history.trades(instrument) && !exits.contains(&instrument);
            if judged && wish.picks.iter().all(|pick| pick.instrument != instrument) {
                self.send(bucket, (instrument, narrative), Want::Close, "rotated out");
            }
        }
        for pick in &wish.picks {
            let now = held.iter().find(|(instrument, ..)| *instrument == pick.instrument).map(|&(.., quantity)| quantity);
            match now {
                Some(_) if exits.contains(&pick.instrument) => {}
                Some(quantity) => self.resize(history, bucket, pick, worth, quantity, band),
                None => self.enter(history, bucket, pick, worth),
            }
        }
        self.wishes[bucket.id.index()] = wish;
    }

    fn enter(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, worth: f64) {
        let barred_until = self.barred_until(bucket.id, pick.instrument);
        let atr = strategy::true_range(history, bucket, pick.instrument);
        let (rule, verdict, value, limit, why) = if self.stopped[bucket.id.index()] {
            ("after_liquidation", Verdict::Refused, None, None, "the bucket was liquidated and opens nothing any more".to_owned())
        } else if self.t < barred_until {
            let until = self.market.clock.close(barred_until);
            ("cooldown", Verdict::Refused, None, None, format!("left alone until {until}"))
        } else if let Some(exit) = strategy::exit_due(history, bucket, pick.instrument) {
            (exit.rule, Verdict::Refused, Some(exit.value), Some(exit.limit), exit.detail)
        } else if atr.is_none() && bucket.stop.is_some_and(|stop| stop.atr.is_some()) {
            (STOP, Verdict::Refused, None, None, "too young for an average true range: its stop would have no place".to_owned())
        } else {
            let leverage = self.bearable_leverage(history, bucket, pick, worth);
            let quantity = self.target_quantity(bucket, &pick.at(leverage), worth);
            let Some(quantity) = self.within_limits(history, bucket, &pick.at(leverage), 0.0, quantity) else { return };
            let want = Want::Add { quantity: quantity * bucket.direction.sign(), leverage };
            self.send(bucket, (pick.instrument, pick.narrative), want, ENTER).atr = atr;
            let limit = bucket.enter_above.or(bucket.enter_below);
            ("enter", Verdict::Passed, pick.score, limit, format!("{:.4} of the bucket at {leverage}x", pick.share))
        };
        let directory = history.directory();
        let narrative = pick.narrative.map_or_else(String::new, |id| format!(", narrative {}", directory.narrative(id)));
        self.story.decisions.push(Decision {
            time: history.now(),
            rule: rule.to_owned(),
            subject: directory.symbol(pick.instrument).to_owned(),
            verdict,
            value,
            limit,
            detail: format!("bucket {}{narrative}: {why}", bucket.name),
        });
    }

    /// Quantity (positive) that a pick's share of `worth` buys at the close of bar `t − 1`, leaving room for the cost of getting in at the open
    /// of bar `t`, as far as it can be known.
    pub fn quantity_for(&self, bucket: &PlanBucket, pick: &Pick, worth: f64, t: usize) -> f64 {
        let price = self.market.panel.value_at(pick.instrument, t - 1);
        let quote = self.quote(pick.instrument, t);
        let money = worth * pick.share;
        let fee = quote.taker.fee;
        let notional = match bucket.holding {
            Holding::Perp => money * pick.leverage / (1.0 + pick.leverage * (fee + quote.crossing(money * pick.leverage))),
            _ => money / ((1.0 + quote.crossing(money)) * (1.0 + fee)),
        };
        notional / price
    }

    fn target_quantity(&self, bucket: &PlanBucket, pick: &Pick, worth: f64) -> f64 {
        self.quantity_for(bucket, pick, worth, self.t + 1)
    }

    /// The leverage asked for, or what keeps liquidation beyond the move to be expected; on record where it is less.
    fn bearable_leverage(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, worth: f64) -> f64 {
        let Some(rule) = bucket.liquidation_distance else { return pick.leverage };
        let margin = worth * pick.share;
        let volatility = self.quote(pick.instrument, self.t + 1).impact.daily_volatility;
        let distance = rule.moves * expected_move(volatility, rule.horizon.days());
        let brackets = self.market.tiers_at(pick.instrument, history.now()).unwrap_or(&DEFAULT_BRACKETS);
        let notional = size_for_distance(bucket.direction, margin, brackets, self.closing_fee(), distance);
        let bearable = notional / margin;
        if bearable >= pick.leverage || bearable.is_nan() {
            return pick.leverage;
        }
        self.story.decisions.push(Decision {
            time: history.now(),
            rule: "liquidation_distance".to_owned(),
            subject: history.directory().symbol(pick.instrument).to_owned(),
            verdict: Verdict::Resized,
            value: Some(pick.leverage),
            limit: Some(bearable),
            detail: format!(
                "bucket {}: liquidation is kept {:.1} % away, {} expected moves over {}; leverage falls to {bearable:.2}x",
                bucket.name,
                distance * 100.0,
                rule.moves,
                rule.horizon
            ),
        });
        bearable
    }

    fn resize(&mut self, history: &History, bucket: &PlanBucket, pick: &Pick, worth: f64, quantity: f64, band: f64) {
        let drift_of = |target: f64| quantity.abs() / target - 1.0;
        let mut target = self.target_quantity(bucket, pick, worth);
        let mut leverage = pick.leverage;
        if bucket.liquidation_distance.is_some() && target > 0.0 {
            leverage = self.bearable_leverage(history, bucket, pick, worth);
            target = self.target_quantity(bucket, &pick.at(leverage), worth);
        }
        let wanted = target;
        let target = self.most_quantity(history, bucket, &pick.at(leverage)).map_or(wanted, |most| wanted.min(most));
        let drift = drift_of(target);
        if drift.abs() <= band || target <= 0.0 {
            return;
        }
        let want = if drift > 0.0 {
            self.told_of_size(history, bucket, &pick.at(leverage), wanted, target);
            Want::Reduce { quantity: quantity.abs() - target, leverage }
        } else if self.stopped[bucket.id.index()] {
            return;
        } else {
            let held = quantity.abs();
            let Some(added) = self.within_limits(history, bucket, &pick.at(leverage), held, wanted - held) else { return };
            Want::Add { quantity: added * bucket.direction.sign(), leverage }
        };
        self.send(bucket, (pick.instrument, pick.narrative), want, "rebalance");
    }

    fn log_emptiness(&mut self, history: &History, bucket: &PlanBucket, wish: &BucketWish) {
        if let Some(why) = &wish.empty_because {
            if self.wishes[bucket.id.index()].empty_because.as_ref() != Some(why) {
                self.story.decisions.push(Decision {
                    time: history.now(),
                    rule: "select".to_owned(),
                    subject: bucket.name.clone(),
                    verdict: Verdict::Refused,
                    value: None,
                    limit: None,
                    detail: format!("{why}: the bucket stays in stablecoins"),
                });
            }
        } else {
            self.story.filled[bucket.id.index()] = true;
        }
    }

    /// Steps of a bucket into and out of narratives.
    fn log_rotation(&mut self, history: &History, bucket: &PlanBucket, wish: &BucketWish) {
        if bucket.selection.narratives.is_none() {
            return;
        }
        let mut wanted: Vec<NarrativeId> = wish.picks.iter().filter_map(|pick| pick.narrative).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let before = std::mem::replace(&mut self.narratives[bucket.id.index()], wanted.clone());
        let mean = |id: NarrativeId| {
            let scores: Vec<f64> = wish.picks.iter().filter(|pick| pick.narrative == Some(id)).filter_map(|pick| pick.score).collect();
            (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
        };
        let step = |narrative, from: &str, to: &str, cause: &str, value| Rotation {
            time: history.now(),
            narrative,
            from_stage: from.to_owned(),
            to_stage: to.to_owned(),
            cause: format!("{}: {cause}", bucket.name),
            value,
            threshold: bucket.enter_above.or(bucket.enter_below),
        };
        for &id in before.iter().filter(|id| !wanted.contains(id)) {
            let cause = if wish.picks.is_empty() { "no candidate left" } else { "outranked or no candidate left" };
            self.story.rotations.push(step(id, "held", "out", cause, None));
        }
        for &id in wanted.iter().filter(|id| !before.contains(id)) {
            self.story.rotations.push(step(id, "out", "held", "among the strongest by mean score", mean(id)));
        }
    }

    /// The one way a ring-fenced bucket draws on another.
    fn plan_top_ups(&mut self) {
        let equity = self.books.equity().to_f64();
        let now = self.market.clock.close(self.t);
        for bucket in &self.plan.buckets {
            let Some(rule) = bucket.top_up else { continue };
            let full = equity * bucket.weight;
            let value = self.books.bucket_value(bucket.id).to_f64();
            let waited = now.seconds() - self.last_top_up[bucket.id.index()].seconds() >= rule.every.seconds();
            if waited && value < full * rule.below {
                self.last_top_up[bucket.id.index()] = now;
                self.flows.push(PlannedFlow { from: rule.from, to: bucket.id, amount: Usd::round(full - value), reason: "top-up" });
            }
        }
    }

    /// Brings buckets back to their weights when one has drifted beyond the band. A perpetual bucket gives up free cash above its
    /// weight and is never refilled here; the others share what is left in proportion. Returns what each moved bucket will be worth.
    fn plan_rebalance(&mut self) -> Vec<Option<Usd>> {
        let count = self.plan.buckets.len();
        let values: Vec<f64> = (0..count).map(|b| self.books.bucket_value(BucketId::new(b)).to_f64()).collect();
        let equity: f64 = values.iter().sum();
        let perp = |b: usize| self.plan.buckets[b].holding == Holding::Perp;
        let mut target = values.clone();
        for b in (0..count).filter(|&b| perp(b)) {
            let cash = self.books.cash(BucketId::new(b)).to_f64();
            target[b] = values[b] - (values[b] - equity * self.plan.buckets[b].weight).clamp(0.0, cash);
        }
        let fenced: f64 = (0..count).filter(|&b| perp(b)).map(|b| target[b]).sum();
        let open_weight: f64 = self.plan.buckets.iter().filter(|bucket| bucket.holding != Holding::Perp).map(|bucket| bucket.weight).sum();
        for b in (0..count).filter(|&b| !perp(b)) {
            target[b] = (equity - fenced) * self.plan.buckets[b].weight / open_weight;
        }
        let band = self.plan.rebalance.band.max(ROUNDING);
        let drifted = (0..count).any(|b| target[b] > 0.0 && (values[b] / target[b] - 1.0).abs() > band);
        if !drifted {
            return vec![None; count];
        }
        let mut give: Vec<f64> = (0..count).map(|b| (values[b] - target[b]).max(0.0)).collect();
        for to in 0..count {
            let mut lack = (target[to] - values[to]).max(0.0);
            for (from, left) in give.iter_mut().enumerate() {
                let amount = left.min(lack);
                if amount > 0.0 {
                    *left -= amount;
                    lack -= amount;
                    let (from, to) = (BucketId::new(from), BucketId::new(to));
                    self.flows.push(PlannedFlow { from, to, amount: Usd::round(amount), reason: "rebalance" });
                }
            }
        }
        target.into_iter().map(|value| Some(Usd::round(value))).collect()
    }
}
