//! WHAT WE WANT: strategies as data, in bt's vocabulary (*when, select, weigh, limit, rebalance*). This room turns a
//! [`crate::signal::History`] into targets; it must never know money, positions or what a target costs.

pub mod adaptive;
mod contradiction;
mod decide;
mod entries;
mod exits;
mod file;
mod fit;
mod gaps;
mod key;
mod leverage;
mod limits;
mod names;
mod nearest;
mod plan;
mod protection;
mod renamed;
mod rule;
mod schema;
mod score;
mod selection;
mod validate;
mod variants;
mod verdict;
mod waterfall;
mod worded;
mod yields;

pub use decide::{BucketTarget, Pick, decide};
pub use entries::checklist::{Checked, checked};
pub use entries::{BucketState, EntryGate, Refusal, Refused, true_range};
pub use exits::{ExitKeys, FundingUnit, Held, Look, PaidThreshold, ScoreExit, StageGate, TimeStop, VolumeShareExit, exit_due};
pub use file::{Override, StrategyFile};
pub use leverage::Leverage;
pub use limits::{Basis, Futures, LeverageRange, Limits, PlanFutures, PositionLimit};
pub use nearest::did_you_mean;
pub use plan::{Aftermath, Holding, Plan, PlanAdaptive, PlanBucket, PlanHedge, stays_in_cash};
pub use protection::{AfterLiquidation, AtrStop, LiquidationDistance, Margin, OrderKind, Orders, Stop, TakeProfit};
pub use rule::Rules;
pub use schema::{Bucket, Hedge, HedgeBy, Hold, Purpose, Rebalance, Strategy, TopUp, Tune, Weigh};
pub use score::{ResidualScore, Score};
pub use selection::Selection;
pub use verdict::{Barred, ChecklistCause, CriterionId, Decision, Empty, EntryCause, Exit, ExitCause, ExitRule, Known, Verdict};
pub use waterfall::{PlanWaterfall, Sources, Trigger, Waterfall};
