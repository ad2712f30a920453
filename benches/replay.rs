//! One replay as a ratio to a bare loop written by hand over the same arrays, in one run. The goal is at most ten times.

mod workload;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use rotate::batch::Arena;
use rotate::units::Usd;

fn replay(criterion: &mut Criterion) {
    let market = workload::market();
    let strategy = workload::strategy();
    let arena = Arena::new(&market);
    let capital = Usd::round(100_000.0);

    // Both must have done the same work before anybody compares their speed. They differ a little by design: the replay never refills
    // its ring-fenced perpetual bucket, and leaves room for the cost of an order when it sizes it.
    let run = arena.replay(&strategy, capital);
    let curve = workload::bare_loop(&market, capital.to_f64());
    let (ours, bare) = (run.equity[run.equity.len() - 2].to_f64(), curve[curve.len() - 2]);
    println!(
        "equity before the last bar: replay {ours:.2}, bare loop {bare:.2}; {} fills, {} settlements",
        run.fills.len(),
        run.funding.len()
    );
    assert!((ours / bare - 1.0).abs() < 0.05, "the two do not do the same work");
    drop(run);

    let mut group = criterion.benchmark_group("replay");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.bench_function("bare loop", |bencher| bencher.iter(|| black_box(workload::bare_loop(&market, 100_000.0))));
    group.bench_function("replay", |bencher| bencher.iter(|| black_box(arena.replay(&strategy, capital))));
    group.finish();

    // The ratio from pairs taken in turn, so that a busy machine is busy for both.
    let timed = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let mut ratios: Vec<f64> = (0..31)
        .map(|_| {
            let bare = timed(&|| _ = black_box(workload::bare_loop(&market, 100_000.0)));
            timed(&|| _ = black_box(arena.replay(&strategy, capital))) / bare
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("replay / bare loop = {:.2} (median of 31, least {:.2}; goal at most 10)", ratios[15], ratios[0]);
}

criterion_group!(benches, replay);
criterion_main!(benches);
