//! Two folders byte for byte: a report as it lies there, and the same report made again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::bounded::{self, MIB, OWN, Unread};
use crate::fault::Fault;
use crate::folder::broken;
use crate::market::InputFile;
use crate::report::charts::panel::shortened;
use crate::report::kinds::LITTER;
use crate::report::manifest::Manifest;
use crate::report::opened;

/// What was found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Confirmed {
    pub inputs: usize,
    pub files: usize,
    pub bytes: u64,
}

/// Which command made a folder that can be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Run,
    Tune,
}

/// The manifest of a folder of `rotate run` or `rotate tune`, by this version of the program.
///
/// # Errors
/// As [`opened::manifest`]; or it is of another command.
pub fn manifest(report: &Path) -> Result<(Manifest, Verb), Fault> {
    let value = opened::manifest(report)?;
    let wanted = "the manifest of a folder that `rotate run` or `rotate tune` wrote";
    let fault = |found: String, fix: &str| Fault::new(report.join("manifest.json").display().to_string(), found, wanted, fix);
    let words: Vec<&str> = value.get("command").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let made = match words[..] {
        ["rotate", "run", ..] => Verb::Run,
        ["rotate", "tune", ..] => Verb::Tune,
        _ => {
            let command = words.iter().find(|word| **word != "rotate").unwrap_or(&"nothing");
            return Err(fault(format!("a folder of `rotate {command}`"), "verify the reports it was made of"));
        }
    };
    let manifest = serde_json::from_value(value).map_err(|e| fault(format!("not a whole manifest: {e}"), "run the report again"))?;
    Ok((manifest, made))
}

/// Whether the market read now consists of the files the report was made of, no more and no fewer.
///
/// # Errors
/// Names the first file that is on one side only, or has other bytes.
pub fn same_inputs(market: &Path, recorded: &[InputFile], now: &[InputFile]) -> Result<(), Fault> {
    let digests = |list: &[InputFile]| list.iter().map(|input| (input.path.clone(), input.sha256.clone())).collect::<BTreeMap<_, _>>();
    let (before, after) = (digests(recorded), digests(now));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let place = market.join(name).display().to_string();
        match (before.get(name), after.get(name)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => return Err(Fault::new(place, format!("SHA-256 {b}"), a.clone(), "bring back the file as it was")),
            (Some(_), None) => {
                return Err(Fault::new(place, "an input that is no longer read", "the input of the report", "bring it back"));
            }
            _ => {
                return Err(Fault::new(
                    place,
                    "a file of the market that the report was not made of",
                    "the inputs the manifest names, and no other",
                    "move it out of the market's folder, or run the report again",
                ));
            }
        }
    }
    Ok(())
}

/// What the market says of itself now and did not when the report was made, or the other way round: a file that is not read, and so is no input, may
/// lie beside the others since. Asked where bytes differ, and only of a report that knows its market's cautions.
#[must_use]
pub fn another_caution(summary: &Path, market: &Path, now: &[String]) -> Option<Fault> {
    let parsed: Value = serde_json::from_str(&bounded::text(summary, OWN).ok()?).ok()?;
    let count = usize::try_from(parsed.get("market_cautions")?.as_u64()?).ok()?;
    let all: Vec<&str> = parsed.get("cautions")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let then = all.get(all.len().checked_sub(count)?..)?;
    let new = now.iter().find(|caution| !then.contains(&caution.as_str()));
    let missing = then.iter().find(|caution| !now.iter().any(|known| known == *caution));
    let (found, expected) = match (new, missing) {
        (Some(new), _) => (format!("what the report does not know: {}", shortened(new, 160)), "the market as it was".to_owned()),
        (None, Some(missing)) => ("no longer what the report says of it".to_owned(), shortened(missing, 160)),
        (None, None) => return None,
    };
    Some(Fault::new(market.display().to_string(), found, expected, "bring the folder back to what it was, or run the report again"))
}

/// Compares every file of `report` with its twin in `again`; both are only read.
///
/// # Errors
/// Names the first file, by name, and the first line in it that differ.
pub fn same_bytes(report: &Path, again: &Path) -> Result<(usize, u64), Fault> {
    let (theirs, ours) = (tree(report)?, tree(again)?);
    let names: std::collections::BTreeSet<&PathBuf> = theirs.keys().chain(ours.keys()).collect();
    let mut bytes = 0;
    for name in &names {
        let place = report.join(name);
        match (theirs.get(*name), ours.get(*name)) {
            (Some(a), Some(b)) => bytes += same(&place, a, b)?,
            (None, _) => {
                let shown = place.display().to_string();
                return Err(Fault::new(shown, "not there", "a file that the run writes", "the report is not whole: run it again"));
            }
            _ => {
                let shown = place.display().to_string();
                return Err(Fault::new(shown, "a file that the run does not write", "only what the run writes", "move it elsewhere"));
            }
        }
    }
    Ok((names.len(), bytes))
}

