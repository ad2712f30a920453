//! Buying and selling: which prices are better, which worse.

use crate::exchange::bar::Bar;
use crate::units::Direction;

/// `+1` buy, `−1` sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    /// The side that closes a position.
    #[must_use]
    pub fn closing(direction: Direction) -> Self {
        match direction {
            Direction::Long => Self::Sell,
            Direction::Short => Self::Buy,
        }
    }

    /// `+1.0` of a buy, `−1.0` of a sell.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Buy => 1.0,
            Self::Sell => -1.0,
        }
    }

    /// Its word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }

    /// The opposite side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Whether `price` is at `level` or better for this side to trade: at or below it for a buyer.
    #[must_use]
    pub fn reaches(self, price: f64, level: f64) -> bool {
        self.sign() * (level - price) >= 0.0
    }

    /// The worse of two prices for this side: the higher for a buyer.
    #[must_use]
    pub fn worse(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Buy => a.max(b),
            Self::Sell => a.min(b),
        }
    }

    /// The extreme of a bar that is best for a resting limit of this side: the low for a buyer.
    pub(super) fn best_extreme(self, bar: &Bar) -> f64 {
        match self {
            Self::Buy => bar.low,
            Self::Sell => bar.high,
        }
    }

    /// The extreme that triggers a stop of this side: the high for a buyer.
    #[must_use]
    pub fn worst_extreme(self, bar: &Bar) -> f64 {
        self.other().best_extreme(bar)
    }
}
