//! The state of one replay between bars: what moments work on that may fill, send and cancel at once.

use crate::exchange::jitter::Jitter;
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::orders::OrderQueue;
use crate::replay::stretch::Stretch;
use crate::units::Usd;

/// In which way a plan is replayed, beside the plan.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    /// Market orders met by chance elsewhere in their bar.
    pub jitter: Option<Jitter>,
    /// Every bar gone through, none skipped.
    pub bar_by_bar: bool,
}

pub(super) struct Simulation<'a> {
    pub cx: Context<'a>,
    pub account: Account,
    /// What was decided and has not been done, or not wholly.
    pub orders: OrderQueue,
    pub stretch: Stretch,
    /// Whether bars in which nothing happens may be made a stretch at a time.
    pub skips: bool,
}

impl<'a> Simulation<'a> {
    /// Before the first bar.
    pub fn new(cx: Context<'a>, capital: Usd, manner: Manner) -> Self {
        let cx = Context { jitter: manner.jitter, ..cx };
        let (latency, buckets) = (cx.plan.assumptions.latency_bars, cx.plan.buckets.len());
        Self {
            cx,
            account: Account::begin(&cx, capital),
            orders: OrderQueue::new(latency),
            stretch: Stretch::of(buckets),
            skips: !manner.bar_by_bar,
        }
    }

    /// Moment 8: the strategy sees the bar; orders for the next.
    pub fn decide(&mut self) {
        let Account { books, buckets, record, .. } = &mut self.account;
        if self.cx.roles.trails {
            books.ratchet(&self.cx);
        }
        let equity = *record.run.equity.last().expect("the bar has its row");
        let mut decider = Decider { cx: self.cx, books, equity, buckets, orders: &mut self.orders, record, asked: Vec::new() };
        decider.decide();
        for (key, leverage) in decider.asked {
            if let Some(at) = self.account.books.place(key) {
                self.account.books.state_mut(at).leverage_asked = leverage;
            }
        }
    }
}
