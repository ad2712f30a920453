//! At which share of the observed settlements a funding exit whose threshold is spelled with a unit would have been on, so that a reading that is
//! always on, or never, shows.

use crate::market::{Kind, Settlement};
use crate::replay::account::Account;
use crate::replay::caution::{Caution, FundingExitMeasured, Reached};
use crate::replay::context::Context;
use crate::signal::{History, funding, universe};
use crate::strategy::{Holding, PaidThreshold, PlanBucket};
use crate::units::{InstrumentId, Time};

impl Account {
    /// One a bucket.
    pub fn funding_exits_measured(&self, cx: &Context) -> Vec<Caution> {
        let measured = |bucket: &PlanBucket| {
            let paid = bucket.paid_threshold().filter(|_| bucket.holding == Holding::Perp)?;
            let (above, unit) = paid.spelled?;
            Some(Caution::FundingExit(FundingExitMeasured {
                bucket: bucket.name.clone(),
                above,
                unit,
                threshold_8h: paid.rate_8h,
                stalls: paid.stalls,
                held: self.reached_while_held(cx, bucket, &paid),
                admitted: cx.reached_while_admitted(bucket, &paid),
            }))
        };
        cx.plan.buckets.iter().filter_map(measured).collect()
    }

    fn reached_while_held(&self, cx: &Context, bucket: &PlanBucket, threshold: &PaidThreshold) -> Reached {
        let mut reached = Reached::default();
        for paid in self.record.run.funding.iter().filter(|paid| paid.bucket == bucket.id && !paid.assumed) {
            let all = cx.market.funding.observed(paid.instrument);
            let after = all.partition_point(|settlement| settlement.time <= paid.time);
            reached.count(cx.is_on(bucket, threshold, paid.instrument, after));
        }
        reached
    }
}

impl Context<'_> {
    /// A perpetual is admitted at a settlement if it passes the bucket's selection at the close of the settlement's bar.
    fn reached_while_admitted(&self, bucket: &PlanBucket, threshold: &PaidThreshold) -> Reached {
        let mut reached = Reached::default();
        let clock = &self.market.clock;
        for id in (0..self.market.instruments.len()).map(InstrumentId::new) {
            let instrument = self.market.instrument(id);
            if instrument.kind != Kind::Perp {
                continue;
            }
            let all = self.market.funding.observed(id);
            let mut looked = (None, false);
            for (at, settlement) in all.iter().enumerate() {
                let Some(t) = clock.bar_of(settlement.time).filter(|t| *t >= self.market.first) else { continue };
                if looked.0 != Some(t) {
                    let history = History::at_close(self.market, t);
                    looked = (Some(t), universe::admits(&history, &bucket.gates, instrument.asset, id));
                }
                if looked.1 {
                    reached.count(self.is_on(bucket, threshold, id, at + 1));
                }
            }
        }
        reached
    }

    /// Whether the mean of the last settlements before place `after` of an instrument's observed ones, recent and all of one listing, is at or
    /// above the threshold, as paid by the bucket's side.
    fn is_on(&self, bucket: &PlanBucket, threshold: &PaidThreshold, id: InstrumentId, after: usize) -> bool {
        let known = &self.market.funding.observed(id)[..after];
        let now = known.last().map_or(Time::MIN, |last| last.time);
        let Some(last) = funding::recent(known, threshold.settlements, now) else { return false };
        let listing = |settlement: &Settlement| {
            let t = self.market.clock.bar_of(settlement.time)?;
            self.market.panel.segment(id, t).map(|segment| segment.first)
        };
        let one_listing = last.first().map(listing) == last.last().map(listing);
        one_listing && funding::mean_8h(last).is_some_and(|mean| mean * bucket.direction.sign() >= threshold.rate_8h)
    }
}
