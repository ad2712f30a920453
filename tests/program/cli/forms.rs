//! The forms of a report's tables: what is written, that every form is the same report, and that one becomes another.

use std::fs;

use super::{read, text, with};
use crate::program::{ROOT, assert_same, fine, refused, rotate_in, stderr, tree};

/// What is not asked for is not written, and each form is the same report: it is verified.
#[test]
fn a_report_is_written_in_the_forms_that_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    for (form, tables) in
        [("csv", [true, true, false]), ("brief", [true, false, false]), ("parquet", [false, false, true]), ("both", [true, true, true])]
    {
        let out = dir.path().join(form);
        fine(&with(&["run", "strategies/bull.toml", "--tables", form], text(&out)));
        let there = ["trades.csv", "funding.csv", "funding.parquet"].map(|file| out.join("bull").join(file).is_file());
        assert_eq!(there, tables, "{form}");
        assert!(!out.join("equity.png").exists() && out.join("bull/equity.csv").is_file());
        fine(&["verify", text(&out), "--quiet"]);
        // What a comparison reads is always there.
        fine(&["compare", text(&out), "--out", text(&dir.path().join("compared"))]);
    }
    // What is not there is made again: the same story from every form.
    let story = |form: &str| fine(&["explain", text(&dir.path().join(form).join("bull")), "--trade", "3"]);
    assert!(story("csv").lines().count() > 5, "too short a story for this test");
    assert!(["brief", "parquet", "both"].iter().all(|form| story(form) == story("csv")));
    // But what says that it is whole is not mended.
    fs::remove_file(dir.path().join("csv/bull/funding.csv")).unwrap();
    assert!(refused(&["explain", text(&dir.path().join("csv/bull")), "--trade", "3"]).contains("funding.csv: No such file"));
    // Nor is a curve believed that the run does not give.
    let curve = dir.path().join("brief/bull/equity.csv");
    let whole = read(&curve);
    fs::write(&curve, whole.replacen("0000.0", "0001.0", 1)).unwrap();
    let said = refused(&["explain", text(&dir.path().join("brief/bull")), "--trade", "3"]);
    assert!(said.contains("equity.csv:2: ") && said.contains("by the run made again"), "{said}");
}

/// A report in another form is the report that the same command would have written in that form, and keeps its place and the link to it.
#[test]
fn a_report_takes_another_form() {
    let dir = tempfile::tempdir().unwrap();
    let here = ["run", "bull", "bear", "--quiet", "--from", "2024-01-01", "--to", "2024-02-15", "--market"];
    let market = format!("{ROOT}/data/sample");
    for name in ["bull", "bear"] {
        fs::create_dir_all(dir.path().join("strategies")).unwrap();
        fs::copy(format!("{ROOT}/strategies/{name}.toml"), dir.path().join(format!("strategies/{name}.toml"))).unwrap();
    }
    let go = |words: &[&str]| {
        let output = rotate_in(dir.path(), words);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    };
    go(&[&here[..], &[&market]].concat());
    let goal = fs::read_link(dir.path().join("reports/latest")).unwrap();
    assert!(!dir.path().join("reports/latest/bull/fills.csv").exists(), "a short report for this test");
    for form in ["csv", "both", "brief"] {
        go(&["tables", "reports/latest", form, "--quiet", "--market", &market]);
        go(&[&here[..], &[&market, "--tables", form, "--out", form]].concat());
        assert_same(&dir.path().join("reports/latest"), &dir.path().join(form));
        assert_eq!(fs::read_link(dir.path().join("reports/latest")).unwrap(), goal);
    }
    // The link is still one that a run may turn.
    go(&[&here[..2], &here[3..], &[&market]].concat());
    assert_ne!(fs::read_link(dir.path().join("reports/latest")).unwrap(), goal);

    // Neither a study nor a report whose curve is another is touched.
    let study = dir.path().join("study");
    fine(&with(&["tune", "strategies/bull.toml"], text(&study)));
    assert!(refused(&["tables", text(&study)]).contains("a study of `rotate tune`"));
    let brief = dir.path().join("brief");
    let curve = brief.join("bear/equity.csv");
    fs::write(&curve, read(&curve).replacen("0000.0", "0001.0", 1)).unwrap();
    let before = tree(&brief);
    assert!(refused(&["tables", text(&brief), "--market", &market]).contains("bear/equity.csv:2: "));
    assert!(tree(&brief) == before, "the report was touched");
    // Nor one with a file in it that its form has not, whatever it is called, nor one that somebody stands in.
    let both = dir.path().join("both");
    let said = rotate_in(&both, &["tables", ".", "csv", "--market", &market]);
    assert!(said.status.code() == Some(1) && stderr(&said).contains("the folder that you are in"), "{}", stderr(&said));
    fs::write(both.join("equity.png"), "mine").unwrap();
    let before = tree(&both);
    assert!(refused(&["tables", text(&both), "--market", &market]).contains("equity.png: a file that the run does not write"));
    assert!(tree(&both) == before, "the report was touched");
}
