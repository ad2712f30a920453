//! Our replays beside loops written by hand in numba, the same work on the same data in one run: medians of the ratios of one round, for the machine is
//! shared. `../shared/peer-bench` has the loops and makes the data; where it, Python or numba is not there, nothing is measured, and that is said.
//!
//! `PEER_BENCH_PYTHON` names a Python that has numba; `ROUNDS` how many rounds are made, 15 where it is not set; of the studies a fifth of them.

mod numba;

use std::hint::black_box;
use std::time::Instant;

use rotate::batch::Arena;
use rotate::metrics::Metrics;
use rotate::strategy::StrategyFile;
use rotate::tune;
use rotate::units::Usd;

use numba::{Side, median};

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn main() {
    let Side { bench, mut peer, market, home: _home } = match numba::side() {
        Ok(side) => side,
        Err(why) => return println!("skipped: NO PEERS ARE MEASURED, {why}"),
    };
    let arena = Arena::new(&market);
    let rounds = numba::rounds(15);
    println!("{:<28} {:>10} {:>10} {:>8}", "work", "ours, ms", "numba, ms", "ratio");
    let mut compare = |name: &str, work: &str, rounds: usize, ours: &dyn Fn() -> f64| {
        let pairs: Vec<(f64, f64)> = (0..rounds).map(|_| (ours(), peer.call(work))).collect();
        let of = |each: fn(&(f64, f64)) -> f64| median(pairs.iter().map(each));
        println!("{name:<28} {:>10.2} {:>10.2} {:>7.2}x", of(|p| p.0) * 1e3, of(|p| p.1) * 1e3, of(|p| p.0 / p.1));
    };
    let capital = Usd::round(100_000.0);
    let read = |work: &str| StrategyFile::read(&bench.join(format!("rotate/{work}.toml"))).unwrap_or_else(|fault| panic!("{fault}"));
    for work in ["w1f", "w4"] {
        let file = read(work);
        // As the loops are: the best of six.
        let best = |once: &dyn Fn()| (0..6).map(|_| seconds(once)).fold(f64::INFINITY, f64::min);
        compare(&format!("{work}, all records"), work, rounds, &|| best(&|| _ = black_box(arena.replay(&file.strategy, capital))));
        compare(&format!("{work}, a trial"), work, rounds, &|| {
            best(&|| _ = black_box(Metrics::of(&arena.replay(&file.strategy, capital))))
        });
    }
    let studies = numba::studies(&read("tune1000"));
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
