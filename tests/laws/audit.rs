//! An auditor from outside: it knows the files of a market and of a report, nothing of the program between them. It re-makes the books at
//! every bar and names the first difference.

mod books;
mod events;
mod fixture;
mod prices;
mod record;
mod report;

use std::path::{Path, PathBuf};
use std::process::Command;

use prices::Market;
use report::Summary;

/// What was audited and found right.
#[derive(Debug)]
#[allow(dead_code)]
pub struct Audit {
    pub rows: usize,
    pub fills: usize,
    pub payments: usize,
    pub assumed_payments: usize,
    pub rewards: usize,
    pub trades: usize,
    pub liquidations: usize,
    /// Whether nothing was held at the end, so that the trades alone make the gain.
    pub closed: bool,
    /// Of equity, in USD.
    pub largest_difference: f64,
}

/// Re-makes the books of one strategy from its report and the market's files.
///
/// # Errors
/// The first difference: file, time, found, re-made.
pub fn audit(market_dir: &Path, strategy_report_dir: &Path) -> Result<Audit, String> {
    audit_in(&Market::read(market_dir)?, strategy_report_dir)
}

/// [`audit`] in a market already read.
fn audit_in(market: &Market, dir: &Path) -> Result<Audit, String> {
    let summary = Summary::read(dir)?;
    let found = record::Events::read(dir, market)?;
    let walked = books::walk(dir, market, &found, &summary)?;
    events::fills_in_bars(market, &found.fills)?;
    let counted = events::events(dir, market, &found, &summary, walked.closed, walked.last)?;
    books::attribution(market, &found, &summary, &walked)?;
    Ok(Audit {
        rows: walked.rows,
        fills: found.fills.len(),
        payments: found.payments.len(),
        assumed_payments: counted.assumed,
        rewards: found.rewards.len(),
        trades: counted.trades,
        liquidations: counted.liquidations,
        closed: walked.closed,
        largest_difference: walked.largest_difference,
    })
}

/// Runs every strategy of the project over `market`, one that is liquidated and delisted often, one with limits and yields, and one whose coins pay for
/// its shorts, and audits each report; the differences come together, one line a strategy.
fn run_and_audit(market_dir: &Path) {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let out = scratch.path().join("report");
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut strategies: Vec<PathBuf> =
        std::fs::read_dir(home.join("strategies")).expect("strategies").map(|e| e.expect("a file").path()).collect();
    strategies.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    strategies.sort();
    strategies.push(home.join("tests/laws/audit/reckless.toml"));
    strategies.push(home.join("tests/laws/audit/yields.toml"));
    strategies.push(home.join("tests/laws/audit/collateral.toml"));
    let ran = Command::new(env!("CARGO_BIN_EXE_rotate"))
        // Without the cache of whoever runs the tests.
        .env("ROTATE_CACHE", home.join("Cargo.toml"))
        .args(["run", "--tables", "csv"])
        .args(&strategies)
        .args(["--quiet", "--market"])
        .arg(market_dir)
        .arg("--out")
        .arg(&out)
        .output()
        .expect("rotate starts");
    assert!(ran.status.success(), "rotate run: {}\n{}", ran.status, String::from_utf8_lossy(&ran.stderr));
    let market = Market::read(market_dir).expect("the market's files");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&out).expect("the report").filter_map(|e| e.ok().map(|e| e.path())).collect();
    folders.retain(|path| path.join("summary.json").exists());
    folders.sort();
    assert_eq!(folders.len(), strategies.len(), "one folder a strategy: {folders:?}");
    let mut wrong = Vec::new();
    for dir in &folders {
        let name = dir.file_name().unwrap_or_default().to_string_lossy().to_string();
        match audit_in(&market, dir) {
            Ok(found) => {
                println!("{name}: {found:?}");
                if name == "reckless" && found.liquidations == 0 {
                    wrong.push("reckless: not one liquidation to audit".to_string());
                }
                let flows = std::fs::read_to_string(dir.join("flows.csv")).expect("flows");
                if name == "collateral" && !flows.contains(",collateral\n") {
                    wrong.push("collateral: nothing was ever owed".to_string());
                }
                if name == "yields" && found.rewards < 100 {
                    wrong.push(format!("yields: {} rewards to audit", found.rewards));
                }
            }
            Err(difference) => wrong.push(format!("{name}: {difference}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_sample_stands_up_to_the_audit() {
    run_and_audit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample"));
}

/// A market of the shared folder, where that is there.
fn shared(name: &str) {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = if beside.exists() { Some(beside) } else { std::env::var_os("ROTATE_SHARED").map(PathBuf::from) };
    match root.map(|root| root.join("markets").join(name)).filter(|dir| dir.exists()) {
        Some(dir) => run_and_audit(&dir),
        None => println!("skipped: ../shared is not there"),
    }
}

#[test]
fn the_majors_stand_up_to_the_audit() {
    shared("majors-8h");
}

#[test]
fn the_narratives_stand_up_to_the_audit() {
    shared("narratives-1d");
}
