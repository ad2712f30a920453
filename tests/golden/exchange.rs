//! The venue's mechanics against numbers of exchanges, their help pages and other people's engines (`tests/golden/README.md`).
//! Every row is compared, or named in a table with the reason why not.

#[path = "../support/admission.rs"]
#[allow(dead_code, reason = "its orders are a matter of the laws")]
mod admission;
mod backtestingpy;
mod fills;
mod freqtrade;
mod funding;
mod margin;
mod profit;
mod published;
mod rows;
mod settlements;
mod sma_cross;
#[path = "../bar_walk/walk.rs"]
mod walk;
#[path = "../bar_walk/words.rs"]
mod words;
