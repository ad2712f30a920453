//! The coins a strategy names, held against those of a market. A list may go over several markets and name coins that one of them lacks; a list of which
//! the market has nothing, and a stated share of a coin it does not have, are mistakes.

use crate::names::did_you_mean;
use crate::signal::Directory;
use crate::strategy::key::Wrong;
use crate::strategy::{Bucket, Hold, Selection, Strategy, Weigh};

/// Which series of a coin a bucket holds.
#[derive(Clone, Copy)]
pub(super) enum Series {
    Spot,
    Perp,
}

impl Series {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Spot => "spot series",
            Self::Perp => "perpetual",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Perp => "perp",
        }
    }

    fn has(self, market: &Directory, asset: &str) -> bool {
        let Some(asset) = market.asset_named(asset) else { return false };
        match self {
            Self::Spot => market.spot(asset).is_some(),
            Self::Perp => market.perp(asset).is_some(),
        }
    }
}

/// What a bucket chooses from, and by which rules.
pub(super) fn choice(bucket: &Bucket) -> Option<(Series, &Selection)> {
    match &bucket.hold {
        Hold::Spot(selection) => Some((Series::Spot, selection)),
        Hold::Perp(selection) => Some((Series::Perp, selection)),
        Hold::Cash | Hold::Hedge(_) => None,
    }
}

/// Why a coin cannot be held.
fn why_not(market: &Directory, series: Series, asset: &str) -> String {
    if market.asset_named(asset).is_some() { format!("{asset} (without a {} here)", series.word()) } else { asset.to_owned() }
}

/// What may have been meant by a coin that the market does not have.
fn meant(market: &Directory, asset: &str) -> Option<String> {
    let unknown = market.asset_named(asset).is_none();
    unknown.then(|| did_you_mean(asset, market.assets().map(|asset| market.asset(asset)))).flatten()
}

/// Both, of a coin that is done without.
fn why_missing(market: &Directory, series: Series, asset: &str) -> String {
    let why = why_not(market, series, asset);
    meant(market, asset).map_or_else(|| why.clone(), |near| format!("{why} ({near})"))
}

/// A coin that a bucket lists or gives a share to and cannot hold.
pub(super) fn unknown(market: &Directory, name: &str, series: Series, selection: &Selection, bucket: &Bucket) -> Option<Wrong> {
    let key = |below: &[&str]| ["buckets", name].iter().chain(below).map(|part| (*part).to_owned()).collect();
    let fix = "write names as in the column `asset` of assets.csv, or run it over a market that has them";
    let expected = format!("coins with a {} in this market", series.word());
    if let Weigh::Fixed(shares) = &bucket.weigh
        && let Some(stray) = shares.keys().find(|asset| !series.has(market, asset))
    {
        let found = format!("a share of {}, which this market does not have", why_not(market, series, stray));
        let near = meant(market, stray).map_or_else(String::new, |near| format!("{near} "));
        let fix = near + fix;
        return Some(Wrong { key: key(&["weigh", "fixed", stray]), found, expected, fix });
    }
    let asked = selection.assets.as_ref().filter(|asked| !asked.iter().any(|asset| series.has(market, asset)))?;
    let sentences: Vec<String> = asked.iter().map(|asset| why_not(market, series, asset)).collect();
    let found = format!("{}: this market has none of them", sentences.join(", "));
    let near: String = asked.iter().filter_map(|asset| Some(format!("{asset}: {} ", meant(market, asset)?))).collect();
    let fix = near + fix;
    Some(Wrong { key: key(&["hold", series.key(), "assets"]), found, expected, fix })
}

/// What a market lacks of the coins that a strategy lists, and how much of the money waits for them.
pub(super) fn missing(strategy: &Strategy, market: &Directory) -> Vec<String> {
    let mut sentences = Vec::new();
    for (name, bucket) in &strategy.buckets {
        if let Some((series, selection)) = choice(bucket) {
            sentences.extend(left_out(market, name, series, selection, bucket));
        }
        let strays = bucket.staking.keys().filter(|asset| market.asset_named(asset).is_none());
        sentences.extend(strays.map(|asset| {
            let asset = why_missing(market, Series::Spot, asset);
            format!("bucket `{name}` stakes {asset}, which the market does not have: it earns nothing")
        }));
    }
    sentences
}

fn left_out(market: &Directory, name: &str, series: Series, selection: &Selection, bucket: &Bucket) -> Option<String> {
    let asked = selection.assets.as_ref()?;
    let missing: Vec<String> =
        asked.iter().filter(|asset| !series.has(market, asset)).map(|asset| why_missing(market, series, asset)).collect();
    if missing.is_empty() {
        return None;
    }
    let there = asked.len() - missing.len();
    let places = selection.count.unwrap_or(asked.len()).max(there);
    let filled_by_all = places.min(asked.len());
    // Of narratives places are counted by narrative; of stated shares a missing one is refused.
    let empty = match (&bucket.weigh, selection.narratives) {
        (Weigh::Equal | Weigh::InverseVolatility | Weigh::Cap, None) => (filled_by_all - there) as f64 / places as f64,
        _ => 0.0,
    };
    let waits = if empty > 0.0 {
        format!("{:.0} % of its money, {:.1} % of equity, stays in stablecoins", empty * 100.0, empty * bucket.weight * 100.0)
    } else {
        "it chooses among the others".to_owned()
    };
    Some(format!("bucket `{name}` asks for {}, which the market does not have: {waits}", missing.join(", ")))
}
