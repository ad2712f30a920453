//! Facts with a date: narratives, market caps, margin brackets, evidence and funding settlements.

use crate::funding_interval::per_8h;
use crate::units::{AssetId, Bracket, NarrativeId, Time};

/// That an asset belongs to a narrative, and from when to when.
#[derive(Clone, Debug)]
pub struct Membership {
    pub asset: AssetId,
    pub narrative: NarrativeId,
    pub since: Time,
    /// The first instant at which it no longer belongs.
    pub until: Option<Time>,
    pub source: String,
}

impl Membership {
    /// Whether the asset belongs to the narrative at `now`.
    #[must_use]
    pub fn holds(&self, now: Time) -> bool {
        self.since <= now && self.until.is_none_or(|until| now < until)
    }
}

/// The market capitalisation of an asset in USD and its rank, as known from `known_at` on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapFact {
    pub known_at: Time,
    pub cap_usd: f64,
    pub rank: Option<u32>,
}

/// The maintenance-margin brackets of an instrument, in force from `since` until the next table.
#[derive(Clone, Debug)]
pub struct TierTable {
    pub since: Time,
    pub brackets: Vec<Bracket>,
}

/// Whom a number of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Narrative(NarrativeId),
    Asset(AssetId),
}

/// One number of `evidence.csv` about a narrative or an asset, known from `known_at` on.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub known_at: Time,
    pub subject: Subject,
    pub metric: String,
    pub value: f64,
}

/// One funding settlement: `payment = −side · quantity · mark · rate`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settlement {
    /// Floored to the minute.
    pub time: Time,
    pub rate: f64,
    pub interval_hours: f64,
    /// The mark price at that instant, from the finest series the market has; else the open of its bar.
    pub mark: f64,
    /// The rate is the declared constant, not an observation: it is paid and counted, and no rule knows it.
    pub assumed: bool,
}

impl Settlement {
    /// The rate scaled to eight hours, the only form in which rates of different intervals compare.
    #[must_use]
    pub fn rate_8h(&self) -> f64 {
        per_8h(self.rate, self.interval_hours)
    }
}
