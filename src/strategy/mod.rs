//! WHAT WE WANT: strategies as data, in bt's vocabulary (*when, select, weigh, limit, rebalance*). This room turns a
//! [`crate::signal::History`] into a wish; it must never know money, positions or what a wish costs.

pub mod adaptive;
pub mod checklist;
mod contradiction;
mod crowding;
mod decide;
mod eligible;
mod file;
mod fit;
mod gaps;
mod limits;
mod names;
mod nearest;
mod plan;
mod protection;
mod schema;
mod validate;
mod variants;
mod verdict;
mod waterfall;
mod worded;
mod yields;

pub use checklist::Checked;
pub use crowding::{CrowdingExit, FundingUnit};
pub use decide::{BucketWish, Pick, decide, exit_due};
pub use eligible::{BucketState, Refusal, Refused, checked, true_range};
pub use file::{Override, StrategyFile};
pub use limits::{Basis, Futures, LeverageRange, Limits, PlanFutures, PositionLimit};
pub use nearest::did_you_mean;
pub use plan::{Aftermath, Holding, Plan, PlanAdaptive, PlanBucket, PlanHedge, stays_in_cash};
pub use protection::{AfterLiquidation, AtrStop, LiquidationDistance, Margin, OrderKind, Orders, Stop, TakeProfit, TimeStop};
pub use schema::{
    Bucket, EntryGate, Hedge, HedgeBy, Hold, Leverage, LossExit, Purpose, Rebalance, ResidualScore, Score, Selection, StageGate, Strategy,
    TopUp, Tune, Weigh,
};
pub use verdict::{Barred, ChecklistCause, CriterionId, Empty, EntryCause, Exit, ExitCause, ExitRule, Known, Verdict};
pub use waterfall::{PlanWaterfall, Sources, Trigger, Waterfall};
pub(crate) use worded::worded;
