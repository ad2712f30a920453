//! What a bucket earns without trading: rewards of staked coins and interest on its stablecoins.

use crate::strategy::Bucket;
use crate::strategy::validate::{Checked, Key};

pub(super) fn check(key: &Key, bucket: &Bucket) -> Checked {
    let place = key.child("staking");
    for (asset, &apr) in &bucket.staking {
        place.child(asset).yearly(apr)?;
    }
    bucket.interest.map_or(Ok(()), |apr| key.child("interest").yearly(apr))
}

impl Key {
    fn yearly(&self, apr: f64) -> Checked {
        if apr > 0.0 && apr <= 1.0 { Ok(()) } else { self.wrong(apr.to_string(), "above 0, at most 1", "0.035 is 3.5 % a year") }
    }
}
