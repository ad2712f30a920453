//! What may be replaced: an older report of ours, and nothing of anybody else.

use std::fs;
use std::path::Path;

use rotate::folder::Staging;
use rotate::report::{Kind, folder_name, write_batch};
use rotate::units::Span;

use crate::fixture::{manifest, market, run};
use crate::written::{batch, tree, written};

#[test]
fn an_older_report_is_replaced_and_nothing_else_is() {
    let (home, out) = written();
    let (market, runs) = batch();
    let again = |out: &Path| write_batch(out, &market, &runs[..1], &manifest(&market, &runs));
    again(&out).unwrap();
    assert!(!out.join("down----out-").exists(), "nothing of the old report is left");
    let beside: Vec<_> = fs::read_dir(out.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["latest"], "no litter");

    let foreign = home.path().join("thesis");
    fs::create_dir(&foreign).unwrap();
    again(&foreign).unwrap();
    let foreign = home.path().join("photos");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("cat.png"), "miaow").unwrap();
    let fault = again(&foreign).unwrap_err();
    assert_eq!(fault.found, "a folder that holds something else than a report of this program");
    fs::write(foreign.join("manifest.json"), "{\"program\": \"other\"}").unwrap();
    assert!(again(&foreign).is_err());
    assert_eq!(fs::read_to_string(foreign.join("cat.png")).unwrap(), "miaow");
    assert_eq!(again(&foreign.join("cat.png")).unwrap_err().found, "a file, not a folder");
}

#[test]
fn a_report_with_strangers_in_it_is_left_alone() {
    let (market, runs) = batch();
    let manifest = manifest(&market, &runs);
    for (stranger, named) in
        [("notes.txt", "`notes.txt`"), ("drafts/one.md", "`drafts`"), ("up/notes.txt", "`up/notes.txt`"), ("up/more/x", "`up/more`")]
    {
        let (_home, out) = written();
        fs::create_dir_all(out.join(stranger).parent().unwrap()).unwrap();
        fs::write(out.join(stranger), "years of work").unwrap();
        let before = tree(out.parent().unwrap());
        let fault = write_batch(&out, &market, &runs, &manifest).unwrap_err();
        assert!(fault.found.contains(named) && fault.fix.contains("--out"), "{fault}");
        assert!(tree(out.parent().unwrap()) == before, "{stranger}: something was touched");
    }
    // A folder that merely looks like a strategy of ours.
    let (_home, out) = written();
    fs::create_dir(out.join("other")).unwrap();
    fs::copy(out.join("up/summary.json"), out.join("other/summary.json")).unwrap();
    assert!(write_batch(&out, &market, &runs, &manifest).unwrap_err().found.contains("`other`"));
    // What a file manager leaves is nobody's work.
    let (_home, out) = written();
    fs::write(out.join(".DS_Store"), "").unwrap();
    write_batch(&out, &market, &runs, &manifest).unwrap();
}

#[test]
fn no_report_is_written_into_another() {
    let (_home, out) = written();
    let (market, runs) = batch();
    let before = tree(&out);
    for inside in [out.join("x"), out.join("up"), out.join("up/deeper/x")] {
        let fault = write_batch(&inside, &market, &runs, &manifest(&market, &runs)).unwrap_err();
        assert!(fault.found.contains("inside `latest`"), "{fault}");
    }
    assert!(tree(&out) == before);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_dangling_one_refused_before_the_work() {
    use std::os::unix::fs::symlink;
    let (home, out) = written();
    let (market, runs) = batch();
    let (link, nowhere) = (home.path().join("link"), home.path().join("nowhere"));
    symlink(&out, &link).unwrap();
    write_batch(&link, &market, &runs[..1], &manifest(&market, &runs)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link stays a link");
    assert!(!out.join("down----out-").exists(), "what it leads to is replaced");
    symlink(home.path().join("absent"), &nowhere).unwrap();
    assert!(Staging::begin(&nowhere, Kind::Batch).err().unwrap().found.contains("leads nowhere"));
}

#[test]
fn strategies_that_would_share_a_folder_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let market = market(30, Span::DAY);
    let runs = vec![run("a b", &market, 1, 0.0, 1.0), run("a/b", &market, 2, 0.0, 1.0)];
    let fault = write_batch(&home.path().join("out"), &market, &runs, &manifest(&market, &runs)).unwrap_err();
    assert!(fault.found.contains("`a b` and `a/b`"), "{fault}");
    assert!(!home.path().join("out").exists());
    assert_eq!((folder_name("../x").as_str(), folder_name("..").as_str()), ("-x", "strategy"));
}
