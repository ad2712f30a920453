//! One position in one bar, as cases and laws speak of it.

use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::orders::{Kind, Moment};
use rotate::units::Direction;

/// How the position comes into the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry {
    /// Held from before.
    Held,
    /// An order that may open it in this bar: market, limit, stop or stop-limit.
    Order(Kind),
}

/// One position and its orders in one bar. Prices in USD; levels known before the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InBar {
    pub direction: Direction,
    pub entry: Entry,
    /// A close decided earlier, executed at the open. Only for a position held from before.
    pub close_at_open: bool,
    /// Protective stop, a trailing one at its level before the bar; a touch triggers it.
    pub stop: Option<f64>,
    /// Resting limit; must be traded through.
    pub take_profit: Option<f64>,
    /// Mark price at which it is liquidated; `None`: price alone cannot.
    pub liquidation: Option<f64>,
}

/// The rules of the walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathRules {
    pub leg: IntrabarPath,
    /// Price step in USD, 0 where unknown.
    pub tick: f64,
    pub through_ticks: u32,
    /// What a stop pays beyond its reference (half-spread, impact, slippage), as a fraction of price. Where that carries it to the
    /// liquidation price, it is a liquidation.
    pub stop_cost: f64,
    /// What it loses before that, as a share of the way from its reference to the extreme.
    pub stop_overshoot: f64,
    /// The share of the position that this bar's volume lets out, in [0, 1]. Liquidation is not bound by it.
    pub capacity: f64,
}

impl Default for PathRules {
    /// Adverse leg first, through the limit, no costs, no cap.
    fn default() -> Self {
        Self { leg: IntrabarPath::AdverseFirst, tick: 0.0, through_ticks: 1, stop_cost: 0.0, stop_overshoot: 0.0, capacity: 1.0 }
    }
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Entered,
    /// The close decided earlier.
    Closed,
    Stopped,
    TookProfit,
    Liquidated,
}

/// One thing that happens, in order of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    pub what: What,
    pub moment: Moment,
    /// Price before costs: of the last-price bar, or of the mark for a liquidation (the mark open, or the liquidation price inside).
    pub reference: f64,
    pub maker: bool,
    /// Share of the position, in (0, 1].
    pub share: f64,
}
