//! WHAT THE VENUE GIVES: plain mechanics on plain numbers. This room knows prices, brackets and rates; it must never know why
//! somebody trades, nor which market the numbers came from.

pub mod costs;
pub mod funding;
pub mod margin;
