//! Shorts against what another bucket holds on spot: sized from that holding, not from a score.

use crate::replay::account::Account;
use crate::replay::caution::Caution;
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::orders::Want;
use crate::replay::reason::{FlowReason, Reason};
use crate::replay::review::ROUNDING;
use crate::signal::{History, decouple};
use crate::strategy::{HedgeBy, Holding, PlanBucket, PlanHedge, Verdict};
use crate::units::{InstrumentId, Span, Usd};

impl Decider<'_, '_> {
    /// Brings the shorts of a hedge bucket to the ratio, as far as its margin reaches. `value` is what the bucket will be worth after flows.
    pub fn review_hedge(&mut self, history: &History, bucket: &PlanBucket, value: Option<Usd>) {
        let hedge = bucket.hedge.expect("a hedge bucket");
        if value.is_none() {
            self.plan_excess(bucket);
        }
        let leaves: Usd = self.orders.flows().iter().filter(|flow| flow.from == bucket.id).map(|flow| flow.amount).sum();
        let realises = leaves > self.books.cash(bucket.id) && self.realisable(bucket).is_positive();
        let mut wanted = self.shorts_for(history, bucket, &hedge);
        let own = value.unwrap_or_else(|| self.books.bucket_value(bucket.id) - leaves).to_f64();
        let worth = (own + self.books.collateral_value(&self.cx, bucket.id)).max(0.0);
        let leverage = bucket.leverage.open;
        let quote_room = |decider: &Self, id| {
            let quote = decider.cx.quote(id, decider.cx.t + 1);
            1.0 + leverage * (quote.taker.fee + quote.taker.half_spread)
        };
        let needed: f64 = wanted.iter().map(|&(id, notional)| notional / leverage * quote_room(self, id)).sum();
        if needed > worth && needed > 0.0 {
            self.record.run.decisions.push(Decision {
                time: history.now(),
                bucket: Some(bucket.id),
                subject: Subject::Bucket(bucket.id),
                narrative: None,
                verdict: Verdict::Resized,
                observed: Some(needed),
                threshold: Some(worth),
                why: Why::HedgeMargin,
            });
            for (_, notional) in &mut wanted {
                *notional *= worth / needed;
            }
        }
        let held: Vec<_> = self.books.of_bucket(bucket.id).iter().map(|p| (p.instrument, p.quantity.abs())).collect();
        for &(id, _) in &held {
            if wanted.iter().all(|&(other, _)| other != id) && history.trades(id) && !self.orders.is_leaving(bucket.id, id) {
                self.send(bucket, (id, None), Want::Close, Reason::Hedge);
            }
        }
        let band = if value.is_some() { ROUNDING } else { self.cx.plan.rebalance.band.max(ROUNDING) };
        if realises {
            self.realise(history, bucket, &held, &mut wanted);
        }
        for (id, notional) in wanted {
            let target = notional / self.cx.market.panel.value_at(id, self.cx.t);
            let now = held.iter().find(|(other, _)| *other == id).map_or(0.0, |&(_, quantity)| quantity);
            let settled = (now / target - 1.0).abs() <= band || self.orders.is_coming(bucket.id, id);
            if settled || self.buckets[bucket.id.index()].stopped || self.cx.t < self.buckets[bucket.id.index()].cooldown_until(id) {
                continue;
            }
            if now > target {
                self.send(bucket, (id, None), Want::Reduce { quantity: now - target, leverage }, Reason::Hedge);
            } else {
                let reason = if now > 0.0 { Reason::Hedge } else { Reason::Enter };
                self.send(bucket, (id, None), Want::Add { quantity: now - target, leverage }, reason);
            }
        }
    }

    /// What a hedge has gained and not realised, where its bucket is worth more than its weight and the band: it leaves once the shorts are closed
    /// and opened anew.
    pub fn realisable(&self, bucket: &PlanBucket) -> Usd {
        let full = self.equity.to_f64() * self.buckets[bucket.id.index()].weight;
        if bucket.hedge.is_none() || self.books.bucket_value(bucket.id).to_f64() <= full * (1.0 + self.cx.plan.rebalance.band) {
            return Usd::ZERO;
        }
        let own = self.books.of_bucket(bucket.id).iter();
        own.map(|position| (position.value() - position.margin()).max(Usd::ZERO)).sum()
    }

    /// Between rebalances what a hedge has become beyond its weight and the band goes to all that is no perpetual, by weight.
    fn plan_excess(&mut self, bucket: &PlanBucket) {
        let gain = self.realisable(bucket);
        // What is on its way leaves once.
        if !gain.is_positive() || self.orders.flowing(bucket.id) < 0.0 {
            return;
        }
        let full = self.equity.to_f64() * self.buckets[bucket.id.index()].weight;
        let excess = (self.books.bucket_value(bucket.id).to_f64() - full).min((self.books.cash(bucket.id) + gain).to_f64());
        let others = || self.cx.plan.buckets.iter().filter(|other| other.holding != Holding::Perp);
        let weight_of = |other: &PlanBucket| self.buckets[other.id.index()].weight;
        let all: f64 = others().map(weight_of).sum();
        if all <= 0.0 {
            return;
        }
        let shares: Vec<_> = others().map(|other| (other.id, Usd::round(excess * weight_of(other) / all))).collect();
        for (to, amount) in shares.into_iter().filter(|(_, amount)| amount.is_positive()) {
            self.orders.plan_flow(bucket.id, to, amount, FlowReason::Hedge);
        }
    }

