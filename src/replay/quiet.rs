//! What may be skipped, and why. The ledger is moved by events alone. Where no order waits, no price of a block of bars comes to a level, nothing is decided
//! and no month or regime ends, the moments of a bar come to nothing but its settlements and its row, and the row is a function of constant positions and
//! the closes. So such bars are made a stretch at a time; the same bytes come out as bar by bar (`tests/laws/quiet.rs`).
//!
//! | moment | why it comes to nothing in a stretch |
//! |---|---|
//! | 0 yields, listings | the stretch ends before a midnight where anything yields, and before a listing of what is held ends |
//! | 2, 5, 7 margin and levels | no low or high of its blocks comes near, with wallets as low as its settlements could ever leave them |
//! | 2, 5, 7 pools, auto-deleveraging | there is no stretch while a pool holds anything, or a short under that stress |
//! | 3, 6 settlements | are paid, in their order, each fully covered by the margin of its position |
//! | 4 orders and flows | none waits |
//! | 7 attribution | the stretch ends before a bar that ends a month or a regime |
//! | 8 decisions | the stretch ends before a bar at whose close they are made |

use std::ops::Range;

use crate::ledger::{Position, Snapshot};
use crate::market::{BLOCK, LINE};
use crate::replay::context::Context;
use crate::replay::kernel::MOST;
use crate::replay::positions::{PositionBook, Watched};
use crate::replay::simulation::Simulation;
use crate::units::{Span, Usd};

/// Fewer bars are gone through one by one.
const LEAST: usize = 2;

impl Simulation<'_> {
    /// Makes settlements and rows of bars from `t` on in which nothing else happens; the first bar, `until` at the latest, that is to be gone through.
    pub fn skip_quiet(&mut self, t: usize, until: usize) -> usize {
        let waits = !self.orders.is_empty() || !self.orders.flows().is_empty();
        if !self.skips || waits || t < self.stretch.busy_until || t == self.cx.market.first {
            return t;
        }
        let books = &self.account.books;
        let end = self.cx.quiet_until(t, until.min(books.next_delisting));
        if end < t + LEAST || self.asks_every_bar() {
            return t;
        }
        let block_end = (t / BLOCK + 1) * BLOCK;
        let end = books.untouched_until(&self.cx, t, end);
        // Where all of it is too long, the rest of the block may do.
        let found = [end, block_end].into_iter().find(|&tried| tried <= end && self.stretch.foresees(&self.cx, books, t..tried));
        let Some(end) = found.filter(|&end| end >= t + LEAST) else {
            self.stretch.busy_until = block_end;
            return t;
        };
        self.make(t..end);
        self.cx.turn_to(end - 1);
        end
    }

    /// Whether something is held that every bar is asked about.
    fn asks_every_bar(&self) -> bool {
        let (cx, books) = (&self.cx, &self.account.books);
        books.may_be_deleveraged(cx) || cx.roles.cross.iter().any(|&pool| !books.tested(cx, pool).is_empty())
    }

    /// Settlements and rows of a stretch that was found.
    fn make(&mut self, bars: Range<usize>) {
        let mut from = bars.start;
        self.stretch.take(&self.account.books);
        let due = std::mem::take(&mut self.stretch.due);
        for of_bar in due.chunk_by(|a, b| a.bar == b.bar) {
            self.rows(from..of_bar[0].bar);
            from = of_bar[0].bar;
            for due in of_bar {
                let Position { bucket, quantity, .. } = self.account.books.positions()[due.at];
                self.stretch.pay(bucket, due.payment);
                self.account.book_settlement(due.at, &due.settlement, quantity, due.payment);
            }
        }
        self.rows(from..bars.end);
        for at in 0..self.account.books.count() {
            if self.stretch.wallets[at].due {
                self.account.books.watch(&self.cx, at);
            }
        }
        self.stretch.due = due;
        // The ledger stands where it would stand: marked to the last of these closes.
        let (panel, last) = (&self.cx.market.panel, bars.end - 1);
        self.account.books.money().mark(|id| panel.value_at(id, last), &mut self.stretch.bases);
        self.account.books.watched = Watched::Stale;
    }

    /// The rows of bars between two settlements.
    fn rows(&mut self, bars: Range<usize>) {
        let (Self { cx, account, stretch, .. }, mut t) = (self, bars.start);
        while t < bars.end {
            let (lane, lanes) = (t % LINE, (LINE - t % LINE).min(bars.end - t));
            stretch.rows.value(&stretch.constants, cx.market.panel.value_line(t));
            // No close lies above the high of its bar, which has been looked at.
            assert!(stretch.rows.hold(lane..lane + lanes), "more is held than was foreseen");
            for lane in lane..lane + lanes {
                let values = stretch.bases.iter().zip(&stretch.rows.worth).map(|(base, worth)| *base + Usd::from_micros(worth[lane]));
                let equity = account.record.bucket_values(values);
                let snapshot = Snapshot { equity, gross: stretch.rows.gross[lane], net: stretch.rows.net[lane], margin: stretch.margin };
                account.record.close_bar(&snapshot, cx.regimes[t]);
                t += 1;
            }
        }
    }
}

