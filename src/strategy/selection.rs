//! Who is considered, and how many are taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::market::{Tier, VenueKind};
use crate::signal::universe::Gates;
use crate::strategy::exits::StageGate;
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::Within;
use crate::strategy::{Bucket, Weigh};
use crate::units::{AssetId, Span};

const DEFAULT_PER_NARRATIVE: usize = 4;

/// Who is considered, and how many are taken.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Only these assets, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<Vec<String>>,
    /// Only these tiers, as known on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Vec<Tier>>,
    /// Market-cap rank as known on the day, both ends included.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "two_ranks")]
    pub rank: Option<[u32; 2]>,
    /// Take this many, best score first. Default: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Take this many narratives, strongest first (mean score of its candidates), instead of single coins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narratives: Option<usize>,
    /// With `narratives`: at most this many coins of each. Default 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_narrative: Option<usize>,
    /// With `lifecycle`: the stages of a coin's narrative in which it is entered and kept. `{}` enters emerging and confirmed ones and keeps crowded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<StageGate>,
    /// Listed for at least so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_age: Option<Span>,
    /// Listed no longer ago than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// Only assets of these kinds of venue. Default: perpetuals of `"regulated"` and `"cex"`, spot of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venues: Option<Vec<VenueKind>>,
    /// Dollars traded a day over the last 30 days, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_daily_volume: Option<f64>,
}

/// An array of two would take the first two of three without a word.
fn two_ranks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<[u32; 2]>, D::Error> {
    let ranks = Vec::<u32>::deserialize(deserializer)?;
    let two = ranks.as_slice().try_into().map_err(|_| serde::de::Error::invalid_length(ranks.len(), &"[first, last]"))?;
    Ok(Some(two))
}

impl Selection {
    /// Coins of each narrative, where narratives are taken.
    pub(super) fn places_a_narrative(&self) -> usize {
        self.per_narrative.unwrap_or(DEFAULT_PER_NARRATIVE)
    }

    /// Places of all narratives, where narratives are taken.
    pub(super) fn places_by_narrative(&self) -> Option<usize> {
        self.narratives.map(|narratives| narratives * self.places_a_narrative())
    }

    /// Who may be in, without who looks best: as many of the largest as there were places.
    pub(super) fn without_opinion(&self) -> Self {
        let Self { assets, tier, rank, count, narratives: _, per_narrative: _, stages: _, min_age, max_age, venues, min_daily_volume } =
            self;
        Self {
            assets: assets.clone(),
            tier: tier.clone(),
            rank: *rank,
            count: count.or(self.places_by_narrative()),
            narratives: None,
            per_narrative: None,
            stages: None,
            min_age: *min_age,
            max_age: *max_age,
            venues: venues.clone(),
            min_daily_volume: *min_daily_volume,
        }
    }

    /// Its gates, with `assets` resolved. How many are taken, and in which stages, is no gate.
    pub(super) fn gates(&self, resolved: Option<Vec<AssetId>>) -> Gates {
        let Self {
            assets: _,
            tier,
            rank,
            count: _,
            narratives: _,
            per_narrative: _,
            stages: _,
            min_age,
            max_age,
            venues,
            min_daily_volume,
        } = self;
        Gates {
            assets: resolved,
            tiers: tier.clone(),
            rank: *rank,
            min_age: *min_age,
            max_age: *max_age,
            venues: venues.clone(),
            min_daily_volume: *min_daily_volume,
        }
    }

