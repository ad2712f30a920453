//! The cautions of a run, collected when it is over.

use crate::replay::account::Account;
use crate::replay::caution::Caution;
use crate::replay::context::Context;
use crate::replay::measure::Measure;
use crate::units::Usd;

impl Account {
    /// All of a run, in the order in which they are shown.
    pub fn cautions(&self, cx: &Context) -> Vec<Caution> {
        let mut cautions: Vec<Caution> = cx.plan.cautions.iter().cloned().map(Caution::OfPlan).collect();
        if cx.plan.assumptions.adl_crash.fall().is_some() {
            cautions.push(Caution::DeleveragingStress);
        }
        for &(bucket, time) in &self.record.bankrupt {
            cautions.push(Caution::PoolLiquidated { bucket: cx.bucket(bucket).name.clone(), time });
        }
        cautions.extend(self.stayed_in_cash(cx));
        cautions.extend(self.stood_unhedged(cx));
        for bucket in cx.plan.buckets.iter().filter(|bucket| bucket.leaves_by_funding()) {
            let paid = || self.record.run.funding.iter().filter(|payment| payment.bucket == bucket.id);
            let (met, assumed) = (paid().count(), paid().filter(|payment| payment.assumed).count());
            if 2 * assumed > met {
                cautions.push(Caution::FundingExitBlind { met, assumed, bucket: bucket.name.clone() });
            }
        }
        cautions.extend(self.funding_exits_measured(cx));
        cautions.extend(cx.benchmark_missing());
        let assumed: Usd = self.record.run.funding.iter().filter(|payment| payment.assumed).map(|payment| payment.payment.abs()).sum();
        let total: Usd = self.record.run.funding.iter().map(|payment| payment.payment.abs()).sum();
        if assumed.is_positive() {
            cautions.push(Caution::FundingAssumed { assumed, total });
        }
        cautions
    }
}

impl Context<'_> {
    /// Where what the run is measured against has no price, it stands flat, and beta and alpha say nothing.
    fn benchmark_missing(&self) -> Option<Caution> {
        let (market, bars) = (self.market, self.market.first..self.t + 1);
        let measure = Measure::of(market);
        let name = measure.name(market).to_owned();
        let Some((first, last)) = measure.known_range(market, &bars) else { return Some(Caution::BenchmarkUnknown { name }) };
        // One that traded before the window is carried into it.
        let before = measure.value(market, bars.start).is_nan().then(|| market.clock.open(first));
        let after = (last + 1 < bars.end).then(|| market.clock.close(last));
        (before.is_some() || after.is_some()).then_some(Caution::BenchmarkMissing { name, before, after })
    }
}
