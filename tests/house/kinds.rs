//! One binary for each kind of test, since each of them links everything the program is built on; and whatever the documents and comments say to run or to
//! look into is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::ROOT;

/// What the tests are, by kind: a folder of `tests` with a `main.rs`, and a line under *Tests* in CONTRIBUTING.md.
const KINDS: [&str; 6] = ["golden", "house", "laws", "program", "reports", "rules"];

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).map(|entry| entry.unwrap().path()).collect()
}

/// Every text that tells a reader where to look: path and contents. CHANGELOG.md tells of the past.
fn texts() -> Vec<(String, String)> {
    fn collect(folder: &Path, all: &mut Vec<(String, String)>) {
        for path in entries(folder) {
            let name = path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                collect(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "md" || ending == "toml") {
                all.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(ROOT);
    let mut all = Vec::new();
    for folder in ["src", "benches", "strategies"] {
        collect(&root.join(folder), &mut all);
    }
    for kind in KINDS.iter().chain(&["support", "by_hand", "by_hand_venue"]) {
        collect(&root.join("tests").join(kind), &mut all);
    }
    for file in ["README.md", "CONTRIBUTING.md", "reports/README.md", "Cargo.toml", ".ci/run", "fuzz/nightly"] {
        all.push((file.to_owned(), fs::read_to_string(root.join(file)).unwrap()));
    }
    all
}

/// What follows each `mark`, as long as its letters are of a name or a path.
fn named<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-./".contains(c))).unwrap_or(rest.len());
        rest[..end].trim_end_matches(['.', '/'])
    })
}

#[test]
fn a_kind_of_test_is_one_binary() {
    let (mut kinds, mut loose) = (BTreeSet::new(), Vec::new());
    for path in entries(&Path::new(ROOT).join("tests")) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.join("main.rs").is_file() {
            kinds.insert(name);
        } else if path.is_file() {
            loose.push(name);
        }
    }
    assert!(loose.is_empty(), "{loose:?} would be binaries of their own: put each below its kind in tests/");
    assert_eq!(kinds, KINDS.iter().map(|kind| (*kind).to_owned()).collect());
    let contributing = fs::read_to_string(Path::new(ROOT).join("CONTRIBUTING.md")).unwrap();
    for kind in KINDS {
        assert!(contributing.contains(&format!("`{kind}`")), "CONTRIBUTING.md does not tell of the tests in {kind}");
    }
}

#[test]
fn what_is_said_to_be_run_can_be_run() {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap()).unwrap();
    let benches: Vec<&str> = manifest["bench"].as_array().unwrap().iter().map(|bench| bench["name"].as_str().unwrap()).collect();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (path, text) in texts() {
        for (mark, there) in [("--test", &KINDS[..]), ("--bench", &benches)] {
            for name in named(&text, &format!("{mark} ")).filter(|name| !name.is_empty() && !name.starts_with('-')) {
                count += 1;
                if !there.contains(&name) {
                    wrong.push(format!("{path}: {mark} {name}"));
                }
            }
        }
    }
    assert!(count >= 8, "only {count} were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_test_that_is_named_is_there() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (path, text) in texts() {
        for name in named(&text, "tests/").filter(|name| !name.is_empty()) {
            // Other projects' tests are named by their own paths.
            if Path::new(name).extension().is_some_and(|ending| ending == "py") {
                continue;
            }
            count += 1;
            if !Path::new(ROOT).join("tests").join(name).exists() {
                wrong.push(format!("{path}: tests/{name}"));
            }
        }
    }
    assert!(count >= 30, "only {count} were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
