//! Moments 2 and 7, and what follows when a margin no longer suffices: the venue takes the position over.

use crate::exchange::assumptions::LiquidationRule;
use crate::exchange::intrabar::Margin;
use crate::exchange::liquidation::outcome;
use crate::ledger::Entry;
use crate::replay::decision::Why;
use crate::replay::intrabar::exit_side;
use crate::replay::positions::margin_view;
use crate::replay::reason::{FlowReason, Reason};
use crate::replay::run::Liquidation;
use crate::replay::simulation::{Simulation, Watched};
use crate::strategy::{Aftermath, Verdict};
use crate::units::{BucketId, InstrumentId, Usd};

impl<'a> Simulation<'a> {
    /// Moment 2: the inequality at the open's mark. Gap risk: no order acts before it.
    pub fn liquidate_at_open(&mut self) {
        let market = self.market;
        self.liquidate_failing(&market.panel.mark_open);
    }

    /// Moment 7: once more at the close's mark, after the settlements inside the bar.
    pub fn liquidate_at_close(&mut self) {
        let market = self.market;
        self.liquidate_failing(&market.panel.mark_close);
    }

    fn liquidate_failing(&mut self, marks: &[f64]) {
        if self.alert() {
            let mut at = 0;
            while at < self.books.count() {
                let mark = marks[self.books.state(at).series + self.t];
                if self.books.state(at).near && self.fails_at(at, mark) {
                    self.liquidate(at, mark);
                } else {
                    at += 1;
                }
            }
        }
        for k in 0..self.cross_buckets.len() {
            self.liquidate_pool_failing(self.cross_buckets[k], marks);
        }
    }

    /// The exact inequality at a mark price; a missing price (NaN) fails nothing.
    pub fn fails_at(&self, at: usize, mark: f64) -> bool {
        self.books.state(at).endangered(mark) && self.margin_of(at).is_some_and(|margin| margin.fails_at(mark))
    }

    /// What must hold for an isolated position; `None` for spot, and in a pool, which is tested as a whole.
    pub fn margin_of(&self, at: usize) -> Option<Margin<'a>> {
        let position = &self.books.positions()[at];
        let (isolated, brackets) = (margin_view(position), self.brackets(position.instrument));
        (position.margined && !self.is_cross(position.bucket)).then(|| Margin { isolated, brackets, closing_fee: self.closing_fee() })
    }

    /// What maintenance margin includes of the fee of closing.
    pub fn closing_fee(&self) -> f64 {
        let terms = &self.plan.assumptions;
        if terms.closing_fee_in_margin { self.market.costs.perp_taker * terms.fee_multiplier } else { 0.0 }
    }

    /// The venue takes an isolated position over at `mark`.
    pub fn liquidate(&mut self, at: usize, mark: f64) {
        let position = &self.books.positions()[at];
        let (bucket, instrument, wallet) = (position.bucket, position.instrument, position.margin());
        let isolated = margin_view(position);
        let liquidation_price = isolated.liquidation_price(self.brackets(instrument), self.closing_fee());
        let terms = &self.plan.assumptions;
        let left = outcome(&isolated, mark, liquidation_price, terms.liquidation, terms.liquidation_fee);
        // The fee in whole microdollars, and never more than there is.
        let (proceeds, fee) = match terms.liquidation {
            LiquidationRule::LoseMargin => (Usd::ZERO, Usd::ZERO),
            LiquidationRule::ExchangeLike => {
                let proceeds = Usd::round(isolated.balance(left.price)).max(Usd::ZERO);
                (proceeds, (proceeds - Usd::round(left.returned)).max(Usd::ZERO))
            }
        };
        // Where funding had taken more than the margin, nothing of it was left to lose.
        let lost = (wallet - (proceeds - fee)).max(Usd::ZERO);
        self.take_over(at, mark, liquidation_price.unwrap_or(mark), proceeds, fee, lost);
        self.after_liquidation(bucket, &[instrument], lost);
    }

    /// One position goes to the venue: books, fill, record, trade.
    pub fn take_over(&mut self, at: usize, mark: f64, liquidation_price: f64, proceeds: Usd, fee: Usd, margin_lost: Usd) {
        let position = &self.books.positions()[at];
        let (bucket, instrument, narrative) = (position.bucket, position.instrument, position.narrative);
        let (direction, quantity) = (position.direction(), position.quantity);
        let exit = exit_side(position);
        let (closed, state, price) = self.books.liquidate(at, mark, proceeds, fee);
        let entry = Entry { quantity: -quantity, price, reference: price, fee };
        self.record.fill(self.now(), bucket, instrument, narrative, exit, &entry, Reason::Liquidation);
        self.record.run.liquidations.push(Liquidation {
            time: self.now(),
            instrument,
            bucket,
            direction,
            quantity: quantity.abs(),
            mark_price: mark,
            liquidation_price,
            margin_lost,
            fee,
        });
        self.went_flat(&closed, &state, Reason::Liquidation);
        self.watched = Watched::Stale;
    }

    /// What the strategy does once the venue has taken something over; open orders for it are cancelled first, as on a venue.
    pub fn after_liquidation(&mut self, bucket: BucketId, taken: &[InstrumentId], lost: Usd) {
        for &instrument in taken {
            self.orders.cancel(bucket, instrument);
            self.start_cooldown(bucket, instrument);
        }
        let whose = (bucket, taken[0]);
        match self.bucket(bucket).after_liquidation {
            Aftermath::StayOut => {}
            Aftermath::Stop => {
                self.buckets[bucket.index()].stopped = true;
                self.orders.keep(|order| order.bucket != bucket || !order.want.opens());
                self.note(whose, Verdict::Exited, [Some(lost.to_f64()), None], Why::StopsAfterLiquidation);
            }
            Aftermath::Refill(from) => {
                self.note(whose, Verdict::Passed, [Some(lost.to_f64()), None], Why::RefillsAfterLiquidation { from });
                if lost.is_positive() {
                    self.plan_flow(from, bucket, lost, FlowReason::Refill);
                }
            }
        }
    }
}
