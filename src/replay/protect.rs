//! Where a position is protected: stop, target, and the mark price from which on its margin must be looked at.

use crate::exchange::brackets::DEFAULT_BRACKETS;
use crate::exchange::margin::Isolated;
use crate::exchange::orders::Side;
use crate::exchange::stops::{Distance, Trail, by_atr, by_loss, fixed};
use crate::market::BLOCK;
use crate::replay::context::Context;
use crate::replay::position_state::{MaintenanceBound, PositionState};
use crate::replay::positions::PositionBook;
use crate::replay::positions::{Watched, margin_view};
use crate::strategy::{Stop, TakeProfit};
use crate::units::{Direction, InstrumentId};

impl PositionBook {
    /// Whether the moments that look for stops, targets and broken margins have anything to look at in this bar.
    pub fn alert(&mut self, cx: &Context) -> bool {
        let known = if cx.t.is_multiple_of(BLOCK) { Watched::Stale } else { self.watched };
        let alert = match known {
            Watched::Alert(alert) => alert,
            Watched::Stale => self.look_at_block(cx),
        };
        self.watched = Watched::Alert(alert);
        alert
    }

    /// Finds what any price of this block of bars could reach, and whether that is anything.
    fn look_at_block(&mut self, cx: &Context) -> bool {
        let panel = &cx.market.panel;
        let block = cx.t / BLOCK;
        let mut alert = false;
        for state in self.states_mut() {
            let at = state.blocks + block;
            state.near = state.reached(panel.block_low[at], panel.block_high[at]);
            alert |= state.near;
        }
        alert
    }

    /// Whether this bar's prices could reach a position's stop or target, or break its margin, as [`Self::alert`] has left it.
    pub fn touched(&self, cx: &Context, at: usize) -> bool {
        let state = self.state(at);
        if !state.near {
            return false;
        }
        let (panel, cell) = (&cx.market.panel, state.series + cx.t);
        let (low, high, mark) = (panel.low[cell], panel.high[cell], panel.mark_open[cell]);
        state.reached(low.min(panel.mark_low[cell]).min(mark), high.max(panel.mark_high[cell]).max(mark))
    }

    /// Puts stop and target where the bucket's rules say, after any change of size, entry or wallet.
    pub fn protect(&mut self, cx: &Context, at: usize) {
        let position = &self.positions()[at];
        let bucket = cx.bucket(position.bucket);
        let isolated = margin_view(position);
        let (direction, entry) = (isolated.direction, position.bought_at());
        let guard = self.state(at).guard;
        let put_in = position.put_in().to_f64();
        let at_loss = |loss: f64| by_loss(direction, entry, loss, isolated.quantity);
        let stop = bucket.stop.filter(|_| !guard.spent).and_then(|rule| {
            let Stop { loss_of_margin, from_entry, atr, trailing, .. } = rule;
            // What funding has brought may be lost beside the share, what it took is lost already.
            let funded = if rule.sees_funding() { isolated.wallet - put_in } else { 0.0 };
            let trail = |part| Trail { best: guard.best, distance: Distance::Fraction(part) }.level(Side::closing(direction));
            let levels = [
                loss_of_margin.filter(|_| position.margined).map(|share| at_loss(share * put_in + funded)),
                from_entry.map(|share| fixed(direction, entry, share)),
                atr.zip(guard.atr).map(|(rule, atr)| by_atr(direction, entry, atr, rule.multiple)),
                trailing.map(trail),
            ];
            nearest(direction, levels)
        });
        let target = bucket.take_profit.and_then(|rule| {
            let TakeProfit { gain_of_margin, from_entry } = rule;
            let levels = [
                gain_of_margin.filter(|_| position.margined).map(|share| at_loss(-share * put_in)),
                from_entry.map(|share| fixed(direction, entry, -share)),
            ];
            nearest(opposite(direction), levels)
        });
        let guard = &mut self.state_mut(at).guard;
        guard.stop = stop.filter(|&price| price > 0.0);
        guard.target = target.filter(|&price| price > 0.0);
        self.watched = Watched::Stale;
        self.state_mut(at).asked = MaintenanceBound::NOTHING;
        self.watch(cx, at);
    }

