//! What grows with what: a replay by bars and by instruments, a batch by variants and by threads. `cargo bench --bench growth` measures and says it;
//! `ROTATE_BLESS=1` also writes its part of `README.md` and `growth.svg` beside this file. Each point is the median of some rounds, and the points of one line are
//! measured in turn, so that a busy machine is busy for all of them.

#[allow(dead_code, reason = "other benchmarks take the rest")]
mod workload;

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use plotters::prelude::*;
use rotate::batch::{Arena, with_jobs};
use rotate::market::Market;
use rotate::strategy::Strategy;
use rotate::units::Usd;

use workload::{Rhythm, Size, Venue};

const ROUNDS: usize = 9;
/// A year of hours.
const YEAR: usize = 8_760;
const TEXT: &str = "\
# What grows with what

Made by `ROTATE_BLESS=1 cargo bench --bench growth`; the machine is shared, so read the last column, which compares points that were measured in
turn. A replay is the weekly rebalanced book of `workload`, market orders alone, all records kept; instruments, variants and threads are of one year of hours.

![times against sizes, both axes by powers of two](growth.svg)

Red: bars; blue: instruments; green: variants; magenta: threads. Both axes double from one unit to the next, and what grows in proportion lies on the grey line.
";

/// One line of points.
struct Line {
    of: &'static str,
    /// Of what there is more.
    sizes: Vec<usize>,
    /// Seconds at each.
    seconds: Vec<f64>,
}

/// Median seconds of each work, all of them in each round.
fn medians(works: &[&dyn Fn()]) -> Vec<f64> {
    let timed = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| works.iter().map(|work| timed(*work)).collect()).collect();
    let median = |which: usize| {
        let mut all: Vec<f64> = rounds.iter().map(|round| round[which]).collect();
        all.sort_by(f64::total_cmp);
        all[ROUNDS / 2]
    };
    (0..works.len()).map(median).collect()
}

fn capital() -> Usd {
    Usd::round(100_000.0)
}

/// Replays of markets of some sizes.
fn by_size(of: &'static str, sizes: &[(usize, Size)]) -> Line {
    let markets: Vec<(Market, Strategy)> =
        sizes.iter().map(|&(_, size)| (workload::market(size), workload::strategy(Venue::Plain, Rhythm::Weekly, size))).collect();
    let replays: Vec<_> = markets
        .iter()
        .map(|(market, strategy)| {
            let arena = Arena::new(market);
            move || _ = black_box(arena.replay(strategy, capital()))
        })
        .collect();
    let works: Vec<&dyn Fn()> = replays.iter().map(|replay| replay as &dyn Fn()).collect();
    Line { of, sizes: sizes.iter().map(|&(size, _)| size).collect(), seconds: medians(&works) }
}

/// Batches of a strategy's variants, which are all alike: so many on all cores, and sixteen on so many threads.
fn batches() -> [Line; 2] {
    let size = Size { bars: YEAR, times: 1 };
    let market = workload::market(size);
    let arena = Arena::new(&market);
    let strategy = workload::strategy(Venue::Plain, Rhythm::Weekly, size);
    let batch = |variants: usize, threads: Option<usize>| {
        let strategies: Vec<&Strategy> = vec![&strategy; variants];
        let ends = || arena.map_all(&strategies, |strategy| arena.replay(strategy, capital()).final_equity());
        _ = black_box(with_jobs(threads, ends).expect("threads start"));
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads: Vec<usize> = [1, 2, 4, 8, 16].into_iter().filter(|&threads| threads <= cores).collect();
    let line = |of, sizes: Vec<usize>, work: &dyn Fn(usize)| {
        let each: Vec<_> = sizes.iter().map(|&size| move || work(size)).collect();
        let works: Vec<&dyn Fn()> = each.iter().map(|work| work as &dyn Fn()).collect();
        Line { of, seconds: medians(&works), sizes }
    };
    [
        line("variants", vec![8, 16, 32, 64], &|variants| batch(variants, None)),
        line("threads, of 16 variants", threads, &|threads| batch(16, Some(threads))),
    ]
}

fn table(lines: &[Line]) -> String {
    let mut text = String::from("\n| | | ms | times the first |\n|---|---:|---:|---:|\n");
    for Line { of, sizes, seconds } in lines {
        for (size, time) in sizes.iter().zip(seconds) {
            let _ = writeln!(text, "| {of} | {size} | {:.1} | {:.2} |", time * 1e3, time / seconds[0]);
        }
    }
    text
}

/// Each line relative to its first point, on axes of powers of two: what grows alike lies on the diagonal.
fn draw(lines: &[Line], path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::new(path, (640, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root).margin(16).build_cartesian_2d(0.0..3.2, -1.2..3.2)?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (3.0, 3.0)], BLACK.mix(0.25)))?;
    for (line, colour) in lines.iter().zip([RED, BLUE, GREEN, MAGENTA]) {
        let of = |all: &[f64], k: usize| (all[k] / all[0]).log2();
        let sizes: Vec<f64> = line.sizes.iter().map(|&size| size as f64).collect();
        let points: Vec<(f64, f64)> = (0..sizes.len()).map(|k| (of(&sizes, k), of(&line.seconds, k))).collect();
        chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?;
        chart.draw_series(points.iter().map(|&point| Circle::new(point, 3, colour.filled())))?;
    }
    root.present()?;
    Ok(())
}

fn main() {
    let of = |bars, times| Size { bars, times };
    let bars = by_size("bars", &[YEAR, 2 * YEAR, 4 * YEAR].map(|bars| (bars, of(bars, 1))));
    let instruments = by_size("instruments", &[1, 2, 4].map(|times| (times * workload::ASSETS, of(YEAR, times))));
    let [variants, threads] = batches();
    let lines = [bars, instruments, variants, threads];
    let text = table(&lines);
    print!("{text}");
    if std::env::var_os("ROTATE_BLESS").is_some() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let page = here.join("README.md");
        // What other benchmarks found stands after it.
        let old = std::fs::read_to_string(&page).unwrap_or_default();
        let others = old.find("\n# What a study costs").map_or("", |at| &old[at..]);
        std::fs::write(&page, format!("{TEXT}{text}{others}")).expect("README.md is written");
        draw(&lines, &here.join("growth.svg")).expect("growth.svg is written");
    }
}
