//! Shorts against what another bucket holds on spot: sized from that holding, not from a score.

use crate::replay::desk::Desk;
use crate::replay::orders::{ENTER, Want};
use crate::replay::review::ROUNDING;
use crate::replay::words::dollars;
use crate::signal::{History, decouple};
use crate::strategy::{Decision, HedgeBy, Holding, PlanBucket, PlanHedge, Verdict};
use crate::units::{AssetId, InstrumentId, Span, Usd};

/// The rule, and the reason of orders and flows, of what keeps a hedge to its ratio and its weight.
const HEDGE: &str = "hedge";

impl Desk<'_> {
    /// Brings the shorts of a hedge bucket to the ratio, as far as its margin reaches. `value` is what the bucket will be worth after flows.
    pub fn review_hedge(&mut self, history: &History, bucket: &PlanBucket, value: Option<Usd>) {
        let hedge = bucket.hedge.expect("a hedge bucket");
        if value.is_none() {
            self.plan_excess(bucket);
        }
        let leaves: Usd = self.flows.iter().filter(|flow| flow.from == bucket.id).map(|flow| flow.amount).sum();
        let realises = leaves > self.books.cash(bucket.id) && self.realisable(bucket).is_positive();
        let mut wanted = self.shorts_for(history, bucket, &hedge);
        let worth = value.unwrap_or_else(|| self.books.bucket_value(bucket.id) - leaves).to_f64();
        let leverage = bucket.leverage.open;
        let quote_room = |desk: &Self, id| {
            let quote = desk.quote(id, desk.t + 1);
            1.0 + leverage * (quote.taker.fee + quote.taker.half_spread)
        };
        let needed: f64 = wanted.iter().map(|&(id, notional)| notional / leverage * quote_room(self, id)).sum();
        if needed > worth && needed > 0.0 {
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: HEDGE.to_owned(),
                subject: bucket.name.clone(),
                verdict: Verdict::Resized,
                value: Some(needed),
                limit: Some(worth),
                detail: format!("margin for the whole ratio, and what the bucket has: {:.1} % of it is hedged", worth / needed * 100.0),
            });
            for (_, notional) in &mut wanted {
                *notional *= worth / needed;
            }
        }
        let held: Vec<_> =
            self.books.positions().iter().filter(|p| p.bucket == bucket.id).map(|p| (p.instrument, p.quantity.abs())).collect();
        for &(id, _) in &held {
            if wanted.iter().all(|&(other, _)| other != id) && history.trades(id) && !self.is_leaving(bucket.id, id) {
                self.send(bucket, (id, None), Want::Close, HEDGE);
            }
        }
        let band = if value.is_some() { ROUNDING } else { self.plan.rebalance.band.max(ROUNDING) };
        if realises {
            self.realise(history, bucket, &held, &mut wanted);
        }
        for (id, notional) in wanted {
            let target = notional / self.market.panel.value_at(id, self.t);
            let now = held.iter().find(|(other, _)| *other == id).map_or(0.0, |&(_, quantity)| quantity);
            let settled = (now / target - 1.0).abs() <= band || self.is_coming(bucket.id, id);
            if settled || self.stopped[bucket.id.index()] || self.t < self.barred_until(bucket.id, id) {
                continue;
            }
            if now > target {
                self.send(bucket, (id, None), Want::Reduce { quantity: now - target, leverage }, HEDGE);
            } else {
                let reason = if now > 0.0 { HEDGE } else { ENTER };
                self.send(bucket, (id, None), Want::Add { quantity: now - target, leverage }, reason);
            }
        }
    }

    /// What a hedge has gained and not realised, where its bucket is worth more than its weight and the band: it leaves once the shorts are closed
    /// and opened anew.
    pub fn realisable(&self, bucket: &PlanBucket) -> Usd {
        let full = self.books.equity().to_f64() * self.weights[bucket.id.index()];
        if bucket.hedge.is_none() || self.books.bucket_value(bucket.id).to_f64() <= full * (1.0 + self.plan.rebalance.band) {
            return Usd::ZERO;
        }
        let own = self.books.positions().iter().filter(|position| position.bucket == bucket.id);
        own.map(|position| (position.worth() - position.margin()).max(Usd::ZERO)).sum()
    }

    /// Between rebalances what a hedge has become beyond its weight and the band goes to all that is no perpetual, by weight.
    fn plan_excess(&mut self, bucket: &PlanBucket) {
        let gain = self.realisable(bucket);
        // What is on its way leaves once.
        if !gain.is_positive() || self.flowing(bucket.id) < 0.0 {
            return;
        }
        let full = self.books.equity().to_f64() * self.weights[bucket.id.index()];
        let excess = (self.books.bucket_value(bucket.id).to_f64() - full).min((self.books.cash(bucket.id) + gain).to_f64());
        let others = || self.plan.buckets.iter().filter(|other| other.holding != Holding::Perp);
        let weight_of = |other: &PlanBucket| self.weights[other.id.index()];
        let all: f64 = others().map(weight_of).sum();
        if all <= 0.0 {
            return;
        }
        let shares: Vec<_> = others().map(|other| (other.id, Usd::round(excess * weight_of(other) / all))).collect();
        for (to, amount) in shares.into_iter().filter(|(_, amount)| amount.is_positive()) {
            self.plan_flow(bucket.id, to, amount, HEDGE);
        }
    }

    /// Closes the shorts that are ahead and opens what is wanted of them again at the same open, both at the market: what they gained is cash in between.
    fn realise(&mut self, history: &History, bucket: &PlanBucket, held: &[(InstrumentId, f64)], wanted: &mut Vec<(InstrumentId, f64)>) {
        let leverage = bucket.leverage.open;
        let ahead = |desk: &Self, id: InstrumentId| {
            let position = &desk.books.positions()[desk.books.find(bucket.id, id)?];
            Some(position.worth() - position.margin()).filter(|gain| gain.is_positive())
        };
        for &(id, _) in held {
            let Some(gain) = ahead(self, id).filter(|_| history.trades(id) && !self.is_leaving(bucket.id, id)) else { continue };
            let Some(place) = wanted.iter().position(|&(other, _)| other == id) else { continue };
            let (_, notional) = wanted.remove(place);
            let quantity = notional / self.market.panel.value_at(id, self.t);
            for (want, reason) in [(Want::Close, HEDGE), (Want::Add { quantity: -quantity, leverage }, ENTER)] {
                self.send_at_market(bucket.id, (id, None), want, reason);
            }
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: "hedge_profit".to_owned(),
                subject: history.directory().symbol(id).to_owned(),
                verdict: Verdict::Resized,
                value: Some(self.books.bucket_value(bucket.id).to_f64() / self.books.equity().to_f64()),
                limit: Some(self.weights[bucket.id.index()]),
                detail: format!("bucket {}: {gain} of profit is realised and the short opened anew", bucket.name),
            });
        }
    }

    /// Perpetuals and the notional to be short of each. A coin without a perpetual that trades stays unhedged by notional, on record.
    fn shorts_for(&mut self, history: &History, bucket: &PlanBucket, hedge: &PlanHedge) -> Vec<(InstrumentId, f64)> {
        let directory = history.directory();
        let spot = self.books.positions().iter().filter(|p| p.bucket == hedge.of);
        let worth: Vec<(InstrumentId, f64)> =
            spot.map(|p| (p.instrument, p.quantity * self.market.panel.value_at(p.instrument, self.t))).collect();
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
        let tally = &mut self.unhedged[bucket.id.index()];
        let seen = std::mem::replace(&mut tally.now, ids);
        tally.most = tally.most.max(dollars);
        for &(id, value) in unhedged.iter().filter(|(id, _)| !seen.contains(id)) {
            let asset = history.directory().asset_of(id);
            if !tally.ever.contains(&asset) {
                tally.ever.push(asset);
            }
            let fix = match hedge.by {
                HedgeBy::Notional => "`by = \"beta\"` would stand against it with the benchmark's",
                HedgeBy::Beta => "the benchmark's is the one that hedges by beta",
            };
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: "unhedged".to_owned(),
                subject: history.directory().symbol(id).to_owned(),
                verdict: Verdict::Refused,
                value: Some(hedge.ratio * value),
                limit: None,
                detail: format!("bucket {}: no perpetual that trades to be short of; {fix}", bucket.name),
            });
        }
    }
}

