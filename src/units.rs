//! The words every room shares: money, time, identities.
//!
//! Money is a whole number of microdollars, so that "the books balance" is `==` and never "nearly".
//! Prices, quantities and rates are `f64`: they are observed, not owned.

mod clock;
mod money;
pub mod rng;
mod span;
mod time;

use serde::{Deserialize, Serialize};

pub use clock::Clock;
pub use money::Usd;
pub use span::Span;
pub use time::Time;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        /// The number is the place in its list, counted from 0.
        pub struct $name(pub u16);
        impl $name {
            /// The place in its list, counted from 0.
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
            /// # Panics
            /// With more than 65,535 of them; the loader refuses such a market first.
            #[must_use]
            pub fn new(index: usize) -> Self {
                Self(u16::try_from(index).expect("fewer than 65,536 identities"))
            }
        }
    };
}

id!(
    /// An asset, by its row in `assets.csv`. Order is the file's, so names never decide anything.
    AssetId
);
id!(
    /// A tradable series: one asset on one market.
    InstrumentId
);
id!(
    /// A narrative, in order of first appearance in `narratives.csv`.
    NarrativeId
);
id!(
    /// A bucket of a strategy, in the order of its file.
    BucketId
);

/// `+1` long, `−1` short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Long,
    Short,
}

impl Direction {
    /// `+1.0` of long, `−1.0` of short.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    /// Its word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// One bracket covers notional in `(floor, cap]`; maintenance margin is `notional · rate − amount`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    pub floor: f64,
    pub cap: f64,
    pub rate: f64,
    pub max_leverage: f64,
    pub amount: f64,
}

/// Thousands separated, a true minus sign, and no minus before nothing; a dash for what is no number.
#[must_use]
pub fn grouped(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}
