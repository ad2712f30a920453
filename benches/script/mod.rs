//! The script that a quant writes to get the closes of a folder of archives into one array: polars reads, numpy holds. It runs for as long as it is asked, so
//! that neither its start nor its imports are counted.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const TEXT: &str = r#"
import glob, sys, time
import numpy as np, polars as pl
names = "open_time open high low close volume close_time quote_volume count taker_buy_volume taker_buy_quote_volume ignore".split()
spot, perp = (sorted(glob.glob(f"{sys.argv[1]}/{folder}/*.csv")) for folder in ("spot", "perp"))
def closes():
    frames = [pl.scan_csv(path, has_header=False, new_columns=names).select("close") for path in spot]
    frames += [pl.scan_csv(path).select("close") for path in perp]
    read = pl.collect_all(frames)
    out = np.empty((read[0].height, len(read)))
    for column, frame in enumerate(read):
        out[:, column] = frame.to_series(0).to_numpy()
    return out
for line in sys.stdin:
    start = time.perf_counter()
    made = closes()
    print(time.perf_counter() - start, flush=True)
"#;

fn python() -> String {
    std::env::var("PEER_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// The script, asked again and again.
pub struct Script {
    process: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Script {
    /// # Errors
    /// What is not there, in words.
    pub fn start(dir: &Path) -> Result<Self, String> {
        let python = python();
        let has = Command::new(&python).args(["-c", "import polars, numpy"]).stderr(Stdio::null()).status();
        if !has.is_ok_and(|status| status.success()) {
            return Err(format!("{python} has no polars and numpy: name one that has in PEER_BENCH_PYTHON"));
        }
        Ok(Self::begin(dir))
    }

    /// Once asked, so that it has imported what it needs.
    fn begin(dir: &Path) -> Self {
        let started = Command::new(python()).args(["-c", TEXT]).arg(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = started.expect("a Python that has been tried");
        let (ask, answer) = (process.stdin.take().expect("piped"), BufReader::new(process.stdout.take().expect("piped")));
        let mut script = Self { process, ask, answer };
        script.call();
        script
    }

    /// One call in a process that is started for it, imports and all, as whoever runs a script waits for it.
    pub fn alone(dir: &Path) {
        drop(Self::begin(dir));
    }

    /// Seconds of one call.
    pub fn call(&mut self) -> f64 {
        writeln!(self.ask, "go").expect("the script runs");
        let mut line = String::new();
        self.answer.read_line(&mut line).expect("the script answers");
        line.trim().parse().unwrap_or_else(|_| panic!("{line:?} is no number of seconds"))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
