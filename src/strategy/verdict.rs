//! The trace a gate leaves: what it looked at, what it said, and why.

use crate::units::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Refused,
    Resized,
    Exited,
}

impl Verdict {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::Resized => "resized",
            Self::Exited => "exited",
        }
    }
}

/// A gate that passed, refused or resized something.
#[derive(Clone, Debug)]
pub struct Decision {
    pub time: Time,
    pub rule: String,
    pub subject: String,
    pub verdict: Verdict,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub detail: String,
}
