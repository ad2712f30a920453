//! What moved a narrative from one stage to the next.

use std::fmt;

/// The condition that did it; evidence is called by its metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    Momentum,
    ExcessMomentum,
    Breadth,
    VolumeShare,
    Growth(String),
    MomentumLost,
    BreadthLost,
    /// Funding is high while the index rises.
    Funding,
    FundingBack,
    FundingWhilePriceStalls,
    /// Attention is saturated while the index rises.
    Media(String),
    MediaBack(String),
    MediaWhilePriceStalls(String),
    BreadthFallsNearHigh,
    /// The stage has lasted its time.
    Time,
}

impl Cause {
    /// What ends a crowded stage that this began; `None` where this begins none.
    pub(super) fn ended_by(&self) -> Option<Self> {
        match self {
            Self::Funding => Some(Self::FundingBack),
            Self::Media(metric) => Some(Self::MediaBack(metric.clone())),
            Self::Momentum
            | Self::ExcessMomentum
            | Self::Breadth
            | Self::VolumeShare
            | Self::Growth(_)
            | Self::MomentumLost
            | Self::BreadthLost
            | Self::FundingBack
            | Self::FundingWhilePriceStalls
            | Self::MediaBack(_)
            | Self::MediaWhilePriceStalls(_)
            | Self::BreadthFallsNearHigh
            | Self::Time => None,
        }
    }
}

/// The word of `rotations.csv`; the metric of evidence follows a colon.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Momentum => f.write_str("momentum"),
            Self::ExcessMomentum => f.write_str("excess_momentum"),
            Self::Breadth => f.write_str("breadth"),
            Self::VolumeShare => f.write_str("volume_share"),
            Self::Growth(metric) => write!(f, "growth:{metric}"),
            Self::MomentumLost => f.write_str("momentum_lost"),
            Self::BreadthLost => f.write_str("breadth_lost"),
            Self::Funding => f.write_str("funding"),
            Self::FundingBack => f.write_str("funding_back"),
            Self::FundingWhilePriceStalls => f.write_str("funding_while_price_stalls"),
            Self::Media(metric) => write!(f, "media:{metric}"),
            Self::MediaBack(metric) => write!(f, "media_back:{metric}"),
            Self::MediaWhilePriceStalls(metric) => write!(f, "media_while_price_stalls:{metric}"),
            Self::BreadthFallsNearHigh => f.write_str("breadth_falls_near_high"),
            Self::Time => f.write_str("time"),
        }
    }
}
