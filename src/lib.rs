//! rotate
pub mod batch;
pub mod cli;
pub mod exchange;
pub mod fault;
pub mod ledger;
pub mod market;
pub mod metrics;
pub mod replay;
pub mod report;
pub mod signal;
pub mod strategy;
pub mod units;
