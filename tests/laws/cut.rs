//! A market cut at any date agrees with the full run up to it: reports made with `--to` are compared, row by row, with the report of
//! the whole. The cut run's last bar closes everything, so rows count up to the bar before. And a window that begins at any date has the
//! whole past behind it: at every close in it rules see and wish what they see and wish in the whole.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rotate::batch::Arena;
use rotate::market::{Market, MarketParts, Window};
use rotate::signal::History;
use rotate::strategy::{BucketState, Look, Plan, StrategyFile, decide, exit_due, true_range};
use rotate::units::Time;

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
    // Without the cache of whoever runs the tests.
    command.env("ROTATE_CACHE", root().join("Cargo.toml"));
    command.current_dir(root()).args(["run", "--tables", "csv", "--quiet", "--market"]).arg(market).arg("--out").arg(out);
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
        for strategy in ["bull", "bear", "rotation", "checklist", "foundation-first", "hold-bitcoin"] {
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

/// Everything a strategy may go by at the close of a bar: regime, stages, and of each bucket its wish with nothing held and with what it wishes for held,
/// and whether each of those coins would be left.
fn seen(arena: &Arena, plan: &Plan, t: usize) -> String {
    let known = arena.signals.known(arena.market, &plan.definitions);
    let history = History::at_close(arena.market, t);
    let sight = known.at(&history);
    let labels = known.regime_labels().unwrap_or(&arena.signals.regimes);
    let mut told = format!("{:?} {:?}", labels[t], sight.regime_switch());
    for narrative in history.directory().narratives() {
        let _ = write!(told, "\n{narrative:?} {:?} {:?}", sight.stage(narrative), sight.stage_since(narrative));
    }
    for bucket in &plan.buckets {
        let wish = decide(&sight, plan, bucket, &BucketState::default());
        for pick in &wish.picks {
            let id = pick.instrument;
            let liquid = arena.signals.liquidity.before(arena.market, id, t + 1);
            let left = exit_due(&Look { view: &sight, bucket, instrument: id, narrative: pick.narrative, held: None });
            let _ = write!(told, "\n{:?} {left:?} {:?} {liquid:?}", history.age_in_bars(id), true_range(&history, bucket, id));
        }
        let held = wish.picks.iter().map(|pick| (pick.instrument, pick.narrative)).collect();
        let kept = decide(&sight, plan, bucket, &BucketState { held, ..BucketState::default() });
        let _ = write!(told, "\n{} {wish:?} {kept:?}", bucket.name);
    }
    told
}

fn windows_are_warm(folder: &Path, dates: &[&str]) {
    let load = |from: Option<&str>| {
        let window = Window { from: from.and_then(Time::parse), to: None };
        Market::load(folder, window).unwrap_or_else(|fault| panic!("{fault}"))
    };
    let whole = load(None);
    let all = Arena::new(&whole);
    for date in dates {
        let part = load(Some(date));
        let warm = Arena::new(&part);
        assert!(part.first > whole.first && part.window().open(0) == Time::parse(date).unwrap(), "{date}");
        for strategy in ["adaptive", "bear", "bull", "rotation"] {
            let file = StrategyFile::read(&root().join(format!("strategies/{strategy}.toml"))).unwrap_or_else(|fault| panic!("{fault}"));
            let plans = [&whole, &part].map(|market| Plan::new(&file.strategy, &History::at_close(market, 0)));
            // Every bar of the first fortnight, then one in eleven.
            let near = part.first + 14;
            for t in part.trading().filter(|&t| t + 1 < part.clock.bars && (t < near || t % 11 == 0)) {
                let (cold, told) = (seen(&all, &plans[0], t), seen(&warm, &plans[1], t));
                assert!(cold == told, "{strategy} at {}:\n{cold}\n---\n{told}", part.clock.close(t));
            }
        }
    }
}

/// A market whose funding history has holes, under two rates declared for them: money is another, nothing that a rule may go by is.
#[test]
fn what_is_assumed_is_seen_by_nobody() {
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if !shared.exists() {
        println!("skipped: ../shared is not there");
        return;
    }
    let folder = shared.join("markets/narratives-1d");
    let parts = MarketParts::load(&folder, Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let at =
        |rate| MarketParts { missing_rate_8h: Some(rate), ..parts.clone() }.freeze_in(&folder).unwrap_or_else(|fault| panic!("{fault}"));
    let markets = [0.000_1, 0.000_5].map(at);
    assert!(markets[0].funding.has_assumed() && markets[0].funding.by_instrument != markets[1].funding.by_instrument);
    let arenas = [0, 1].map(|k| Arena::new(&markets[k]));
    for strategy in ["adaptive", "bear", "bull", "rotation"] {
        let file = StrategyFile::read(&root().join(format!("strategies/{strategy}.toml"))).unwrap_or_else(|fault| panic!("{fault}"));
        let plan = Plan::new(&file.strategy, &History::at_close(&markets[0], 0));
        for t in (markets[0].first..markets[0].clock.bars).step_by(9) {
            let (low, high) = (seen(&arenas[0], &plan, t), seen(&arenas[1], &plan, t));
            assert!(low == high, "{strategy} at {}:\n{low}\n---\n{high}", markets[0].clock.close(t));
        }
    }
}

#[test]
fn the_sample_from_any_date() {
    windows_are_warm(&root().join("data/sample"), &["2021-07-09", "2022-06-18", "2023-02-20"]);
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
    windows_are_warm(&shared.join("markets/narratives-1d"), &["2023-01-01", "2024-03-01"]);
    windows_are_warm(&shared.join("markets/majors-8h"), &["2022-05-12", "2024-09-12"]);
}
