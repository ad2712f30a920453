//! Our replays beside loops written by hand in numba, the same work on the same data in one run: medians of the ratios of one round, for the machine is
//! shared. `../shared/peer-bench` has the loops and makes the data; where it, Python or numba is not there, nothing is measured, and that is said.
//!
//! `PEER_BENCH_PYTHON` names a Python that has numba; `ROUNDS` how many rounds are made, 15 where it is not set; of the studies a fifth of them.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use rotate::batch::Arena;
use rotate::market::{Market, Window};
use rotate::metrics::Metrics;
use rotate::strategy::StrategyFile;
use rotate::tune;
use rotate::units::Usd;

/// The loops, called one after another by name.
struct Peer {
    process: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Peer {
    fn start(python: &str, bench: &Path) -> Option<Self> {
        let mut process = Command::new(python)
            .arg(bench.join("numba_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let (ask, answer) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut lines = BufReader::new(process.stderr.take()?).lines();
        lines.any(|line| line.is_ok_and(|line| line == "ready")).then_some(Self { process, ask, answer })
    }

    /// Seconds of one call.
    fn call(&mut self, name: &str) -> f64 {
        writeln!(self.ask, "{name}").expect("the loops run");
        let mut line = String::new();
        self.answer.read_line(&mut line).expect("the loops answer");
        line.trim().parse().unwrap_or_else(|_| panic!("{name}: {line:?} is no number of seconds"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn skipped(why: &str) {
    println!("skipped: NO PEERS ARE MEASURED, {why}");
}

fn main() {
    let bench = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/peer-bench"));
    if !bench.is_dir() {
        return skipped("../shared/peer-bench is not there");
    }
    let python = std::env::var("PEER_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let home = tempfile::tempdir().expect("a scratch folder");
    let laid_out = Command::new(&python).arg(bench.join("rotate/market.py")).arg(home.path()).stderr(Stdio::null()).status();
    if !laid_out.is_ok_and(|status| status.success()) {
        return skipped(&format!("{python} has no numpy, or `gen.py` of ../shared/peer-bench has not made the data"));
    }
    let Some(mut peer) = Peer::start(&python, &bench) else { return skipped(&format!("{python} has no numba")) };
    let market = Market::load(home.path(), Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let arena = Arena::new(&market);
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(15);
    println!("{:<28} {:>10} {:>10} {:>8}", "work", "ours, ms", "numba, ms", "ratio");
    let mut compare = |name: &str, work: &str, rounds: usize, ours: &dyn Fn() -> f64| {
        let pairs: Vec<(f64, f64)> = (0..rounds).map(|_| (ours(), peer.call(work))).collect();
        let of = |each: fn(&(f64, f64)) -> f64| median(pairs.iter().map(each).collect());
        println!("{name:<28} {:>10.2} {:>10.2} {:>7.2}x", of(|p| p.0) * 1e3, of(|p| p.1) * 1e3, of(|p| p.0 / p.1));
    };
    let capital = Usd::round(100_000.0);
    for work in ["w1f", "w4"] {
        let file = StrategyFile::read(&bench.join(format!("rotate/{work}.toml"))).unwrap_or_else(|fault| panic!("{fault}"));
        // As the loops are: the best of six.
        let best = |once: &dyn Fn()| (0..6).map(|_| seconds(once)).fold(f64::INFINITY, f64::min);
        compare(&format!("{work}, all records"), work, rounds, &|| best(&|| _ = black_box(arena.replay(&file.strategy, capital))));
        compare(&format!("{work}, a trial"), work, rounds, &|| {
            best(&|| _ = black_box(Metrics::of(&arena.replay(&file.strategy, capital))))
        });
    }
    let studies = studies(&bench);
    compare("w2f, a study of 1,000", "w2f", rounds.div_ceil(5), &|| {
        seconds(|| {
            for file in &studies {
                let request = tune::Request { file, capital, final_window: tune::FinalWindow::Keep, also: &[] };
                let mut journal = tune::Journal::nowhere(serde_json::json!({}));
                black_box(tune::study(&arena, &request, &mut journal, &()).unwrap_or_else(|fault| panic!("{fault}")));
            }
        })
    });
}

/// The thousand variants, those of one period a study: like the loop, each decides when it rebalances.
fn studies(bench: &Path) -> Vec<StrategyFile> {
    let path = bench.join("rotate/tune1000.toml");
    let text = std::fs::read_to_string(&path).expect("tune1000.toml is there");
    let periods = ["1d", "3d", "1w", "2w", "30d"];
    let all = format!("[{}]", periods.map(|period| format!("{period:?}")).join(", "));
    assert!(text.contains(&all) && text.contains("decide = \"1d\""), "tune1000.toml has the periods of the loop");
    let of = |period: &str| {
        let one = text.replace(&all, &format!("[{period:?}]")).replace("decide = \"1d\"", &format!("decide = {period:?}"));
        one.replace("\nevery = \"1w\"", &format!("\nevery = {period:?}"))
    };
    periods.map(|period| StrategyFile::parse(&path, of(period)).unwrap_or_else(|fault| panic!("{fault}"))).into()
}
