//! Which files of a room import one another in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::{Broken, Found};
use crate::source::{block_end, paths_of, sources};

/// Of a crate: for every module, named by its path, its file's code.
struct Modules<'a>(BTreeMap<String, &'a str>);

/// The path of a file's module: `report/html/mod.rs` is `report::html`.
fn module(path: &str) -> String {
    path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::")
}

/// A path as seen from a module, from the crate down.
fn absolute(path: &str, at: &str) -> String {
    let (mut base, mut rest) = (at, path);
    if let Some(below) = path.strip_prefix("crate::") {
        return below.to_owned();
    }
    while let Some(below) = rest.strip_prefix("super::") {
        (base, rest) = (base.rsplit_once("::").map_or("", |(above, _)| above), below);
    }
    let rest = rest.strip_prefix("self::").unwrap_or(rest);
    if base.is_empty() { rest.to_owned() } else { format!("{base}::{rest}") }
}

impl Modules<'_> {
    /// Every path that a module's code names, from the crate down: of imports, and of expressions that begin at `crate`, `self`, `super` or a child.
    fn paths(&self, at: &str) -> Vec<String> {
        let (code, named) = (self.0[at], |c: char| c.is_alphanumeric() || c == '_');
        let statements = code.match_indices("pub use ").map(|(at, _)| at..block_end(code, at + code[at..].find(';').unwrap_or(0)));
        let handed_on: Vec<_> = statements.collect();
        let mut all = Vec::new();
        for (place, _) in code.match_indices("::") {
            let begins = code[..place].rfind(|c: char| !named(c)).map_or(0, |before| before + 1);
            let head = &code[begins..place];
            let is_ours = matches!(head, "crate" | "self" | "super") || self.0.contains_key(&format!("{at}::{head}"));
            if head.is_empty() || code[..begins].ends_with("::") || !is_ours {
                continue;
            }
            let tree = &code[begins..];
            let end = tree.find(|c: char| !(named(c) || c == ':' || c == '*')).unwrap_or(tree.len());
            // An expression may go on with signs that are no path.
            let is_group = tree[end..].starts_with('{') && tree[..end].ends_with("::");
            let mut paths = if is_group { paths_of("", tree) } else { vec![tree[..end].to_owned()] };
            // What a module hands on and does not use itself, it does not import.
            if handed_on.iter().any(|statement| statement.contains(&place)) {
                paths.retain(|path| code.split(|c| !named(c)).filter(|word| path.rsplit("::").next() == Some(word)).count() > 1);
            }
            all.extend(paths.iter().map(|path| absolute(path, at)));
        }
        all
    }

    /// The module that a path leads into; through what is handed on by another, to where it stands, so many times.
    fn home(&self, path: &str, patience: usize) -> Option<&str> {
        let ends = path.match_indices("::").map(|(end, _)| end).chain([path.len()]);
        let (found, end) = ends.filter_map(|end| Some((self.0.get_key_value(&path[..end])?.0, end))).last()?;
        let name = path[end..].trim_start_matches("::").split("::").next().filter(|name| !matches!(*name, "" | "*" | "self"));
        let handed = name.filter(|_| patience > 0).and_then(|name| {
            let code = self.0[found];
            let marks = ["pub use ", "pub(crate) use ", "pub(super) use "].into_iter();
            let trees = marks.flat_map(|mark| code.match_indices(mark).map(move |(at, mark)| &code[at + mark.len()..]));
            trees.flat_map(|tree| paths_of("", tree)).find(|path| path.rsplit("::").next() == Some(name))
        });
        handed.and_then(|path| self.home(&absolute(&path, found), patience - 1)).or(Some(found))
    }

    /// Which modules of its own room each imports.
    fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let room = |at: &str| at.split("::").next().unwrap().to_owned();
        let of = |at: &str| {
            let paths = self.paths(at);
            let homes = paths.iter().filter_map(|path| self.home(path, 5));
            homes.filter(|home| *home != at && room(home) == room(at)).collect()
        };
        self.0.keys().map(|at| (at.as_str(), of(at))).collect()
    }
}

/// Groups of modules each of which is reached from every other.
fn circles<K: Ord + Clone>(imports: &BTreeMap<K, BTreeSet<K>>) -> Vec<BTreeSet<K>> {
    let reached = |from: &K| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(next) = open.pop() {
            open.extend(imports[&next].iter().filter(|to| seen.insert((*to).clone())).cloned());
        }
        seen
    };
    let reach: BTreeMap<&K, BTreeSet<K>> = imports.keys().map(|from| (from, reached(from))).collect();
    let group = |of: &K| reach[of].iter().filter(|to| reach[*to].contains(of)).cloned().collect::<BTreeSet<K>>();
    let all: BTreeSet<BTreeSet<K>> = imports.keys().map(group).filter(|group| group.len() > 1).collect();
    all.into_iter().collect()
}

/// Where a rule is a file: a strategy is written in the keys of its rules, and a rule checks itself within its strategy, so that all files of such a list stand
/// in one circle with it and count as one. A rule more is no circle more.
const RULES: [&str; 2] = ["strategy::entries", "strategy::exits"];

/// How many files of each room stand in circles that should not be.
pub fn found() -> Broken {
    let sources = sources();
    let code: Vec<(&str, String)> = sources.iter().map(|source| (source.path.as_str(), source.program())).collect();
    let modules = Modules(code.iter().map(|(path, code)| (module(path), code.as_str())).collect());
    let mut broken = Broken::new();
    for circle in circles(&modules.imports()) {
        let room = circle.first().unwrap().split("::").next().unwrap().to_owned();
        if circle.len() > 2 || room == "replay" {
            let found: &mut Found = broken.entry(room).or_default();
            let list = |module: &str| RULES.iter().find(|list| module.starts_with(**list)).map_or(module, |list| *list).to_owned();
            for module in circle.iter().map(|module| list(module)).collect::<BTreeSet<_>>() {
                found.one(module);
            }
        }
    }
    broken
}

#[test]
fn circles_are_found() {
    let files = [
        ("a/mod.rs", "mod b;\nmod c;\npub mod d;\npub use c::C;\n"),
        ("a/b.rs", "use super::{C, d::{self, D}};\n"),
        ("a/c.rs", "fn c() { crate::a::d::e(); }\n"),
        ("a/d.rs", "use std::fmt; use crate::x::Y; fn d() { super::b::f() }\n"),
        ("x.rs", "fn x() {}\n"),
    ];
    let modules = Modules(files.iter().map(|(path, code)| (module(path), *code)).collect());
    let imports = modules.imports();
    assert_eq!(imports["a::b"], BTreeSet::from(["a::c", "a::d"]));
    assert!(imports["a"].is_empty(), "what is handed on is not imported");
    assert_eq!(circles(&imports), [BTreeSet::from(["a::b", "a::c", "a::d"])]);
}