    /// `key` is that of the selection.
    pub(super) fn check(&self, key: &Key, within: &Within) -> Checked {
        // The stages are a rule of their own.
        let Self { assets, tier, rank, count, narratives, per_narrative, stages: _, min_age, max_age, venues, min_daily_volume } = self;
        if let Some([first, last]) = *rank
            && (first == 0 || first > last)
        {
            let band = "[100, 500] is the band of small caps";
            return key.child("rank").wrong(format!("[{first}, {last}]"), "[first, last] with 1 ≤ first ≤ last", band);
        }
        for (name, count) in [("count", count), ("narratives", narratives), ("per_narrative", per_narrative)] {
            if *count == Some(0) {
                return key.child(name).wrong("0", "at least 1", "remove the key to take all");
            }
        }
        self.check_narratives(key, within.bucket)?;
        if assets.as_ref().is_some_and(Vec::is_empty) {
            return key.child("assets").wrong("an empty list", "at least one asset", "remove the key to consider all");
        }
        if venues.as_ref().is_some_and(Vec::is_empty) {
            return key.child("venues").wrong("an empty list", "at least one of regulated, cex and dex", "remove the key for the default");
        }
        if let (Some(youngest), Some(oldest)) = (min_age, max_age)
            && oldest < youngest
        {
            let found = format!("{oldest}, with min_age {youngest}: nobody is both");
            return key.child("max_age").wrong(found, "at least min_age", "swap them, or keep one");
        }
        if let Some(volume) = *min_daily_volume
            && !(volume.is_finite() && volume >= 0.0)
        {
            let million = "1000000.0 is a million dollars a day";
            return key.child("min_daily_volume").wrong(volume.to_string(), "dollars a day, at least 0", million);
        }
        check_tiers(key, tier.as_deref(), *rank)
    }

    fn check_narratives(&self, key: &Key, bucket: &Bucket) -> Checked {
        if self.narratives.is_some() && bucket.score.is_none() {
            let fix = "add score = { momentum = \"30d\" }";
            return key.child("narratives").wrong("narratives without a score", "a score to rank them", fix);
        }
        if self.narratives.is_some() && self.count.is_some() {
            let fix = "use per_narrative to bound the coins of a narrative";
            return key.child("count").wrong("count and narratives together", "one of them", fix);
        }
        if self.per_narrative.is_some() && self.narratives.is_none() {
            return key.child("per_narrative").wrong("without narratives", "narratives = n beside it", "say how many narratives to hold");
        }
        Ok(())
    }
}

/// Tiers of which none lies in the band of ranks, or none at all.
fn check_tiers(key: &Key, tiers: Option<&[Tier]>, rank: Option<[u32; 2]>) -> Checked {
    let Some(tiers) = tiers else { return Ok(()) };
    if let Some([first, last]) = rank {
        // Tiers are bands of ranks, one after the other: a band of ranks has those from that of its first to that of its last.
        let has = |tier: &Tier| (Tier::of_rank(first)..=Tier::of_rank(last)).contains(tier);
        if !tiers.iter().any(has) {
            let fix = "large is up to rank 20, mid up to 100, small beyond: keep one of the two";
            return key.child("tier").wrong(format!("no tier of rank [{first}, {last}]"), "a tier that lies in the band", fix);
        }
    }
    if tiers.is_empty() {
        return key.child("tier").wrong("an empty list", "at least one of large, mid and small", "remove the key to consider all");
    }
    Ok(())
}

impl Weigh {
    /// `bucket` is the key of the bucket, `selection` what it chooses from and the word of its key.
    pub(super) fn check(&self, bucket: &Key, (holds, selection): (&str, &Selection)) -> Checked {
        let key = bucket.child("weigh");
        if let Self::Fixed(shares) = self {
            let place = key.child("fixed");
            if shares.is_empty() {
                return place.wrong("no share", "at least one asset", "0.6 and 0.4 hold the whole bucket");
            }
            for (asset, &share) in shares {
                place.child(asset).share(share)?;
            }
            let sum: f64 = shares.values().sum();
            if sum > 1.0 + 1e-9 {
                return place.wrong(format!("the shares sum to {sum:.6}"), "at most 1", "0.6 and 0.4 hold the whole bucket");
            }
        }
        if selection.narratives.is_some() && *self != Self::Equal {
            let fix = "with narratives each coin has a place of the same size: remove the key, or choose by count";
            return key.wrong("beside narratives", "\"equal\"", fix);
        }
        if let (Self::Fixed(shares), Some(assets)) = (self, &selection.assets)
            && let Some(stray) = shares.keys().find(|name| !assets.contains(name))
        {
            let found = format!("a share of {stray}, which is not in hold.{holds}.assets");
            return key.child("fixed").child(stray).wrong(found, "a coin of that list", "list it there too, or remove its share");
        }
        Ok(())
    }
}