/// What one hedge could not stand against.
#[derive(Clone, Debug, Default)]
pub(super) struct Unhedged {
    /// At the last look.
    now: Vec<InstrumentId>,
    ever: Vec<AssetId>,
    /// USD of spot, at the look when it was most.
    most: f64,
}

impl Desk<'_> {
    /// One caution a hedge that could not stand against all it was asked to.
    pub fn stood_unhedged(&self) -> Vec<String> {
        let hedges = self.plan.buckets.iter().filter_map(|bucket| Some((bucket, bucket.hedge?, &self.unhedged[bucket.id.index()])));
        let told = hedges.filter(|(.., tally)| !tally.ever.is_empty()).map(|(bucket, hedge, tally)| {
            let names: Vec<&str> = tally.ever.iter().map(|&asset| self.market.asset(asset).name.as_str()).collect();
            let fix = match hedge.by {
                HedgeBy::Notional => "; `by = \"beta\"` hedges all of it with the benchmark's perpetual",
                HedgeBy::Beta => "",
            };
            format!(
                "hedge `{}` could not stand against {} of `{}`, up to {} of spot, for want of a perpetual that trades{fix}",
                bucket.name,
                names.join(", "),
                self.bucket(hedge.of).name,
                dollars(tally.most)
            )
        });
        told.collect()
    }
}
