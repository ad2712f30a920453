//! Moments 2, 5 and the listing moment 0: what takes a position away without being asked.

use crate::ledger::Entry;
use crate::replay::desk::{Desk, margin_view};
use crate::replay::run::{Liquidation, Side};
use crate::strategy::{Decision, Verdict};
use crate::units::{BucketId, Direction, InstrumentId, Usd};

impl Desk<'_> {
    /// Moment 0: an instrument silent for longer than the market's listing policy has ended; holders leave at its last price less
    /// the penalty.
    pub fn delistings(&mut self) {
        if self.t < self.next_delisting {
            return;
        }
        let mut at = 0;
        while at < self.beside.len() {
            if self.t >= self.beside[at].delisted {
                let last = self.market.panel.value_at(self.books.positions()[at].instrument, self.t - 1);
                self.exit(at, last, self.market.listing.penalty, "delisting");
            } else {
                at += 1;
            }
        }
        self.next_delisting = self.beside.iter().map(|beside| beside.delisted).min().unwrap_or(usize::MAX);
    }

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
        if !self.alert() {
            return;
        }
        let mut at = 0;
        while at < self.beside.len() {
            let mark = marks[self.beside[at].series + self.t];
            if self.fails_at(at, mark) {
                self.liquidate(at, mark);
            } else {
                at += 1;
            }
        }
    }

    /// The exact inequality at a mark price; a missing price (NaN) fails nothing.
    pub fn fails_at(&self, at: usize, mark: f64) -> bool {
        if !self.beside[at].endangered(mark) {
            return false;
        }
        let position = &self.books.positions()[at];
        margin_view(position).is_liquidated(self.brackets(position.instrument), mark, self.closing_fee())
    }

    /// Keeps [`crate::replay::desk::Beside::danger`] true after the size or the wallet of a position has changed. No bracket asks for more than `most` of the
    /// notional, so `wallet + s·q·(p − entry) > most·q·p` means safe: solved for `p`.
    pub fn watch(&mut self, at: usize) {
        let position = &self.books.positions()[at];
        if !position.margined {
            return;
        }
        let most = self.most_margin[position.instrument.index()];
        let isolated = margin_view(position);
        let sign = isolated.direction.sign();
        let room = 1.0 - sign * most;
        // A hair towards caution, so that rounding here never hides a failure from the exact test.
        let danger = isolated.bankruptcy_price() / room * (1.0 + sign * 1e-9);
        self.beside[at].danger = if room > 0.0 { danger } else { f64::INFINITY };
        self.beside[at].long = sign > 0.0;
        self.stale = true;
    }

    fn closing_fee(&self) -> f64 {
        self.market.costs.perp_taker
    }

    /// The venue takes the position over at `mark`; the isolated margin is lost.
    pub fn liquidate(&mut self, at: usize, mark: f64) {
        let position = &self.books.positions()[at];
        let (bucket, instrument, narrative) = (position.bucket, position.instrument, position.narrative);
        let (direction, quantity) = (position.direction(), position.quantity);
        let liquidation_price = margin_view(position).liquidation_price(self.brackets(instrument), self.closing_fee()).unwrap_or(mark);
        let (closed, price, margin_lost) = self.books.liquidate(at, mark);
        let side = if quantity > 0.0 { Side::Sell } else { Side::Buy };
        // As a fill: the position left at its bankruptcy price, without fee.
        let entry = Entry { quantity: -quantity, price, reference: price, fee: Usd::ZERO };
        self.story.fill(self.now(), bucket, instrument, narrative, side, &entry, "liquidation");
        self.story.liquidations.push(Liquidation {
            time: self.now(),
            instrument,
            bucket,
            direction,
            quantity: quantity.abs(),
            mark_price: mark,
            liquidation_price,
            margin_lost,
            fee: Usd::ZERO,
        });
        self.went_flat(at, &closed, "liquidation");
        self.bar_entry(bucket, instrument);
    }

    /// Moment 5: from the open to the extreme that hurts. Stop and liquidation happen in the order of price; at the same price it is
    /// the liquidation. A position that leaves inside the bar pays the bar's later settlements that go against it and receives none.
    pub fn adverse_leg(&mut self) {
        if !self.alert() {
            return;
        }
        let panel = &self.market.panel;
        let mut at = 0;
        while at < self.beside.len() {
            let beside = self.beside[at];
            let cell = beside.series + self.t;
            let (last, mark) = if beside.long { (&panel.low, &panel.mark_low) } else { (&panel.high, &panel.mark_high) };
            let mark = mark[cell];
            let stopped = beside.stop.filter(|_| beside.stopped(last[cell]));
            if stopped.is_none() && !self.fails_at(at, mark) {
                at += 1;
                continue;
            }
            let position = &self.books.positions()[at];
            let (bucket, instrument, margined, long) = (position.bucket, position.instrument, position.margined, beside.long);
            self.pay_adverse_settlements(at);
            let fill = stopped.map(|stop| {
                let open = panel.open[cell];
                let worse = if long { stop.min(open) } else { stop.max(open) };
                (worse, self.taker(instrument).half_spread)
            });
            let taken = margined.then(|| self.first_failing_mark(at, mark)).flatten();
            match (fill, taken) {
                (Some((reference, half_spread)), taken)
                    if taken.is_none_or(|limit| {
                        let paid = reference * (1.0 - half_spread * if long { 1.0 } else { -1.0 });
                        if long { paid > limit } else { paid < limit }
                    }) =>
                {
                    self.stop_out(at, bucket, instrument, reference, half_spread);
                }
                (_, Some(limit)) => self.liquidate(at, limit),
                (_, None) => unreachable!("a position leaves by its stop or by liquidation"),
            }
        }
    }

    /// Between the open and the extreme `mark`, the first mark price at which the margin no longer suffices.
    fn first_failing_mark(&self, at: usize, mark: f64) -> Option<f64> {
        if !self.fails_at(at, mark) {
            return None;
        }
        let position = &self.books.positions()[at];
        let panel = &self.market.panel;
        let open = panel.mark_open[panel.at(position.instrument, self.t)];
        let price = margin_view(position).liquidation_price(self.brackets(position.instrument), self.closing_fee()).unwrap_or(mark);
        // The price lies between open and extreme; at the open itself when the bar's own funding broke the margin there.
        Some(match position.direction() {
            Direction::Long => price.clamp(mark, open.max(mark)),
            Direction::Short => price.clamp(open.min(mark), mark),
        })
    }

    fn stop_out(&mut self, at: usize, bucket: BucketId, instrument: InstrumentId, reference: f64, half_spread: f64) {
        let entry = self.books.positions()[at].entry_price();
        self.exit(at, reference, half_spread, "stop");
        self.bar_entry(bucket, instrument);
        self.story.decisions.push(Decision {
            time: self.now(),
            rule: "stop".to_owned(),
            subject: self.market.instrument(instrument).symbol.clone(),
            verdict: Verdict::Exited,
            value: Some(reference),
            limit: Some(entry),
            detail: format!("bucket {}: stop reached; limit is the average entry", self.plan.buckets[bucket.index()].name),
        });
    }

    /// Puts the protective stop where the bucket's rule says, after any change of size or entry.
    pub fn protect(&mut self, at: usize) {
        let position = &self.books.positions()[at];
        let stop = self.plan.buckets[position.bucket.index()].stop.and_then(|rule| {
            let isolated = margin_view(position);
            let sign = isolated.direction.sign();
            let by_margin = rule
                .loss_of_margin
                .filter(|_| position.margined)
                .map(|share| isolated.entry_price - sign * share * isolated.wallet / isolated.quantity);
            let by_entry = rule.from_entry.map(|share| isolated.entry_price * (1.0 - sign * share));
            // The nearer of the two protects.
            match (by_margin, by_entry) {
                (Some(a), Some(b)) => Some(if sign > 0.0 { a.max(b) } else { a.min(b) }),
                (a, b) => a.or(b),
            }
        });
        self.beside[at].stop = stop.filter(|&price| price > 0.0);
        self.stale = true;
        self.watch(at);
    }

    /// Moment 9: everything leaves at the last close, with costs.
    pub fn close_all(&mut self) {
        while let Some(position) = self.books.positions().first() {
            let instrument = position.instrument;
            let panel = &self.market.panel;
            let close = panel.close[panel.at(instrument, self.t)];
            let last = if close.is_nan() { panel.value_at(instrument, self.t) } else { close };
            let half_spread = self.taker(instrument).half_spread;
            self.exit(0, last, half_spread, "end of data");
        }
    }
}
