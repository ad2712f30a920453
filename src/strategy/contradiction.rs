//! Limits that contradict a bucket's weight: valid each for itself, but together they leave a part of it empty.

use crate::strategy::{Basis, Holding, PlanBucket, Weigh};

/// Buckets whose places, each filled to the limit, do not fill them.
pub(super) fn contradictions(buckets: &[PlanBucket]) -> Vec<String> {
    buckets.iter().filter_map(contradiction).collect()
}

fn contradiction(bucket: &PlanBucket) -> Option<String> {
    let limit = bucket.position_limit?;
    let perp = bucket.holding == Holding::Perp;
    let leverage = if perp { bucket.leverage.open } else { 1.0 };
    // An average true range nobody knows yet may leave more room than the other stops.
    if limit.of == Basis::RiskToStop && bucket.stop?.atr.is_some() {
        return None;
    }
    // In the bucket's own money: margin of perpetuals, market value of spot.
    let each = limit.max / limit.of_notional(bucket, leverage, None)? / leverage;
    let selection = &bucket.selection;
    let narratives = selection.places_by_narrative();
    let (places, wanted, filled) = if let (Weigh::Fixed(_), None) = (&bucket.weigh, narratives) {
        let shares = || bucket.fixed.iter().map(|(_, share)| share * bucket.weight);
        (bucket.fixed.len(), shares().sum(), shares().map(|share| share.min(each)).sum())
    } else {
        let places = narratives.or(selection.count).or(selection.assets.as_ref().map(Vec::len))?;
        (places, bucket.weight, bucket.weight.min(places as f64 * each))
    };
    (filled < wanted - 1e-9).then(|| {
        format!(
            "bucket `{}`: with {} % of equity a position by {} and {places} places at most {:.2} % of equity can be filled of {:.2} %",
            bucket.name,
            percent(limit.max),
            limit.of.name(),
            filled * 100.0,
            wanted * 100.0
        )
    })
}

/// A share in per cent without the tail of its binary fraction.
fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
