//! The deep rules as a ratio to the plain ones: `adaptive.toml` against `bull.toml` as it first was, over the same market, in one run. The goal is
//! at most three times. Signals are made once a market, before either is timed, as they are for every strategy and trial.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rotate::batch::Arena;
use rotate::market::{Market, Window};
use rotate::strategy::StrategyFile;
use rotate::units::Usd;

fn market() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| here.join("../shared"), PathBuf::from);
    let real = shared.join("markets/narratives-1d");
    if real.exists() { real } else { here.join("data/sample") }
}

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let market = Market::load(&market(), Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let arena = Arena::new(&market);
    let read = |path: &str| StrategyFile::read(&here.join(path)).unwrap_or_else(|fault| panic!("{fault}")).strategy;
    let (plain, deep) = (read("benches/first/bull.toml"), read("strategies/adaptive.toml"));
    let timed = |strategy| {
        let start = Instant::now();
        black_box(arena.replay(strategy, Usd::round(100_000.0)));
        start.elapsed().as_secs_f64()
    };
    timed(&deep);
    let mut ratios: Vec<f64> = (0..41)
        .map(|_| {
            let bare = timed(&plain);
            timed(&deep) / bare
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("{}: adaptive / first bull = {:.2} (median of 41, least {:.2}; goal at most 3)", market.name, ratios[20], ratios[0]);
}
