//! A market cut at any date agrees with the full run up to it: reports made with `--to` are compared, row by row, with the report of
//! the whole. The cut run's last bar closes everything, so rows count up to the bar before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TABLES: [&str; 9] = [
    "equity.csv",
    "buckets.csv",
    "fills.csv",
    "funding.csv",
    "flows.csv",
    "decisions.csv",
    "rotations.csv",
    "exposure.csv",
    "liquidations.csv",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(market: &Path, to: Option<&str>, out: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rotate"));
    command.current_dir(root()).args(["run", "--quiet", "--market"]).arg(market).arg("--out").arg(out);
    command.args(to.into_iter().flat_map(|to| ["--to", to]));
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Rows whose time is before `end`; RFC 3339 in UTC sorts as text.
fn rows_before(file: &Path, end: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().skip(1).filter(|row| row.split(',').next().unwrap() < end).map(str::to_owned).collect()
}

fn cuts_agree(market: &Path, dates: &[&str]) {
    let scratch = tempfile::tempdir().unwrap();
    let whole = scratch.path().join("whole");
    run(market, None, &whole);
    for date in dates {
        let part = scratch.path().join("part");
        run(market, Some(date), &part);
        for strategy in ["bull", "bear", "rotation", "foundation-first", "hold-bitcoin"] {
            let curve = fs::read_to_string(part.join(strategy).join("equity.csv")).unwrap();
            let rows: Vec<&str> = curve.lines().collect();
            let end = rows[rows.len() - 2].split(',').next().unwrap();
            assert!(rows.len() > 10, "{date}: too little left to compare");
            for table in TABLES {
                let (full, cut) = (rows_before(&whole.join(strategy).join(table), end), rows_before(&part.join(strategy).join(table), end));
                let differs = full.iter().zip(&cut).find(|(a, b)| a != b);
                assert!(differs.is_none(), "{strategy}/{table}, cut at {date}: {differs:?}");
                assert_eq!(full.len(), cut.len(), "{strategy}/{table}, cut at {date}: rows before {end}");
            }
        }
    }
}

#[test]
fn the_sample_cut_at_any_date() {
    // In the crash, inside the funding switch, inside the silence after a delisting.
    cuts_agree(&root().join("data/sample"), &["2022-06-17T16:00:00Z", "2023-02-20", "2023-06-18"]);
}

#[test]
fn real_markets_cut_at_any_date() {
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if !shared.exists() {
        println!("skipped: ../shared is not there");
        return;
    }
    // Inside LUNA's and FTT's silences, around MATIC's end and POL's beginning.
    cuts_agree(&shared.join("markets/narratives-1d"), &["2022-05-16", "2022-11-18", "2023-09-22"]);
    cuts_agree(&shared.join("markets/majors-8h"), &["2022-05-12", "2024-09-12"]);
}
