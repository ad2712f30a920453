//! The venue's mechanics against numbers of exchanges, their help pages and other people's engines (`tests/golden/README.md`).
//! Every row is compared, or named in a table with the reason why not.

#[path = "support/admission.rs"]
#[allow(dead_code, reason = "its orders are a matter of the laws")]
mod admission;
#[path = "golden_exchange/backtestingpy.rs"]
mod backtestingpy;
#[path = "golden_exchange/fills.rs"]
mod fills;
#[path = "golden_exchange/freqtrade.rs"]
mod freqtrade;
#[path = "golden_exchange/funding.rs"]
mod funding;
#[path = "golden_exchange/margin.rs"]
mod margin;
#[path = "golden_exchange/profit.rs"]
mod profit;
#[path = "golden_exchange/published.rs"]
mod published;
#[path = "golden_exchange/rows.rs"]
mod rows;
#[path = "golden_exchange/settlements.rs"]
mod settlements;
#[path = "golden_exchange/sma_cross.rs"]
mod sma_cross;
#[path = "bar_walk/walk.rs"]
mod walk;
#[path = "bar_walk/words.rs"]
mod words;
