//! The loops written by hand in numba, asked one after another by name, over the market that they and we replay. `../shared/peer-bench` has the loops and
//! makes the data; `PEER_BENCH_PYTHON` names a Python that has numba.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rotate::market::{Market, Window};
use rotate::strategy::{Override, StrategyFile};
use tempfile::TempDir;

/// The loops, called one after another by name.
pub struct Peer {
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
    pub fn call(&mut self, name: &str) -> f64 {
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

/// The loops, and the same market for us.
pub struct Side {
    /// Where the strategies lie that do the same.
    pub bench: PathBuf,
    pub peer: Peer,
    pub market: Market,
    /// The market's files, for as long as they are asked for.
    pub home: TempDir,
}

/// # Errors
/// What is not there, in words.
pub fn side() -> Result<Side, String> {
    let bench = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/peer-bench"));
    if !bench.is_dir() {
        return Err("../shared/peer-bench is not there".to_owned());
    }
    let python = std::env::var("PEER_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let home = tempfile::tempdir().expect("a scratch folder");
    let laid_out = Command::new(&python).arg(bench.join("rotate/market.py")).arg(home.path()).stderr(Stdio::null()).status();
    if !laid_out.is_ok_and(|status| status.success()) {
        return Err(format!("{python} has no numpy, or `gen.py` of ../shared/peer-bench has not made the data"));
    }
    let peer = Peer::start(&python, &bench).ok_or_else(|| format!("{python} has no numba"))?;
    let market = Market::load(home.path(), Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    Ok(Side { bench, peer, market, home })
}

/// The periods of the loop's grid.
pub const PERIODS: [&str; 5] = ["1d", "3d", "1w", "2w", "30d"];

/// A strategy with other values of some keys.
pub fn with(file: &StrategyFile, sets: &[String]) -> StrategyFile {
    let read = |text: &String| Override::parse(text).unwrap_or_else(|fault| panic!("{fault}"));
    file.with_all(&sets.iter().map(read).collect::<Vec<_>>()).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The thousand variants of the loop's grid, those of one period a study: like the loop, each decides when it rebalances.
pub fn studies(file: &StrategyFile) -> Vec<StrategyFile> {
    let weights = "\"buckets.foundation.weight\" = [0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45], \
                   \"buckets.mids.weight\" = [0.15, 0.20, 0.25, 0.30, 0.35], \"buckets.perps.weight\" = [0.03, 0.06, 0.09, 0.12, 0.15]";
    let of = |period: &str| {
        let keys = format!("tune.keys={{ {weights} }}");
        with(file, &[format!("decide={period}"), format!("rebalance.every={period}"), keys, "tune.balance=cash".to_owned()])
    };
    PERIODS.map(of).into()
}

pub fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// How many rounds are made: as `ROUNDS` says, or so many.
pub fn rounds(usual: usize) -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}
