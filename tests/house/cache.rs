//! What the cache keeps is of one reader: the sources that make up its version are all that a file is read with.

use std::collections::BTreeSet;

use crate::source::{Source, crate_paths, paths_of, sources};

/// Rooms that say nothing of what a file holds: how faults are worded, and how bytes come in.
const OTHERS: [&str; 3] = ["fault", "names", "bounded"];

/// What names everything that a market is made of, of which readers of series want their rows alone.
const PARTS: &str = "market/parts.rs";

/// The file that a path of the crate leads into, through what its room hands on.
fn home<'a>(path: &str, all: &'a [Source]) -> Option<&'a str> {
    let (room, rest) = path.split_once("::")?;
    let file = |name: &str| all.iter().map(|source| source.path.as_str()).find(|path| *path == format!("{room}/{name}.rs"));
    let name = rest.split("::").next()?;
    let handed = || {
        let above = all.iter().find(|source| source.path == format!("{room}/mod.rs") || source.path == format!("{room}.rs"))?;
        let trees = above.code.match_indices("pub use ").flat_map(|(at, mark)| paths_of("", &above.code[at + mark.len()..]));
        let from = trees.into_iter().find(|path| path.rsplit("::").next() == Some(name))?;
        file(from.split("::").next()?)
    };
    file(name).or_else(handed)
}

#[test]
fn the_version_of_the_reader_has_all_that_reads_a_file() {
    let all = sources();
    let of = |path: &str| all.iter().find(|source| source.path == path).unwrap_or_else(|| panic!("src/{path} is not there"));
    let (mut read, mut open) = (BTreeSet::new(), vec!["market/bars.rs", "market/rates.rs", "market/cache/entry.rs"]);
    while let Some(next) = open.pop() {
        if !read.insert(next.to_owned()) || next == PARTS {
            continue;
        }
        for (_, path) in crate_paths(&of(next).program()) {
            let room = path.split("::").next().unwrap();
            match home(&path, &all) {
                Some(home) => open.push(home),
                None => assert!(OTHERS.contains(&room) || path.starts_with("market::cache::"), "{next}: {path} leads nowhere"),
            }
        }
    }
    read.extend(["market/cache/binary.rs".to_owned(), "../Cargo.lock".to_owned()]);
    let version = of("market/cache/version.rs");
    let named = version.text.split("include_str!(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let held: BTreeSet<String> = named
        .map(|path| match path.strip_prefix("../../") {
            Some(path) => path.to_owned(),
            None => path.strip_prefix("../").map_or_else(|| format!("market/cache/{path}"), |path| format!("market/{path}")),
        })
        .collect();
    assert!(read.len() > 15, "{read:?}");
    assert_eq!(held, read);
}
