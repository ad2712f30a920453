//! `rotate cache`: where the cache of markets is, how large it is, and how it is emptied; and which cache the other commands use.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::bounded::MIB;
use crate::cli::options::{Common, Format};
use crate::market::Cache;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand, Clone, Copy, Debug)]
enum Action {
    /// Forget every market; the next command reads its own anew.
    Clear,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> String {
    let cache = of(Common { no_cache: false, ..common });
    let cleared = arguments.action.is_some();
    let (series, bytes) = if cleared { cache.clear() } else { cache.size() };
    let folder = cache.folder().map(|folder| folder.display().to_string());
    match (common.format, folder) {
        (Format::Json, folder) => {
            let answer = json!({ "folder": folder, "cleared": cleared, "series": series, "bytes": bytes, "max_bytes": cache.most() });
            serde_json::to_string_pretty(&answer).expect("plain values") + "\n"
        }
        (Format::Text, None) => "no cache: neither ROTATE_CACHE nor a home folder is set\n".to_owned(),
        (Format::Text, Some(folder)) => {
            let mebibytes = bytes.div_ceil(MIB);
            let what = if cleared { "removed " } else { "" };
            format!("{folder}: {what}{series} series, {mebibytes} MiB of at most {} MiB\n", cache.most() / MIB)
        }
    }
}

/// The cache that a command uses.
pub(super) fn of(common: Common) -> Cache {
    if common.no_cache {
        return Cache::NONE;
    }
    folder(|name| std::env::var_os(name)).map_or(Cache::NONE, Cache::at)
}

/// `ROTATE_CACHE`, else where the system keeps what can be made again; a variable that is empty is not set.
fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("ROTATE_CACHE").or_else(|| {
        let caches = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        // A relative one is to be ignored, says its specification.
        let own = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
        Some(own.or_else(|| Some(set("HOME")?.join(caches)))?.join("rotate").join("markets"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_first_that_is_set() {
        let of = |set: &[(&str, &str)]| folder(|name| set.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value)));
        assert_eq!(of(&[("ROTATE_CACHE", "here"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some(PathBuf::from("here")));
        assert_eq!(of(&[("ROTATE_CACHE", ""), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some(PathBuf::from("/x/rotate/markets")));
        let home = if cfg!(target_os = "macos") { "/h/Library/Caches/rotate/markets" } else { "/h/.cache/rotate/markets" };
        assert_eq!(of(&[("XDG_CACHE_HOME", "x"), ("HOME", "/h")]), Some(PathBuf::from(home)));
        assert_eq!((of(&[("HOME", "")]), of(&[])), (None, None));
    }
}
