//! WHAT WE WANT: strategies as data, in bt's vocabulary (*when, select, weigh, limit, rebalance*). This room turns a
//! [`crate::signal::History`] into a wish; it must never know money, positions or what a wish costs.

pub mod adaptive;
pub mod checklist;
mod decide;
mod file;
mod fit;
mod plan;
mod schema;
mod validate;
mod verdict;

pub use decide::{BucketWish, Exit, Pick, decide, entry_refusal, exit_due, true_range};
pub use file::{Override, StrategyFile};
pub use plan::{Aftermath, Holding, Plan, PlanAdaptive, PlanBucket, PlanHedge};
pub use schema::{
    AfterLiquidation, AtrStop, Bucket, CrowdingExit, EntryGate, Hedge, HedgeBy, Hold, Leverage, LiquidationDistance, LossExit, Margin,
    OrderKind, Orders, Purpose, Rebalance, ResidualScore, Score, Selection, StageGate, Stop, Strategy, TakeProfit, TimeStop, TopUp, Tune,
    Waterfall, Weigh,
};
pub use verdict::{Decision, Verdict};
