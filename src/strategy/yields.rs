//! What a bucket earns without trading: rewards of staked coins and interest on its stablecoins.

use indexmap::IndexMap;

use crate::strategy::key::{Checked, Key};

/// `bucket` is the key of the bucket; rates are fractions a year.
pub(super) fn check(bucket: &Key, staking: &IndexMap<String, f64>, interest: Option<f64>) -> Checked {
    let place = bucket.child("staking");
    for (asset, &apr) in staking {
        place.child(asset).yearly(apr)?;
    }
    interest.map_or(Ok(()), |apr| bucket.child("interest").yearly(apr))
}
