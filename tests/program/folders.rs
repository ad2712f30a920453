//! Folders that are never lost: commands killed at any instant, two at once, a disk that is full, and what may replace what.

mod disk;
mod kept;
mod killed;
mod named;

use std::path::Path;
use std::process::Command;

use crate::program::{ROOT, WINDOW, program, stderr};

/// The program as it is called in `folder`, on the sample and over a short window where it takes one.
fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = program();
    command.args(words).arg("--quiet").current_dir(folder).env("TMPDIR", folder);
    command
}

fn on_sample(folder: &Path, words: &[&str]) -> Command {
    let mut command = command(folder, words);
    command.args(WINDOW).args(["--market", &format!("{ROOT}/data/sample")]);
    command
}

fn bull() -> String {
    format!("{ROOT}/strategies/bull.toml")
}

/// Runs and expects exit code 0; gives what was printed.
fn fine(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{command:?}\n{}", stderr(&output));
    crate::program::stdout(&output)
}

/// Runs and expects exit code 1; gives what was said.
fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{command:?}\n{}", stderr(&output));
    stderr(&output)
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}
