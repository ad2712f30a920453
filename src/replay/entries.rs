//! How positions are opened and added to: bracket, volume, price, what the bucket can afford, and the fill.

use crate::exchange::affordability::{self, Backing, Bill, Claim};
use crate::exchange::orders::{Bar, Filled, Moment, OrderSpec, Side, fill_point};
use crate::ledger::Entry;
use crate::market::Kind;
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::OrderWhy;
use crate::replay::orders::{Order, Want, side};
use crate::replay::position_state::{Guard, MaintenanceBound, PositionState};
use crate::replay::positions::PositionBook;
use crate::replay::positions::margin_view;
use crate::replay::quote::{CENT, fill, worth_working};
use crate::replay::reason::Reason;
use crate::replay::run::FundingLines;
use crate::strategy::Verdict;
use crate::units::Usd;

/// An order of which less than a millionth can be paid for is not sent.
const DUST: f64 = 1e-6;

/// An opening order that trades in this bar.
struct Opening {
    order: Order,
    side: Side,
    bar: Bar,
    /// Positive: what brackets allow.
    allowed: f64,
    leverage: f64,
    claim: Claim,
    price: f64,
}

impl Opening {
    fn spec(&self, quantity: f64) -> OrderSpec {
        OrderSpec::new(self.side, self.order.kind, quantity)
    }
}

impl Account {
    /// The opening orders of one bucket that meet the open. Never borrow: where its cash does not reach, all of them shrink alike. What is
    /// left of an order goes to `waiting`.
    pub fn open_all(&mut self, cx: &Context, orders: &[Order], waiting: &mut Vec<Order>) {
        let mut openings = Vec::with_capacity(orders.len());
        openings.extend(orders.iter().filter_map(|order| self.opening(cx, order.clone(), Moment::Open, waiting)));
        let Some(bucket) = openings.first().map(|opening| opening.order.bucket) else { return };
        // Each order rounds three amounts to the microdollar; keep that much back.
        let slack = Usd::from_micros(4 * openings.len() as i64);
        let cash = (self.books.spendable(cx, bucket) - slack).max(Usd::ZERO).to_f64();
        let claims: Vec<Claim> = openings.iter().map(|opening| opening.claim).collect();
        let bill = Bill::of(&claims, cash);
        for opening in openings {
            if self.affords(cx, &opening, &bill) {
                waiting.extend(self.open(cx, &opening, bill.scale, Moment::Open));
            }
        }
    }

    /// An opening limit that fills inside the bar. What is left of it comes back.
    pub fn open_inside(&mut self, cx: &Context, order: Order, waiting: &mut Vec<Order>) {
        let Some(opening) = self.opening(cx, order, Moment::Inside, waiting) else { return };
        let cash = (self.books.spendable(cx, opening.order.bucket) - Usd::from_micros(4)).max(Usd::ZERO).to_f64();
        let bill = Bill::of(&[opening.claim], cash);
        if self.affords(cx, &opening, &bill) {
            waiting.extend(self.open(cx, &opening, bill.scale, Moment::Inside));
        }
    }

