//! rotate
pub mod fault;
pub mod market;
pub mod metrics;
pub mod replay;
pub mod report;
pub mod units;
