//! How positions are opened and added to: bracket, volume, price, what the bucket can afford, and the fill.

use crate::exchange::margin;
use crate::exchange::orders::{Bar, Filled, Moment, OrderSpec, Side, Venue, fill_point};
use crate::ledger::Entry;
use crate::market::Kind;
use crate::replay::decision::OrderWhy;
use crate::replay::desk::{Beside, Desk, margin_view};
use crate::replay::orders::{Order, Want, side};
use crate::replay::protect::{Asked, Guard};
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
    /// Positive: what brackets allow and the bar's volume gives of it, before anybody asked who pays.
    quantity: f64,
    /// Positive: what brackets allow.
    allowed: f64,
    leverage: f64,
    /// The most one unit of quantity takes: margin or price, plus fee.
    unit_cost: f64,
    /// USD of it that the position's own margin pays: what is behind it beyond what the order's leverage asks.
    freed: f64,
    price: f64,
}

impl Opening {
    fn spec(&self, quantity: f64) -> OrderSpec {
        OrderSpec::new(self.side, self.order.kind, quantity)
    }

    /// The most a part of the order takes, in USD, whoever pays.
    fn cost(&self) -> f64 {
        self.quantity * self.unit_cost
    }

    /// USD the bucket's cash must pay for all of it.
    fn need(&self) -> f64 {
        (self.cost() - self.freed).max(0.0)
    }
}

/// What stands behind a position before an order adds to it.
#[derive(Clone, Copy)]
struct Backing {
    /// What its margin is asked of, in USD: the notional at entry; under an unrealised loss that at the price of the order.
    notional: f64,
    /// Margin less unrealised loss, in USD: profit backs nothing, as on a venue, but a loss is gone.
    wallet: f64,
}

/// The most a unit takes at this size or a smaller one, in USD: a smaller sale brings a better price, so a larger notional.
fn unit_cost(quantity: f64, leverage: f64, first: &Filled, venue: &Venue) -> f64 {
    let dearest = if first.maker { first.price } else { first.price.max(venue.taker.price(-1.0, first.reference)) };
    let fee = if first.maker { venue.maker.fee } else { venue.taker.fee };
    quantity * dearest / leverage / quantity + dearest * fee
}

/// What all orders of a bucket cost at once, in USD, and who pays.
#[derive(Clone, Copy)]
struct Bill {
    /// What the bucket's cash is asked for.
    need: f64,
    cash: f64,
    /// What the positions' own margin pays.
    freed: f64,
    /// The part of every order that can be paid.
    scale: f64,
}

impl Bill {
    fn of(openings: &[Opening], cash: f64) -> Self {
        let need = openings.iter().map(Opening::need).sum();
        let freed = openings.iter().map(|opening| opening.freed.min(opening.cost())).sum();
        Self { need, cash, freed, scale: affordable(openings, cash) }
    }
}

/// The largest part of all orders of a bucket that its cash pays for, all shrinking alike. What a position's own margin pays costs no cash,
/// and helps no other order.
fn affordable(openings: &[Opening], cash: f64) -> f64 {
    let mut paying: Vec<&Opening> = openings.iter().collect();
    loop {
        let cost: f64 = paying.iter().map(|opening| opening.cost()).sum();
        let there = cash + paying.iter().map(|opening| opening.freed).sum::<f64>();
        let scale = if cost > there { there / cost } else { 1.0 };
        let before = paying.len();
        paying.retain(|opening| opening.cost() * scale > opening.freed);
        if paying.len() == before || paying.is_empty() {
            return scale;
        }
    }
}

/// Steps in which an order is cut to the cash there is; each leaves a small part of what the one before left.
const MOST_CUTS: u32 = 16;

