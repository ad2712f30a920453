//! The same bytes with the cache and without.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{HEAD, PLANTED, check, entries, fine, kept, last, only, plant, seal, with};
use crate::program::{ROOT, WINDOW, assert_same, stderr};

/// Runs over the market with and without the cache, on one thread and on three.
fn same_reports(market: &str, strategy: &str, window: [&str; 4]) {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    let run = |out: &str, more: &[&str]| {
        let path = home.path().join(out);
        let words =
            [&["run", strategy, "--tables", "csv", "--market", market, "--out", path.to_str().unwrap()], &window[..], more].concat();
        fine(&with(&cache, &words).output().unwrap());
        path
    };
    let without = run("without", &["--no-cache"]);
    assert!(entries(&cache).is_empty(), "--no-cache wrote");
    let filled = run("filled", &[]);
    let held = |path: &std::path::PathBuf| (fs::read(path).unwrap(), fs::metadata(path).unwrap().ino());
    let before: Vec<_> = entries(&cache).iter().map(held).collect();
    assert!(!before.is_empty(), "nothing was kept of {market}");
    for out in [run("taken", &["--jobs", "1"]), run("again", &["--jobs", "3"]), filled] {
        assert_same(&without, &out);
    }
    assert!(before == entries(&cache).iter().map(held).collect::<Vec<_>>(), "what was kept was written again");
    let check = |more: &[&str]| check(&cache, Path::new(market), more);
    assert_eq!(check(&[]), check(&["--no-cache"]));
}

#[test]
fn the_sample_gives_the_same_report() {
    same_reports("data/sample", "strategies/bull.toml", WINDOW);
}

#[test]
fn real_markets_give_the_same_reports() {
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| Path::new(ROOT).join("../shared"), Into::into);
    for name in ["narratives-1d", "majors-8h"] {
        let market = shared.join("markets").join(name);
        if !market.is_dir() {
            println!("skipped: {} is not there", market.display());
            continue;
        }
        same_reports(market.to_str().unwrap(), "strategies/bull.toml", ["--from", "2023-01-01", "--to", "2023-06-30"]);
    }
}

#[test]
fn an_entry_is_taken_and_without_the_cache_it_is_not() {
    let (_home, market, cache) = kept();
    plant(&only(&cache));
    assert_eq!(last(&check(&cache, &market, &[])), PLANTED);
    assert_eq!(last(&check(&cache, &market, &["--no-cache"])), "2024-01-10T00:00:00Z");
    assert_eq!(last(&check(&cache, &market, &[])), PLANTED);
}

#[test]
fn verify_reads_every_byte() {
    let home = tempfile::tempdir().unwrap();
    let (cache, out) = (home.path().join("cache"), home.path().join("report"));
    let words = [&["run", "strategies/bull.toml", "--tables", "csv", "--out", out.to_str().unwrap()], &WINDOW[..]].concat();
    fine(&with(&cache, &words).output().unwrap());
    let verify = || with(&cache, &["verify", out.to_str().unwrap()]).output().unwrap();
    fine(&verify());
    // An entry that tells of other inputs: a run believes it, verify looks.
    let entry = entries(&cache).remove(0);
    let mut bytes = fs::read(&entry).unwrap();
    let digest = HEAD + 32 + bytes[HEAD + 32..].windows(64).position(|part| part.iter().all(u8::is_ascii_hexdigit)).expect("a digest");
    bytes[digest] = if bytes[digest] == b'0' { b'1' } else { b'0' };
    seal(&entry, bytes);
    fine(&verify());
    fine(&with(&cache, &words).output().unwrap());
    let refused = verify();
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("an input with other bytes than the report was made of"), "{}", stderr(&refused));
}
