//! The cautions of a run, collected when it is over.

use crate::replay::caution::Caution;
use crate::replay::desk::Desk;
use crate::signal::History;
use crate::units::Usd;

impl Desk<'_> {
    pub fn cautions(&self) -> Vec<Caution> {
        let mut cautions: Vec<Caution> = self.plan.cautions.iter().cloned().map(Caution::OfPlan).collect();
        if self.plan.assumptions.adl_crash.fall().is_some() {
            cautions.push(Caution::DeleveragingStress);
        }
        for &(bucket, time) in &self.record.bankrupt {
            cautions.push(Caution::PoolLiquidated { bucket: self.bucket(bucket).name.clone(), time });
        }
        cautions.extend(self.stayed_in_cash());
        cautions.extend(self.stood_unhedged());
        for bucket in self.plan.buckets.iter().filter(|bucket| bucket.exit.is_some()) {
            let paid = || self.record.funding.iter().filter(|payment| payment.bucket == bucket.id);
            let blind = paid().filter(|payment| payment.assumed).count();
            if 2 * blind > paid().count() {
                cautions.push(Caution::FundingExitBlind { bucket: bucket.name.clone() });
            }
        }
        cautions.extend(self.funding_exits_measured());
        cautions.extend(self.benchmark_missing());
        let assumed: Usd = self.record.funding.iter().filter(|payment| payment.assumed).map(|payment| payment.payment.abs()).sum();
        let total: Usd = self.record.funding.iter().map(|payment| payment.payment.abs()).sum();
        if assumed.is_positive() {
            cautions.push(Caution::FundingAssumed { assumed, total });
        }
        cautions
    }

    /// Where what the run is measured against has no price, it stands flat, and beta and alpha say nothing.
    fn benchmark_missing(&self) -> Option<Caution> {
        let (market, bars) = (self.market, self.market.first..self.t + 1);
        let directory = History::at_close(market, 0).directory();
        let id = directory.benchmark();
        let trades = |t: &usize| !market.panel.close[market.panel.at(id, *t)].is_nan();
        let (first, last) = (bars.clone().find(trades)?, bars.clone().rfind(trades)?);
        // One that traded before the window is carried into it.
        let before = market.panel.last_traded(id, bars.start).is_none().then(|| market.clock.open(first));
        let after = (last + 1 < bars.end).then(|| market.clock.close(last));
        let name = market.asset(directory.asset_of(id)).name.clone();
        (before.is_some() || after.is_some()).then_some(Caution::BenchmarkMissing { name, before, after })
    }
}
