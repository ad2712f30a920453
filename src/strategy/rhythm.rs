//! How often a rule looks: after a length of time, or at every bar of whatever market the strategy meets.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// A rhythm as it is written: `8h`, `1d`, `2w`, or `bar`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rhythm {
    /// At every bar of the market.
    Bar,
    /// On multiples of a span, counted from 1970.
    Every(Span),
}

/// What stands for every bar.
const BAR: &str = "bar";

impl Rhythm {
    /// How long it is over a market of such bars.
    #[must_use]
    pub fn over(self, bar: Span) -> Span {
        match self {
            Self::Bar => bar,
            Self::Every(span) => span,
        }
    }
}

impl TryFrom<String> for Rhythm {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == BAR {
            return Ok(Self::Bar);
        }
        Span::try_from(text).map(Self::Every).map_err(|wrong| format!("{wrong}, or \"{BAR}\" for every bar of the market"))
    }
}

impl From<Rhythm> for String {
    fn from(rhythm: Rhythm) -> Self {
        rhythm.to_string()
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bar => f.pad(BAR),
            Self::Every(span) => span.fmt(f),
        }
    }
}
