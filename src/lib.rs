//! rotate
pub mod batch;
pub mod exchange;
pub mod cli;
pub mod fault;
pub mod ledger;
pub mod market;
pub mod metrics;
pub mod replay;
pub mod signal;
pub mod strategy;
pub mod report;
pub mod units;