/// Compares the curve of a strategy, which stands in every form of a report, with that of the run made again.
///
/// # Errors
/// Names the first line that differs.
pub fn same_curve(strategy: &Path, again: &Path) -> Result<(), Fault> {
    let place = strategy.join("equity.csv");
    same(&place, &place, &again.join("equity.csv")).map(|_| ())
}

/// Compares a file that is shown as `place` with its twin; gives its bytes.
fn same(place: &Path, there: &Path, again: &Path) -> Result<u64, Fault> {
    let expected = fs::read(again).map_err(|e| broken(again, &e))?;
    // Some of what is too much is read, so that the line where it begins can be shown.
    let found = bounded::bytes(there, expected.len() as u64 + MIB).map_err(|e| match e {
        Unread::TooLarge { .. } => Fault::new(
            place.display().to_string(),
            format!("a file of more than {} bytes", expected.len() as u64 + MIB),
            format!("{} bytes, by the run made again", expected.len()),
            "the report is not what its manifest says: run it again",
        ),
        other => broken(there, &other),
    })?;
    if found == expected {
        return Ok(found.len() as u64);
    }
    let at = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
    let fix = "the report is not what its manifest says: run it again";
    let (Ok(left), Ok(right)) = (std::str::from_utf8(&found), std::str::from_utf8(&expected)) else {
        let byte = |bytes: &[u8]| bytes.get(at).map_or("the end".to_string(), |b| format!("byte {b:#04x}"));
        let shown = format!("{}, byte {at}", place.display());
        return Err(Fault::new(shown, byte(&found), byte(&expected), fix));
    };
    let line = left[..left.floor_char_boundary(at)].matches('\n').count();
    Err(Fault::new(Fault::at(place, line + 1), rest_of_line(left, at), format!("{}, by the run made again", rest_of_line(right, at)), fix))
}

/// Letters of a line that are shown, and how many of them before the one that differs.
const SHOWN: (usize, usize) = (160, 60);

/// The line in which byte `at` lies, as far as one can look at it; and how it ends, where that is what differs.
fn rest_of_line(text: &str, at: usize) -> String {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |feed| feed + 1);
    let (line, ended) = text[start..].split_once('\n').map_or((&text[start..], false), |(line, _)| (line, true));
    let within = at - start;
    if line.is_empty() && !ended {
        return "the end of the file".to_string();
    }
    let before = line[..within.min(line.len())].chars().count();
    let skipped = if before >= SHOWN.0 { before - SHOWN.1 } else { 0 };
    let rest: String =
        line.chars().skip(skipped).flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
    let shown = format!("`{}{}`", if skipped > 0 { "…" } else { "" }, shortened(&rest, SHOWN.0));
    match (within < line.len(), ended) {
        (true, _) => shown,
        (false, true) => format!("{shown} and the end of the line"),
        (false, false) => format!("{shown}, where the file ends"),
    }
}

/// Every file below a folder, by its path in it. What file managers leave is overlooked.
fn tree(root: &Path) -> Result<BTreeMap<PathBuf, PathBuf>, Fault> {
    let mut all = BTreeMap::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inside) = open.pop() {
        let folder = root.join(&inside);
        for entry in fs::read_dir(&folder).map_err(|e| broken(&folder, &e))? {
            let entry = entry.map_err(|e| broken(&folder, &e))?;
            let name = inside.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(name);
            } else if !LITTER.iter().any(|litter| entry.file_name() == *litter) {
                all.insert(name, entry.path());
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of two texts that differ: of the one that is there, and of the one that should be.
    fn differ(there: &str, again: &str) -> (String, String) {
        let home = tempfile::tempdir().unwrap();
        let (a, b) = (home.path().join("a"), home.path().join("b"));
        fs::write(&a, there).unwrap();
        fs::write(&b, again).unwrap();
        let fault = same(&a, &a, &b).unwrap_err();
        (fault.found, fault.expected.replace(", by the run made again", ""))
    }

    #[test]
    fn both_sides_are_never_told_in_the_same_words() {
        let compared = |a: &str, b: &str| {
            let (a, b) = differ(a, b);
            assert_ne!(a, b);
            [a, b]
        };
        assert_eq!(compared("one\ntwo", "one\ntwo\n"), ["`two`, where the file ends", "`two` and the end of the line"]);
        assert_eq!(compared("one\n", "one\ntwo\n"), ["the end of the file", "`two`"]);
        assert_eq!(compared("one", "one\ntwo\n"), ["`one`, where the file ends", "`one` and the end of the line"]);
        assert_eq!(compared("one\ntw", "one\ntwo\n"), ["`tw`, where the file ends", "`two`"]);
        assert_eq!(compared("one\r\n", "one\n"), ["`one\\r`", "`one` and the end of the line"]);
        assert_eq!(compared("", "one\n"), ["the end of the file", "`one`"]);
        assert_eq!(compared("one\n\n", "one\ntwo\n"), ["`` and the end of the line", "`two`"]);
        let (long, other) = ("ä".repeat(900) + "x", "ä".repeat(900) + "y");
        let shown = compared(&long, &other);
        assert!(shown[0].starts_with("`…ä") && shown[0].ends_with("x`") && shown[1].ends_with("y`"), "{shown:?}");
    }
}
