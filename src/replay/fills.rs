//! Moment 4: orders decided earlier meet the open.

use crate::exchange::margin;
use crate::ledger::Entry;
use crate::market::Kind;
use crate::replay::desk::{Beside, Desk, margin_view};
use crate::replay::orders::{ENTER, Order, PlannedFlow, WATERFALL, Want};
use crate::replay::run::{Flow, Side};
use crate::strategy::{Decision, Holding, Verdict};
use crate::units::{BucketId, Usd};

/// An opening order with its price and size at this open.
struct Opening {
    order: Order,
    quantity: f64,
    leverage: f64,
    price: f64,
    reference: f64,
    /// Cash one unit of quantity takes: margin or price, plus fee.
    unit_cost: f64,
    fee_rate: f64,
}

/// An order of which less than a millionth can be paid for, or with less than a cent, is not sent: it would be a fill of nothing that
/// moves the stop and starts cool-downs.
const DUST: f64 = 1e-6;
const CENT: f64 = 0.01;

impl Desk<'_> {
    /// Closing orders first, then flows between buckets, then opening orders; each kind by instrument, then bucket.
    pub fn execute_orders(&mut self) {
        if self.orders.is_empty() && self.flows.is_empty() {
            return;
        }
        let mut orders = std::mem::take(&mut self.orders);
        orders.sort_by_key(|order| (order.want.opens(), order.instrument, order.bucket));
        let (mut opening, closing): (Vec<Order>, Vec<Order>) = orders.into_iter().partition(|order| order.want.opens());
        for order in &closing {
            self.execute_closing(order);
        }
        self.execute_flows(&closing, &mut opening);
        for bucket in 0..self.plan.buckets.len() {
            let bucket = BucketId::new(bucket);
            let priced: Vec<Opening> =
                opening.iter().filter(|order| order.bucket == bucket).filter_map(|order| self.price_opening(order)).collect();
            self.open_affordably(bucket, priced);
        }
    }

    /// Cash between buckets. Where profit to be passed on is no longer all there, every share of it shrinks alike; a bucket that holds
    /// something buys more of it with what really came, unless it sells the same thing at this open.
    fn execute_flows(&mut self, closing: &[Order], opening: &mut Vec<Order>) {
        let flows = std::mem::take(&mut self.flows);
        let waterfall = |flow: &&PlannedFlow| flow.reason == WATERFALL;
        let due: Usd = flows.iter().filter(waterfall).map(|flow| flow.amount).sum();
        let there = flows.iter().find(waterfall).map_or(Usd::ZERO, |flow| self.books.cash(flow.from));
        let share = if due > there { there.to_f64() / due.to_f64() } else { 1.0 };
        if share < 1.0 {
            self.story.decisions.push(Decision {
                time: self.now(),
                rule: WATERFALL.to_owned(),
                subject: "profit".to_owned(),
                verdict: Verdict::Resized,
                value: Some(due.to_f64()),
                limit: Some(there.to_f64()),
                detail: "the bucket's cash does not cover the profit to be passed on: all shares shrink alike".to_owned(),
            });
        }
        for flow in &flows {
            let passes = flow.reason == WATERFALL;
            let moved = self.books.flow(flow.from, flow.to, if passes && share < 1.0 { flow.amount.share(share) } else { flow.amount });
            if !moved.is_positive() {
                continue;
            }
            self.story.flows.push(Flow { time: self.now(), from: flow.from, to: flow.to, amount: moved, reason: flow.reason.to_owned() });
            if passes {
                self.buy_with(flow.to, moved, closing, opening);
            }
        }
    }

    fn buy_with(&self, to: BucketId, amount: Usd, closing: &[Order], opening: &mut Vec<Order>) {
        let bucket = &self.plan.buckets[to.index()];
        if bucket.holding != Holding::Spot {
            return;
        }
        let sold = |instrument| closing.iter().any(|order| order.bucket == to && order.instrument == instrument);
        for pick in &self.wishes[to.index()].picks {
            if self.books.find(to, pick.instrument).is_some() && !sold(pick.instrument) {
                let price = self.market.panel.value_at(pick.instrument, self.t - 1);
                let quantity = self.target_quantity(bucket, pick, amount.to_f64(), price);
                opening.push(Order {
                    bucket: to,
                    instrument: pick.instrument,
                    narrative: pick.narrative,
                    want: Want::Add { quantity, leverage: pick.leverage },
                    reason: WATERFALL,
                    waited: false,
                });
            }
        }
    }

    /// The open of the bar, or a refusal on record where the instrument does not trade in it.
    fn reference(&mut self, order: &Order) -> Option<f64> {
        let panel = &self.market.panel;
        let open = panel.open[panel.at(order.instrument, self.t)];
        if open.is_nan() {
            let waits = order.want == Want::Close || order.reason == ENTER;
            if !order.waited {
                let bucket = &self.plan.buckets[order.bucket.index()].name;
                let fate = if waits { "it waits until the bucket's next review" } else { "it lapses" };
                let detail =
                    format!("bucket {bucket}: the instrument has no bar here, so the order `{}` is not filled: {fate}", order.reason);
                self.refuse("no_bar", order, None, None, detail);
            }
            if waits {
                self.orders.push(Order { waited: true, ..order.clone() });
            }
            return None;
        }
        Some(open)
    }

    fn refuse(&mut self, rule: &str, order: &Order, value: Option<f64>, limit: Option<f64>, detail: String) {
        self.log(rule, order, Verdict::Refused, value, limit, detail);
    }

    fn log(&mut self, rule: &str, order: &Order, verdict: Verdict, value: Option<f64>, limit: Option<f64>, detail: String) {
        let subject = self.market.instrument(order.instrument).symbol.clone();
        self.story.decisions.push(Decision { time: self.now(), rule: rule.to_owned(), subject, verdict, value, limit, detail });
    }

    fn execute_closing(&mut self, order: &Order) {
        // It may have been stopped, liquidated or delisted since the decision.
        let Some(at) = self.books.find(order.bucket, order.instrument) else { return };
        let Some(reference) = self.reference(order) else { return };
        let taker = self.taker(order.instrument);
        let quantity = self.books.positions()[at].quantity;
        match order.want {
            Want::Reduce { quantity: part, leverage } if part < quantity.abs() => {
                let signed = -quantity.signum() * part;
                let side = if signed > 0.0 { Side::Buy } else { Side::Sell };
                let entry = self.fenced(at, signed, reference, &taker);
                self.reduce(at, &entry, side, order.reason);
                self.back_as_asked(at, leverage);
            }
            Want::Add { .. } => {}
            Want::Reduce { .. } | Want::Close => self.exit(at, reference, taker.half_spread, order.reason),
        }
    }

    /// After a reduction: where the ladder has stepped down, more of the bucket's cash goes behind what stays, until it is
    /// `entry notional / leverage`.
    fn back_as_asked(&mut self, at: usize, leverage: f64) {
        let position = &self.books.positions()[at];
        if position.margined {
            let isolated = margin_view(position);
            let lack = isolated.quantity * isolated.entry_price / leverage - isolated.wallet;
            self.books.back(at, Usd::round(lack));
            self.protect(at);
        }
    }

    /// Price, bracket and cost of an opening order at this open; the bracket of the post-trade notional bounds its size.
    fn price_opening(&mut self, order: &Order) -> Option<Opening> {
        let Want::Add { mut quantity, leverage } = order.want else { return None };
        if order.reason != ENTER && self.books.find(order.bucket, order.instrument).is_none() {
            let detail = format!("the position was left before the order `{}` could add to it", order.reason);
            self.refuse("gone", order, None, None, detail);
            return None;
        }
        let reference = self.reference(order)?;
        let taker = self.taker(order.instrument);
        let price = taker.price(quantity.signum(), reference);
        let mut leverage = leverage;
        if self.market.instrument(order.instrument).kind == Kind::Perp {
            let held = self.books.find(order.bucket, order.instrument).map_or(0.0, |at| self.books.positions()[at].quantity.abs());
            let wanted = (held + quantity.abs()) * price;
            let allowed = margin::allowed_notional(self.brackets(order.instrument), wanted, leverage);
            if allowed < wanted {
                // The same margin stands behind less notional: leverage falls to what the bracket of that notional allows.
                let possible = leverage * allowed / wanted;
                let detail = format!(
                    "leverage {leverage} is more than the bracket of {wanted:.0} USD allows; size cut to {allowed:.0} USD at {possible:.2}x"
                );
                self.log("bracket", order, Verdict::Resized, Some(wanted), Some(allowed), detail);
                let kept = (allowed / price - held).max(0.0);
                quantity = quantity.signum() * kept;
                leverage = possible;
            }
        }
        let mut opening = Opening { order: order.clone(), quantity, leverage, price, reference, unit_cost: 0.0, fee_rate: taker.fee };
        opening.unit_cost = (self.margin_for(&opening, quantity) / quantity.abs()) + price * taker.fee;
        (quantity != 0.0).then_some(opening)
    }

    /// Cash an opening order puts behind `quantity` of it, fee apart: all of a spot buy; of a perpetual what lifts the wallet of the
    /// whole position to `entry notional / leverage`, at most the increment's own margin: unrealised profit backs nothing, as on a venue,
    /// and what a lower rung had put in counts. Convex and nothing at nothing, so a smaller order never needs more than its share.
    fn margin_for(&self, opening: &Opening, quantity: f64) -> f64 {
        let Order { bucket, instrument, .. } = opening.order;
        let added = quantity.abs() * opening.price;
        let own = added / opening.leverage;
        match self.books.find(bucket, instrument).map(|at| &self.books.positions()[at]).filter(|position| position.margined) {
            Some(position) => {
                let isolated = margin_view(position);
                let whole = (isolated.quantity * isolated.entry_price + added) / opening.leverage;
                (whole - isolated.wallet).clamp(0.0, own)
            }
            None => own,
        }
    }

    /// Never borrow: where a bucket's cash does not reach, all its orders shrink alike.
    fn open_affordably(&mut self, bucket: BucketId, openings: Vec<Opening>) {
        if openings.is_empty() {
            return;
        }
        // Each order rounds three amounts to the microdollar; keep that much back.
        let slack = Usd::from_micros(4 * openings.len() as i64);
        let cash = (self.books.cash(bucket) - slack).max(Usd::ZERO).to_f64();
        let need: f64 = openings.iter().map(|opening| opening.quantity.abs() * opening.unit_cost).sum();
        let scale = if need > cash { cash / need } else { 1.0 };
        for opening in openings {
            let notional = opening.quantity.abs() * opening.price;
            if notional < CENT {
                let detail = "the order is for less than a cent".to_owned();
                self.refuse("affordability", &opening.order, Some(notional), Some(CENT), detail);
                continue;
            }
            if scale < DUST || cash < CENT {
                let detail = "no cash left in the bucket".to_owned();
                self.refuse("affordability", &opening.order, Some(need), Some(cash), detail);
                continue;
            }
            if scale < 1.0 {
                let detail = format!("the bucket's orders need {need:.2} USD, it has {cash:.2}: all shrink to {:.2} %", scale * 100.0);
                self.log("affordability", &opening.order, Verdict::Resized, Some(need), Some(cash), detail);
            }
            self.open_position(&opening, opening.quantity * scale);
        }
    }

    fn open_position(&mut self, opening: &Opening, quantity: f64) {
        let Order { bucket, instrument, narrative, reason, .. } = opening.order;
        let now = self.now();
        let perp = self.market.instrument(instrument).kind == Kind::Perp;
        let notional = quantity.abs() * opening.price;
        let margin = if perp { Usd::round(self.margin_for(opening, quantity)) } else { Usd::ZERO };
        let entry = Entry { quantity, price: opening.price, reference: opening.reference, fee: Usd::round(notional * opening.fee_rate) };
        let side = if quantity > 0.0 { Side::Buy } else { Side::Sell };
        let held = self.books.positions().len();
        let at = self.books.increase(bucket, instrument, narrative, perp, &entry, margin);
        if self.books.positions().len() > held {
            let silence = self.market.listing.delisted_after.in_bars(self.market.clock.bar);
            let delisted = self.market.panel.forced_out(instrument, self.t, silence);
            let series = self.market.panel.at(instrument, 0);
            self.beside.insert(
                at,
                Beside { opened: now, stop: None, delisted, danger: f64::NAN, long: quantity > 0.0, series, offered: Usd::ZERO },
            );
            self.next_delisting = self.next_delisting.min(delisted);
        }
        let narrative = self.books.positions()[at].narrative;
        self.story.fill(now, bucket, instrument, narrative, side, &entry, reason);
        self.protect(at);
        if perp {
            self.pay_on_entry(bucket, instrument, quantity);
        }
    }
}
