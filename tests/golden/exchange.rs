//! The venue's mechanics against numbers of exchanges, their help pages and other people's engines (`tests/golden/README.md`).
//! Every row is compared, or named in a table with the reason why not.

mod backtestingpy;
mod fills;
mod freqtrade;
mod funding;
mod margin;
mod rows;
mod sma_cross;
#[path = "../bar_walk/walk.rs"]
mod walk;
#[path = "../bar_walk/words.rs"]
mod words;
