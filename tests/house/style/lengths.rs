//! How long files and functions are, and whether a file says what it is for.

use super::{Broken, Found};
use crate::source::{block_end, line, sources_of};

const FOLDERS: [&str; 3] = ["src", "tests", "benches"];
const FILE: usize = 400;
const FUNCTION: usize = 70;

pub fn files() -> Broken {
    let mut broken = Broken::new();
    for folder in FOLDERS {
        for source in sources_of(folder) {
            let count = source.text.lines().count();
            if count > FILE {
                broken.insert(format!("{folder}/{}", source.path), Found { count, places: Vec::new() });
            }
        }
    }
    broken
}

pub fn bare() -> Broken {
    let mut broken = Broken::new();
    for folder in FOLDERS {
        for source in sources_of(folder).iter().filter(|source| !source.text.starts_with("//!")) {
            broken.entry(format!("{folder}/{}", source.path)).or_default().one("no //! on its first line".to_owned());
        }
    }
    broken
}

pub fn functions() -> Broken {
    let mut broken = Broken::new();
    for folder in FOLDERS {
        for source in sources_of(folder) {
            for (name, begins, count) in lengths(&source.code) {
                let (what, place) = (format!("{folder}/{} {name}", source.path), format!("{folder}/{}:{begins}", source.path));
                let longest = broken.get(&what).map_or(0, |found: &Found| found.count);
                if count > FUNCTION.max(longest) {
                    broken.insert(what, Found { count, places: vec![place] });
                }
            }
        }
    }
    broken
}

/// Every function with a body: name, first line, and lines from `fn` to its closing brace.
fn lengths(code: &str) -> Vec<(&str, usize, usize)> {
    let mut all = Vec::new();
    for (at, _) in code.match_indices("fn ").filter(|&(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')) {
        let rest = &code[at + 3..];
        let name = &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())];
        let mut depth = 0_usize;
        // The body's brace; a semicolon first means that there is none. An array in the signature has a semicolon of its own.
        let open = rest.char_indices().find(|&(_, c)| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && (c == '{' || c == ';')
        });
        let Some((open, '{')) = open else { continue };
        if !name.is_empty() {
            let end = block_end(code, at + 3 + open);
            all.push((name, line(code, at), code[at..end].matches('\n').count() + 1));
        }
    }
    all
}

#[test]
fn functions_are_measured() {
    let code = "fn a(x: [u8; 2]) -> u8 {\n    if x { y }\n}\ntrait T {\n    fn none(&self);\n    fn b(f: fn(u8) -> u8)\n    where\n        X: Y,\n    { z }\n}\n";
    assert_eq!(lengths(code), [("a", 1, 3), ("b", 6, 4)]);
}
