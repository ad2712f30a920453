//! The market phase, from the benchmark alone: its close against its own average, with a band and a minimum dwell.
//!
//! Trend filter as in `fidelity.md` 5 (Faber 2007; Detzel et al.): bull above the average, bear below it. Inside the band is sideways.
//! Each label uses bars up to its own close only.

use serde::{Deserialize, Serialize};

use crate::market::Market;
use crate::signal::History;
use crate::units::{InstrumentId, Span};

/// The market phase a strategy or a report names.
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
    pub const ALL: [Self; 4] = [Self::Bull, Self::Bear, Self::Sideways, Self::Unknown];

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
pub fn classify(market: &Market) -> Vec<Regime> {
    let benchmark = History::at_close(market, 0).directory().benchmark();
    let dwell = DWELL.in_bars(market.clock.bar);
    let mut average = Average::new(market, benchmark);
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

/// The benchmark's distance from its trailing average, bar after bar; a running sum, so that a long window costs no more than a short one.
struct Average<'m> {
    market: &'m Market,
    benchmark: InstrumentId,
    window: usize,
    listed: Option<usize>,
    sum: f64,
    count: usize,
    last: f64,
}

impl<'m> Average<'m> {
    fn new(market: &'m Market, benchmark: InstrumentId) -> Self {
        Self { market, benchmark, window: AVERAGE.in_bars(market.clock.bar), listed: None, sum: 0.0, count: 0, last: f64::NAN }
    }

    /// Takes in bar `t` (bars must come in order); `None` while the listing is younger than the window.
    fn advance(&mut self, t: usize) -> Option<f64> {
        let panel = &self.market.panel;
        let close = |t| Some(panel.close[panel.at(self.benchmark, t)]).filter(|close: &f64| !close.is_nan());
        let first = panel.segment(self.benchmark, t).map(|segment| segment.first);
        if first != self.listed {
            (self.listed, self.sum, self.count) = (first, 0.0, 0);
        }
        if let Some(close) = close(t) {
            self.sum += close;
            self.count += 1;
            self.last = close;
        }
        let first = self.listed?;
        let leaves = t.checked_sub(self.window).filter(|&leaves| leaves >= first);
        if let Some(close) = leaves.and_then(close) {
            self.sum -= close;
            self.count -= 1;
        }
        (t + 1 - first >= self.window && self.count > 0).then(|| self.last / (self.sum / self.count as f64) - 1.0)
    }
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
