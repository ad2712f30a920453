//! What a command means by a name that is no path: a strategy by its name alone; and what it may have meant by one that is not there.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::fault::Fault;
use crate::names::nearest;
use crate::strategy::StrategyFile;
use crate::strategy::shipped::STRATEGIES;

/// Where strategies lie.
pub(super) const STRATEGY_FOLDER: &str = "strategies";
/// Where markets lie.
const MARKET_FOLDER: &str = "data";
/// Entries of a folder that are looked through for what is near.
const LOOKED_THROUGH: usize = 10_000;

/// The file of a strategy: as it was typed, else, of a name alone, the file of that name in `strategies/` where there is one.
pub(super) fn strategy(typed: &Path) -> PathBuf {
    let alone = matches!(typed.components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
    let file = Path::new(STRATEGY_FOLDER).join(format!("{}.toml", typed.display()));
    let is_short = alone && (typed.is_dir() || !typed.exists()) && file.is_file();
    if is_short { file } else { typed.to_path_buf() }
}

/// Reads what [`strategy`] finds.
///
/// # Errors
/// As [`StrategyFile::read`]; of a file that is not there, with those near to it.
pub(super) fn read_strategy(typed: &Path) -> Result<StrategyFile, Fault> {
    let path = strategy(typed);
    StrategyFile::read(&path).map_err(|fault| if path.exists() { fault } else { Fault { fix: near_strategy(&path) + &fault.fix, ..fault } })
}

fn near_strategy(typed: &Path) -> String {
    let own = [folder_of(typed), PathBuf::from(STRATEGY_FOLDER)];
    let is_strategy = |path: &Path| path.extension().is_some_and(|end| end == "toml") && path.is_file();
    let known = named(&own, is_strategy, Path::file_stem);
    let name = typed.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".toml").unwrap_or(&name);
    let near = near(name, &known);
    let brought = STRATEGIES.iter().any(|(shipped, _)| *shipped == name);
    if near.is_empty() && brought {
        return format!("write it first: rotate new strategy {name} --from {name}; or ");
    }
    near
}

/// The folder of a market that is not there, with those near to it before the words that say how to name one.
pub(super) fn no_market(place: String, folder: &Path, expected: impl Into<String>, fix: &str) -> Fault {
    let known = named(&[folder_of(folder), PathBuf::from(MARKET_FOLDER)], |path| path.join("market.toml").is_file(), Path::file_name);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Fault::new(place, "no folder", expected, near(&name, &known) + fix)
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// What lies in some folders and is of a kind, by its name; of two of one name the first.
fn named(
    folders: &[PathBuf],
    is_one: impl Fn(&Path) -> bool,
    name: impl Fn(&Path) -> Option<&std::ffi::OsStr>,
) -> BTreeMap<String, PathBuf> {
    let mut known = BTreeMap::new();
    for folder in folders {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for entry in std::fs::read_dir(here).into_iter().flatten().take(LOOKED_THROUGH).flatten() {
            let path = folder.join(entry.file_name());
            if let Some(name) = name(&path).filter(|_| is_one(&path)) {
                known.entry(name.to_string_lossy().into_owned()).or_insert(path);
            }
        }
    }
    known
}

/// `did you mean data/sample? `, or nothing.
fn near(name: &str, known: &BTreeMap<String, PathBuf>) -> String {
    let paths: Vec<String> =
        nearest(name, known.keys().map(String::as_str)).iter().map(|name| known[*name].display().to_string()).collect();
    if paths.is_empty() { String::new() } else { format!("did you mean {}? ", paths.join(" or ")) }
}
