//! Coins that became others: holders have the other one from the open of the bar in which that shows, and nobody sells or buys anything.

use crate::exchange::orders::Kind;
use crate::market::{Conversion, Market, Successor};
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::{OrderWhy, Why};
use crate::replay::orders::{Order, Want};
use crate::replay::position_state::PositionState;
use crate::replay::recorder::Converted;
use crate::replay::simulation::Simulation;
use crate::strategy::Verdict;
use crate::units::{BucketId, InstrumentId};

impl Simulation<'_> {
    /// Whatever is another coin from this bar on.
    pub fn convert_all(&mut self) {
        let due = |state: &PositionState| state.converts.filter(|&(bar, _)| bar == self.cx.t).map(|(_, successor)| successor);
        if !self.account.books.states().iter().any(|state| due(state).is_some()) {
            return;
        }
        // What was earned until now was earned by the old coin.
        self.account.attribute_open_positions(&self.cx);
        while let Some((at, successor)) = self.next_due() {
            self.convert(at, successor);
        }
    }

    fn next_due(&self) -> Option<(usize, Successor)> {
        let due = |(at, state): (usize, &PositionState)| {
            state.converts.filter(|&(bar, _)| bar == self.cx.t).map(|(_, successor)| (at, successor))
        };
        self.account.books.states().iter().enumerate().find_map(due)
    }

    fn convert(&mut self, at: usize, Successor { instrument: into, ratio }: Successor) {
        let position = &self.account.books.positions()[at];
        let (bucket, from) = (position.bucket, position.instrument);
        let last = self.cx.market.panel.value_at(from, self.cx.t - 1);
        let old_coin = Converted { instrument: from, narrative: position.narrative, quantity: position.quantity, price: last };
        let joins = self.account.books.find(bucket, into).is_some();
        let (market, t) = (self.cx.market, self.cx.t);
        let at = self.account.books.convert(at, into, ratio, |old| turned(market, t, old, into, ratio));
        let narrative = self.account.books.positions()[at].narrative;
        let new_coin = Converted { instrument: into, narrative, quantity: old_coin.quantity * ratio, price: last / ratio };
        self.account.record.conversion(self.cx.now(), bucket, &old_coin, &new_coin);
        self.account.note_converted(&self.cx, bucket, &old_coin, &new_coin, ratio);
        self.convert_orders((bucket, from), &new_coin, ratio, joins);
        // Who was stopped out of the one is not to buy the other at once.
        self.account.buckets[bucket.index()].share_cooldown(from, into);
        self.account.books.protect(&self.cx, at);
    }

    /// An order to leave the old coin leaves as much of the new one; an order to buy the old one is over.
    fn convert_orders(&mut self, (bucket, from): (BucketId, InstrumentId), new_coin: &Converted, ratio: f64, joins: bool) {
        for mut order in self.orders.take_all() {
            if (order.bucket, order.instrument) != (bucket, from) {
                self.orders.put(order);
                continue;
            }
            order.want = match order.want {
                Want::Add { .. } => {
                    let why = OrderWhy::ConvertedAway { into: new_coin.instrument, order: order.reason };
                    self.account.record.note(self.cx.now(), (bucket, from), Verdict::Refused, [None, None], why);
                    continue;
                }
                // What the bucket held of the new coin before is not what was to be left.
                Want::Close if joins => Want::Reduce { quantity: new_coin.quantity, leverage: 1.0 },
                Want::Close => Want::Close,
                Want::Reduce { quantity, leverage } => Want::Reduce { quantity: quantity * ratio, leverage },
            };
            if let Kind::Limit { price, .. } = &mut order.kind {
                *price /= ratio;
            }
            self.orders.put(Order { instrument: new_coin.instrument, ..order });
        }
    }
}

impl Account {
    fn note_converted(&mut self, cx: &Context, bucket: BucketId, old_coin: &Converted, new_coin: &Converted, ratio: f64) {
        let numbers = [Some(old_coin.quantity), Some(new_coin.quantity)];
        self.record.note(
            cx.now(),
            (bucket, new_coin.instrument),
            Verdict::Passed,
            numbers,
            Why::Converted { from: old_coin.instrument, ratio },
        );
    }

    /// Why a holder is forced out of a coin that is known to have become another.
    pub fn note_unconverted(&mut self, cx: &Context, whose: (BucketId, InstrumentId), conversion: &Conversion) {
        self.record.note(cx.now(), whose, Verdict::Refused, [None, None], Why::Unconverted { into: conversion.to });
    }
}

/// The state of a position whose coin is another one from bar `t` on.
fn turned(market: &Market, t: usize, old: PositionState, into: InstrumentId, ratio: f64) -> PositionState {
    let mut guard = old.guard;
    (guard.best, guard.atr) = (guard.best / ratio, guard.atr.map(|atr| atr / ratio));
    let panel = &market.panel;
    let silence = market.listing.delisted_after.in_bars(market.clock.bar);
    PositionState {
        guard,
        delisted: panel.forced_out(into, t, silence),
        converts: market.converted_after(into, t),
        near: false,
        series: panel.at(into, 0),
        blocks: into.index() * panel.blocks(),
        staked: old.staked * ratio,
        added_inside: old.added_inside * ratio,
        ..old
    }
}
