//! A run seen from outside: equity and isolated positions made again from fills, settlements, yields and prices alone.

use std::collections::BTreeMap;

use rotate::market::{Kind, Market};
use rotate::replay::run::{Fill, FundingPayment, PlainRule, Reason, Run, Subject};
use rotate::units::{BucketId, InstrumentId, Time};

/// Equity at every close: capital, cash moved by fills, settlements and yields before it, and what is held at the valuation price.
pub fn equity(market: &Market, run: &Run) -> Vec<f64> {
    let mut held = vec![0.0_f64; market.instruments.len()];
    let mut cash = run.capital.to_f64();
    let (mut fill, mut payment, mut earned) = (0, 0, 0);
    (0..run.clock.bars)
        .map(|t| {
            let close = run.clock.close(t);
            while let Some(f) = run.fills.get(fill).filter(|f| f.time < close) {
                cash -= f.side.sign() * f.quantity * f.price + f.fee.to_f64();
                held[f.instrument.index()] += f.side.sign() * f.quantity;
                fill += 1;
            }
            while let Some(p) = run.funding.get(payment).filter(|p| p.time < close) {
                cash += p.payment.to_f64();
                payment += 1;
            }
            while let Some(y) = run.yields.get(earned).filter(|y| y.time < close) {
                cash += y.amount.to_f64();
                earned += 1;
            }
            let worth = |(id, quantity): (usize, &f64)| {
                // Sums of quantities leave a hair behind where a position has gone flat.
                let price = market.panel.value_at(InstrumentId::new(id), t);
                if price.is_nan() { 0.0 } else { quantity * price }
            };
            cash + held.iter().enumerate().map(worth).sum::<f64>()
        })
        .collect()
}

/// An isolated position as its venue would see it.
#[derive(Clone, Copy, Debug)]
pub struct Shadow {
    /// Signed.
    pub quantity: f64,
    pub entry: f64,
    pub wallet: f64,
    /// Whether the wallet can be told from outside: not after a partial reduction, when the bucket may have put more of its cash behind
    /// it, nor after an order the bracket has cut.
    pub told: bool,
}

impl Shadow {
    pub fn balance(&self, mark: f64) -> f64 {
        self.wallet + self.quantity * (mark - self.entry)
    }

    /// The wallet after an increment, which brings what lifts the whole position to its leverage, at most its own margin; what is there beyond
    /// that pays its fee. Profit backs nothing, a loss is gone.
    fn after_increment(&self, fill: &Fill, leverage: f64) -> f64 {
        let own = fill.quantity * fill.price / leverage;
        let loss = (self.quantity * (self.entry - fill.price)).max(0.0);
        let at = if loss > 0.0 { fill.price } else { self.entry };
        let whole = (self.quantity * at).abs() / leverage + own;
        self.wallet + (whole - (self.wallet - loss)).clamp(-fill.fee.to_f64(), own)
    }
}

pub type Shadows = BTreeMap<(BucketId, InstrumentId), Shadow>;

/// What happened to the perpetuals in one bar, in the order of the venue: positions after the open (orders and its settlements done),
/// and positions as they stood when they left or the bar closed, with all settlements of the bar paid.
pub struct BarOfShadows {
    pub before: Shadows,
    pub opened: Shadows,
    pub closing: Shadows,
    pub left: Vec<(BucketId, InstrumentId, Shadow, Reason)>,
}

/// Pays what settles at the open of a bar on what is held by then; returns what is paid later in the bar.
fn settle_at_open<'a>(now: &mut Shadows, payments: Vec<&'a FundingPayment>, open: Time) -> Vec<&'a FundingPayment> {
    let (mut late, mut at_open) = (Vec::new(), Vec::new());
    for paid in payments {
        let key = (paid.bucket, paid.instrument);
        match now.get_mut(&key) {
            // What is paid on another quantity than the one held, or a second time, is paid on what this open adds.
            Some(shadow) if paid.time == open && !at_open.contains(&key) && (paid.quantity / shadow.quantity - 1.0).abs() < 1e-9 => {
                at_open.push(key);
                shadow.wallet += paid.payment.to_f64();
            }
            _ => late.push(paid),
        }
    }
    late
}

/// Follows every perpetual position bar by bar. `leverage` is the one rung of each bucket.
pub fn follow(market: &Market, run: &Run, leverage: &[f64]) -> Vec<BarOfShadows> {
    let mut now = Shadows::new();
    let (mut fill, mut payment) = (0, 0);
    (0..run.clock.bars)
        .map(|t| {
            let (open, close) = (run.clock.open(t), run.clock.close(t));
            let before = now.clone();
            let fills: Vec<_> = run.fills[fill..].iter().take_while(|f| f.time < close).collect();
            let payments: Vec<_> = run.funding[payment..].iter().take_while(|p| p.time < close).collect();
            (fill, payment) = (fill + fills.len(), payment + payments.len());
            let mut left = Vec::new();
            let mut late = settle_at_open(&mut now, payments, open);
            // What an entry at this open, or a later settlement of the bar, pays: from the wallet as it stands after the open's orders.
            let mut pay_late = |now: &mut Shadows, key: (BucketId, InstrumentId)| {
                late.retain(|paid| {
                    let this = (paid.bucket, paid.instrument) == key;
                    if this && let Some(shadow) = now.get_mut(&key) {
                        shadow.wallet += paid.payment.to_f64();
                    }
                    !this
                });
            };
            let mut opened = now.clone();
            for f in fills.into_iter().filter(|f| market.instrument(f.instrument).kind == Kind::Perp) {
                let key = (f.bucket, f.instrument);
                let signed = f.side.sign() * f.quantity;
                let fresh = Shadow { quantity: 0.0, entry: 0.0, wallet: 0.0, told: true };
                let held = now.get(&key).copied().unwrap_or(fresh);
                let after = held.quantity + signed;
                if held.quantity == 0.0 || held.quantity.signum() == signed.signum() {
                    let entry = (held.quantity * held.entry + signed * f.price) / after;
                    let wallet = held.after_increment(f, leverage[f.bucket.index()]);
                    // Where the bracket cut the order, its leverage fell to what the log says in words only.
                    let about = Subject::Instrument(f.instrument);
                    let cut = run.decisions.iter().any(|d| d.rule() == PlainRule::Bracket.into() && d.time == f.time && d.subject == about);
                    now.insert(key, Shadow { quantity: after, entry, wallet, told: held.told && !cut });
                    opened.insert(key, now[&key]);
                } else if after == 0.0 {
                    if matches!(f.reason, Reason::Stop | Reason::Liquidation | Reason::EndOfData) {
                        pay_late(&mut now, key);
                    }
                    let last = now.remove(&key).expect("held");
                    left.push((f.bucket, f.instrument, last, f.reason));
                } else {
                    let wallet = held.wallet * (after / held.quantity);
                    now.insert(key, Shadow { quantity: after, wallet, told: false, ..held });
                    opened.insert(key, now[&key]);
                }
            }
            for key in now.keys().copied().collect::<Vec<_>>() {
                pay_late(&mut now, key);
            }
            BarOfShadows { before, opened, closing: now.clone(), left }
        })
        .collect()
}
