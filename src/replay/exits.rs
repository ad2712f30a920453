//! How positions are left: the closing fill in the books, its fence, and what follows from it.

use crate::exchange::costs::Taker;
use crate::exchange::margin::Isolated;
use crate::exchange::orders::Filled;
use crate::ledger::{Backing, Closed, Entry};
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::OrderWhy;
use crate::replay::orders::Order;
use crate::replay::position_state::PositionState;
use crate::replay::positions::PositionBook;
use crate::replay::positions::margin_view;
use crate::replay::reason::Reason;
use crate::replay::run::Side;
use crate::replay::simulation::Simulation;
use crate::strategy::Verdict;
use crate::units::Usd;

impl Simulation<'_> {
    /// Moment 0: an instrument silent for longer than the market's listing policy, or followed by another coin under its symbol, has ended;
    /// holders leave at its last price less the penalty, and nothing ordered of it reaches the other coin. Coins that became others are those
    /// from here on.
    pub fn listings(&mut self) {
        self.drop_orders_of_ended_listings();
        if self.cx.t < self.account.books.next_delisting {
            return;
        }
        self.delist();
        self.convert_all();
        self.account.books.next_delisting = self.account.books.states().iter().map(PositionState::ends).min().unwrap_or(usize::MAX);
    }

    fn delist(&mut self) {
        let mut at = 0;
        while at < self.account.books.count() {
            let PositionState { delisted, converts, .. } = *self.account.books.state(at);
            if self.cx.t < delisted || converts.is_some_and(|(bar, _)| bar == self.cx.t) {
                at += 1;
                continue;
            }
            let position = &self.account.books.positions()[at];
            let (bucket, instrument, margined) = (position.bucket, position.instrument, position.margined);
            let last = self.cx.market.panel.value_at(instrument, self.cx.t - 1);
            let conversion = self.cx.market.conversion_in_force(self.cx.market.instrument(instrument).asset, self.cx.t);
            let (penalty, reason) = match conversion {
                // The venue ends its contracts itself, at a price it announces.
                Some(_) if margined => (0.0, Reason::Settled),
                Some(conversion) => {
                    self.account.note_unconverted(&self.cx, (bucket, instrument), conversion);
                    (self.cx.market.listing.penalty, Reason::Delisted)
                }
                None => (self.cx.market.listing.penalty, Reason::Delisted),
            };
            self.account.force_out(&self.cx, at, last, penalty, &self.cx.market.panel.mark_open, reason);
            self.orders.cancel(bucket, instrument);
            // What pays for a short that leaves may be coins that stood before it.
            at = 0;
        }
    }

    fn drop_orders_of_ended_listings(&mut self) {
        let panel = &self.cx.market.panel;
        let t = self.cx.t;
        let begins = |order: &Order| panel.segment(order.instrument, t).is_some_and(|segment| segment.first == t);
        if !self.orders.iter().any(begins) {
            return;
        }
        for order in self.orders.take_where(begins) {
            let why = OrderWhy::Relisted { order: order.reason };
            self.account.record.note(self.cx.now(), (order.bucket, order.instrument), Verdict::Refused, [None, None], why);
        }
    }

    /// Moment 9: everything leaves at the last close, with spread, impact and fee; no volume holds it back.
    pub fn close_all(&mut self) {
        self.orders.take_all();
        while let Some(position) = self.account.books.positions().first() {
            let (instrument, quantity) = (position.instrument, position.quantity);
            let panel = &self.cx.market.panel;
            let close = panel.close[panel.at(instrument, self.cx.t)];
            let last = if close.is_nan() { panel.value_at(instrument, self.cx.t) } else { close };
            let crossing = self.cx.quote(instrument, self.cx.t).crossing(quantity.abs() * last);
            self.account.force_out(&self.cx, 0, last, crossing, &self.cx.market.panel.mark_close, Reason::EndOfData);
        }
    }
}

impl Account {
    /// Books a closing fill and its record. Profit realised by a part is offered to the waterfall at once, net of the fill's fee. Whether the
    /// position is gone.
    pub fn close_position(&mut self, cx: &Context, at: usize, filled: &Filled, reason: Reason) -> bool {
        let position = &self.books.positions()[at];
        let held = position.quantity;
        let quantity = -held.signum() * filled.quantity.min(held.abs());
        let instrument = position.instrument;
        self.venues.pool(cx, instrument).take(filled.quantity);
        let marks = &cx.market.panel.mark_open;
        let entry = self.books.fenced(cx, at, (quantity, filled.fee), filled.price, filled.reference, marks);
        let at = self.pay_before_leaving(cx, at, &entry, marks);
        self.reduce(cx, at, &entry, reason)
    }

