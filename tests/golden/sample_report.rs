//! The golden report: the sample market under all strategies, re-made and compared file by file.
//!
//! `reports/sample/sha256.txt` has the digest of every table, summary, picture (as SVG) and page. After a change that is meant to move a
//! number, `ROTATE_BLESS=1 cargo test --release --test golden` writes it anew; CHANGELOG says why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            files(&path, &format!("{name}/"), found);
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_sample_report_is_the_golden_one() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("sample");
    let done = Command::new(env!("CARGO_BIN_EXE_rotate"))
        // Without the cache of whoever runs the tests.
        .env("ROTATE_CACHE", root().join("Cargo.toml"))
        .current_dir(root())
        .args(["run", "--quiet", "--png", "--tables", "csv", "--market", "data/sample", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    let mut made = BTreeMap::new();
    files(&out, "", &mut made);
    // Pictures as bitmaps come from the SVG by another library's arithmetic; the SVG is the golden form.
    let bitmaps: Vec<String> = made.keys().filter(|name| Path::new(name).extension().is_some_and(|end| end == "png")).cloned().collect();
    assert!(bitmaps.contains(&"bull/equity.png".to_owned()));
    let picture = made["equity.png"].clone();
    for name in &bitmaps {
        made.remove(name);
    }
    let mut digests = String::new();
    for (name, bytes) in &made {
        let digest = Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
            _ = write!(hex, "{byte:02x}");
            hex
        });
        _ = writeln!(digests, "{digest}  {name}");
    }

    let golden = root().join("reports/sample");
    if std::env::var_os("ROTATE_BLESS").is_some() {
        fs::create_dir_all(&golden).unwrap();
        fs::write(golden.join("sha256.txt"), &digests).unwrap();
        fs::write(golden.join("comparison.csv"), &made["comparison.csv"]).unwrap();
        fs::write(golden.join("equity.png"), picture).unwrap();
    }
    let comparison = fs::read_to_string(golden.join("comparison.csv")).unwrap();
    assert_eq!(String::from_utf8_lossy(&made["comparison.csv"]), comparison, "the metrics of the sample report have changed");
    let expected = fs::read_to_string(golden.join("sha256.txt")).unwrap();
    let changed: Vec<&str> = digests.lines().filter(|line| !expected.lines().any(|known| known == *line)).collect();
    assert!(changed.is_empty(), "files of the sample report that have changed:\n{}", changed.join("\n"));
    assert_eq!(digests.lines().count(), expected.lines().count(), "files are missing from the sample report");
}
