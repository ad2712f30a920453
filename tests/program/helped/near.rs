//! A name alone is enough for a strategy, and a slip in a name is answered with the one that was meant.

use std::fs;
use std::path::Path;

use crate::program::{ROOT, WINDOW, assert_same, fine, refused, rotate_in, stderr};

/// A folder of somebody's own with two strategies and two markets by name, the second of them the sample's manifest alone.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (from, to) in [
        ("strategies/bull.toml", "strategies/bull.toml"),
        ("strategies/bear.toml", "strategies/bear.toml"),
        ("data/sample/market.toml", "data/sample/market.toml"),
        ("data/sample/market.toml", "markets/mine/market.toml"),
    ] {
        let to = home.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(Path::new(ROOT).join(from), to).unwrap();
    }
    home
}

/// What is said on a refusal there.
fn said(home: &Path, words: &[&str]) -> String {
    let output = rotate_in(home, words);
    assert_eq!(output.status.code(), Some(1), "{words:?}");
    stderr(&output)
}

fn fix(said: &str) -> &str {
    said.lines().find_map(|line| line.strip_prefix("  fix:      ")).unwrap_or_else(|| panic!("no fix in {said}"))
}

#[test]
fn a_strategy_is_meant_by_its_name_alone() {
    let home = home();
    let market = format!("{ROOT}/data/sample");
    let run = |words: &[&str]| {
        let output = rotate_in(home.path(), &[words, &["--market", &market], &WINDOW].concat());
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    };
    run(&["run", "bull", "--out", "short"]);
    run(&["run", "strategies/bull.toml", "--out", "long"]);
    assert_same(&home.path().join("short"), &home.path().join("long"));
    run(&["check", "bull", "bear"]);
    run(&["tune", "bull", "--sampler", "random", "--trials", "2", "--out", "study"]);
    let manifest = fs::read_to_string(home.path().join("study/manifest.json")).unwrap();
    assert!(manifest.contains("\"strategies/bull.toml\"") && !manifest.contains("\"bull\",\n    \"--market\""), "{manifest}");
    // A file of that name is what was typed.
    fs::write(home.path().join("bull"), "no strategy").unwrap();
    assert!(said(home.path(), &["run", "bull"]).starts_with("error: bull:1: "));
    // A folder of that name is none.
    fs::create_dir(home.path().join("bear")).unwrap();
    run(&["check", "bear"]);
}

#[test]
fn a_slip_in_a_strategy_is_answered_with_its_file() {
    let home = home();
    for typed in ["bul", "bulll", "bul.toml", "strategies/bul.toml", "strategies/blul.toml", "bull.toml", "elsewhere/bull.toml"] {
        for verb in ["run", "check", "tune"] {
            let said = said(home.path(), &[verb, typed]);
            let place = format!("error: {typed}: cannot be read: ");
            assert!(
                said.starts_with(&place) && fix(&said).starts_with("did you mean strategies/bull.toml? name an existing file"),
                "{said}"
            );
        }
    }
    assert!(fix(&said(home.path(), &["run", "nothing-like-it"])).starts_with("name an existing file"));
    // What the program brings along can be written.
    let empty = tempfile::tempdir().unwrap();
    let said = said(empty.path(), &["run", "rotation"]);
    assert!(fix(&said).starts_with("write it first: rotate new strategy rotation --from rotation; or "), "{said}");
}

#[test]
fn a_slip_in_a_market_is_answered_with_its_folder() {
    let home = home();
    for (typed, meant) in [
        ("data/smaple", "data/sample"),
        ("data/Sample", "data/sample"),
        ("sample", "data/sample"),
        ("markets/mien", "markets/mine"),
        ("./markets/min", "./markets/mine"),
    ] {
        for words in [&["check", "--market", typed][..], &["run", "--market", typed], &["tune", "bull", "--market", typed]] {
            let said = said(home.path(), words);
            assert!(said.starts_with(&format!("error: {typed}: no folder\n")), "{said}");
            assert!(fix(&said).starts_with(&format!("did you mean {meant}? name one with --market DIR")), "{said}");
        }
    }
    // A folder beside it that is no market is not offered.
    fs::create_dir(home.path().join("markets/nine")).unwrap();
    assert!(fix(&said(home.path(), &["check", "--market", "markets/nnie"])).starts_with("name one with"));
    let also = refused(&["tune", "strategies/bull.toml", "--also", "data/smaple", "--to", "2021-08-01", "--out", "data/never"]);
    assert!(also.starts_with("error: --also data/smaple: no folder\n") && fix(&also).starts_with("did you mean data/sample? "), "{also}");
    assert!(!Path::new(ROOT).join("data/never").exists());
}

#[test]
fn a_slip_in_a_metric_is_answered_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("report");
    fine(&[&["run", "bull", "--out", out.to_str().unwrap()][..], &WINDOW].concat());
    let said = refused(&["compare", out.to_str().unwrap(), "--by", "shrape"]);
    assert!(said.starts_with("error: --by shrape: no such metric\n"), "{said}");
    assert!(fix(&said).starts_with("did you mean sharpe? write it as in comparison.csv"), "{said}");
    let study = dir.path().join("study");
    let said = refused(&[&["tune", "bull", "--by", "sortion", "--out", study.to_str().unwrap()][..], &WINDOW].concat());
    assert!(fix(&said).starts_with("did you mean sortino"), "{said}");
}

#[test]
fn a_slip_in_a_key_of_a_market_is_answered_with_the_key() {
    let home = home();
    let path = home.path().join("markets/mine/market.toml");
    let text = fs::read_to_string(&path).unwrap();
    for (right, wrong, meant) in [("synthetic", "syntehtic", "synthetic"), ("spot_maker", "spot_makre", "spot_maker")] {
        fs::write(&path, text.replacen(right, wrong, 1)).unwrap();
        let said = said(home.path(), &["check", "--market", "markets/mine"]);
        assert!(said.contains(&format!("unknown key `{wrong}`")), "{said}");
        assert!(fix(&said).starts_with(&format!("did you mean {meant}")), "{said}");
    }
}

#[test]
fn all_mistakes_of_a_strategy_file_are_told_at_once() {
    let home = home();
    let path = home.path().join("strategies/bull.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replacen("[rebalance]", "[rebalnce]", 1).replacen("\nleverage  ", "\nlevarage  ", 1).replacen("\nstop ", "\nstpo ", 1),
    )
    .unwrap();
    let said = said(home.path(), &["check", "bull"]);
    let places: Vec<&str> = said.lines().filter(|line| line.contains("strategies/bull.toml:")).collect();
    let found: Vec<&str> = places.iter().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(found, ["rebalnce", "levarage", "stpo"], "{said}");
    for meant in ["rebalance", "leverage", "stop"] {
        assert!(said.contains(&format!("  fix:      did you mean {meant}? ")), "{said}");
    }
    assert_eq!(said.matches("error: ").count(), 1);
}
