//! Buckets that a key names.

use crate::strategy::key::{Checked, Key};
use crate::strategy::{Hold, Strategy};

impl Key {
    /// A name must be that of a bucket that holds cash.
    pub fn cash_bucket(&self, name: &str, strategy: &Strategy) -> Checked {
        if strategy.buckets.get(name).is_some_and(|bucket| matches!(bucket.hold, Hold::Cash)) {
            return Ok(());
        }
        self.wrong(format!("{name:?}"), "a bucket that holds cash", bucket_names(strategy))
    }
}

/// The buckets there are, for who named another one.
pub(super) fn bucket_names(strategy: &Strategy) -> String {
    let names: Vec<&str> = strategy.buckets.keys().map(String::as_str).collect();
    format!("buckets here: {}", names.join(", "))
}