    /// Takes a position to flat at `reference` whatever the volume, less the cost of crossing: what no order of ours does.
    fn force_out(&mut self, cx: &Context, at: usize, reference: f64, crossing: f64, marks: &[f64], reason: Reason) {
        let position = &self.books.positions()[at];
        let quantity = -position.quantity;
        let taker = Taker { half_spread: crossing, ..cx.quote(position.instrument, cx.t).taker };
        let price = taker.price(quantity.signum(), reference).max(0.0);
        let entry = self.books.fenced(cx, at, (quantity, taker.fee(quantity * price)), price, reference, marks);
        let at = self.pay_before_leaving(cx, at, &entry, marks);
        self.reduce(cx, at, &entry, reason);
    }

    /// Takes a part of a position off, or all of it, and does what follows from that. Whether it is gone.
    pub fn reduce(&mut self, cx: &Context, at: usize, entry: &Entry, reason: Reason) -> bool {
        let position = &self.books.positions()[at];
        let (bucket, instrument, narrative) = (position.bucket, position.instrument, position.narrative);
        let cost = Usd::round(-entry.quantity * position.entry_price());
        let realised = -entry.notional() - cost - entry.fee;
        let side = if entry.quantity < 0.0 { Side::Sell } else { Side::Buy };
        self.record.fill(cx.now(), bucket, instrument, narrative, side, entry, reason);
        let backing = if !cx.is_cross(bucket) {
            Backing::Margin
        } else if self.books.leaves_last(at, entry.quantity) {
            Backing::Cash
        } else {
            Backing::Pool
        };
        let closed = self.books.reduce(at, entry, backing);
        if let Some((closed, state)) = &closed {
            self.went_flat(cx, closed, state, reason);
        } else {
            self.realise_part(at, bucket, realised);
            self.staked_at_most(at);
            self.books.protect(cx, at);
        }
        if cx.is_cross(bucket) {
            self.books.money().draw_margin(bucket);
        }
        closed.is_some()
    }

    /// The position is gone: its trade is recorded, its income attributed, the profit not yet passed on offered to the waterfall.
    pub fn went_flat(&mut self, cx: &Context, closed: &Closed, state: &PositionState, reason: Reason) {
        let cell = cx.cell(closed.bucket, closed.narrative, closed.instrument);
        self.record.cube.add(cx.period(), cell, &closed.unbooked, &state.funding);
        self.record.trade(state.opened, cx.now(), closed, reason);
        self.log_left(cx, closed, reason);
        self.realise_rest(state, closed);
    }

    /// After a reduction: where the ladder has stepped down, more of the bucket's cash goes behind what stays, until it is
    /// `entry notional / leverage`.
    pub fn back_as_asked(&mut self, cx: &Context, at: usize, leverage: f64) {
        let position = &self.books.positions()[at];
        if position.margined {
            let isolated = margin_view(position);
            let lack = isolated.quantity * isolated.entry_price / leverage - isolated.wallet;
            self.books.money().add_margin(at, Usd::round(lack));
            self.books.protect(cx, at);
        }
    }
}

impl PositionBook {
    /// Ring-fence of a perpetual's closing fill: beyond the bankruptcy price the venue's insurance pays, and the fee takes no more than what is
    /// left of the part's margin (isolated) or of the pool (cross).
    fn fenced(&self, cx: &Context, at: usize, (quantity, fee): (f64, f64), price: f64, reference: f64, marks: &[f64]) -> Entry {
        let position = &self.positions()[at];
        let (mut price, mut reference, mut fee) = (price, reference, fee);
        if position.margined {
            let (backing, part) = if cx.is_cross(position.bucket) {
                (Isolated { quantity: quantity.abs(), wallet: self.behind(cx, at, quantity, marks), ..margin_view(position) }, 1.0)
            } else {
                (margin_view(position), (quantity / position.quantity).abs())
            };
            let bankruptcy = backing.bankruptcy_price();
            if backing.balance(price) < 0.0 {
                price = bankruptcy;
            }
            if backing.balance(reference) < 0.0 {
                reference = bankruptcy;
            }
            // A microdollar is kept back: notional and fee are rounded each for itself.
            fee = fee.min((backing.balance(price) * part - 1e-6).max(0.0));
        }
        Entry { quantity, price, reference, fee: Usd::round(fee) }
    }

    /// All of a cross bucket but the profit of one position of which `quantity` leaves, the others at their marks in this bar. Where that is a debt, what
    /// stays in the pool owes it, and there is nothing behind; the last position to leave leaves the debt to nobody, and pays it first.
    fn behind(&self, cx: &Context, at: usize, quantity: f64, marks: &[f64]) -> f64 {
        let bucket = self.positions()[at].bucket;
        let members = self.tested(cx, bucket);
        let place = members.iter().position(|&member| member == at).expect("a position of its bucket");
        let marks = self.prices(cx, &members, marks);
        let pool = self.tested_pool(cx, bucket, &members);
        let behind = pool.balance(&marks) - pool.positions[place].profit(marks[place]);
        if self.leaves_last(at, quantity) { behind } else { behind.max(0.0) }
    }

    /// Whether `quantity` takes the last position of its bucket to flat.
    pub fn leaves_last(&self, at: usize, quantity: f64) -> bool {
        let position = &self.positions()[at];
        position.quantity + quantity == 0.0 && self.members(position.bucket).len() == 1
    }
}
