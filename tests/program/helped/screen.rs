//! Answers that fit a screen: curves on one scale, few cautions and those last, short stories, brief checks, a report that opens itself.

use std::fs;
use std::path::Path;

use crate::program::{WINDOW, fine, misused, refused};
use serde_json::Value;

/// A report of all strategies, and what was printed.
fn report() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let said = fine(&[&["run", "--out", out(&dir).to_str().unwrap()][..], &WINDOW].concat());
    (dir, said)
}

fn out(dir: &tempfile::TempDir) -> std::path::PathBuf {
    dir.path().join("report")
}

#[test]
fn a_run_ends_with_few_cautions() {
    let dir = tempfile::tempdir().unwrap();
    // Ten buckets, each of which asks for a coin that nobody has.
    let bucket = |i: usize| format!("[buckets.b{i}]\nweight = 0.1\nhold = {{ spot = {{ assets = [\"BTC\", \"NOCOIN{i}\"] }} }}\n");
    let buckets = (0..10).map(bucket).collect::<Vec<_>>().concat();
    let files = ["one", "two"].map(|name| {
        let path = dir.path().join(name).with_extension("toml");
        let text = format!("name = \"{name}\"\nabout = \"a\"\nregime = \"any\"\nrebalance = {{ every = \"7d\" }}\n{buckets}");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let said = fine(&[&["run", &files[0], &files[1], "--out", out(&dir).to_str().unwrap()][..], &WINDOW].concat());
    let (body, cautions) = said.split_once("\ncautions\n").unwrap_or_else(|| panic!("no cautions in {said}"));
    assert!(body.trim_end().ends_with(&format!("report: {}", out(&dir).join("index.html").display())), "{said}");
    let marks: Vec<&str> = cautions.lines().filter(|line| line.starts_with("  ! ")).collect();
    let lines: Vec<&&str> = marks.iter().filter(|line| !line.starts_with("  ! … and ")).collect();
    assert!(lines.len() <= 8 && cautions.lines().all(|line| line.starts_with("  ")), "{said}");
    // All of them are in the reports: what is not shown is counted.
    let mut all: Vec<String> = Vec::new();
    for entry in fs::read_dir(out(&dir)).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let summary: Value = serde_json::from_str(&fs::read_to_string(entry.path().join("summary.json")).unwrap()).unwrap();
        let own = summary["cautions"].as_array().unwrap();
        let of_market = summary["market_cautions"].as_u64().unwrap_or(0) as usize;
        all.extend(own[..own.len() - of_market].iter().map(|text| text.as_str().unwrap().to_owned()));
    }
    all.sort();
    all.dedup();
    let of_runs = lines.len() - usize::from(lines.iter().any(|line| line.contains("about the market itself")));
    let more = all.len() - of_runs;
    assert!(more > 0, "too few cautions for this test: {said}");
    assert!(cautions.contains(&format!("  ! … and {more} more in the reports\n")), "{} of {}: {said}", of_runs, all.len());
}

#[test]
fn the_curves_of_a_run_share_a_scale() {
    let (_, said) = report();
    let legend: Vec<&str> = said.lines().filter(|line| line.starts_with("equity on one scale: ")).collect();
    assert_eq!(legend.len(), 1, "{said}");
    let full = said.lines().filter(|line| line.contains('█') && line.contains('▁')).count();
    assert!(said.matches('█').count() > 0 && full <= 1, "more than one strategy fills the scale: {said}");
}

#[test]
fn a_story_is_told_short() {
    let (dir, _) = report();
    let folder = out(&dir).join("bull");
    let words = ["explain", folder.to_str().unwrap(), "--trade", "1"];
    let (long, short) = (fine(&words), fine(&[&words[..], &["--short"]].concat()));
    let events = |text: &str| text.lines().filter(|line| line.starts_with("20")).map(str::to_owned).collect::<Vec<_>>();
    let (all, ends) = (events(&long), events(&short));
    assert!(all.len() > 3, "too short a story for this test: {long}");
    assert_eq!(ends, [all[0].clone(), all[all.len() - 1].clone()]);
    assert_eq!(short.split("\n20").next(), long.split("\n20").next(), "title and facts are the same");
    assert!(short.contains(&format!("… and {} more between: the same without --short\n", all.len() - 2)), "{short}");
    let json = |extra: &[&str]| -> Value { serde_json::from_str(&fine(&[&words[..], &["--format", "json"], extra].concat())).unwrap() };
    let (whole, cut) = (json(&[]), json(&["--short"]));
    assert_eq!(cut["events"].as_array().unwrap().len(), 2);
    assert_eq!((&whole["title"], &whole["facts"]), (&cut["title"], &cut["facts"]));
}

#[test]
fn a_check_is_brief() {
    let brief = fine(&["check", "bull", "bear", "--brief"]);
    let whole: Value = serde_json::from_str(&fine(&["check", "bull", "bear", "--format", "json"])).unwrap();
    let many = whole["cautions"].as_array().unwrap().len();
    let head = brief.lines().next().unwrap();
    assert!(head.starts_with("sample (SYNTHETIC): ") && head.contains(&format!(", {many} caution")), "{brief}");
    let strategies: Vec<&str> = brief.lines().filter(|line| line.starts_with("strategy ")).collect();
    assert!(strategies.len() == 2 && strategies[0].starts_with("strategy bull: valid, "), "{brief}");
    let of_market = brief.lines().skip(1).take_while(|line| line.starts_with("  ")).collect::<Vec<_>>();
    assert_eq!(of_market.iter().filter(|line| line.starts_with("  ! ")).count(), many.min(8), "{brief}");
    assert_eq!(of_market.last().is_some_and(|line| line.starts_with("  … and ")), many > 8, "{brief}");
    assert!(brief.lines().all(|line| line.chars().count() <= 80), "{brief}");
    // What is refused is refused all the same, and the look-ahead test has its own words.
    refused(&["check", "--brief", "tests/errors_strategy/weights-sum/strategy.toml"]);
    misused(&["check", "--brief", "--lookahead", "bull"]);
}

/// Programs in a folder of their own stand in for what the system opens pages with.
#[cfg(target_os = "linux")]
mod opened {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Output;

    use super::*;
    use crate::program::{ROOT, assert_same, program, stderr, stdout};

    /// `rotate run --open` where `xdg-open` does as the script says, or is not there.
    fn run(dir: &Path, script: Option<&str>, name: &str) -> Output {
        let programs = dir.join(format!("{name}-programs"));
        fs::create_dir(&programs).unwrap();
        if let Some(script) = script {
            let path = programs.join("xdg-open");
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let out = dir.join(name);
        let words = [&["run", "bull", "--open", "--out", out.to_str().unwrap()][..], &WINDOW].concat();
        program().args(words).env("PATH", &programs).env("SEEN", dir.join("seen")).current_dir(ROOT).output().unwrap()
    }

    #[test]
    fn a_report_opens_itself_and_is_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("plain");
        fine(&[&["run", "bull", "--out", plain.to_str().unwrap()][..], &WINDOW].concat());
        let opened = run(dir.path(), Some("printf '%s' \"$1\" > \"$SEEN\""), "opened");
        assert_eq!((opened.status.code(), stderr(&opened).as_str()), (Some(0), ""));
        let page = dir.path().join("opened/index.html");
        assert_eq!(fs::read_to_string(dir.path().join("seen")).unwrap(), page.to_str().unwrap());
        assert_same(&plain, &dir.path().join("opened"));
        for (name, script, why) in [("absent", None, "xdg-open: "), ("failing", Some("exit 3"), "xdg-open: ended with exit code 3")] {
            let output = run(dir.path(), script, name);
            assert_eq!(output.status.code(), Some(0), "{name}");
            let said = stderr(&output);
            assert!(said.starts_with("caution: ") && said.contains("index.html was not opened: ") && said.contains(why), "{said}");
            assert!(stdout(&output).contains("report: "), "{name}");
            assert_same(&plain, &dir.path().join(name));
        }
        fine(&["verify", dir.path().join("opened").to_str().unwrap(), "--quiet"]);
    }
}
