//! Moments 2 and 7, and what follows when a margin no longer suffices: the venue takes the position over.

use crate::exchange::assumptions::LiquidationRule;
use crate::exchange::intrabar::Margin;
use crate::exchange::liquidation::outcome;
use crate::ledger::Entry;
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::Why;
use crate::replay::intrabar::exit_side;
use crate::replay::positions::PositionBook;
use crate::replay::positions::{Watched, margin_view};
use crate::replay::reason::{FlowReason, Reason};
use crate::replay::run::Liquidation;
use crate::replay::simulation::Simulation;
use crate::strategy::{Aftermath, Verdict};
use crate::units::{BucketId, InstrumentId, Usd};

impl Simulation<'_> {
    /// Moment 2: the inequality at the open's mark. Gap risk: no order acts before it.
    pub fn liquidate_at_open(&mut self) {
        let market = self.cx.market;
        self.liquidate_failing(&market.panel.mark_open);
    }

    /// Moment 7: once more at the close's mark, after the settlements inside the bar.
    pub fn liquidate_at_close(&mut self) {
        let market = self.cx.market;
        self.liquidate_failing(&market.panel.mark_close);
    }

    fn liquidate_failing(&mut self, marks: &[f64]) {
        if self.account.books.alert(&self.cx) {
            let mut at = 0;
            while at < self.account.books.count() {
                let mark = marks[self.account.books.state(at).series + self.cx.t];
                if self.account.books.state(at).near && self.account.books.fails_at(&self.cx, at, mark) {
                    self.liquidate(at, mark);
                } else {
                    at += 1;
                }
            }
        }
        for &pool in &self.cx.roles.cross {
            self.liquidate_pool_failing(pool, marks);
        }
    }

    /// The venue takes an isolated position over at `mark`.
    pub fn liquidate(&mut self, at: usize, mark: f64) {
        let position = &self.account.books.positions()[at];
        let (bucket, instrument, wallet) = (position.bucket, position.instrument, position.margin());
        let isolated = margin_view(position);
        let liquidation_price = isolated.liquidation_price(self.cx.brackets(instrument), self.cx.closing_fee());
        let terms = &self.cx.plan.assumptions;
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
        let liquidation_price = liquidation_price.unwrap_or(mark);
        self.account.liquidate(&self.cx, at, &TakenOver { mark, liquidation_price, proceeds, fee, lost });
        self.after_liquidation(bucket, &[instrument], lost);
    }

    /// What the strategy does once the venue has taken something over; open orders for it are cancelled first, as on a venue.
    pub fn after_liquidation(&mut self, bucket: BucketId, taken: &[InstrumentId], lost: Usd) {
        for &instrument in taken {
            self.orders.cancel(bucket, instrument);
            self.account.start_cooldown(&self.cx, bucket, instrument);
        }
        let whose = (bucket, taken[0]);
        match self.cx.bucket(bucket).after_liquidation {
            Aftermath::StayOut => {}
            Aftermath::Stop => {
                self.account.buckets[bucket.index()].stopped = true;
                self.orders.keep(|order| order.bucket != bucket || !order.want.opens());
                self.account.record.note(self.cx.now(), whose, Verdict::Exited, [Some(lost.to_f64()), None], Why::StopsAfterLiquidation);
            }
            Aftermath::Refill(from) => {
                self.account.record.note(
                    self.cx.now(),
                    whose,
                    Verdict::Passed,
                    [Some(lost.to_f64()), None],
                    Why::RefillsAfterLiquidation { from },
                );
                if lost.is_positive() {
                    self.orders.plan_flow(from, bucket, lost, FlowReason::Refill);
                }
            }
        }
    }
}

/// How a position goes to the venue. Prices in USD.
pub(super) struct TakenOver {
    pub mark: f64,
    pub liquidation_price: f64,
    /// What is left of its margin at the price at which it leaves, and the fee that comes off it.
    pub proceeds: Usd,
    pub fee: Usd,
    /// Of its margin.
    pub lost: Usd,
}

impl Account {
    /// One position goes to the venue: books, fill, record, trade.
    pub fn liquidate(&mut self, cx: &Context, at: usize, taken: &TakenOver) {
        let &TakenOver { mark, liquidation_price, proceeds, fee, lost } = taken;
        let position = &self.books.positions()[at];
        let (bucket, instrument, narrative) = (position.bucket, position.instrument, position.narrative);
        let (direction, quantity) = (position.direction(), position.quantity);
        let exit = exit_side(position);
        let (closed, state, price) = self.books.liquidate(at, mark, proceeds, fee);
        let entry = Entry { quantity: -quantity, price, reference: price, fee };
        self.record.fill(cx.now(), bucket, instrument, narrative, exit, &entry, Reason::Liquidation);
        self.record.run.liquidations.push(Liquidation {
            time: cx.now(),
            instrument,
            bucket,
            direction,
            quantity: quantity.abs(),
            mark_price: mark,
            liquidation_price,
            margin_lost: lost,
            fee,
        });
        self.went_flat(cx, &closed, &state, Reason::Liquidation);
        self.books.watched = Watched::Stale;
    }
}

impl PositionBook {
    /// The exact inequality at a mark price; a missing price (NaN) fails nothing.
    pub fn fails_at(&self, cx: &Context, at: usize, mark: f64) -> bool {
        self.state(at).endangered(mark) && self.margin_of(cx, at).is_some_and(|margin| margin.fails_at(mark))
    }

    /// What must hold for an isolated position; `None` for spot, and in a pool, which is tested as a whole.
    pub fn margin_of<'a>(&self, cx: &Context<'a>, at: usize) -> Option<Margin<'a>> {
        let position = &self.positions()[at];
        let (isolated, brackets) = (margin_view(position), cx.brackets(position.instrument));
        (position.margined && !cx.is_cross(position.bucket)).then(|| Margin { isolated, brackets, closing_fee: cx.closing_fee() })
    }
}

impl Context<'_> {
    /// What maintenance margin includes of the fee of closing.
    pub fn closing_fee(&self) -> f64 {
        let terms = &self.plan.assumptions;
        if terms.closing_fee_in_margin { self.market.costs.perp_taker * terms.fee_multiplier } else { 0.0 }
    }
}
