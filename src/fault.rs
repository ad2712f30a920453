//! What is wrong with the input, said so that its owner can mend it: where, what was found, what was expected, how to fix it.

use std::fmt;
use std::path::Path;

use crate::names::shown;

/// A refusal. Every field is a plain sentence part; `Display` is the message the user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File, or file and line, as the user named it.
    pub place: String,
    pub found: String,
    pub expected: String,
    pub fix: String,
    /// What else is wrong in the same file, each told as the first.
    pub also: Vec<Fault>,
}

impl Fault {
    /// A refusal: where it is, what was found, what was expected, and how to fix it.
    #[must_use]
    pub fn new(place: impl Into<String>, found: impl Into<String>, expected: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { place: place.into(), found: found.into(), expected: expected.into(), fix: fix.into(), also: Vec::new() }
    }

    /// `path:line`, the form editors understand.
    #[must_use]
    pub fn at(path: &Path, line: usize) -> String {
        format!("{}:{line}", path.display())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A part may repeat what a file or a folder says; on a terminal it must be read, not obeyed.
        let [place, found, expected, fix] = [&self.place, &self.found, &self.expected, &self.fix].map(|part| shown(part));
        write!(f, "{place}: {found}\n  expected: {expected}\n  fix:      {fix}")?;
        self.also.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl std::error::Error for Fault {}
