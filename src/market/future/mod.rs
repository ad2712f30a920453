//! The same market with another future, for whoever wants to know whether the past depends on it: what could be known at an instant stays to
//! the last bit, what comes after is taken away, or is another one.
//!
//! Both work on [`MarketParts`] and go through [`super::freeze()`], so that everything derived (segments, carried values, extremes, settlements
//! and their marks) is derived anew, and a derivation that looks ahead shows as well. What is known at an instant: bars that opened before
//! it, settlements stamped before it, facts whose `known_at`, `since` or `until` is at or before it.

mod bars;
mod facts;

use crate::market::MarketParts;
use crate::market::sample::rng::{Chance, Purpose};
use crate::units::Time;

/// What a dated row of a market is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Prices and volumes, last and mark.
    Bars,
    /// Funding settlements.
    Funding,
    /// Market caps and ranks.
    Caps,
    Evidence,
    /// Who belongs to which narrative.
    Memberships,
    /// Maintenance-margin tables.
    Tiers,
    /// Dated half-spreads and trading rules.
    Venue,
    /// Coins that become others.
    Conversions,
}

impl FactKind {
    /// Every kind, in the order in which it is tested.
    pub const ALL: [Self; 8] =
        [Self::Bars, Self::Funding, Self::Caps, Self::Evidence, Self::Memberships, Self::Tiers, Self::Venue, Self::Conversions];

    /// What it is called in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Funding => "funding",
            Self::Caps => "caps",
            Self::Evidence => "evidence",
            Self::Memberships => "memberships",
            Self::Tiers => "margin tiers",
            Self::Venue => "spreads and trading rules",
            Self::Conversions => "conversions",
        }
    }

    fn purpose(self) -> Purpose {
        match self {
            Self::Bars => Purpose::FutureBars,
            Self::Funding => Purpose::FutureFunding,
            Self::Caps => Purpose::FutureCaps,
            Self::Evidence => Purpose::FutureEvidence,
            Self::Memberships => Purpose::FutureMemberships,
            Self::Tiers => Purpose::FutureTiers,
            Self::Venue => Purpose::FutureVenue,
            Self::Conversions => Purpose::FutureConversions,
        }
    }
}

impl MarketParts {
    /// The market as a folder would hold it whose last bar opens at `now`, or at the first bar after where none does: a market's last bar
    /// decides nothing, so this is the shortest one in which a decision at `now` is made. Facts end at `now` itself.
    ///
    /// Each perpetual keeps the settlement after its last bar: the stamp that follows says whether the history has a hole before it.
    #[must_use]
    pub fn cut_after(&self, now: Time) -> Self {
        let mut parts = self.clone();
        let next = self.series.iter().filter_map(|part| part.bars.get(part.bars.partition_point(|bar| bar.time < now)));
        let end = next.map(|bar| bar.time).min().unwrap_or(now).plus(self.bar.seconds());
        parts.to = Some(self.to.map_or(end, |to| to.min(end)));
        for part in &mut parts.series {
            bars::cut(part, end);
        }
        facts::cut(&mut parts, now);
        parts
    }

    /// The market with another future from `now` on in the kinds of fact named: the same `now`, seed and kind give the same future, whatever
    /// the other kinds. It ends where it ended. Facts are changed, taken away and, one second after `now`, added.
    ///
    /// Such parts can be frozen whenever these can: no price leaps further than freezing takes, no two listings become one, and no settlement
    /// is missing that must be there.
    #[must_use]
    pub fn scrambled_after(&self, now: Time, seed: u64, kinds: &[FactKind]) -> Self {
        let mut parts = self.clone();
        for &kind in kinds {
            let chance = |index: usize| Chance::new(seed, kind.purpose(), index);
            match kind {
                FactKind::Bars => bars::scramble(&mut parts, now, chance),
                FactKind::Funding => bars::scramble_funding(&mut parts, now, chance),
                FactKind::Caps => facts::scramble_caps(&mut parts, now, &mut chance(0)),
                FactKind::Evidence => facts::scramble_evidence(&mut parts, now, &mut chance(0)),
                FactKind::Memberships => facts::scramble_memberships(&mut parts, now, &mut chance(0)),
                FactKind::Tiers => facts::scramble_tiers(&mut parts, now, &mut chance(0)),
                FactKind::Venue => facts::scramble_venue(&mut parts, now, &mut chance(0)),
                FactKind::Conversions => facts::scramble_conversions(&mut parts, now, &mut chance(0)),
            }
        }
        parts
    }
}
