//! How a command ends, and what a shell and a reader of manuals are given.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{ROOT, fine, misused, refused};

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(name)).unwrap()
}

#[test]
fn the_exit_codes_are_what_help_and_readme_say() {
    let help = fine(&["--help"]);
    let listed: Vec<&str> = help.split("Exit codes:\n").nth(1).unwrap().lines().collect();
    let readme = read("README.md");
    for (line, code) in listed.iter().zip(["0", "1", "2", "101"]) {
        assert!(line.trim_start().starts_with(&format!("{code} ")), "{line}");
        assert!(readme.lines().any(|row| row.starts_with(&format!("| {code} | "))), "README.md has no row for {code}");
    }
    assert_eq!(listed.len(), 4, "{help}");
    fine(&["schema"]);
    refused(&["check", "--market", "data/absent"]);
    misused(&["run", "--capital", "plenty"]);
}

/// A bug is a panic, and that of a Rust program ends in 101, unless something in it ends otherwise or keeps it from ending.
#[test]
fn a_bug_ends_in_101() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    for (name, profile) in manifest["profile"].as_table().unwrap() {
        assert!(profile.get("panic").is_none(), "the profile {name} says how a panic ends");
    }
    let mut folders = vec![Path::new(ROOT).join("src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                // What a Parquet file makes polars panic at is refused as the file's fault.
                let may_catch = path.ends_with("market/parquet.rs");
                for words in ["catch_unwind", "set_hook", "process::abort", "process::exit"] {
                    let is_meant = may_catch && matches!(words, "catch_unwind" | "set_hook");
                    assert!(is_meant || !text.contains(words), "{} has {words}", path.display());
                }
                files += 1;
            }
        }
    }
    assert!(files > 200, "only {files} files were looked at");
    // The jobs of `--jobs` pass it on.
    let caught = std::panic::catch_unwind(|| rotate::batch::with_jobs(Some(2), || assert_eq!(1, 2, "a bug that is meant")));
    assert!(caught.is_err());
}

#[test]
fn every_shell_is_given_its_completions() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = fine(&["completions", shell]);
        for word in ["rotate", "compare", "lookahead", "no-cache", "completions"] {
            assert!(script.contains(word), "{shell} knows no {word}");
        }
        // Where the shell is there, it reads the script.
        let path = dir.path().join(shell);
        fs::write(&path, &script).unwrap();
        if matches!(shell, "bash" | "zsh" | "fish")
            && let Ok(output) = Command::new(shell).arg("-n").arg(&path).output()
        {
            assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    assert!(misused(&["completions", "cmd"]).contains("possible values"));
    misused(&["completions"]);
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let manual = fine(&["man"]);
    assert_eq!(manual, fine(&["man"]));
    let titles: Vec<&str> = manual.lines().filter_map(|line| line.strip_prefix(".TH ")?.split_whitespace().next()).collect();
    let help = fine(&["--help"]);
    let verbs = help.split("Commands:").nth(1).unwrap().lines().skip(1).map_while(|line| line.split_whitespace().next());
    for verb in verbs.filter(|verb| *verb != "help") {
        assert!(titles.contains(&format!("rotate-{verb}").as_str()), "{verb} is not in {titles:?}");
    }
    assert!(titles[0] == "rotate" && titles.contains(&"rotate-new-strategy"), "{titles:?}");
    assert!(manual.contains("Exit codes") && manual.contains("\\-\\-lookahead"));
}
