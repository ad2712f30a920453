//! What is kept beside an open position, and what price could do to it.

use crate::market::Successor;
use crate::replay::run::FundingLines;
use crate::units::{Time, Usd};

/// What is kept beside a position: when it was opened, where it is protected, from where on its margin must be tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct PositionState {
    pub opened: Time,
    /// The leverage last asked for it, before anything lowered that.
    pub leverage_asked: f64,
    pub guard: Guard,
    /// Bar at which its listing will have been silent for too long.
    pub delisted: usize,
    /// Bar at which its coin will be another one, and which; spot alone.
    pub converts: Option<(usize, Successor)>,
    /// A mark price on the good side of this cannot liquidate, whatever the bracket; NaN for spot and in a pool, which compares as safe.
    pub danger: f64,
    /// What that was found by.
    pub asked: MaintenanceBound,
    /// Whether any price of this block of bars could reach its stop or its target, or break its margin.
    pub near: bool,
    pub long: bool,
    /// Whether a stop of its bucket follows the price.
    pub trails: bool,
    /// Where its instrument's series begin in the panel, and where its blocks do.
    pub series: usize,
    pub blocks: usize,
    /// Profit of its partial exits that has been offered to the waterfall already.
    pub offered: Usd,
    /// Profit and loss of its partial exits so far.
    pub realised: Usd,
    /// Settlements that the attribution has not been handed yet.
    pub funding: FundingLines,
    /// The least quantity held in the UTC day so far; what was bought at its first open counts from there.
    pub staked: f64,
    /// The last bar in which it was opened or added to, and the signed quantity added inside that bar, after its open.
    pub entered: usize,
    pub added_inside: f64,
}

impl PositionState {
    /// The first bar in which the position may leave its instrument for that one's own reasons.
    pub fn ends(&self) -> usize {
        self.converts.map_or(self.delisted, |(bar, _)| bar.min(self.delisted))
    }

    /// Whether a mark price is so bad that the margin must be tested.
    #[inline]
    pub fn endangered(&self, mark: f64) -> bool {
        self.passes(self.danger, mark)
    }

    /// The same of another danger than its own.
    #[inline]
    pub fn passes(&self, danger: f64, mark: f64) -> bool {
        if self.long { mark <= danger } else { mark >= danger }
    }

    /// Whether a price has come to the stop or the target. NaN has come to nothing.
    pub fn guarded_at(&self, price: f64) -> bool {
        let Guard { stop, target, .. } = self.guard;
        let (low, high) = if self.long { (stop, target) } else { (target, stop) };
        low.is_some_and(|low| price <= low) || high.is_some_and(|high| price >= high)
    }

    /// Whether a price range reaches the stop, the target or the danger zone. NaN reaches nothing.
    pub fn reached(&self, low: f64, high: f64) -> bool {
        let Guard { stop, target, .. } = self.guard;
        if self.long {
            low <= self.danger.max(stop.unwrap_or(f64::NEG_INFINITY)) || target.is_some_and(|target| high >= target)
        } else {
            high >= self.danger.min(stop.unwrap_or(f64::INFINITY)) || target.is_some_and(|target| low <= target)
        }
    }

    /// What stood beside a holding that has become a part of this one, `ratio` of this for one of that.
    pub fn take_in(&mut self, other: &Self, ratio: f64) {
        self.opened = self.opened.min(other.opened);
        self.offered += other.offered;
        self.realised += other.realised;
        self.funding.add(&other.funding);
        self.staked += other.staked * ratio;
        self.added_inside += other.added_inside * ratio;
    }
}

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

/// What maintenance margin asks at most of a dollar of notional, up to a notional; a fraction and USD, NaN before anybody has asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaintenanceBound {
    pub up_to: f64,
    pub rate: f64,
}

impl MaintenanceBound {
    /// Nobody has asked yet.
    pub const NOTHING: Self = Self { up_to: f64::NAN, rate: f64::NAN };
}
