//! Reading a market, as a ratio to the least that must be done: the same files unpacked and read into polars frames.
//! The goal is at most twice that.

use std::fs;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use polars::prelude::{CsvReadOptions, ParquetReader, SerReader};
use rayon::prelude::*;
use rotate::market::{Market, Window};

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

fn load(criterion: &mut Criterion) {
    let Some(dir) = market() else {
        println!("skipped: neither ../shared nor data/sample is there");
        return;
    };
    let files = files(&dir);
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.bench_function("bare polars", |bencher| bencher.iter(|| black_box(frames(&files))));
    group.bench_function("Market::load", |bencher| bencher.iter(|| Market::load(&dir, Window::default()).unwrap()));
    group.finish();
    // The ratio from pairs taken in turn, so that a busy machine is busy for both.
    let mut ratios: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            black_box(frames(&files));
            let bare = start.elapsed();
            let start = Instant::now();
            black_box(Market::load(&dir, Window::default()).unwrap());
            start.elapsed().as_secs_f64() / bare.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("load: Market::load / bare polars read = {:.2} (median of 15, goal at most 2.00)", ratios[7]);
}

criterion_group!(benches, load);
criterion_main!(benches);
