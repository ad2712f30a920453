//! A disk that is full.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{ROOT, bull, command, fine, names, on_sample, refused};
use crate::program::tree;

/// A disk of its own, taken out again when it is dropped.
struct Disk(PathBuf);

impl Disk {
    /// Nothing where this process may not mount one, which is said aloud.
    fn of(kilobytes: u32, at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_path_buf()));
        }
        println!("skipped: no disk can be mounted here, so none was filled; run as root");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_is_told_with_the_file() {
    let home = tempfile::tempdir().unwrap();
    let (large, small) = (home.path().join("large"), home.path().join("small"));
    fs::create_dir(&large).unwrap();
    for (words, out) in [(["run", "--capital"], "report"), (["tune", "--capital"], "study")] {
        fine(on_sample(&large, &[words[0], &bull(), words[1], "1000", "--out", out]));
    }
    // Room for the old ones, but for no second one beside them.
    let held: usize = tree(&large).values().map(|bytes| bytes.len().div_ceil(4096) * 4 + 4).sum();
    let Some(disk) = Disk::of(held as u32 + 64, &small) else { return };
    for out in ["report", "study"] {
        assert!(Command::new("cp").arg("-r").arg(large.join(out)).arg(&small).status().unwrap().success());
    }
    let before = tree(&disk.0);
    let market = format!("{ROOT}/data/sample");
    for command in [
        on_sample(&small, &["run", &bull(), "--out", "report"]),
        on_sample(&small, &["run", &bull(), "--out", "new"]),
        on_sample(&small, &["tune", &bull(), "--out", "study"]),
        command(&small, &["sample", "--out", "market"]),
        command(&small, &["verify", "report", "--market", &market]),
    ] {
        let said = format!("{command:?}: ") + &refused(command);
        let place = said.split_once("error: ").unwrap().1.split(": ").next().unwrap();
        let ends = [".csv", ".json", ".jsonl", ".html", ".svg", ".png", ".toml", ".parquet", ".md"];
        assert!(ends.iter().any(|end| place.ends_with(end)), "names no file: {said}");
        assert!(said.contains("No space left"), "{said}");
        // What a study has tried stays, to go on with.
        let unfinished = small.join("study.unfinished");
        if said.contains("\"tune\"") {
            assert_eq!(names(&unfinished), ["journal.jsonl"]);
            std::fs::remove_dir_all(&unfinished).unwrap();
        }
        assert!(tree(&disk.0) == before, "{:?} is there after {said}", names(&disk.0));
    }
}

/// What is mounted cannot be exchanged, and nobody should wait for hours to be told.
#[test]
fn a_mounted_folder_is_refused_before_the_work() {
    let home = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(100_000, &home.path().join("disk")) else { return };
    let said = refused(command(home.path(), &["sample", "--out", "disk"]));
    assert!(said.contains("a file system is mounted") && said.contains("disk/report"), "{said}");
    assert!(names(&disk.0).is_empty());
    fine(command(home.path(), &["sample", "--out", "disk/market"]));
    assert_eq!(names(home.path()), ["disk"]);
}
