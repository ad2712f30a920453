//! WHAT WE WANT: strategies as data, in bt's vocabulary (*when, select, weigh, limit, rebalance*). This room turns a
//! [`crate::signal::History`] into a wish; it must never know money, positions or what a wish costs.

mod contradiction;
mod crowding;
mod decide;
mod file;
mod fit;
mod limits;
mod plan;
mod schema;
mod validate;
mod verdict;
mod waterfall;
mod yields;

pub use crowding::{CrowdingExit, FundingUnit};
pub use decide::{BucketWish, Exit, Pick, decide, exit_due, true_range};
pub use file::{Override, StrategyFile};
pub use limits::{Basis, Futures, LeverageRange, Limits, PlanFutures, PositionLimit};
pub use plan::{Aftermath, Holding, Plan, PlanBucket};
pub use schema::{
    AfterLiquidation, AtrStop, Bucket, Hold, Leverage, LiquidationDistance, LossExit, Margin, OrderKind, Orders, Purpose, Rebalance, Score,
    Selection, Stop, Strategy, TakeProfit, TopUp, Tune, Weigh,
};
pub use verdict::{Decision, Verdict};
pub use waterfall::{PlanWaterfall, Sources, Trigger, Waterfall};
