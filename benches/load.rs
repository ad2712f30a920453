//! Reading a market, as ratios of one run: beside the least that must be done, the same files unpacked and read into polars frames; and a large one, 219 MB of
//! hourly bars made here from a seed, beside a script of polars and numpy that keeps the closes alone, from the cache, and in memory. Last, how long many small
//! series take.
//!
//! `PEER_BENCH_PYTHON` names a Python that has polars and numpy; without one the script is skipped, and that is said. `ROUNDS` says how many rounds are made.

mod large;
mod script;

use std::fs;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use polars::prelude::{CsvReadOptions, ParquetReader, SerReader};
use rayon::prelude::*;
use rotate::market::{Cache, Market, Window};

use large::Size;

/// The comparison with peers.
const HOURLY: Size = Size { spot: 20, perps: 30, bars: 35_064, seconds: 3_600 };
/// Many short series.
const DAILY: Size = Size { spot: 5_000, perps: 0, bars: 500, seconds: 86_400 };

/// The word by which this program calls itself to load a market in a process of its own.
const PEAK: &str = "--peak-of";

fn market() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| here.join("../shared"), PathBuf::from);
    let candidates = [here.join("../shared/markets/narratives-1d"), shared.join("markets/narratives-1d"), here.join("data/sample")];
    candidates.into_iter().find(|dir| dir.exists())
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let folders = ["spot", "perp", "mark", "funding"].map(|folder| dir.join(folder));
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Bare: bytes, unpacked, all columns as polars infers them.
fn frames(files: &[PathBuf]) -> usize {
    files.par_iter().map(|path| frame(path)).sum()
}

fn frame(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap();
    let bytes = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => {
            let mut unpacked = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
            unpacked
        }
        Some("parquet") => return ParquetReader::new(Cursor::new(bytes)).finish().unwrap().height(),
        _ => bytes,
    };
    CsvReadOptions::default().into_reader_with_file_handle(Cursor::new(bytes)).finish().unwrap().height()
}

fn loaded(dir: &Path, cache: &Cache) -> Market {
    Market::load_cached(dir, Window::default(), cache).unwrap_or_else(|fault| panic!("{fault}"))
}

fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    // What was made is let go of after the clock has stopped.
    let made = black_box(work());
    let taken = start.elapsed().as_secs_f64();
    drop(made);
    taken
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(15)
}

/// The ratio from pairs taken in turn, so that a busy machine is busy for both.
fn beside_bare_polars() {
    let Some(dir) = market() else { return println!("skipped: neither ../shared nor data/sample is there") };
    let files = files(&dir);
    let ratios = (0..rounds()).map(|_| {
        let bare = seconds(|| frames(&files));
        seconds(|| loaded(&dir, &Cache::NONE)) / bare
    });
    println!("Market::load / bare polars read, {}: {:.2} (goal at most 2.00)", dir.display(), median(ratios));
}

/// A large market, cold beside the script, and from the cache.
fn of_hours(home: &Path) {
    let (dir, cache) = (home.join("hourly"), Cache::at(home.join("cache")));
    fs::create_dir(&dir).expect("a scratch folder");
    let bytes = large::write(&dir, HOURLY);
    println!("\n{} x {} bars x 12 columns, {:.0} MB of prices:", HOURLY.spot + HOURLY.perps, HOURLY.bars, bytes as f64 / 1e6);
    // What was just written is kept in no cache.
    thread::sleep(Duration::from_millis(2_100));
    println!("first load, which fills the cache: {:.0} ms", 1e3 * seconds(|| loaded(&dir, &cache)));
    let (series, kept) = cache.size();
    println!("kept of it: {series} series, {:.0} MB", kept as f64 / 1e6);

    let mut script = script::Script::start(&dir);
    let taken: Vec<[f64; 3]> = (0..rounds())
        .map(|_| {
            let cold = seconds(|| loaded(&dir, &Cache::NONE));
            let script = script.as_mut().map_or(f64::NAN, script::Script::call);
            [cold, script, seconds(|| loaded(&dir, &cache))]
        })
        .collect();
    let of = |each: fn(&[f64; 3]) -> f64| median(taken.iter().map(each));
    println!("cold load: {:.0} ms", 1e3 * of(|t| t[0]));
    match &script {
        Ok(_) => {
            let (script, ratio) = (1e3 * of(|t| t[1]), of(|t| t[0] / t[1]));
            println!("closes alone by polars and numpy: {script:.0} ms; cold load / script = {ratio:.2} (goal at most 0.90)");
        }
        Err(why) => println!("skipped: NO SCRIPT IS MEASURED, {why}"),
    }
    let best = taken.iter().map(|t| t[2]).fold(f64::INFINITY, f64::min);
    println!("load from the cache: {:.0} ms, at best {:.0} (goal at most 50)", 1e3 * of(|t| t[2]), 1e3 * best);
    if script.is_ok() {
        let whole = (0..rounds()).map(|_| seconds(|| alone(&dir)) / seconds(|| script::Script::alone(&dir)));
        println!("each a process of its own, from its start to its end: cold load / script = {:.2}", median(whole));
    }
    for (how, cache) in [("cold", None), ("from the cache", cache.folder())] {
        peak(&dir, how, cache);
    }
}

/// A cold load in a process that does nothing else.
fn alone(dir: &Path) {
    let own = std::env::current_exe().expect("this program");
    black_box(Command::new(own).arg(PEAK).arg(dir).output().expect("this program starts"));
}

/// The most memory that a process had which loaded a market and did nothing else.
fn peak(dir: &Path, how: &str, cache: Option<&Path>) {
    let own = std::env::current_exe().expect("this program");
    let said = Command::new(own).arg(PEAK).arg(dir).args(cache).output().expect("this program starts");
    match String::from_utf8_lossy(&said.stdout)
        .split_whitespace()
        .map(|word| word.parse::<f64>().ok())
        .collect::<Option<Vec<_>>>()
        .as_deref()
    {
        Some(&[peak, columns, market]) => println!(
            "peak memory of a {how} load: {:.0} MB, {:.2} times the panel (goal at most 2), {:.2} times market and settlements",
            peak / 1e6,
            peak / columns,
            peak / market
        ),
        _ => println!("skipped: NO PEAK IS MEASURED, this system has no /proc/self/status"),
    }
}

/// What [`peak`] asks for: most bytes of this process, bytes of the columns, bytes of the market.
fn say_peak(dir: &Path, cache: &Cache) {
    let market = loaded(dir, cache);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(kilobytes) = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()) {
        println!("{} {} {}", kilobytes << 10, market.panel.bytes(), market.bytes());
    }
}

/// Many series of few bars.
fn of_days(home: &Path) {
    let (dir, cache) = (home.join("daily"), Cache::at(home.join("cache")));
    fs::create_dir(&dir).expect("a scratch folder");
    large::write(&dir, DAILY);
    thread::sleep(Duration::from_millis(2_100));
    let cold = seconds(|| loaded(&dir, &Cache::NONE));
    let filling = seconds(|| loaded(&dir, &cache));
    let warm = seconds(|| loaded(&dir, &cache));
    println!("\n{} assets x {} days: {cold:.2} s, filling the cache {filling:.2} s, from it {warm:.2} s", DAILY.spot, DAILY.bars);
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [PEAK, dir, rest @ ..] = words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        return say_peak(Path::new(dir), &rest.first().map_or(Cache::NONE, |folder| Cache::at(folder.into())));
    }
    beside_bare_polars();
    let home = tempfile::tempdir().expect("a scratch folder");
    of_hours(home.path());
    of_days(home.path());
}
