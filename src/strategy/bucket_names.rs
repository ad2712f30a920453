//! Buckets that a key names.

use crate::names::suggestion;
use crate::strategy::key::{Checked, Key};
use crate::strategy::{Hold, Strategy};

impl Key {
    /// A name must be that of a bucket that holds cash.
    pub fn cash_bucket(&self, name: &str, strategy: &Strategy) -> Checked {
        if strategy.buckets.get(name).is_some_and(|bucket| matches!(bucket.hold, Hold::Cash)) {
            return Ok(());
        }
        self.wrong(format!("{name:?}"), "a bucket that holds cash", bucket_names(name, strategy))
    }
}

/// The buckets there are, for who asked for another one, those near to it first.
pub(super) fn bucket_names(asked: &str, strategy: &Strategy) -> String {
    let names: Vec<&str> = strategy.buckets.keys().map(String::as_str).collect();
    // One that is there and holds something else was not misspelt.
    let near = if names.contains(&asked) { String::new() } else { suggestion(asked, names.iter().copied()) };
    format!("{near}buckets here: {}", names.join(", "))
}
