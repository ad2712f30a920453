//! rotate
pub mod exchange;
pub mod fault;
pub mod ledger;
pub mod market;
pub mod replay;
pub mod units;