impl Desk<'_> {
    /// The opening orders of one bucket that meet the open. Never borrow: where its cash does not reach, all of them shrink alike. What is
    /// left of an order goes to `waiting`.
    pub fn open_all(&mut self, orders: Vec<Order>, waiting: &mut Vec<Order>) {
        let openings: Vec<Opening> = orders.into_iter().filter_map(|order| self.opening(order, Moment::Open, waiting)).collect();
        let Some(bucket) = openings.first().map(|opening| opening.order.bucket) else { return };
        // Each order rounds three amounts to the microdollar; keep that much back.
        let slack = Usd::from_micros(4 * openings.len() as i64);
        let cash = (self.spendable(bucket) - slack).max(Usd::ZERO).to_f64();
        let bill = Bill::of(&openings, cash);
        for opening in openings {
            if self.affords(&opening, &bill) {
                waiting.extend(self.open(&opening, bill.scale, Moment::Open));
            }
        }
    }

    /// An opening limit that fills inside the bar. What is left of it comes back.
    pub fn open_inside(&mut self, order: Order, waiting: &mut Vec<Order>) {
        let Some(opening) = self.opening(order, Moment::Inside, waiting) else { return };
        let cash = (self.spendable(opening.order.bucket) - Usd::from_micros(4)).max(Usd::ZERO).to_f64();
        let bill = Bill::of(std::slice::from_ref(&opening), cash);
        if self.affords(&opening, &bill) {
            waiting.extend(self.open(&opening, bill.scale, Moment::Inside));
        }
    }

    /// Price, bracket, volume and cost of an opening order where it trades; `None` where it does not, or no more.
    fn opening(&mut self, mut order: Order, moment: Moment, waiting: &mut Vec<Order>) -> Option<Opening> {
        let Want::Add { quantity: signed, leverage } = order.want else { return None };
        let instrument = order.instrument;
        if order.reason != Reason::Enter && self.books.find(order.bucket, instrument).is_none() {
            self.note((order.bucket, instrument), Verdict::Refused, [None, None], OrderWhy::Gone { order: order.reason });
            return None;
        }
        let Some(bar) = self.bar_met(&order) else {
            waiting.extend(self.no_bar(order));
            return None;
        };
        let venue = self.venue(instrument);
        let spec = OrderSpec::new(side(self.bucket(order.bucket), true), order.kind, signed.abs());
        if fill_point(&spec, &bar, &venue).is_none_or(|point| point.moment != moment) {
            waiting.push(order);
            return None;
        }
        let Some(first) = fill(&spec, &bar, &venue) else {
            self.got_nothing(&mut order, &spec, bar.open);
            waiting.push(order);
            return None;
        };
        let (allowed, leverage) = self.within_bracket(&order, signed.abs(), leverage, first.price);
        if allowed <= 0.0 {
            return None;
        }
        let quantity = allowed.min(first.quantity);
        let unit_cost = unit_cost(quantity, leverage, &first, &venue);
        let freed = self.freed(&order, leverage, first.price);
        self.told_of_volume(&mut order, allowed, quantity);
        Some(Opening { order, side: spec.side, bar, quantity, allowed, leverage, unit_cost, freed, price: first.price })
    }

    /// What the bracket of the post-trade notional allows of an order, and at what leverage: the same margin stands behind less notional.
    fn within_bracket(&mut self, order: &Order, wanted: f64, leverage: f64, price: f64) -> (f64, f64) {
        if self.market.instrument(order.instrument).kind != Kind::Perp {
            return (wanted, leverage);
        }
        let held = self.books.find(order.bucket, order.instrument).map_or(0.0, |at| self.books.positions()[at].quantity.abs());
        let notional = (held + wanted) * price;
        let allowed = margin::allowed_notional(self.brackets(order.instrument), notional, leverage);
        if allowed >= notional {
            return (wanted, leverage);
        }
        let possible = leverage * allowed / notional;
        let why = OrderWhy::Bracket { leverage, possible };
        self.note((order.bucket, order.instrument), Verdict::Resized, [Some(notional), Some(allowed)], why);
        ((allowed / price - held).max(0.0), possible)
    }

    /// `None` where nothing is held yet, and for spot.
    fn backing(&self, order: &Order, price: f64) -> Option<Backing> {
        let position = &self.books.positions()[self.books.find(order.bucket, order.instrument)?];
        let isolated = margin_view(position);
        let profit = margin::unrealised_profit(isolated.direction, isolated.quantity, isolated.entry_price, price);
        let at = if profit < 0.0 { price } else { isolated.entry_price };
        position.margined.then(|| Backing { notional: isolated.quantity * at, wallet: isolated.wallet + profit.min(0.0) })
    }

    /// USD behind a position beyond what a leverage asks: what a lower rung, or funding it received, had put in.
    fn freed(&self, order: &Order, leverage: f64, price: f64) -> f64 {
        self.backing(order, price).map_or(0.0, |backing| (backing.wallet - backing.notional / leverage).max(0.0))
    }

    /// Cash that goes behind `added` more notional at `price`, fee apart: all of a spot buy; of a perpetual what lifts the wallet of the whole
    /// position to `notional / leverage`, at most the increment's own margin. Where there is more behind it than that, the fee comes out of it:
    /// then the amount is negative, at least `-fee`. With its fee convex and nothing at nothing, so a smaller order never needs more than its share.
    fn margin_for(&self, order: &Order, added: f64, leverage: f64, (price, fee): (f64, f64)) -> f64 {
        let own = added / leverage;
        let lift = |backing: Backing| ((backing.notional + added) / leverage - backing.wallet).clamp((-fee).min(0.0), own);
        self.backing(order, price).map_or(own, lift)
    }

    /// Whether an order is worth sending with what the bucket has; a refusal or a resizing is on record.
    fn affords(&mut self, opening: &Opening, &Bill { need, cash, freed, scale }: &Bill) -> bool {
        let notional = opening.quantity * opening.price;
        let whose = (opening.order.bucket, opening.order.instrument);
        if notional < CENT {
            self.note(whose, Verdict::Refused, [Some(notional), Some(CENT)], OrderWhy::UnderACent);
            return false;
        }
        if scale < DUST || scale < 1.0 && cash + opening.freed < CENT {
            self.note(whose, Verdict::Refused, [Some(need), Some(cash)], OrderWhy::NoCash);
            return false;
        }
        // The microdollars kept back for rounding are not worth a row.
        if scale < 1.0 - 1e-6 {
            let why = OrderWhy::CutToCash { freed: if freed >= CENT { freed } else { 0.0 }, scale };
            self.note(whose, Verdict::Resized, [Some(need), Some(cash)], why);
        }
        true
    }

    /// The fill of `scale` of an opening order; what volume left of it comes back, what cash left of it is gone.
    fn open(&mut self, opening: &Opening, scale: f64, moment: Moment) -> Option<Order> {
        let Order { bucket, instrument, .. } = opening.order;
        let venue = self.venue(instrument);
        let of = |quantity: f64| fill(&opening.spec(quantity), &opening.bar, &venue);
        let mut filled = of(opening.quantity * scale)?;
        let cash = (self.spendable(bucket) - Usd::from_micros(4)).max(Usd::ZERO).to_f64();
        for _ in 0..MOST_CUTS {
            // An order of the same symbol before it has used up volume, and made the rest dearer. A smaller one moves the price less, which
            // changes what stands behind the position it adds to.
            let cost = filled.quantity * filled.price / opening.leverage + filled.fee;
            let there = cash + self.freed(&opening.order, opening.leverage, filled.price);
            if cost <= there {
                break;
            }
            // Never by the last bit of a division more than there is: of a large book that is more than the microdollars kept back.
            filled = of(filled.quantity * there / cost * (1.0 - 1e-12))?;
        }
        let wanted = opening.allowed * scale;
        let mut order = opening.order.clone();
        self.add(opening, &filled, moment);
        let left = wanted - filled.quantity;
        // A hair of the order is the rounding of quantities.
        if left < wanted * 1e-9 || !worth_working(left, filled.price, &venue) {
            return None;
        }
        let Want::Add { quantity, leverage } = order.want else { return None };
        order.want = Want::Add { quantity: left.copysign(quantity), leverage };
        Some(order)
    }

    fn add(&mut self, opening: &Opening, filled: &Filled, moment: Moment) {
        let Order { bucket, instrument, narrative, reason, .. } = opening.order;
        let now = self.now();
        let perp = self.market.instrument(instrument).kind == Kind::Perp;
        let signed = filled.quantity * opening.side.sign();
        let fee = Usd::round(filled.fee);
        let margin = if perp {
            let asked = self.margin_for(&opening.order, filled.quantity * filled.price, opening.leverage, (filled.price, filled.fee));
            // A bucket without cash does not owe the microdollar of a rounding.
            Usd::round(asked).min(self.books.cash(bucket) - fee)
        } else {
            Usd::ZERO
        };
        let entry = Entry { quantity: signed, price: filled.price, reference: filled.reference, fee };
        self.pool(instrument).take(filled.quantity);
        let held = self.books.positions().len();
        let at = self.books.increase(bucket, instrument, narrative, perp, &entry, margin);
        if self.books.positions().len() > held {
            let beside = self.beside_new(&opening.order, signed > 0.0, filled.price);
            self.next_delisting = self.next_delisting.min(beside.ends());
            self.beside.insert(at, beside);
            self.log_entered(at);
        }
        let beside = &mut self.beside[at];
        if beside.entered != self.t {
            beside.added_inside = 0.0;
        }
        beside.entered = self.t;
        let narrative = self.books.positions()[at].narrative;
        self.record.fill(now, bucket, instrument, narrative, opening.side, &entry, reason);
        self.protect(at);
        if moment == Moment::Open {
            self.stake_from_midnight(at, signed);
        }
        match moment {
            Moment::Inside => self.beside[at].added_inside += signed,
            Moment::Open if perp => self.pay_on_entry(bucket, instrument, signed),
            Moment::Open => {}
        }
    }

    fn beside_new(&self, order: &Order, long: bool, price: f64) -> Beside {
        let Order { bucket, instrument, atr, rung, .. } = *order;
        let silence = self.market.listing.delisted_after.in_bars(self.market.clock.bar);
        Beside {
            opened: self.now(),
            rung,
            guard: Guard { atr, best: price, ..Guard::default() },
            delisted: self.market.panel.forced_out(instrument, self.t, silence),
            converts: self.market.converted_after(instrument, self.t),
            danger: f64::NAN,
            asked: Asked::NOTHING,
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
