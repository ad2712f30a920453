//! Reports that are missing, half written, cut short, garbled, or of another version: every command that reads one says so with file, line
//! where there is one, what was expected and how to fix it, prints no number, and touches nothing.

use std::fs;
use std::path::Path;

use crate::program::{WINDOW, fine, refused, tree};

/// A short report of one strategy, copied for each case.
struct Whole(tempfile::TempDir);

impl Whole {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("report").display().to_string();
        fine(&[&["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", &out][..], &WINDOW].concat());
        Self(home)
    }

    fn damaged(&self, how: impl Fn(&Path)) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        copy(&self.0.path().join("report"), &home.path().join("report"));
        how(&home.path().join("report"));
        home
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let goal = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &goal) } else { assert!(fs::copy(entry.path(), goal).unwrap() > 0) }
    }
}

/// Keeps the first bytes of a file: half of it, or to the end of some line.
fn cut(path: &Path, lines: Option<usize>) {
    let text = fs::read_to_string(path).unwrap();
    let kept = lines.map_or_else(
        || text[..text.len() / 2].trim_end_matches('\n').trim_end_matches(',').to_owned(),
        |lines| text.split_inclusive('\n').take(lines).collect(),
    );
    fs::write(path, kept).unwrap();
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{} has no {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Every command that reads a report says no, each in these words, and the folder stays as it was.
fn all_refuse(home: &Path, cases: &[(&str, &[&str])]) {
    let before = tree(home);
    let (report, out) = (home.join("report").display().to_string(), home.join("out").display().to_string());
    let strategy = format!("{report}/bull");
    for (command, words) in cases {
        let arguments = match *command {
            "compare" => vec!["compare", &report, "--out", &out],
            "compare one" => vec!["compare", &strategy, "--out", &out],
            "explain" => vec!["explain", &strategy, "--trade", "1"],
            _ => vec!["verify", &report, "--quiet"],
        };
        let said = refused(&arguments);
        for part in words.iter().chain(&["error: ", "expected: ", "fix: "]) {
            assert!(said.contains(part), "{command}: no `{part}` in\n{said}");
        }
        assert!(tree(home) == before, "{command} touched something");
    }
}

/// A way to damage a report.
type Damage<'a> = &'a dyn Fn(&Path);
/// The same, and what each command says of it.
type Case<'a> = (Damage<'a>, &'a [(&'a str, &'a [&'a str])]);

/// Every command refuses a report that is damaged in one of these ways.
fn nobody_believes(whole: &Whole, cases: &[Case]) {
    for (how, words) in cases {
        let home = whole.damaged(how);
        all_refuse(home.path(), words);
    }
}

#[test]
fn a_report_with_a_damaged_manifest_or_summary_is_believed_by_nobody() {
    let manifest = |report: &Path| report.join("manifest.json");
    let every = |words: &'static [&'static str]| ["compare", "compare one", "explain", "verify"].map(|command| (command, words));
    let version = every(&["manifest.json: a report of version 9.", "one of version ", "use the version that wrote it"]);
    let half = every(&["manifest.json:", "not JSON, or cut short"]);
    let stranger = every(&["manifest.json: `program` is other"]);
    let cases: &[Case] = &[
        (&|report| change(&manifest(report), "\"version\": \"", "\"version\": \"9."), &version),
        (&|report| cut(&manifest(report), None), &half),
        (&|report| change(&manifest(report), "\"program\": \"rotate\"", "\"program\": \"other\""), &stranger),
        (
            &|report| fs::remove_file(manifest(report)).unwrap(),
            &[
                ("compare", &["report: neither manifest.json nor summary.json is there"]),
                ("compare one", &["manifest.json: No such file"]),
                ("explain", &["manifest.json: No such file"]),
                ("verify", &["manifest.json: No such file"]),
            ],
        ),
        (
            &|report| cut(&report.join("bull/summary.json"), None),
            &[
                ("compare", &["summary.json:", "not JSON, or cut short", "a finished report"]),
                ("compare one", &["summary.json:", "not JSON, or cut short"]),
                ("explain", &["summary.json:", "not JSON, or cut short"]),
                ("verify", &["summary.json:", "by the run made again"]),
            ],
        ),
        (
            &|report| fs::remove_file(report.join("bull/summary.json")).unwrap(),
            &[
                ("compare", &["summary.json: No such file"]),
                ("compare one", &["neither manifest.json nor summary.json"]),
                ("explain", &["summary.json: No such file"]),
                ("verify", &["summary.json: not there"]),
            ],
        ),
    ];
    nobody_believes(&Whole::new(), cases);
}

