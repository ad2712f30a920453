//! One of the files that a strategy is made of, and the name by which it names the next.

use std::path::PathBuf;

/// A file that a strategy is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its file name, or the name of a strategy that the program brings along.
    pub name: String,
    /// For messages.
    pub path: PathBuf,
    pub text: String,
}

/// What `extends` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::strategy) struct Base {
    /// Without its ending.
    pub name: String,
    /// Whether it was written with its ending, which only files have.
    pub is_file: bool,
    /// Where it is written.
    pub line: usize,
}

impl Base {
    /// The name of a file of that name.
    pub fn file(&self) -> String {
        format!("{}.toml", self.name)
    }

    /// Whether a file or a strategy of that name is meant.
    pub fn may_be(&self, name: &str) -> bool {
        name == self.file() || !self.is_file && name == self.name
    }

    /// What to call it in a message.
    pub fn written(&self) -> String {
        if self.is_file { self.file() } else { self.name.clone() }
    }
}
