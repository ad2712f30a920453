//! What may replace what.

use std::fs;

use super::{bull, command, fine, names, on_sample, refused};
use crate::program::{ROOT, tree};

#[test]
fn a_run_a_study_and_a_comparison_never_replace_each_other() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    fine(on_sample(here, &["run", &bull(), "--out", "report"]));
    fine(on_sample(here, &["tune", &bull(), "--out", "study"]));
    fine(command(here, &["compare", "report", "--out", "compared"]));
    fine(on_sample(here, &["run", &bull(), "--out", "other"]));
    let before = tree(here);
    for (words, told) in [
        (&["run", &bull(), "--out", "study"][..], "`rotate tune` wrote"),
        (&["run", &bull(), "--out", "compared"], "`rotate compare` wrote"),
        (&["tune", &bull(), "--out", "report"], "`rotate run` wrote"),
        (&["tune", &bull(), "--out", "compared"], "`rotate compare` wrote"),
    ] {
        let said = refused(on_sample(here, words));
        assert!(said.contains(told) && said.contains("choose another --out"), "{words:?}: {said}");
    }
    for (out, told) in [("report", "`rotate run` wrote"), ("study", "`rotate tune` wrote")] {
        assert!(refused(command(here, &["compare", "other", "--out", out])).contains(told));
    }
    for out in ["report", "study", "compared"] {
        assert!(refused(command(here, &["sample", "--out", out])).contains("`rotate sample` did not write"), "{out}");
    }
    assert!(tree(here) == before, "something was touched");
}

#[test]
fn a_best_strategy_that_was_edited_is_not_lost() {
    let home = tempfile::tempdir().unwrap();
    let tune = || on_sample(home.path(), &["tune", &bull(), "--out", "study"]);
    fine(tune());
    fine(tune());
    let best = home.path().join("study/best.toml");
    let written = fs::read_to_string(&best).unwrap();
    fs::write(&best, format!("{written}# what I think of it\n")).unwrap();
    let before = tree(home.path());
    assert!(refused(tune()).contains("`best.toml` in it, which was changed since the study wrote it"));
    assert!(tree(home.path()) == before, "something was touched");
    // Nothing says what a study wrote that keeps no record of it.
    fs::write(&best, &written).unwrap();
    let manifest = home.path().join("study/manifest.json");
    let kept = fs::read_to_string(&manifest).unwrap();
    assert!(kept.contains("\"outputs\""), "{kept}");
    fs::write(&manifest, kept.replace("\"outputs\"", "\"results\"")).unwrap();
    assert!(refused(tune()).contains("`best.toml`"));
    fs::write(&manifest, kept).unwrap();
    fine(tune());
    let verified = command(home.path(), &["verify", "study", "--market", &format!("{ROOT}/data/sample")]);
    assert!(fine(verified).contains("verified"));
}

#[test]
fn a_sample_leaves_alone_what_it_did_not_make() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    for neighbour in [".market.old", ".market.new"] {
        fs::create_dir(here.join(neighbour)).unwrap();
        fs::write(here.join(neighbour).join("thesis"), "years of work").unwrap();
    }
    let sample = |seed: &str| command(here, &["sample", "--out", "market", "--seed", seed]);
    fine(sample("1"));
    fine(sample("2"));
    assert_eq!(names(here), [".market.new", ".market.old", "market"]);
    // A market of one's own, synthetic as it may be.
    fs::create_dir(here.join("own")).unwrap();
    fs::write(here.join("own/market.toml"), "name = \"own\"\nsynthetic = true\n").unwrap();
    assert!(refused(command(here, &["sample", "--out", "own"])).contains("whose market.toml `rotate sample` did not write"));
    // A sample with something of somebody's in it, or that says something else of itself.
    for (file, told) in [("notes.txt", "`notes.txt`"), ("spot/MINE.csv", "`spot/MINE.csv`"), ("mine/prices.csv", "`mine`")] {
        fs::create_dir_all(here.join("market").join(file).parent().unwrap()).unwrap();
        fs::write(here.join("market").join(file), "years of work").unwrap();
        let before = tree(here);
        assert!(refused(sample("1")).contains(told), "{file}");
        assert!(tree(here) == before, "something was touched");
        fs::remove_file(here.join("market").join(file)).unwrap();
    }
    fs::remove_dir(here.join("market/mine")).unwrap();
    fine(sample("1"));
    let manifest = here.join("market/market.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("spot_taker = 10", "spot_taker = 7")).unwrap();
    assert!(refused(sample("1")).contains("did not write"));
}