#[test]
fn a_damaged_report_is_believed_by_nobody() {
    let whole = Whole::new();
    let equity = |report: &Path| report.join("bull/equity.csv");
    let rows = fs::read_to_string(equity(&whole.0.path().join("report"))).unwrap().lines().count();
    let middle = format!("equity.csv:{}: the last row is of ", rows / 2);
    let after = format!("equity.csv:{}: ", rows / 2 + 1);
    let cases: &[Case] = &[
        (
            &|report| cut(&equity(report), Some(rows / 2)),
            &[
                ("compare", &[&middle, "where summary.json says that the run ends", "cut short"]),
                ("compare one", &[&middle]),
                ("explain", &[&middle]),
                ("verify", &[&after, "the end of the file"]),
            ],
        ),
        (
            &|report| change(&equity(report), "2024-01-02T00:00:00Z,", "2024-01-02T00:00:00Z;"),
            &[
                ("compare", &["equity.csv:4: cut short or garbled"]),
                ("compare one", &["equity.csv:4: cut short or garbled"]),
                ("explain", &["equity.csv:4: cut short or garbled"]),
                ("verify", &["equity.csv:4: ", "by the run made again"]),
            ],
        ),
        (
            &|report| fs::remove_file(equity(report)).unwrap(),
            &[
                ("compare", &["equity.csv: No such file"]),
                ("compare one", &["equity.csv: No such file"]),
                ("explain", &["equity.csv: No such file"]),
                ("verify", &["equity.csv: not there"]),
            ],
        ),
        (
            &|report| fs::remove_dir_all(report).unwrap(),
            &[
                ("compare", &["report: No such file"]),
                ("compare one", &["bull: No such file"]),
                ("explain", &["trades.csv: No such file"]),
                ("verify", &["manifest.json: No such file"]),
            ],
        ),
    ];
    nobody_believes(&whole, cases);
}

/// What is written never takes the place of something else, and neither does what cannot be told apart from it any more.
#[test]
fn nothing_is_written_over_what_is_not_a_whole_report() {
    let whole = Whole::new();
    let damages: [(Damage, &str); 4] = [
        (&|report| fs::remove_file(report.join("manifest.json")).unwrap(), "holds something else"),
        (&|report| cut(&report.join("manifest.json"), None), "holds something else"),
        (&|report| change(&report.join("manifest.json"), "\"program\": \"rotate\"", "\"program\": \"other\""), "holds something else"),
        (&|report| fs::remove_file(report.join("bull/summary.json")).unwrap(), "`bull`"),
    ];
    let sound = whole.0.path().join("report").display().to_string();
    for (how, found) in damages {
        let home = whole.damaged(how);
        let before = tree(home.path());
        let out = home.path().join("report").display().to_string();
        for command in [&["run", "strategies/bull.toml"][..], &["tune", "strategies/bull.toml"], &["compare", &sound]] {
            let said = refused(&[command, &["--out", &out]].concat());
            // To a command that never writes batches it is one all the same, whole or not.
            let found = if command[0] != "run" && found == "`bull`" { "what `rotate run` wrote" } else { found };
            for part in [found, "expected: a new or empty folder, or an older ", "choose another --out"] {
                assert!(said.contains(part), "{command:?}: no `{part}` in\n{said}");
            }
            assert!(tree(home.path()) == before, "{command:?} touched something");
        }
    }
}
