//! A report read back: the first byte says which of its files is fuzzed.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rotate::report::{compare, explain, reading};
use rotate_fuzz::REPORTED;

const FILES: [&str; 6] = ["manifest.json", "summary.json", "equity.csv", "decisions.csv", "trades.csv", "fills.csv"];

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(rotate_fuzz::report);

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let report = FOLDER.path().join("report");
    let strategy = report.join(REPORTED);
    let name = FILES[usize::from(which) % FILES.len()];
    let file = if name == "manifest.json" { report.join(name) } else { strategy.join(name) };
    let sound = fs::read(&file).expect("a scratch file");
    fs::write(&file, bytes).expect("a scratch file");
    if let Ok(all) = reading::read(&[PathBuf::from(&report)], &reading::Ranking::default()) {
        let _ = compare::to_json(&all, "sharpe");
    }
    if let Ok(tables) = explain::Tables::read(&strategy) {
        let _ = tables.trade(1);
    }
    fs::write(&file, sound).expect("a scratch file");
});
