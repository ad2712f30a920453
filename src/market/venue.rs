//! What the venue charges, which orders it takes, and when it takes a coin away.

use crate::market::Tier;
use crate::units::{AssetId, InstrumentId, Span, Time};

/// Fees and half-spreads as fractions of notional.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VenueCosts {
    pub spot_maker: f64,
    pub spot_taker: f64,
    pub perp_maker: f64,
    pub perp_taker: f64,
    /// Where no [`DatedSpread`] is in force. Indexed by [`Tier`]: large, mid, small.
    pub half_spread: [f64; 3],
    /// USD that an order is worth at least, where no [`TradingRules`] say so.
    pub min_notional: f64,
}

/// When silence or a jump of the price means the end of a series, and what leaving then costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListingPolicy {
    /// So long without a bar and the series has ended: a holder is forced out, and bars that come later are a new listing.
    /// The rule looks backwards only, so a market cut inside a gap decides the same.
    pub delisted_after: Span,
    /// Fraction of the last price lost in a forced exit.
    pub penalty: f64,
    /// A bar that opens at more than so many times the last traded close, or at less than that part of it, is the first of another coin
    /// under the same symbol. Exchanges reuse symbols: LUNA, 2022.
    pub jump: f64,
}

impl Default for ListingPolicy {
    fn default() -> Self {
        Self { delisted_after: Span::from_seconds(7 * 86_400), penalty: 0.05, jump: 10.0 }
    }
}

/// Whose half-spread it is. An asset's own goes before its tier's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpreadOf {
    Asset(AssetId),
    Tier(Tier),
}

/// A half-spread in force from `since` until the next one of the same asset or tier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatedSpread {
    pub of: SpreadOf,
    pub since: Time,
    /// Half the distance between bid and ask, as a fraction of the price.
    pub half_spread: f64,
}

/// Which orders a venue takes in one instrument; 0 where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TradingRules {
    /// Prices are whole multiples of this, in USD.
    pub tick_size: f64,
    /// Quantities are whole multiples of this, in the instrument's own units (contracts).
    pub lot_size: f64,
    /// An order is worth at least this, in USD.
    pub min_notional: f64,
}

/// Rules in force from `since` until the next ones of the same instrument, which replace them whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatedRules {
    pub id: InstrumentId,
    pub since: Time,
    pub rules: TradingRules,
}
