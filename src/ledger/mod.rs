//! WHAT WE OWN: accounts and one verb, `transfer`. This room knows amounts; it must never know the market, a price it
//! was not handed, or why money moves.
//!
//! Assets are cash per bucket, the margin behind a position and what a position is worth (`held`). Income is where assets come
//! from: price, funding, fees, slippage, liquidation, yield. Every movement takes from one account what it gives to another, so
//! `assets = capital + income`, always, to the microdollar; [`Books::assert_balanced`] says so after every bar.

mod books;
mod excess;
mod position;

pub use books::{Backing, Books, Entry, Snapshot};
pub use excess::Excess;
pub use position::{Closed, Position, Tally};

use serde::Serialize;

use crate::units::Usd;

/// Where income comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Price,
    Funding,
    Fees,
    Slippage,
    Liquidation,
    Yield,
}

/// Income split by source; costs are negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BySource {
    /// Movement of reference prices on what was held.
    pub price: Usd,
    pub funding: Usd,
    pub fees: Usd,
    pub slippage: Usd,
    /// Margin left at the liquidation mark that the venue kept (negative), or loss beyond the margin that it bore (positive).
    pub liquidation: Usd,
    #[serde(rename = "yield")]
    pub yields: Usd,
}

impl BySource {
    /// The sum of all sources.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.price + self.funding + self.fees + self.slippage + self.liquidation + self.yields
    }

    pub(crate) fn of(&mut self, source: Source) -> &mut Usd {
        match source {
            Source::Price => &mut self.price,
            Source::Funding => &mut self.funding,
            Source::Fees => &mut self.fees,
            Source::Slippage => &mut self.slippage,
            Source::Liquidation => &mut self.liquidation,
            Source::Yield => &mut self.yields,
        }
    }

    /// Adds another income, source by source.
    pub fn add(&mut self, other: &Self) {
        self.price += other.price;
        self.funding += other.funding;
        self.fees += other.fees;
        self.slippage += other.slippage;
        self.liquidation += other.liquidation;
        self.yields += other.yields;
    }

    /// The difference to another income, source by source.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        Self {
            price: self.price - other.price,
            funding: self.funding - other.funding,
            fees: self.fees - other.fees,
            slippage: self.slippage - other.slippage,
            liquidation: self.liquidation - other.liquidation,
            yields: self.yields - other.yields,
        }
    }
}
