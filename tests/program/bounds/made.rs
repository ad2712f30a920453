//! Small markets made on the fly, and the program run on them under limits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rotate::fault::Fault;
use rotate::market::{Market, Window};

pub const DAY: i64 = 86_400;
/// 2024-01-01.
pub const START: i64 = 1_704_067_200;

pub const MANIFEST: &str = "name = \"bounds\"\nbar = \"1d\"\n[fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n";
pub const HEADER: &str = "open_time,open,high,low,close,volume\n";

/// A market of spot series, its manifest [`MANIFEST`] and what is `added` to it, without a price file yet.
pub fn market(symbols: &[&str], added: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let asset = |symbol: &&str| format!("{symbol},small,{symbol},,,venue,cex\n");
    let assets: String = symbols.iter().map(asset).collect();
    fs::write(dir.path().join("market.toml"), MANIFEST.to_owned() + added).unwrap();
    fs::write(dir.path().join("assets.csv"), "asset,tier,spot,perp,contract_size,venue,venue_kind\n".to_owned() + &assets).unwrap();
    fs::create_dir(dir.path().join("spot")).unwrap();
    dir
}

/// Rows `step` seconds apart from [`START`] on, without a header.
pub fn rows(count: i64, step: i64) -> String {
    let row = |k: i64| format!("{},{1}.5,{1}.75,{1}.25,{1}.5,7\n", START + k * step, 100 + k % 9);
    (0..count).map(row).collect()
}

pub fn load(dir: &Path) -> Result<Market, Fault> {
    Market::load(dir, Window::default())
}

/// Memory that the program may ask the system for, in KiB: 1 GiB.
const MEMORY: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_mins(2);

/// The program under a limit on its memory; `None`, said aloud, where the system has no such limit. What hangs is ended and fails.
pub fn limited(arguments: &[&str]) -> Option<Output> {
    if !cfg!(target_os = "linux") {
        println!("skipped: memory is limited on Linux only");
        return None;
    }
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_rotate")])
        .args(arguments)
        // What each further thread reserves is address space, and no memory.
        .args(["--jobs", "2"])
        .env("ROTATE_CACHE", "Cargo.toml")
        .envs([("MALLOC_ARENA_MAX", "2"), ("POLARS_MAX_THREADS", "2"), ("RAYON_NUM_THREADS", "2")])
        .current_dir(crate::program::ROOT)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("rotate {arguments:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(child.wait_with_output().unwrap())
}

/// Runs [`limited`] and expects a refusal with these words in it.
pub fn refused(arguments: &[&str], words: &[&str]) {
    let Some(output) = limited(arguments) else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "rotate {arguments:?}\n{said}");
    for word in words {
        assert!(said.contains(word), "rotate {arguments:?}\n{said}\nwithout `{word}`");
    }
    assert!(!said.contains("panicked"), "{said}");
}

/// `rotate check` of a market, likewise.
pub fn check_refused(market: &Path, words: &[&str]) {
    refused(&["check", "--market", market.to_str().unwrap()], words);
}

/// A file of so many bytes, all zero, that takes no room on the disk.
pub fn sparse(path: &Path, bytes: u64) -> PathBuf {
    fs::File::create(path).unwrap().set_len(bytes).unwrap();
    path.to_owned()
}
