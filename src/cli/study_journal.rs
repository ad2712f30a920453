//! Where the journal of a study lies while trials are made: in a folder beside the study's own, which is there until the study is written, so
//! that whatever is stopped can go on.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::cli::other_markets::OtherMarket;
use crate::cli::tune::StudySettings;
use crate::fault::Fault;
use crate::folder::broken;
use crate::market::{InputFile, Market};
use crate::strategy::StrategyFile;
use crate::tune::{Journal, journal};

/// So many differences are named.
const NAMED: usize = 3;

/// Of what a study is: everything that decides its trials, and nothing else.
pub(super) fn about(market: &Market, file: &StrategyFile, settings: &StudySettings) -> Value {
    let asked = &settings.asked;
    let mut strategy = file.strategy.clone();
    if let Some(tune) = &mut strategy.tune
        && !(tune.sampler.is_adaptive() && (tune.walk_forward.is_some() || tune.cross_validation.is_some()))
    {
        // More of them are more of the same study, but where each fold has a search of its own.
        tune.trials = None;
    }
    let mut about = json!({ "study": {
        "strategy": serde_json::to_value(&strategy).expect("a strategy has string keys"),
        "market": market.name,
        "inputs": digests(&market.inputs),
        "from": asked.window.from.map(|time| time.to_string()),
        "to": asked.window.to.map(|time| time.to_string()),
        "capital": asked.capital.to_string(),
    } });
    if !settings.also.is_empty() {
        let other = |other: &OtherMarket| json!({ "market": other.market, "inputs": digests(&other.inputs) });
        about["study"]["also"] = settings.also.iter().map(other).collect();
    }
    about
}

/// The digest of each file, by its path.
fn digests(inputs: &[InputFile]) -> Map<String, Value> {
    inputs.iter().map(|input| (input.path.clone(), json!(input.sha256))).collect()
}

/// The journal to go on with: what was begun of the same study, or a new one. With `resume` there must be one, be it in the folder of the finished study.
pub(super) fn open(out: &Path, about: Value, resume: bool) -> Result<Journal, Fault> {
    let folder = unfinished(out);
    if folder.join(journal::FILE).is_file() {
        match Journal::resume(&folder) {
            Ok(found) if !found.is_empty() && found.about() == &about => return Ok(found),
            Ok(found) if resume => return Err(another(&folder, found.entries().len(), (!found.is_empty()).then(|| found.about()), &about)),
            Err(fault) if resume => return Err(fault),
            Ok(_) | Err(_) => {}
        }
    } else if resume && out.join(journal::FILE).is_file() {
        let lines = Journal::read(out)?;
        let (first, entries) = lines.split_first().ok_or_else(|| another(out, 0, None, &about))?;
        if *first != about {
            return Err(another(out, entries.len(), Some(first), &about));
        }
        let mut journal = Journal::begin(&folder, about)?;
        journal.append(entries.to_vec())?;
        return Ok(journal);
    } else if resume {
        return Err(Fault::new(
            folder.display().to_string(),
            "no study to go on with",
            format!("{} in it, or in {}", journal::FILE, out.display()),
            "name the folder of the study with --out, or begin it without --resume",
        ));
    }
    Journal::begin(&folder, about)
}

/// The parts of a study as one journal.
pub(super) fn merged(out: &Path, about: Value, parts: &[PathBuf]) -> Result<Journal, Fault> {
    let mut found: Vec<(u64, &PathBuf, Vec<Value>)> = Vec::new();
    let mut count = None;
    for folder in parts {
        let mut lines = Journal::read(folder)?;
        if lines.is_empty() {
            return Err(another(folder, 0, None, &about));
        }
        let mut first = lines.remove(0);
        let shard = first.as_object_mut().and_then(|first| first.remove("shard"));
        let number = |key: &str| shard.as_ref().and_then(|shard| shard.get(key)).and_then(Value::as_u64);
        let (Some(part), Some(of)) = (number("part"), number("of")) else {
            let fix = "name the folders that `rotate tune --shard K/N` wrote";
            return Err(Fault::new(folder.display().to_string(), "a whole study, or none", "a part of a study", fix));
        };
        if first != about {
            return Err(another(folder, lines.len(), Some(&first), &about));
        }
        if *count.get_or_insert(of) != of || found.iter().any(|(other, ..)| *other == part) {
            let expected = format!("each of the {} parts once", count.unwrap_or(of));
            return Err(Fault::new(folder.display().to_string(), format!("part {part} of {of}"), expected, "name each part once"));
        }
        found.push((part, folder, lines));
    }
    let count = count.unwrap_or(0);
    if let Some(missing) = (1..=count).find(|part| !found.iter().any(|(there, ..)| there == part)) {
        let found = format!("no part {missing} of {count}");
        return Err(Fault::new(
            "--merge",
            found,
            format!("all {count} parts"),
            format!("make it with --shard {missing}/{count}, and name it too"),
        ));
    }
    found.sort_by_key(|(part, ..)| *part);
    let mut journal = Journal::begin(&unfinished(out), about)?;
    journal.append(found.into_iter().flat_map(|(.., lines)| lines).collect())?;
    Ok(journal)
}

/// The study is written: what was kept in case it was not may go.
pub(super) fn discard(out: &Path, journal: Journal) -> Result<(), Fault> {
    drop(journal);
    let folder = unfinished(out);
    fs::remove_file(folder.join(journal::FILE)).and_then(|()| fs::remove_dir(&folder)).map_err(|error| broken(&folder, &error))
}

/// The folder of what is not finished.
fn unfinished(out: &Path) -> PathBuf {
    let mut name = out.file_name().map_or_else(|| OsString::from("study"), OsString::from);
    name.push(".unfinished");
    out.with_file_name(name)
}

/// The journal is of another study: what has changed since.
fn another(folder: &Path, trials: usize, found: Option<&Value>, about: &Value) -> Fault {
    let mut changed = Vec::new();
    match found {
        None => changed.push("nothing that says of what the study is".to_owned()),
        Some(found) => differences(&mut Vec::new(), &found["study"], &about["study"], &mut changed),
    }
    let more = changed.len().saturating_sub(NAMED);
    changed.truncate(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Fault::new(
        folder.join(journal::FILE).display().to_string(),
        format!("a study with other inputs ({trials} trials): {}{more}", changed.join("; ")),
        "the same market, strategy and settings, to the byte",
        "put them back as they were, or begin anew without --resume in another folder",
    )
}

/// Where two values differ, as `key was this, is that`.
fn differences(path: &mut Vec<String>, was: &Value, is: &Value, changed: &mut Vec<String>) {
    if let (Value::Object(was), Value::Object(is)) = (was, is) {
        for key in was.keys().chain(is.keys().filter(|key| !was.contains_key(*key))) {
            path.push(key.clone());
            let of = |side: &Map<String, Value>| side.get(key).cloned().unwrap_or(Value::Null);
            differences(path, &of(was), &of(is), changed);
            path.pop();
        }
    } else if was != is {
        let short = |value: &Value| value.to_string().chars().take(40).collect::<String>();
        changed.push(match path.split_first() {
            Some((first, rest)) if first == "inputs" => format!("file {} has changed", rest.join(".")),
            _ => format!("{} was {}, is {}", path.join("."), short(was), short(is)),
        });
    }
}
