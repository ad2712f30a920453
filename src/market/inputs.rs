//! What a market was read from: its files, and what each series in them holds.

use crate::units::Time;

/// A file that was read: its path below the market folder, and the SHA-256 of its bytes in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InputFile {
    pub path: String,
    pub sha256: String,
}

/// What is there and what is missing in one series.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SeriesSummary {
    pub asset: String,
    /// `spot`, `perp`, `mark`, `funding`, `cap`; of whole tables `narrative`, `conversion`, `tiers`, `evidence`.
    pub kind: String,
    pub symbol: String,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub bars: usize,
    pub missing: usize,
    pub files: Vec<String>,
    /// Funding intervals seen, in hours, ascending.
    pub intervals: Vec<f64>,
}
