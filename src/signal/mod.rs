//! WHAT COULD BE KNOWN: everything a rule may look at, as of the close of one bar. This room reads the market only through
//! [`History`], which ends at that close; it must never know money, orders or positions.

mod contradiction;
pub mod crowding;
pub mod decouple;
pub mod evidence;
pub mod funding;
mod history;
pub mod hmm;
pub mod indicator;
pub mod lifecycle;
pub mod liquidity;
pub mod narrative;
pub mod regime;
mod rolling;
pub mod score;
pub mod survivors;
mod together;
pub mod universe;

pub use contradiction::Contradiction;
pub use history::{Directory, History};
pub use narrative::{NarrativeBook, NarrativeView};

use crate::market::Market;
use liquidity::Liquidity;
use regime::Regime;

/// What follows from a market alone: worked out once, shared by every strategy and every trial.
#[derive(Debug)]
pub struct Signals {
    /// One label a bar; it labels rows, it decides nothing.
    pub regimes: Vec<Regime>,
    pub liquidity: Liquidity,
}

impl Signals {
    #[must_use]
    pub fn of(market: &Market) -> Self {
        Self { regimes: regime::classify(market), liquidity: Liquidity::of(market) }
    }
}
