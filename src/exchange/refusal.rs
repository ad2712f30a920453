//! What the room will not compute with, in words a caller can put beside a file and a line.

use std::fmt;

/// A number that means nothing to a venue. `key` is the name of the field as written in files, so that a reader of files can find
/// its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub key: &'static str,
    pub found: String,
    pub allowed: &'static str,
}

impl Refusal {
    pub(super) fn new(key: &'static str, found: impl fmt::Display, allowed: &'static str) -> Self {
        Self { key, found: found.to_string(), allowed }
    }

    /// `Ok` where `holds`.
    pub(super) fn unless(holds: bool, key: &'static str, found: f64, allowed: &'static str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(key, found, allowed)) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}: allowed is {}", self.key, self.found, self.allowed)
    }
}

impl std::error::Error for Refusal {}
