//! A narrative rotation backtester: spot and perpetuals in one equity curve, true funding, tiered liquidation, dated narratives,
//! and books that balance to the microdollar.
//!
//! *Files become a frozen [`market::Market`]; a [`strategy::Strategy`] looks at its closed bars and says what it wants; the [`exchange`]
//! says what it gets; the [`ledger`] says what it owns; [`metrics`] says what it was worth; [`report`] shows it.*
//!
//! | room | question | may use | must never know |
//! |---|---|---|---|
//! | [`names`] | what a thing may be called | – | anything else |
//! | [`units`], [`fault`] | which words | `names` | anything else |
//! | [`folder`] | how a folder is replaced | fault | what is in it |
//! | [`funding_interval`] | how often a perpetual settles | – | anything but stamps |
//! | [`bounded`] | what may be read, and how much of it | – | what is in it |
//! | [`market`] | what happened | names, units, `funding_interval`, `bounded`, folder (for its sample) | strategies, money |
//! | [`import`] | what others' files mean | market (its plain layout), names, units, folder, `bounded` | strategies, money, anything after its folder is written |
//! | [`signal`] | what could be known | market | money, orders, anything after the close it stands at |
//! | [`ledger`] | what we own | units | the market, prices it was not handed |
//! | [`exchange`] | what the venue gives | units, ledger | why somebody trades |
//! | [`strategy`] | what we want | names, signal, and the exchange's words for its terms | money, positions, costs |
//! | [`replay`] | the loop | all above | files, threads, reports |
//! | [`batch`] | many side by side | replay | what a run means |
//! | [`lookahead`] | whether a run saw ahead | batch, and another future of the market | what a strategy is for |
//! | [`metrics`] | what it was worth | a run | how it came about |
//! | [`sampler`] | where to look next | – | what is looked for |
//! | [`luck`] | how much of it is chance | the formulas of `metrics` | strategies, studies, markets |
//! | [`tune`] | which parameters, honestly | batch, metrics | how a study looks |
//! | [`stress`] | what is left of it | batch, metrics, the exchange's named assumptions, and what a market may change into | how it looks |
//! | [`evaluate`] | what a run comes to | batch, lookahead, metrics, stress, and the market's prices | how it looks |
//! | [`report`] | words and pictures | names, a run, its market's names, its evaluation, a study | how to change any of it |
//! | [`fetch`] | what a venue's archive holds | names, fault, `bounded`, folder, market's digests and unpacking | what files mean |
//! | [`cli`] | the program | all | – |
//!
//! `tests/house/tidy.rs` holds the table.

pub mod batch;
pub mod bounded;
pub mod cli;
pub mod evaluate;
pub mod exchange;
pub mod fault;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod folder;
pub mod funding_interval;
pub mod import;
pub mod ledger;
pub mod lookahead;
pub mod luck;
pub mod market;
pub mod metrics;
pub mod names;
pub mod replay;
pub mod report;
pub mod sampler;
pub mod signal;
pub mod strategy;
pub mod stress;
pub mod tune;
pub mod units;
