//! How many instructions what people wait for takes, counted by callgrind: the same number again and again, whatever else the machine does. Kept in
//! `instructions.toml` beside this file; what takes 3 % more than is written there fails, and what takes less is to be written down:
//! `ROTATE_BLESS=1 cargo bench --bench instructions`. Without valgrind nothing is counted, and that is said.
//!
//! Each work is counted twice, made ready alone and made ready and done: the difference is the work.

#[allow(dead_code, reason = "other benchmarks take the rest")]
mod workload;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use rotate::batch::Arena;
use rotate::evaluate::{Evaluation, deflated};
use rotate::market::{Market, Window};
use rotate::replay::replay;
use rotate::replay::run::Run;
use rotate::report::{Batch, Forms, Manifest};
use rotate::signal::{History, Signals};
use rotate::strategy::{Plan, Strategy, StrategyFile};
use rotate::stress::Tested;
use rotate::units::Usd;
use serde_json::Value;

use workload::{Rhythm, Size, Venue};

/// Half a year of hours: as a whole market, and quicker to count.
const SIZE: Size = Size { bars: 4_392, times: 1 };
/// What is counted, by name.
const WORKS: [&str; 8] = ["plain", "full", "quiet", "bull", "adaptive", "load", "evaluation", "report"];
/// How much more a work may take than is written down.
const ROOM: f64 = 1.03;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn sample() -> Market {
    Market::load(&here("data/sample"), Window::default()).unwrap_or_else(|fault| panic!("{fault}"))
}

fn shipped(name: &str) -> Strategy {
    StrategyFile::read(&here(&format!("strategies/{name}.toml"))).unwrap_or_else(|fault| panic!("{fault}")).strategy
}

/// Makes a work ready, and does it where that is asked.
fn work(name: &str, done: bool) {
    let (market, strategy) = match name {
        "plain" => (workload::market(SIZE), workload::strategy(Venue::Plain, Rhythm::Weekly, SIZE)),
        "full" => (workload::market(SIZE), workload::strategy(Venue::Full, Rhythm::Weekly, SIZE)),
        "quiet" => (workload::market(SIZE), workload::strategy(Venue::Plain, Rhythm::Never, SIZE)),
        "load" => {
            if done {
                black_box(sample());
            }
            return;
        }
        "evaluation" => {
            told(&sample(), &shipped("bull"), |arena, strategy, run| {
                if done {
                    black_box(Evaluation::of(arena, strategy, run, Tested::default()));
                }
            });
            return;
        }
        "report" => {
            told(&sample(), &shipped("bull"), |arena, strategy, run| {
                let evaluations = deflated(vec![Evaluation::of(arena, strategy, run, Tested::default())]);
                if done {
                    written(arena.market, &evaluations);
                }
            });
            return;
        }
        strategy => (sample(), shipped(strategy)),
    };
    let signals = Signals::of(&market);
    let plan = Plan::new(&strategy, &History::at_close(&market, 0));
    if done {
        black_box(replay(&market, &signals, &plan, Usd::round(100_000.0)));
    }
}

/// A strategy replayed, ready to be told of.
fn told(market: &Market, strategy: &Strategy, work: impl FnOnce(&Arena, &Strategy, &Run)) {
    let arena = Arena::new(market);
    let runs = arena.replay_all(&[strategy], Usd::round(100_000.0), || {});
    work(&arena, strategy, &runs[0]);
}

/// Every file of a report: tables, pictures in both forms, pages.
fn written(market: &Market, evaluations: &[Evaluation]) {
    let home = tempfile::tempdir().expect("a scratch folder");
    let manifest = Manifest::new(Vec::new(), market.name.clone(), Value::Null, market.inputs.clone(), Vec::new());
    let batch = Batch { market, evaluations, manifest: &manifest, forms: Forms::PLAIN };
    let done: Result<Vec<()>, _> = batch.parts().into_iter().map(|part| batch.write(home.path(), part)).collect();
    done.unwrap_or_else(|fault| panic!("{fault}"));
}

/// Instructions of this program, asked for one work.
///
/// # Panics
/// Where the work fails.
fn counted(out: &Path, name: &str, what: &str) -> u64 {
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().expect("this program is a file"))
        .args(["--one", name, what])
        .envs([("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1")])
        .stdout(Stdio::null())
        .status()
        .expect("valgrind starts");
    assert!(status.success(), "{name} fails under valgrind");
    let text = std::fs::read_to_string(out).expect("what callgrind has written");
    let total = text.lines().find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
    total.and_then(|total| total.trim().parse().ok()).expect("a total of callgrind")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [one, name, what] = arguments.as_slice()
        && one == "--one"
    {
        work(name, what == "done");
        return ExitCode::SUCCESS;
    }
    let there = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("skipped: NO INSTRUCTIONS ARE COUNTED, valgrind is not there");
        return ExitCode::SUCCESS;
    }
    let only = arguments.iter().find(|argument| !argument.starts_with('-'));
    let kept = here("benches/instructions.toml");
    let text = std::fs::read_to_string(&kept).unwrap_or_default();
    let mut written: BTreeMap<String, f64> = toml::from_str(&text).unwrap_or_else(|error| panic!("benches/instructions.toml: {error}"));
    let home = tempfile::tempdir().expect("a scratch folder");
    let out = home.path().join("callgrind.out");
    let mut grown = Vec::new();
    for name in WORKS.into_iter().filter(|name| only.is_none_or(|only| only == name)) {
        let (ready, done) = (counted(&out, name, "ready"), counted(&out, name, "done"));
        let millions = (done - ready) as f64 / 1e6;
        let before = written.get(name).copied();
        println!(
            "{name:<10} {millions:>9.1} million{}",
            before.map_or(String::new(), |before| format!(", {:+.1} % of {before:.1}", (millions / before - 1.0) * 100.0))
        );
        if before.is_none_or(|before| millions > before * ROOM) {
            grown.push(name);
        }
        written.insert(name.to_owned(), (millions * 10.0).round() / 10.0);
    }
    if std::env::var_os("ROTATE_BLESS").is_some() {
        let mut text = "# Millions of instructions, as `cargo bench --bench instructions` counts them.\n".to_owned();
        for (name, millions) in &written {
            let _ = writeln!(text, "{name} = {millions:.1}");
        }
        std::fs::write(&kept, text).expect("benches/instructions.toml is written");
    } else if !grown.is_empty() {
        println!("more than 3 % above benches/instructions.toml: {}", grown.join(", "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