    /// Price, bracket, volume and cost of an opening order where it trades; `None` where it does not, or no more.
    fn opening(&mut self, cx: &Context, mut order: Order, moment: Moment, waiting: &mut Vec<Order>) -> Option<Opening> {
        let Want::Add { quantity: signed, leverage } = order.want else { return None };
        let instrument = order.instrument;
        if order.reason != Reason::Enter && self.books.find(order.bucket, instrument).is_none() {
            self.record.note(cx.now(), (order.bucket, instrument), Verdict::Refused, [None, None], OrderWhy::Gone { order: order.reason });
            return None;
        }
        let Some(bar) = cx.bar_met(&order) else {
            waiting.extend(self.no_bar(cx, order));
            return None;
        };
        let venue = self.venues.venue(cx, instrument);
        let spec = OrderSpec::new(side(cx.bucket(order.bucket), true), order.kind, signed.abs());
        if fill_point(&spec, &bar, &venue).is_none_or(|point| point.moment != moment) {
            waiting.push(order);
            return None;
        }
        let Some(first) = fill(&spec, &bar, &venue) else {
            if self.got_nothing(cx, &mut order, &spec, bar.open) {
                waiting.push(order);
            }
            return None;
        };
        let (allowed, leverage) = self.within_bracket(cx, &order, signed.abs(), leverage, first.price);
        if allowed <= 0.0 {
            return None;
        }
        let quantity = allowed.min(first.quantity);
        let unit_cost = affordability::unit_cost(quantity, leverage, &first, &venue);
        let freed = self.books.backing(&order, first.price).map_or(0.0, |backing| backing.freed(leverage));
        self.record_volume_cut(cx, &mut order, allowed, quantity);
        let claim = Claim { quantity, unit_cost, freed };
        Some(Opening { order, side: spec.side, bar, claim, allowed, leverage, price: first.price })
    }

    /// What the bracket of the post-trade notional allows of an order, and at what leverage: the same margin stands behind less notional.
    fn within_bracket(&mut self, cx: &Context, order: &Order, wanted: f64, leverage: f64, price: f64) -> (f64, f64) {
        if cx.market.instrument(order.instrument).kind != Kind::Perp {
            return (wanted, leverage);
        }
        let held = self.books.find(order.bucket, order.instrument).map_or(0.0, |at| self.books.positions()[at].quantity.abs());
        let within = affordability::within_bracket(cx.brackets(order.instrument), held, wanted, leverage, price);
        if let Some((notional, allowed)) = within.cut {
            let why = OrderWhy::Bracket { leverage, possible: within.leverage };
            self.record.note(cx.now(), (order.bucket, order.instrument), Verdict::Resized, [Some(notional), Some(allowed)], why);
        }
        (within.quantity, within.leverage)
    }

    /// Whether an order is worth sending with what the bucket has; a refusal or a resizing is on record.
    fn affords(&mut self, cx: &Context, opening: &Opening, &Bill { need, cash, freed, scale }: &Bill) -> bool {
        let notional = opening.claim.quantity * opening.price;
        let whose = (opening.order.bucket, opening.order.instrument);
        if notional < CENT {
            self.record.note(cx.now(), whose, Verdict::Refused, [Some(notional), Some(CENT)], OrderWhy::UnderACent);
            return false;
        }
        if scale < DUST || scale < 1.0 && cash + opening.claim.freed < CENT {
            self.record.note(cx.now(), whose, Verdict::Refused, [Some(need), Some(cash)], OrderWhy::NoCash);
            return false;
        }
        // The microdollars kept back for rounding are not worth a row.
        if scale < 1.0 - 1e-6 {
            let why = OrderWhy::CutToCash { freed: if freed >= CENT { freed } else { 0.0 }, scale };
            self.record.note(cx.now(), whose, Verdict::Resized, [Some(need), Some(cash)], why);
        }
        true
    }

    /// The fill of `scale` of an opening order; what volume left of it comes back, what cash left of it is gone.
    fn open(&mut self, cx: &Context, opening: &Opening, scale: f64, moment: Moment) -> Option<Order> {
        let Order { bucket, instrument, .. } = opening.order;
        let venue = self.venues.venue(cx, instrument);
        let of = |quantity: f64| fill(&opening.spec(quantity), &opening.bar, &venue);
        let cash = (self.books.spendable(cx, bucket) - Usd::from_micros(4)).max(Usd::ZERO).to_f64();
        // An order of the same symbol before it has used up volume, and made the rest dearer.
        let cost = |filled: &Filled| filled.quantity * filled.price / opening.leverage + filled.fee;
        let there = |filled: &Filled| {
            cash + self.books.backing(&opening.order, filled.price).map_or(0.0, |backing| backing.freed(opening.leverage))
        };
        let filled = affordability::cut_to_cash(opening.claim.quantity * scale, of, cost, there)?;
        let wanted = opening.allowed * scale;
        let mut order = opening.order.clone();
        self.add(cx, opening, &filled, moment);
        let left = wanted - filled.quantity;
        // A hair of the order is the rounding of quantities.
        if left < wanted * 1e-9 || !worth_working(left, filled.price, &venue) {
            return None;
        }
        let Want::Add { quantity, leverage } = order.want else { return None };
        order.want = Want::Add { quantity: left.copysign(quantity), leverage };
        Some(order)
    }

