//! The name of a report that was given none, made of what is in it: the strategies, and the first digits of its manifest's SHA-256. Another
//! content is another folder; the same content is the same folder again.

use std::fs;
use std::path::Path;

use crate::bounded::{self, OWN};
use crate::folder::is_bare;
use crate::market::digest;
use crate::report::files::folder_name;
use crate::report::manifest::Manifest;

/// Digits of the digest in a name: 40 bits, so that even among a million reports two hardly ever share them.
const DIGITS: usize = 10;
/// Letters of the strategies' names together, above which they are counted instead.
const LETTERS: usize = 40;

/// As in `bull-3f9a1c04d7`, `bear+bull-77ab10c2e4`, `6-strategies-0c1d22e9fa`.
#[must_use]
pub fn name(manifest: &Manifest) -> String {
    let names: Vec<String> = manifest.strategies.iter().map(|record| folder_name(&record.name)).collect();
    let joined = names.join("+");
    let head = if joined.len() <= LETTERS { joined } else { format!("{}-strategies", names.len()) };
    format!("{head}-{}", &digest::of(manifest.to_json().as_bytes())[..DIGITS])
}

/// The name that a report of `rotate run` would have been given, by the manifest in it.
#[must_use]
pub fn name_of(report: &Path) -> Option<String> {
    let text = bounded::text(&report.join("manifest.json"), OWN).ok()?;
    Some(name(&serde_json::from_str(&text).ok()?))
}

/// Whether a link is one that a run made to point at the newest report: to a name beside it, where such a report lies or none any more.
#[must_use]
pub fn is_pointer(link: &Path) -> bool {
    let Some(goal) = fs::read_link(link).ok().filter(|goal| is_bare(goal)) else { return false };
    let there = link.with_file_name(&goal);
    fs::symlink_metadata(&there).is_err() || name_of(&there).is_some_and(|name| Path::new(&name) == goal)
}