    /// Closes the shorts that are ahead and opens what is wanted of them again at the same open, both at the market: what they gained is cash in between.
    fn realise(&mut self, history: &History, bucket: &PlanBucket, held: &[(InstrumentId, f64)], wanted: &mut Vec<(InstrumentId, f64)>) {
        let leverage = bucket.leverage.open;
        let ahead = |decider: &Self, id: InstrumentId| {
            let position = &decider.books.positions()[decider.books.find(bucket.id, id)?];
            Some(position.value() - position.margin()).filter(|gain| gain.is_positive())
        };
        for &(id, _) in held {
            let Some(gain) = ahead(self, id).filter(|_| history.trades(id) && !self.orders.is_leaving(bucket.id, id)) else { continue };
            let Some(place) = wanted.iter().position(|&(other, _)| other == id) else { continue };
            let (_, notional) = wanted.remove(place);
            let quantity = notional / self.cx.market.panel.value_at(id, self.cx.t);
            for (want, reason) in [(Want::Close, Reason::Hedge), (Want::Add { quantity: -quantity, leverage }, Reason::Enter)] {
                self.send_at_market(bucket.id, (id, None), want, reason);
            }
            self.record.run.decisions.push(Decision {
                time: history.now(),
                bucket: Some(bucket.id),
                subject: Subject::Instrument(id),
                narrative: None,
                verdict: Verdict::Resized,
                observed: Some(self.books.bucket_value(bucket.id).to_f64() / self.equity.to_f64()),
                threshold: Some(self.buckets[bucket.id.index()].weight),
                why: Why::HedgeProfit { gain },
            });
        }
    }

    /// Perpetuals and the notional to be short of each. A coin without a perpetual that trades stays unhedged by notional, on record.
    fn shorts_for(&mut self, history: &History, bucket: &PlanBucket, hedge: &PlanHedge) -> Vec<(InstrumentId, f64)> {
        let directory = history.directory();
        let spot = self.books.of_bucket(hedge.of).iter();
        let worth: Vec<(InstrumentId, f64)> =
            spot.map(|p| (p.instrument, p.quantity * self.cx.market.panel.value_at(p.instrument, self.cx.t))).collect();
        let perp_of = |id: InstrumentId| directory.perp(directory.asset_of(id)).filter(|&perp| history.trades(perp));
        let benchmark = directory.benchmark();
        let (unhedged, shorts) = match hedge.by {
            HedgeBy::Notional => {
                let (with, without): (Vec<_>, Vec<_>) = worth.iter().partition(|(id, _)| perp_of(*id).is_some());
                let short = |(id, value): (InstrumentId, f64)| Some((perp_of(id)?, hedge.ratio * value));
                (without, with.into_iter().filter_map(short).collect())
            }
            HedgeBy::Beta => match perp_of(benchmark) {
                None => (worth, Vec::new()),
                Some(perp) => {
                    // A coin too young for a beta counts as the benchmark itself.
                    let beta = |id| decouple::beta(history, id, hedge.span, Span::DAY).unwrap_or(1.0);
                    let notional = worth.iter().map(|&(id, value)| value * beta(id)).sum::<f64>() * hedge.ratio;
                    (Vec::new(), if notional > 0.0 { vec![(perp, notional)] } else { Vec::new() })
                }
            },
        };
        self.record_unhedged(history, bucket, hedge, &unhedged);
        shorts
    }

    /// What a hedge cannot stand against, on record whenever that changes.
    fn record_unhedged(&mut self, history: &History, bucket: &PlanBucket, hedge: &PlanHedge, unhedged: &[(InstrumentId, f64)]) {
        let ids: Vec<InstrumentId> = unhedged.iter().map(|&(id, _)| id).collect();
        let dollars: f64 = unhedged.iter().map(|&(_, value)| value).sum();
        let tally = &mut self.buckets[bucket.id.index()].unhedged;
        let seen = std::mem::replace(&mut tally.now, ids);
        tally.most = tally.most.max(dollars);
        for &(id, value) in unhedged.iter().filter(|(id, _)| !seen.contains(id)) {
            let asset = history.directory().asset_of(id);
            if !tally.ever.contains(&asset) {
                tally.ever.push(asset);
            }
            self.record.run.decisions.push(Decision {
                time: history.now(),
                bucket: Some(bucket.id),
                subject: Subject::Instrument(id),
                narrative: None,
                verdict: Verdict::Refused,
                observed: Some(hedge.ratio * value),
                threshold: None,
                why: Why::Unhedged { by: hedge.by },
            });
        }
    }
}

impl Account {
    /// One caution a hedge that could not stand against all it was asked to.
    pub fn stood_unhedged(&self, cx: &Context) -> Vec<Caution> {
        let hedges = cx.plan.buckets.iter().filter_map(|bucket| Some((bucket, bucket.hedge?, &self.buckets[bucket.id.index()].unhedged)));
        let cautions = hedges.filter(|(.., tally)| !tally.ever.is_empty()).map(|(bucket, hedge, tally)| Caution::Unhedged {
            hedge: bucket.name.clone(),
            of: cx.bucket(hedge.of).name.clone(),
            by: hedge.by,
            coins: tally.ever.iter().map(|&asset| cx.market.asset(asset).name.clone()).collect(),
            most: tally.most,
        });
        cautions.collect()
    }
}