    fn add(&mut self, cx: &Context, opening: &Opening, filled: &Filled, moment: Moment) {
        let Order { bucket, instrument, narrative, reason, .. } = opening.order;
        let now = cx.now();
        let perp = cx.market.instrument(instrument).kind == Kind::Perp;
        let signed = filled.quantity * opening.side.sign();
        let fee = Usd::round(filled.fee);
        let margin = if perp {
            let (added, leverage) = (filled.quantity * filled.price, opening.leverage);
            let backing = self.books.backing(&opening.order, filled.price);
            let asked = backing.map_or(added / leverage, |backing| backing.margin_for(added, leverage, filled.fee));
            // A bucket without cash does not owe the microdollar of a rounding.
            Usd::round(asked).min(self.books.cash(bucket) - fee)
        } else {
            Usd::ZERO
        };
        let entry = Entry { quantity: signed, price: filled.price, reference: filled.reference, fee };
        self.venues.pool(cx, instrument).take(filled.quantity);
        let key = opening.order.key();
        let fresh = self.books.place(key).is_none().then(|| cx.state_of_new(&opening.order, signed > 0.0, filled.price));
        let at = self.books.increase(key, (narrative, perp), &entry, margin, fresh);
        if let Some(state) = fresh {
            self.books.next_delisting = self.books.next_delisting.min(state.ends());
            self.log_entered(cx, at);
        }
        let state = self.books.state_mut(at);
        if state.entered != cx.t {
            state.added_inside = 0.0;
        }
        state.entered = cx.t;
        let narrative = self.books.positions()[at].narrative;
        self.record.fill(now, bucket, instrument, narrative, opening.side, &entry, reason);
        self.books.protect(cx, at);
        if moment == Moment::Open {
            self.stake_from_midnight(cx, at, signed);
        }
        match moment {
            Moment::Inside => self.books.state_mut(at).added_inside += signed,
            Moment::Open if perp => self.pay_on_entry(cx, bucket, instrument, signed),
            Moment::Open => {}
        }
    }
}

impl PositionBook {
    /// `None` where nothing is held yet, and for spot.
    fn backing(&self, order: &Order, price: f64) -> Option<Backing> {
        let position = &self.positions()[self.find(order.bucket, order.instrument)?];
        position.margined.then(|| Backing::of(&margin_view(position), price))
    }
}

impl Context<'_> {
    fn state_of_new(&self, order: &Order, long: bool, price: f64) -> PositionState {
        let Order { bucket, instrument, atr, leverage_asked, .. } = *order;
        let silence = self.market.listing.delisted_after.in_bars(self.market.clock.bar);
        PositionState {
            opened: self.now(),
            leverage_asked,
            guard: Guard { atr, best: price, ..Guard::default() },
            delisted: self.market.panel.forced_out(instrument, self.t, silence),
            converts: self.market.converted_after(instrument, self.t),
            danger: f64::NAN,
            asked: MaintenanceBound::NOTHING,
            near: false,
            long,
            trails: self.bucket(bucket).stop.is_some_and(|rule| rule.trailing.is_some()),
            series: self.market.panel.at(instrument, 0),
            blocks: instrument.index() * self.market.panel.blocks(),
            offered: Usd::ZERO,
            realised: Usd::ZERO,
            funding: FundingLines::default(),
            staked: 0.0,
            entered: self.t,
            added_inside: 0.0,
        }
    }
}
