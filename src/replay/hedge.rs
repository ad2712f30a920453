//! Shorts against what another bucket holds on spot: sized from that holding, not from a score.

use crate::replay::desk::Desk;
use crate::replay::orders::{ENTER, Want};
use crate::replay::review::ROUNDING;
use crate::signal::{History, decouple};
use crate::strategy::{Decision, HedgeBy, PlanBucket, PlanHedge, Verdict};
use crate::units::{InstrumentId, Span, Usd};

impl Desk<'_> {
    /// Brings the shorts of a hedge bucket to the ratio, as far as its margin reaches. `value` is what the bucket will be worth after flows.
    pub fn review_hedge(&mut self, history: &History, bucket: &PlanBucket, value: Option<Usd>) {
        let hedge = bucket.hedge.expect("a hedge bucket");
        let mut wanted = self.shorts_for(history, &hedge);
        let worth = value.unwrap_or_else(|| self.books.bucket_value(bucket.id)).to_f64();
        let leverage = bucket.leverage.open;
        let quote_room = |desk: &Self, id| {
            let quote = desk.quote(id, desk.t + 1);
            1.0 + leverage * (quote.taker.fee + quote.taker.half_spread)
        };
        let needed: f64 = wanted.iter().map(|&(id, notional)| notional / leverage * quote_room(self, id)).sum();
        if needed > worth && needed > 0.0 {
            self.story.decisions.push(Decision {
                time: history.now(),
                rule: "hedge".to_owned(),
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
                self.send(bucket, (id, None), Want::Close, "hedge");
            }
        }
        let band = if value.is_some() { ROUNDING } else { self.plan.rebalance.band.max(ROUNDING) };
        for (id, notional) in wanted {
            let target = notional / self.market.panel.value_at(id, self.t);
            let now = held.iter().find(|(other, _)| *other == id).map_or(0.0, |&(_, quantity)| quantity);
            if (now / target - 1.0).abs() <= band || self.stopped[bucket.id.index()] || self.t < self.barred_until(bucket.id, id) {
                continue;
            }
            if now > target {
                self.send(bucket, (id, None), Want::Reduce { quantity: now - target, leverage }, "hedge");
            } else {
                let reason = if now > 0.0 { "hedge" } else { ENTER };
                self.send(bucket, (id, None), Want::Add { quantity: now - target, leverage }, reason);
            }
        }
    }

    /// Perpetuals and the notional to be short of each. A coin without a perpetual that trades stays unhedged by notional.
    fn shorts_for(&self, history: &History, hedge: &PlanHedge) -> Vec<(InstrumentId, f64)> {
        let directory = history.directory();
        let spot = self.books.positions().iter().filter(|p| p.bucket == hedge.of);
        let worth = spot.map(|p| (p.instrument, p.quantity * self.market.panel.value_at(p.instrument, self.t)));
        match hedge.by {
            HedgeBy::Notional => worth
                .filter_map(|(id, value)| {
                    let perp = directory.perp(directory.asset_of(id)).filter(|&perp| history.trades(perp))?;
                    Some((perp, hedge.ratio * value))
                })
                .collect(),
            HedgeBy::Beta => {
                let asset = directory.asset_of(directory.benchmark());
                let Some(perp) = directory.perp(asset).filter(|&perp| history.trades(perp)) else { return Vec::new() };
                // A coin too young for a beta counts as the benchmark itself.
                let beta = |id| decouple::beta(history, id, hedge.span, Span::DAY).unwrap_or(1.0);
                let notional: f64 = worth.map(|(id, value)| value * beta(id)).sum::<f64>() * hedge.ratio;
                if notional > 0.0 { vec![(perp, notional)] } else { Vec::new() }
            }
        }
    }
}
