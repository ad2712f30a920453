//! One line of an explanation.

use serde::Serialize;

/// One thing that happened or was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    pub time: String,
    /// The table it is from, without `.csv`.
    pub table: &'static str,
    /// What it is about: a symbol, a narrative, or the bucket that gave; of a decision whatever its rule looked at.
    pub subject: String,
    pub text: String,
}