impl Context<'_> {
    /// The first bar from `t` on, before `until`, whose moments come to something whatever prices do; `until` where there is none.
    fn quiet_until(&self, t: usize, until: usize) -> usize {
        let clock = &self.market.clock;
        let bar = clock.bar.seconds();
        // The first bar that closes on a multiple of a span.
        let next_close_on = |span: Span| {
            let left = (-clock.close(t).seconds()).rem_euclid(span.seconds());
            // Where bars never meet it, or nobody knows, none is skipped.
            if left % bar == 0 { t + (left / bar) as usize } else { t }
        };
        let month = (clock.open(t).next_month().seconds() - clock.start.seconds() + bar - 1) / bar;
        let mut end = until.min(clock.bars - 1).min(next_close_on(self.plan.decide)).min(month as usize - 1);
        if self.roles.yields {
            // The bar after one that closes at midnight.
            end = end.min(if self.begins_day_at(t) { t } else { next_close_on(Span::DAY) + 1 });
        }
        let turns = |&t: &usize| self.regimes[t] != self.regimes[t - 1];
        (t..end.max(t)).find(turns).unwrap_or(end)
    }
}

impl PositionBook {
    /// The first block of bars before `end`, of which bar `t` may be one, in which a price comes to a level or near liquidation, or leads a trailing
    /// stop; `end` where there is none, or more is held than can be summed quickly.
    fn untouched_until(&self, cx: &Context, t: usize, end: usize) -> usize {
        let panel = &cx.market.panel;
        for block in t / BLOCK..end.div_ceil(BLOCK) {
            let mut most = 0.0;
            for (state, position) in self.states().iter().zip(self.positions()) {
                let (low, high) = (panel.block_low[state.blocks + block], panel.block_high[state.blocks + block]);
                let leads = if state.long { state.guard.best < high } else { state.guard.best > low };
                if state.reached(low, high) || state.trails && leads {
                    return t.max(block * BLOCK);
                }
                most += position.quantity.abs() * high.max(panel.value_at(position.instrument, t - 1));
            }
            if most >= MOST || most.is_nan() {
                return t.max(block * BLOCK);
            }
        }
        end
    }

    /// Whether a mark price of some bars' blocks comes to where a position is endangered.
    pub fn endangered_in(&self, cx: &Context, at: usize, danger: f64, bars: Range<usize>) -> bool {
        let (panel, state) = (&cx.market.panel, self.state(at));
        let mut blocks = (bars.start / BLOCK..bars.end.div_ceil(BLOCK)).map(|block| state.blocks + block);
        blocks.any(|block| state.passes(danger, if state.long { panel.block_low[block] } else { panel.block_high[block] }))
    }
}
