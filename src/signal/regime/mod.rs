//! The market regime. `classify` labels reports, from the benchmark alone: its close against its own average, with a band and a minimum
//! dwell. [`RegimeRule`] is the strategy's own: several parts, combined.
//!
//! Trend filter as in `fidelity.md` 5 (Faber 2007; Detzel et al.): bull above the average, bear below it. Inside the band is sideways.
//! Each label uses bars up to its own close only: filtered, never smoothed.

mod classifier;
mod parts;
mod rule;

pub use classifier::{Reason, Regimes, Switch};
pub use rule::{Breadth, Combine, Dominance, Drawdown, FundingLevel, RegimeRule, Trend, Volatility};

use serde::{Deserialize, Serialize};

use crate::market::Market;
use crate::signal::History;
use crate::signal::rolling::FromMean;
use crate::units::Span;

/// The market regime a strategy or a report names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Regime {
    Bull,
    Bear,
    Sideways,
    /// Not enough history yet.
    Unknown,
}

impl Regime {
    /// Every regime.
    pub const ALL: [Self; 4] = [Self::Bull, Self::Bear, Self::Sideways, Self::Unknown];

    /// Its word in strategies and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bull => "bull",
            Self::Bear => "bear",
            Self::Sideways => "sideways",
            Self::Unknown => "unknown",
        }
    }
}

const AVERAGE: Span = Span::from_seconds(100 * 86_400);
const DWELL: Span = Span::from_seconds(7 * 86_400);
const BAND: f64 = 0.05;

/// The rule in words, for reports.
pub const DESCRIPTION: &str =
    "benchmark close against its 100-day average: bull above +5 %, bear below −5 %, sideways between; at least 7 days each";

/// One label a bar.
#[must_use]
pub(crate) fn classify(market: &Market) -> Vec<Regime> {
    let benchmark = History::at_close(market, 0).directory().benchmark();
    let dwell = DWELL.in_bars(market.clock.bar);
    let mut average = FromMean::new(market, benchmark, AVERAGE.in_bars(market.clock.bar));
    let mut current = Regime::Unknown;
    let mut since = 0;
    (0..market.clock.bars)
        .map(|t| {
            let seen = average.advance(t).map_or(Regime::Unknown, label);
            let settled = current == Regime::Unknown || t - since >= dwell;
            if seen != current && seen != Regime::Unknown && settled {
                current = seen;
                since = t;
            }
            current
        })
        .collect()
}

fn label(distance: f64) -> Regime {
    if distance > BAND {
        Regime::Bull
    } else if distance < -BAND {
        Regime::Bear
    } else {
        Regime::Sideways
    }
}
