//! rotate
pub mod cli;
pub mod fault;
pub mod market;
pub mod replay;
pub mod units;
