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
    format!("{}-{}", strategies(manifest), &digest::of(manifest.to_json().as_bytes())[..DIGITS])
}

/// The name up to its digits.
fn strategies(manifest: &Manifest) -> String {
    let names: Vec<String> = manifest.strategies.iter().map(|record| folder_name(&record.name)).collect();
    let joined = names.join("+");
    if joined.len() <= LETTERS { joined } else { format!("{}-strategies", names.len()) }
}

/// The name that a report of `rotate run` would have been given, by the manifest in it.
#[must_use]
pub fn name_of(report: &Path) -> Option<String> {
    Some(name(&manifest_in(report)?))
}

fn manifest_in(report: &Path) -> Option<Manifest> {
    let text = bounded::text(&report.join("manifest.json"), OWN).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whether a link is one that a run made to point at the newest report: to a name beside it, where a report of that name lies or none any more. Its digits
/// are those of the manifest that it was written with, and `rotate tables` may have put the report into another form since.
#[must_use]
pub fn is_pointer(link: &Path) -> bool {
    let Some(goal) = fs::read_link(link).ok().filter(|goal| is_bare(goal)) else { return false };
    let there = link.with_file_name(&goal);
    let is_named = |manifest: &Manifest| {
        let digits = goal.to_str().and_then(|name| name.strip_prefix(&strategies(manifest))?.strip_prefix('-'));
        digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|letter| letter.is_ascii_hexdigit()))
    };
    fs::symlink_metadata(&there).is_err() || manifest_in(&there).is_some_and(|manifest| is_named(&manifest))
}
