//! What is public: whether it says what it is, and whether anybody outside its room asks for it.

use std::collections::{BTreeMap, BTreeSet};

use super::Broken;
use crate::source::{Source, block_end, line, paths_of, sources, sources_of};

/// An item that is `pub` and no more restricted than that.
struct Item<'a> {
    kind: &'a str,
    name: &'a str,
    at: usize,
}

const TYPES: [&str; 4] = ["struct", "enum", "trait", "type"];

/// Words of a text as names.
fn names(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

fn items(code: &str) -> Vec<Item<'_>> {
    let mut all = Vec::new();
    for (at, mark) in code.match_indices("pub ").filter(|&(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')) {
        let mut words = names(&code[at + mark.len()..]).take(3);
        let (Some(mut kind), Some(mut name)) = (words.next(), words.next()) else { continue };
        if kind == "const" && name == "fn" {
            (kind, name) = ("fn", words.next().unwrap());
        }
        if matches!(kind, "fn" | "const" | "static") || TYPES.contains(&kind) {
            all.push(Item { kind, name, at });
        }
    }
    all
}

/// What a file says of its public items beside their names, which is what a reader of them must be able to name: signatures, fields, variants.
fn signatures(code: &str) -> String {
    let mut all = String::new();
    for (at, mark) in code.match_indices("pub ") {
        let rest = &code[at + mark.len()..];
        let (head, kind) = (&code[at..], names(rest).next().unwrap_or_default());
        let end = match kind {
            "enum" | "trait" => block_end(code, at + head.find(['{', ';']).unwrap_or(head.len() - 1)) - at,
            "fn" => head.find('{').unwrap_or(head.len()),
            _ => head.find('\n').unwrap_or(head.len()),
        };
        // The item's own name is none that it speaks of.
        let own = if TYPES.contains(&kind) { names(rest).nth(1).unwrap_or_default() } else { "" };
        all.extend(names(&head[..end]).filter(|name| *name != own).flat_map(|name| [name, " "]));
    }
    all
}

/// Whether every module on the way to a file of `src` is public.
fn is_open(path: &str, code: &BTreeMap<String, String>) -> bool {
    let steps: Vec<&str> = path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
    (1..steps.len()).all(|depth| {
        let above = steps[..depth].join("/");
        let declared = [format!("{above}.rs"), format!("{above}/mod.rs")];
        declared.iter().filter_map(|file| code.get(file)).any(|code| code.contains(&format!("pub mod {};", steps[depth])))
    })
}

/// The program's code, what each room of it names, and what tests and benchmarks name.
struct Program {
    sources: Vec<Source>,
    code: BTreeMap<String, String>,
    rooms: BTreeMap<String, BTreeSet<String>>,
    tests: BTreeSet<String>,
}

impl Program {
    fn read() -> Program {
        let sources = sources();
        let code: BTreeMap<String, String> = sources.iter().map(|source| (source.path.clone(), source.program())).collect();
        let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for source in &sources {
            rooms.entry(source.room().to_owned()).or_default().extend(names(&code[&source.path]).map(str::to_owned));
        }
        let outside = ["tests", "benches"].into_iter().flat_map(sources_of);
        let tests = outside.flat_map(|source| names(&source.code).map(str::to_owned).collect::<Vec<_>>()).collect();
        Program { sources, code, rooms, tests }
    }

    /// Whether any other room names it.
    fn is_named_outside(&self, room: &str, name: &str) -> bool {
        self.rooms.iter().any(|(other, names)| other != room && names.contains(name))
    }
}

pub fn undocumented() -> Broken {
    let mut broken = Broken::new();
    for source in sources() {
        for item in items(&source.code).iter().filter(|item| !is_documented(&source.text, line(&source.code, item.at))) {
            let place = format!("src/{}:{}: {}", source.path, line(&source.code, item.at), item.name);
            broken.entry(source.room().to_owned()).or_default().one(place);
        }
    }
    broken
}

/// Whether a comment of documentation ends on the line above, attributes between left aside.
fn is_documented(text: &str, line: usize) -> bool {
    let above: Vec<&str> = text.lines().take(line - 1).map(str::trim).collect();
    above.iter().rev().find(|line| !(line.starts_with("#[") || line.ends_with(")]"))).is_some_and(|line| line.starts_with("///"))
}

/// Rooms whose functions are a library on plain slices: others may call what the program does not.
const LIBRARY: [&str; 2] = ["luck", "sampler"];

pub fn unused() -> Broken {
    let program = Program::read();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in program.code.values().flat_map(|code| names(code)) {
        *counts.entry(name).or_default() += 1;
    }
    let mut broken = Broken::new();
    for source in program.sources.iter().filter(|source| !LIBRARY.contains(&source.room())) {
        let code = &program.code[&source.path];
        for item in items(code).iter().filter(|item| counts[item.name] == 1) {
            broken.entry(format!("{} {}", source.room(), item.name)).or_default().one(format!("src/{}", source.path));
        }
    }
    broken
}

pub fn within() -> Broken {
    let program = Program::read();
    let mut exposed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for source in &program.sources {
        exposed.entry(source.room()).or_default().extend(names(&signatures(&program.code[&source.path])).map(str::to_owned));
    }
    let mut broken = Broken::new();
    for source in program.sources.iter().filter(|source| is_open(&source.path, &program.code) && !LIBRARY.contains(&source.room())) {
        let (code, room) = (&program.code[&source.path], source.room());
        let mut all: Vec<&str> = items(code)
            .iter()
            .filter(|item| !(TYPES.contains(&item.kind) && exposed[room].contains(item.name)))
            .map(|item| item.name)
            .collect();
        let again: Vec<String> = code.split("pub use ").skip(1).flat_map(|tree| paths_of("", tree)).collect();
        all.extend(again.iter().map(|path| path.rsplit("::").next().unwrap()).filter(|name| !exposed[room].contains(*name)));
        for name in all.into_iter().filter(|name| !program.is_named_outside(room, name) && !program.tests.contains(*name)) {
            broken.entry(room.to_owned()).or_default().one(format!("src/{}: {name}", source.path));
        }
    }
    broken
}

#[test]
fn public_items_are_read() {
    let code =
        "pub struct A { pub b: B }\npub(crate) fn c() {}\npub const fn d(e: E) -> F { g }\nimpl A { pub fn h(&self) {} }\npub mod i;\n";
    let found: Vec<(&str, &str)> = items(code).iter().map(|item| (item.kind, item.name)).collect();
    assert_eq!(found, [("struct", "A"), ("fn", "d"), ("fn", "h")]);
    let said = signatures("pub struct A {\n    pub b: B,\n}\npub enum C { D(E) }\npub fn f(\n    g: G,\n) -> H { I }\n");
    let said: BTreeSet<&str> = names(&said).collect();
    assert!(["B", "E", "G", "H"].iter().all(|name| said.contains(name)), "{said:?}");
    assert!(["A", "C", "I"].iter().all(|name| !said.contains(name)), "{said:?}");
    let code = [("a/mod.rs", "mod b;\npub mod c;"), ("a/c.rs", "")].map(|(path, code)| (path.to_owned(), code.to_owned()));
    let code = BTreeMap::from(code);
    assert!(is_open("a/mod.rs", &code) && is_open("a/c.rs", &code) && !is_open("a/b.rs", &code));
    assert!(is_documented("/// A.\n#[derive(B)]\npub struct C;\n", 3) && !is_documented("fn a() {}\npub struct C;\n", 2));
}
