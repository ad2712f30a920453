//! What luck explains, against numbers of pypbo, mrbcuda's pbo, arch and skfolio.

#[path = "../support/luck.rs"]
mod common;
mod cscv;
mod overfit;
mod reality_check;
mod splits;
