//! What luck explains, by numbers one can check by head, and what must hold whatever the numbers.

#[path = "../support/luck.rs"]
mod common;
mod cscv;
mod importance;
mod plateau_and_verdict;
mod reality_check;
mod splits_and_overfit;
