//! WHAT COULD BE KNOWN: everything a rule may look at, as of the close of one bar. This room reads the market only through
//! [`History`], which ends at that close; it must never know money, orders or positions.

mod contradiction;
pub mod crowding;
pub mod decouple;
pub mod evidence;
pub mod funding;
mod history;
pub mod indicator;
pub mod lifecycle;
pub mod liquidity;
pub mod narrative;
mod recent_funding;
pub mod regime;
mod rolling;
pub mod score;
mod shared;
pub mod survivors;
mod together;
pub mod universe;

pub use contradiction::Contradiction;
pub use history::{Directory, History};
pub use narrative::{NarrativeBook, NarrativeView};
pub use shared::{Definitions, Needs, SignalView, Signals, StrategySignals};
