//! Replays as ratios, all in one run: to a bare loop written by hand over the same arrays (goal: at most ten times), and of the full mechanics of
//! the venue to market orders alone (goal: at most three times). A bar without an event is measured by itself.

mod workload;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use rotate::batch::Arena;
use rotate::market::Market;
use rotate::replay::run::Run;
use rotate::strategy::Strategy;
use rotate::units::Usd;

use workload::{Rhythm, Size, Venue};

const ROUNDS: usize = 31;

/// What is measured, timed in turn so that a busy machine is busy for all.
struct Bench<'a> {
    market: &'a Market,
    rows: Vec<f64>,
    arena: &'a Arena<'a>,
    capital: Usd,
    rhythm: Rhythm,
    strategies: [Strategy; 3],
}

impl<'a> Bench<'a> {
    fn new(market: &'a Market, arena: &'a Arena<'a>, rhythm: Rhythm) -> Self {
        let strategies = [Venue::Plain, Venue::Default, Venue::Full].map(|venue| workload::strategy(venue, rhythm, Size::WHOLE));
        Self { market, rows: workload::rows(market), arena, capital: Usd::round(100_000.0), rhythm, strategies }
    }

    fn bare(&self) -> Vec<f64> {
        workload::bare_loop(self.market, &self.rows, self.capital.to_f64(), self.rhythm)
    }

    fn run(&self, which: usize) -> Run {
        self.arena.replay(&self.strategies[which], self.capital)
    }

    /// Median seconds of the bare loop and the three replays, and the medians of the ratios of one round: a to bare, b to a, c to a.
    fn medians(&self) -> ([f64; 4], [f64; 3]) {
        let timed = |work: &dyn Fn()| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        };
        let rounds: Vec<[f64; 4]> = (0..ROUNDS)
            .map(|_| {
                let bare = timed(&|| _ = black_box(self.bare()));
                let [a, b, c] = [0, 1, 2].map(|which| timed(&|| _ = black_box(self.run(which))));
                [bare, a, b, c]
            })
            .collect();
        let median = |of: &dyn Fn(&[f64; 4]) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[ROUNDS / 2]
        };
        (
            [0, 1, 2, 3].map(|k| median(&|round| round[k])),
            [median(&|round| round[1] / round[0]), median(&|round| round[2] / round[1]), median(&|round| round[3] / round[1])],
        )
    }
}

fn said(run: &Run) -> String {
    let count = |reason: &str| run.fills.iter().filter(|fill| fill.reason.name() == reason).count();
    format!(
        "{} fills ({} stops, {} targets, {} liquidations), {} settlements, {} decisions",
        run.fills.len(),
        count("stop"),
        count("take_profit"),
        run.liquidations.len(),
        run.funding.len(),
        run.decisions.len()
    )
}

fn replay(criterion: &mut Criterion) {
    let market = workload::market(Size::WHOLE);
    let arena = Arena::new(&market);
    let [weekly, quiet] = [Rhythm::Weekly, Rhythm::Never].map(|rhythm| Bench::new(&market, &arena, rhythm));

    // Both must have done the same work before anybody compares their speed. They differ a little by design: the replay never refills
    // its ring-fenced perpetual bucket, and leaves room for the cost of an order when it sizes it.
    let (run, curve) = (weekly.run(0), weekly.bare());
    let (ours, bare) = (run.equity[run.equity.len() - 2].to_f64(), curve[curve.len() - 2]);
    println!("equity before the last bar: replay {ours:.2}, bare loop {bare:.2}");
    assert!((ours / bare - 1.0).abs() < 0.05, "the two do not do the same work");
    for (name, bench) in [("weekly", &weekly), ("quiet", &quiet)] {
        for (which, venue) in ["a market orders alone", "b default", "c full mechanics"].iter().enumerate() {
            println!("{name}, {venue}: {}", said(&bench.run(which)));
        }
    }
    let busy = weekly.run(2);
    for reason in ["stop", "take_profit"] {
        assert!(busy.fills.iter().any(|fill| fill.reason.name() == reason), "the full mechanics do not meet a {reason}");
    }

    let mut group = criterion.benchmark_group("replay");
    group.sample_size(20).warm_up_time(std::time::Duration::from_millis(500)).measurement_time(std::time::Duration::from_secs(3));
    group.bench_function("bare loop", |bencher| bencher.iter(|| black_box(weekly.bare())));
    for (which, name) in ["market orders alone", "default", "full mechanics"].into_iter().enumerate() {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(weekly.run(which))));
    }
    group.finish();

    let (_, [a, b, c]) = weekly.medians();
    println!("a / bare loop = {a:.2} (median of {ROUNDS}; goal at most 10)");
    println!("b / a = {b:.2}, c / a = {c:.2} (goal at most 3)");
    let ([bare, alone, default, guarded], [a, b, c]) = quiet.medians();
    let [bare, alone, default, guarded] = [bare, alone, default, guarded].map(|seconds| seconds / workload::BARS as f64 * 1e9);
    println!("a quiet bar of {} holdings: bare {bare:.0} ns, a {alone:.0} ns, b {default:.0} ns, c {guarded:.0} ns", workload::ASSETS);
    println!("quiet: a / bare loop = {a:.2}, b / a = {b:.2}, c / a = {c:.2}");
}

criterion_group!(benches, replay);
criterion_main!(benches);
