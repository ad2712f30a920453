//! Where a position is protected: stop, target, and the mark price from which on its margin must be looked at.

use crate::exchange::orders::Side;
use crate::exchange::stops::{Distance, Trail, by_atr, by_margin, fixed};
use crate::replay::desk::{Desk, margin_view};
use crate::strategy::{Stop, TakeProfit};
use crate::units::Direction;

/// The orders that rest beside a position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guard {
    /// A touch of this price sends a market order.
    pub stop: Option<f64>,
    /// The stop was reached and what it sent is still being worked.
    pub spent: bool,
    /// A limit that takes profit.
    pub target: Option<f64>,
    /// The average true range known when the position was entered.
    pub atr: Option<f64>,
    /// The best price of the bars closed since the entry; at first the entry itself.
    pub best: f64,
}

/// The side that closes a position.
pub(super) fn exit_side(long: bool) -> Side {
    if long { Side::Sell } else { Side::Buy }
}

impl Desk<'_> {
    /// Puts stop and target where the bucket's rules say, after any change of size, entry or wallet.
    pub fn protect(&mut self, at: usize) {
        let position = &self.books.positions()[at];
        let bucket = self.bucket(position.bucket);
        let isolated = margin_view(position);
        let (direction, entry) = (isolated.direction, position.bought_at());
        let guard = self.beside[at].guard;
        let at_loss = |share: f64| by_margin(direction, entry, isolated.wallet, isolated.quantity, share);
        let stop = bucket.stop.filter(|_| !guard.spent).and_then(|rule| {
            let Stop { loss_of_margin, from_entry, atr, trailing } = rule;
            let trail =
                |part| Trail { best: guard.best, distance: Distance::Fraction(part) }.level(exit_side(direction == Direction::Long));
            let levels = [
                loss_of_margin.filter(|_| position.margined).map(at_loss),
                from_entry.map(|share| fixed(direction, entry, share)),
                atr.zip(guard.atr).map(|(rule, atr)| by_atr(direction, entry, atr, rule.multiple)),
                trailing.map(trail),
            ];
            nearest(direction, levels)
        });
        let target = bucket.take_profit.and_then(|rule| {
            let TakeProfit { gain_of_margin, from_entry } = rule;
            let levels = [
                gain_of_margin.filter(|_| position.margined).map(|share| at_loss(-share)),
                from_entry.map(|share| fixed(direction, entry, -share)),
            ];
            nearest(opposite(direction), levels)
        });
        let guard = &mut self.beside[at].guard;
        guard.stop = stop.filter(|&price| price > 0.0);
        guard.target = target.filter(|&price| price > 0.0);
        self.stale = true;
        self.watch(at);
    }

    /// Keeps [`crate::replay::desk::Beside::danger`] true after the size or the wallet of a position has changed. No bracket asks for more
    /// than `most` of the notional, so `wallet + s·q·(p − entry) > most·q·p` means safe: solved for `p`.
    pub fn watch(&mut self, at: usize) {
        let position = &self.books.positions()[at];
        if !position.margined || self.is_cross(position.bucket) {
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

    /// After the legs of a bar: trailing stops follow its best price, for the bars to come.
    pub fn ratchet(&mut self) {
        let market = self.market;
        for at in 0..self.beside.len() {
            let position = &self.books.positions()[at];
            if self.bucket(position.bucket).stop.is_none_or(|rule| rule.trailing.is_none()) {
                continue;
            }
            let beside = &self.beside[at];
            let cell = beside.series + self.t;
            let (high, low) = (market.panel.high[cell], market.panel.low[cell]);
            let best = if beside.long { beside.guard.best.max(high) } else { beside.guard.best.min(low) };
            // A missing bar is NaN, which `max` and `min` pass over.
            if best != beside.guard.best {
                self.beside[at].guard.best = best;
                self.protect(at);
            }
        }
    }
}

/// Of several stops of one side the one that price reaches first.
fn nearest<const N: usize>(direction: Direction, levels: [Option<f64>; N]) -> Option<f64> {
    levels.into_iter().flatten().reduce(match direction {
        Direction::Long => f64::max,
        Direction::Short => f64::min,
    })
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Long => Direction::Short,
        Direction::Short => Direction::Long,
    }
}
