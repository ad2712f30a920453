//! What a command writes over, and what it leaves alone.

use super::*;

#[test]
fn a_foreign_folder_is_refused_and_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let foreign = dir.path().join("thesis");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("chapter.txt"), "years of work").unwrap();
    fs::write(foreign.join("manifest.json"), "{\"program\": \"another\"}").unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "a file").unwrap();
    let report = dir.path().join("report");
    fine(&with(&["run", "strategies/bull.toml"], text(&report)));
    let before = tree(dir.path());
    for target in [&foreign, &file] {
        for command in [&with(&["run"], text(target))[..], &with(&["tune", "strategies/bull.toml"], text(target))] {
            assert!(refused(command).contains("choose another --out"));
        }
        assert!(refused(&["compare", text(&report), "--out", text(target)]).contains("choose another --out"));
    }
    assert!(tree(dir.path()) == before, "something was touched");
    // A study too is refused before its trials are made: a grid of millions would otherwise take days to get there.
    let keys: Vec<String> = (0..1_000).map(|i| format!("0.{i:03}1")).collect();
    let wide = dir.path().join("wide.toml");
    let many = keys.join(", ");
    let tune = format!("[tune]\nkeys = {{ \"buckets.narratives.weight\" = [{many}], \"rebalance.band\" = [{many}] }}\n");
    fs::write(&wide, read(format!("{ROOT}/strategies/bull.toml")).split("[tune]").next().unwrap().to_owned() + &tune).unwrap();
    assert!(refused(&with(&["tune", text(&wide), "--trials", "1000000"], text(&foreign))).contains("choose another --out"));
}

#[test]
fn nothing_is_written_over_what_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two, study) = (dir.path().join("one"), dir.path().join("two"), dir.path().join("study"));
    for report in [&one, &two] {
        fine(&with(&["run", "strategies/bull.toml"], text(report)));
    }
    fine(&with(&["tune", "strategies/bull.toml"], text(&study)));
    let (bull, best) = (one.join("bull"), study.join("best.toml"));
    let before = tree(dir.path());
    for words in [
        vec!["compare", text(&one), text(&two), "--out", text(&one)],
        vec!["compare", text(&two), text(&bull), "--out", text(&one)],
        vec!["compare", text(&bull), "--out", text(&bull)],
        vec!["compare", text(&one), "--out", text(dir.path())],
        vec!["compare", text(&one), "--out", text(&bull.join("inside"))],
        with(&["run", text(&best)], text(&study)),
        with(&["tune", text(&best)], text(&study)),
        // What lies in a market is taken for a part of it.
        with(&["run", "strategies/bull.toml"], "data/sample/report"),
        with(&["tune", "strategies/bull.toml"], "data/sample"),
        with(&["run", "strategies/bull.toml"], "strategies"),
    ] {
        let said = refused(&words);
        assert!(said.starts_with("error: ") && said.contains("expected: ") && said.contains("choose another --out"), "{words:?}: {said}");
        assert!(said.contains("read by this very command"), "{words:?}: {said}");
        assert!(tree(dir.path()) == before, "{words:?} touched something");
    }
    assert!(!Path::new(ROOT).join("data/sample/report").exists());
}

#[test]
fn a_study_is_replaced_by_a_study_and_says_that_its_data_are_made_up() {
    let dir = tempfile::tempdir().unwrap();
    let study = dir.path().join("study");
    let tune = with(&["tune", "strategies/bull.toml"], text(&study));
    fine(&tune);
    let said = fine(&tune);
    assert!(said.starts_with("sample (SYNTHETIC DATA)\n") && said.contains("parameters under buckets.narratives\n"), "{said}");
    let page = read(study.join("study.html"));
    assert!(page.contains("<th scope=\"col\" class=\"n\">leverage.open<") && !page.contains("<pre>"), "no table of numbers");
    // Neither over somebody's notes nor into a report.
    fs::write(study.join("notes.txt"), "what I learnt").unwrap();
    let before = tree(dir.path());
    assert!(refused(&tune).contains("`notes.txt`"));
    assert!(refused(&with(&["run"], text(&study.join("inner")))).contains("inside `study`"));
    assert!(tree(dir.path()) == before, "something was touched");
}

#[test]
fn a_run_that_fails_leaves_the_old_report_whole() {
    let dir = tempfile::tempdir().unwrap();
    let report = dir.path().join("report");
    fine(&with(&["run", "strategies/bull.toml"], text(&report)));
    let bad = dir.path().join("bad.toml");
    fs::write(&bad, read(format!("{ROOT}/strategies/bull.toml")).replace("weight = 0.40", "weight = 0.41")).unwrap();
    let broken = format!("{ROOT}/tests/errors/bar-nan");
    let before = tree(dir.path());
    let failures = [
        with(&["run", text(&bad)], text(&report)),
        with(&["run", "strategies/absent.toml"], text(&report)),
        with(&["run", "--market", &broken], text(&report)),
        with(&["run", "--market", "data/absent"], text(&report)),
        with(&["run", "strategies/bull.toml", "strategies/bull.toml"], text(&report)),
        with(&["run", "strategies/bull.toml", "--set", "decide=12h"], text(&report)),
        with(&["tune", "strategies/hold-bitcoin.toml"], text(&report)),
        with(&["tune", text(&bad)], text(&report)),
        with(&["tune", "strategies/bull.toml", "--trials", "26"], text(&report)),
        with(&["tune", "strategies/bull.toml", "--market", "data/absent"], text(&report)),
        vec!["run", "--from", "2034-01-01", "--out", text(&report)],
    ];
    for words in failures {
        let said = refused(&words);
        assert!(said.starts_with("error: ") && said.contains("expected: ") && said.contains("fix:"), "{words:?}: {said}");
        assert!(tree(dir.path()) == before, "{words:?} left something behind");
    }
}
