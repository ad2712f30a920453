//! The cache of markets: it changes no byte of what a command says, it is never stale, and nothing that befalls it is a fault.
//!
//! Whether a command took an entry is seen by planting another number in it, under a true checksum: an entry that is taken shows that number.

mod befallen;
mod same;
mod stale;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::program::{program, stderr, stdout};

/// The program with a cache of its own.
fn with(cache: &Path, words: &[&str]) -> Command {
    let mut command = program();
    command.env("ROTATE_CACHE", cache).current_dir(crate::program::ROOT).args(words).arg("--quiet");
    command
}

fn fine(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    stdout(output)
}

fn check(cache: &Path, market: &Path, more: &[&str]) -> String {
    let words = [&["check", "--format", "json", "--market", market.to_str().unwrap()], more].concat();
    fine(&with(cache, &words).output().unwrap())
}

/// The last bar of the only series, as `check` says it.
fn last(said: &str) -> String {
    let said: Value = serde_json::from_str(said).unwrap();
    said["series"][0]["last"].as_str().unwrap().to_owned()
}

/// Longer than a file must have been left alone for its entry to be kept.
fn settle() {
    thread::sleep(Duration::from_millis(2_100));
}

/// One coin, daily bars of January 2024 up to a day.
fn small(dir: &Path, last: u32) {
    fs::create_dir_all(dir.join("spot")).unwrap();
    fs::write(
        dir.join("market.toml"),
        "name = \"small\"\nabout = \"x\"\nsynthetic = true\nbar = \"1d\"\nquote = \"USDT\"\n\
         [fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n",
    )
    .unwrap();
    fs::write(dir.join("assets.csv"), "asset,tier,spot,perp,contract_size,venue,venue_kind\nAAA,small,AAAUSDT,,,here,cex\n").unwrap();
    fs::write(dir.join("spot/AAAUSDT.csv"), bars(last)).unwrap();
}

fn bars(last: u32) -> String {
    let days = (1..=9).chain([last]);
    days.fold("open_time,open,high,low,close,volume\n".to_owned(), |text, day| text + &format!("2024-01-{day:02},10,11,9,10,1000\n"))
}

fn entries(cache: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(cache).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = found.filter(|path| path.extension().is_some_and(|ending| ending == "series")).collect();
    all.sort();
    all
}

fn only(cache: &Path) -> PathBuf {
    let all = entries(cache);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

/// Bytes before those that the checksum is of.
const HEAD: usize = 12;

/// Lets the last bar of an entry of prices be another day's, under a true checksum; the day is 2024-01-31.
fn plant(entry: &Path) {
    let mut bytes = fs::read(entry).unwrap();
    let row = bytes.len() - 6 * 8;
    bytes[row..row + 8].copy_from_slice(&1_706_659_200_u64.to_le_bytes());
    seal(entry, bytes);
}

fn seal(entry: &Path, mut bytes: Vec<u8>) {
    let sum = crc32fast::hash(&bytes[HEAD..]);
    bytes[8..HEAD].copy_from_slice(&sum.to_le_bytes());
    fs::write(entry, bytes).unwrap();
}

const PLANTED: &str = "2024-01-31T00:00:00Z";

/// A small market that is kept, its folder and its cache.
fn kept() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let (market, cache) = (home.path().join("market"), home.path().join("cache"));
    small(&market, 10);
    settle();
    assert_eq!(last(&check(&cache, &market, &[])), "2024-01-10T00:00:00Z");
    only(&cache);
    (home, market, cache)
}
