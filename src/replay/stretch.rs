//! A stretch of bars in which nothing happens but settlements: what is due in it, and what it leaves of the margins. [`super::quiet`] says when there is one.

use std::ops::Range;

use crate::exchange::funding::payment;
use crate::market::{LINE, Settlement};
use crate::replay::context::Context;
use crate::replay::kernel::{Constant, Rows};
use crate::replay::positions::PositionBook;
use crate::units::{BucketId, Usd};

/// What a stretch is looked for and made with, kept from one to the next for its room.
pub(super) struct Stretch {
    /// Bars before this one are not looked at again: in their block something may come near.
    pub busy_until: usize,
    pub due: Vec<Due>,
    /// By bucket of perpetuals, then instrument: the place of its position, [`NOWHERE`] without one.
    places: Vec<u32>,
    pub wallets: Vec<Wallet>,
    pub constants: Vec<Constant>,
    pub rows: Rows,
    /// By bucket: what it is worth beside what its positions are at their prices.
    pub bases: Vec<Usd>,
    /// All margins.
    pub margin: Usd,
}

const NOWHERE: u32 = u32::MAX;

/// A settlement of a held position.
#[derive(Clone, Copy)]
pub(super) struct Due {
    pub at: usize,
    pub bar: usize,
    pub settlement: Settlement,
    pub payment: Usd,
}

/// The margin behind a position in the course of a stretch.
#[derive(Clone, Copy)]
pub(super) struct Wallet {
    pub now: Usd,
    pub least: Usd,
    /// Whether anything is due of it.
    pub due: bool,
    /// A mark price on the good side of this cannot liquidate at the least of it.
    pub danger: f64,
}

impl Stretch {
    /// Nothing found yet, for so many buckets.
    pub fn of(buckets: usize) -> Self {
        Self {
            busy_until: 0,
            due: Vec::new(),
            places: Vec::new(),
            wallets: Vec::new(),
            constants: Vec::new(),
            rows: Rows::of(buckets),
            bases: vec![Usd::ZERO; buckets],
            margin: Usd::ZERO,
        }
    }

    /// Finds what is due in some bars; whether nothing but these settlements can happen there: each is covered, and none brings a position near.
    pub fn foresees(&mut self, cx: &Context, books: &PositionBook, bars: Range<usize>) -> bool {
        self.find_due(cx, books, bars.clone());
        let mut moved = 0.0;
        for due in &self.due {
            let wallet = &mut self.wallets[due.at];
            wallet.now += due.payment;
            wallet.due = true;
            wallet.least = wallet.least.min(wallet.now);
            moved += due.payment.to_f64().abs();
        }
        for at in 0..books.count() {
            let wallet = &mut self.wallets[at];
            let position = &books.positions()[at];
            // Such a stop moves with every payment.
            if wallet.due && cx.bucket(position.bucket).stop.is_some_and(|stop| stop.sees_funding()) {
                return false;
            }
            if wallet.least < position.margin() {
                wallet.danger = books.danger_at(cx, at, wallet.least.to_f64()).0;
                if wallet.least.is_negative() || books.endangered_in(cx, at, wallet.danger, bars.clone()) {
                    return false;
                }
            }
        }
        let endangered = |due: &Due| books.state(due.at).passes(self.wallets[due.at].danger, due.settlement.mark);
        !self.due.iter().any(endangered) && books.has_room_for(moved)
    }

    fn find_due(&mut self, cx: &Context, books: &PositionBook, bars: Range<usize>) {
        let instruments = cx.market.instruments.len();
        self.due.clear();
        self.wallets.clear();
        self.places.clear();
        self.places.resize(cx.roles.perp.len() * instruments, NOWHERE);
        for (at, position) in books.positions().iter().enumerate() {
            let margin = position.margin();
            self.wallets.push(Wallet { now: margin, least: margin, due: false, danger: books.state(at).danger });
            if let Some(place) = cx.roles.perp.iter().position(|&bucket| bucket == position.bucket) {
                self.places[place * instruments + position.instrument.index()] = at as u32;
            }
        }
        if cx.roles.perp.is_empty() {
            return;
        }
        for bar in bars {
            for k in cx.settlements_in(bar) {
                let instrument = cx.settled(k);
                for places in self.places.chunks_exact(instruments) {
                    let place = places[instrument.index()];
                    if place != NOWHERE {
                        let settlement = cx.settlement(k);
                        let at = place as usize;
                        let payment = Usd::round(payment(books.positions()[at].quantity, settlement.mark, settlement.rate));
                        self.due.push(Due { at, bar, settlement, payment });
                    }
                }
            }
        }
    }

    /// A settlement is paid: nothing else of what was taken moves.
    pub fn pay(&mut self, bucket: BucketId, payment: Usd) {
        self.bases[bucket.index()] += payment;
        self.margin += payment;
    }

    /// Takes the positions and what stands beside them as they are now.
    pub fn take(&mut self, books: &PositionBook) {
        for (bucket, base) in self.bases.iter_mut().enumerate() {
            *base = books.cash(BucketId::new(bucket));
        }
        self.constants.clear();
        self.margin = Usd::ZERO;
        for position in books.positions() {
            self.margin += position.margin();
            let bucket = position.bucket.index();
            self.bases[bucket] += position.beside_worth();
            self.constants.push(Constant { quantity: position.quantity, place: position.instrument.index() * LINE, bucket });
        }
    }
}
