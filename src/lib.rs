//! rotate
pub mod fault;
pub mod market;
pub mod replay;
pub mod units;
