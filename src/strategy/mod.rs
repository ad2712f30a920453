//! WHAT WE WANT: strategies as data, in bt's vocabulary (*when, select, weigh, limit, rebalance*). This room turns a
//! [`crate::signal::History`] into a wish; it must never know money, positions or what a wish costs.

mod decide;
mod file;
mod fit;
mod plan;
mod schema;
mod validate;
mod verdict;

pub use decide::{BucketWish, Exit, Pick, decide, exit_due};
pub use file::{Override, StrategyFile};
pub use plan::{Holding, Plan, PlanBucket};
pub use schema::{
    Bucket, CrowdingExit, Hold, Leverage, LossExit, Purpose, Rebalance, Score, Selection, Stop, Strategy, TopUp, Tune, Waterfall, Weigh,
};
pub use verdict::{Decision, Verdict};
