//! The program, run as a user runs it: from the root of the project, on the sample market, over a short window.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Six weeks of the sample in which narratives rise, so that every strategy trades.
pub const WINDOW: [&str; 4] = ["--from", "2024-01-01", "--to", "2024-02-15"];

pub fn rotate(arguments: &[&str]) -> Output {
    rotate_in(Path::new(ROOT), arguments)
}

pub fn rotate_in(folder: &Path, arguments: &[&str]) -> Output {
    program().args(arguments).current_dir(folder).output().unwrap()
}

/// The program without the cache of whoever runs the tests: in its place stands something in which no file can be.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rotate"));
    command.env("ROTATE_CACHE", NO_CACHE);
    command
}

const NO_CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs and expects exit code 0.
pub fn fine(arguments: &[&str]) -> String {
    let output = rotate(arguments);
    assert_eq!(output.status.code(), Some(0), "rotate {arguments:?}\n{}", stderr(&output));
    stdout(&output)
}

/// Runs and expects exit code 1; gives what was said.
pub fn refused(arguments: &[&str]) -> String {
    let output = rotate(arguments);
    assert_eq!(output.status.code(), Some(1), "rotate {arguments:?}\n{}", stderr(&output));
    assert!(output.stdout.is_empty(), "a refusal says nothing on standard output");
    stderr(&output)
}

/// Runs and expects exit code 2.
pub fn misused(arguments: &[&str]) -> String {
    let output = rotate(arguments);
    assert_eq!(output.status.code(), Some(2), "rotate {arguments:?}\n{}", stderr(&output));
    stderr(&output)
}

/// Every file below a folder by its path in it, folders with a `/` at the end.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(folder: &Path, prefix: &str, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                all.insert(format!("{name}/"), Vec::new());
                collect(&path, &format!("{name}/"), all);
            } else {
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    collect(folder, "", &mut all);
    all
}

/// Equal trees, or the name of the first file that differs.
pub fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (tree(a), tree(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    assert!(a.len() > 3, "next to nothing was written: {:?}", a.keys());
    for (name, bytes) in &a {
        assert!(bytes == &b[name], "{name} differs");
    }
}
