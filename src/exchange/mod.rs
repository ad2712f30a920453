//! WHAT THE VENUE GIVES: plain mechanics on plain numbers. This room knows prices, brackets and rates; it must never know why
//! somebody trades, nor which market the numbers came from.
//!
//! | question | where |
//! |---|---|
//! | what a fill costs | [`costs`], under which [`assumptions`] |
//! | what one order gets in one bar | [`orders`], what it may have of the volume [`volume`], where stops stand [`stops`] |
//! | what becomes of what did not fill | [`time_in_force`] |
//! | which other price of the bar it could have met | [`jitter`] |
//! | in which order things happen inside a bar | [`intrabar`] |
//! | bracket look-up, maintenance margin, checks of a table | [`brackets`] |
//! | what opening orders take of the cash, and how they shrink | [`affordability`] |
//! | isolated positions and when they fail | [`margin`] |
//! | the pool of a cross account, and what comes next on its way through a bar | [`cross`] |
//! | what a liquidation leaves, and how far away it is | [`liquidation`] |
//! | funding payments | [`funding`] |
//!
//! Prices are USD per coin, quantities coins, notionals and money USD, rates fractions (0.01 is one per cent). Sources of the
//! formulas stand beside them.

pub mod affordability;
mod assumption_keys;
pub mod assumptions;
mod bar;
pub mod brackets;
pub mod costs;
pub mod cross;
pub mod funding;
pub mod intrabar;
pub mod jitter;
pub mod liquidation;
pub mod margin;
pub mod orders;
mod refusal;
mod side;
pub mod stops;
pub mod time_in_force;
pub mod volume;

pub use refusal::Refusal;
