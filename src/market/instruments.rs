//! What trades: coins, their instruments, and how large and where they are.

use crate::units::{AssetId, InstrumentId};

/// The size of a coin by its rank of market capitalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Large,
    Mid,
    Small,
}

impl Tier {
    /// large ≤ 20, mid ≤ 100, small beyond (`formats.md` section 1).
    #[must_use]
    pub fn of_rank(rank: u32) -> Self {
        match rank {
            0..=20 => Self::Large,
            21..=100 => Self::Mid,
            _ => Self::Small,
        }
    }

    /// Its word in tables and strategies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Mid => "mid",
            Self::Small => "small",
        }
    }
}

/// What kind of venue lists an asset: a regulated exchange, a centralised one or a decentralised one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VenueKind {
    Regulated,
    Cex,
    Dex,
}

/// Whether an instrument is the coin itself or a perpetual future on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Spot,
    Perp,
}

impl Kind {
    /// Its word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Perp => "perp",
        }
    }
}

/// A coin and the instruments in which it trades.
#[derive(Clone, Debug)]
pub struct Asset {
    pub name: String,
    /// The fallback where no rank is known as of the bar.
    pub tier: Tier,
    pub spot: Option<InstrumentId>,
    pub perp: Option<InstrumentId>,
    pub venue: String,
    pub venue_kind: VenueKind,
}

/// One spot market or one perpetual of an asset.
#[derive(Clone, Debug)]
pub struct Instrument {
    pub symbol: String,
    pub asset: AssetId,
    pub kind: Kind,
    /// Coins per contract (1000PEPE: 1000). Quantities and prices stay in the venue's own contracts everywhere.
    pub contract_size: f64,
}