    /// Keeps [`PositionState::danger`] true after the size or the wallet of a position has changed.
    ///
    /// What a position has beyond its maintenance margin only ever falls towards its bad side, for no bracket asks more than a dollar of a
    /// dollar. So it is enough to find one safe price: where no bracket up to there asks for more than `rate` of the notional,
    /// `wallet + s·q·(p − entry) = rate·q·p`, solved for `p`.
    pub fn watch(&mut self, cx: &Context, at: usize) {
        let position = &self.positions()[at];
        if !position.margined || cx.is_cross(position.bucket) {
            return;
        }
        let long = position.quantity > 0.0;
        let (danger, asked) = self.danger_at(cx, at, position.margin().to_f64());
        let state = self.state_mut(at);
        (state.danger, state.asked, state.long) = (danger, asked, long);
        self.watched = Watched::Stale;
    }

    /// That price for a perpetual with a wallet of so many USD behind it, and what it was found by.
    pub fn danger_at(&self, cx: &Context, at: usize, wallet: f64) -> (f64, MaintenanceBound) {
        let position = &self.positions()[at];
        let isolated = Isolated { wallet, ..margin_view(position) };
        let (sign, bankruptcy) = (isolated.direction.sign(), isolated.bankruptcy_price());
        let reach = isolated.quantity * if sign > 0.0 { isolated.entry_price } else { bankruptcy };
        let mut asked = self.state(at).asked;
        if asked.up_to.is_nan() || reach > asked.up_to {
            // With room for what funding does to the wallet.
            asked = cx.most_maintenance(position.instrument, 1.25 * reach);
        }
        let safe_at = |rate: f64| {
            let room = 1.0 - sign * rate;
            // A hair towards caution, so that rounding here never hides a failure from the exact test.
            if room > 0.0 { bankruptcy / room * (1.0 + sign * 1e-9) } else { f64::INFINITY }
        };
        let near = safe_at(asked.rate);
        let within = isolated.quantity * near <= asked.up_to;
        let danger = if within { near } else { safe_at(cx.most_maintenance(position.instrument, f64::INFINITY).rate) };
        (danger, asked)
    }

    /// After the legs of a bar: trailing stops follow its best price, for the bars to come.
    pub fn ratchet(&mut self, cx: &Context) {
        let market = cx.market;
        for at in 0..self.count() {
            let PositionState { trails, long, blocks, guard, .. } = *self.state(at);
            let block = blocks + cx.t / BLOCK;
            let ahead = if long { guard.best < market.panel.block_high[block] } else { guard.best > market.panel.block_low[block] };
            if !(trails && ahead) {
                continue;
            }
            let state = self.state(at);
            let cell = state.series + cx.t;
            let (high, low) = (market.panel.high[cell], market.panel.low[cell]);
            let best = if state.long { state.guard.best.max(high) } else { state.guard.best.min(low) };
            // A missing bar is NaN, which `max` and `min` pass over.
            if best != state.guard.best {
                self.state_mut(at).guard.best = best;
                self.protect(cx, at);
            }
        }
    }
}

impl Context<'_> {
    /// The highest maintenance rate that any bracket ever asks of an instrument up to a notional, closing fee included.
    fn most_maintenance(&self, instrument: InstrumentId, up_to: f64) -> MaintenanceBound {
        let tables = self.market.tiers[instrument.index()].iter().map(|table| table.brackets.as_slice());
        let brackets = tables.chain([&DEFAULT_BRACKETS[..]]).flat_map(|table| {
            let below = table.iter().take_while(|bracket| bracket.floor < up_to).count();
            &table[..below.max(1).min(table.len())]
        });
        MaintenanceBound { up_to, rate: brackets.map(|bracket| bracket.rate).fold(0.0, f64::max) + self.closing_fee() }
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
