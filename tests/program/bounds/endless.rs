//! Pipes and devices: reading them waits for ever, or never ends.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::made::{HEADER, check_refused, load, market, refused, rows};
use crate::program::{WINDOW, fine};

/// Puts a pipe, then a device, in the place of a file.
fn in_the_place_of(path: &Path, check: impl Fn()) {
    let _ = fs::remove_file(path);
    if Command::new("mkfifo").arg(path).status().is_ok_and(|done| done.success()) {
        check();
        fs::remove_file(path).unwrap();
    } else {
        println!("skipped: no pipe can be made");
    }
    symlink("/dev/zero", path).unwrap();
    check();
    fs::remove_file(path).unwrap();
}

#[test]
fn in_a_market() {
    for name in ["spot/BTC.csv", "spot/BTC.csv.gz", "spot/BTC.zip", "spot/BTC.parquet", "narratives.csv", "assets.csv", "market.toml"] {
        let dir = market(&["BTC"], "");
        in_the_place_of(&dir.path().join(name), || check_refused(dir.path(), &[name, "is there but is no regular file"]));
    }
}

#[test]
fn in_the_place_of_a_strategy() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("own.toml");
    let said = "cannot be read: it is no regular file but a pipe, a socket or a device";
    in_the_place_of(&path, || refused(&["check", path.to_str().unwrap()], &[said]));
}

#[test]
fn in_a_report() {
    let home = tempfile::tempdir().unwrap();
    let report = home.path().join("report");
    let shown = report.to_str().unwrap();
    fine(&[&["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", shown][..], &WINDOW].concat());
    let said = "it is no regular file but a pipe, a socket or a device";
    in_the_place_of(&report.join("bull/equity.csv"), || {
        refused(&["compare", shown], &["equity.csv", said]);
        refused(&["verify", shown], &["equity.csv", said]);
    });
    in_the_place_of(&report.join("bull/trades.csv"), || {
        refused(&["explain", report.join("bull").to_str().unwrap(), "--trade", "1"], &["trades.csv", said]);
    });
    in_the_place_of(&report.join("bull/summary.json"), || refused(&["compare", shown], &["summary.json", said]));
    in_the_place_of(&report.join("manifest.json"), || {
        refused(&["verify", shown], &["manifest.json", said]);
        refused(&[&["run", "strategies/bull.toml", "--quiet", "--out", shown][..], &WINDOW].concat(), &["something else"]);
    });
}

#[test]
fn a_link_to_a_regular_file_is_as_good_as_the_file() {
    let (dir, elsewhere) = (market(&["BTC"], ""), tempfile::tempdir().unwrap());
    let table = elsewhere.path().join("prices");
    fs::write(&table, HEADER.to_owned() + &rows(9, super::made::DAY)).unwrap();
    symlink(&table, dir.path().join("spot/BTC.csv")).unwrap();
    assert_eq!(load(dir.path()).unwrap().clock.bars, 9);
}
