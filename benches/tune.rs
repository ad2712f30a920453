//! What a study costs beside its replays: a thousand variants of the workload of the comparison with peers replayed alone, as a study on one thread and
//! as a study on two, and as the loop written by hand in numba, all in one run and in turn; medians of each round's ratios, for the machine is shared.
//! What a study adds to its replays is counted in the time that the processor gave it, which others on the machine move little.
//! `ROUNDS` says how many rounds are made, 3 where it is not set.
//!
//! A study says when its first trial begins and when a batch of them is in the journal. So its time falls into three: what is known of it before the
//! first trial, the trials with what chooses them, their journal and their metrics, and what all of them mean: evidence on luck above all.
//!
//! The grid is that of the loop: five studies, of one period each, for every variant decides when it rebalances. The other is one study by a sampler that
//! learns, of weekly variants. Where `../shared/peer-bench`, Python or numba is not there the same is done on the market of `workload`, without the loop, and
//! that is said.

mod numba;
#[allow(dead_code, reason = "other benchmarks take the rest")]
mod workload;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

use rotate::batch::{Arena, with_jobs};
use rotate::strategy::{Strategy, StrategyFile};
use rotate::tune::{self, FinalWindow, Journal, Progress, Request, Study, Trial};
use rotate::units::Usd;

use numba::{Side, median, with};
use workload::{Rhythm, Size, Venue};

const TRIALS: usize = 1_000;
/// Most that choosing, journal and metrics may take, of the time of bare replays.
const MOST_BESIDE: f64 = 0.10;
/// Least that two threads are quicker than one.
const LEAST_QUICKER: f64 = 1.9;
fn capital() -> Usd {
    Usd::round(100_000.0)
}

/// A thousand weekly variants by a sampler that learns.
fn learned(file: &StrategyFile) -> StrategyFile {
    let keys = "tune.keys={ \"buckets.foundation.weight\" = { min = 0.10, max = 0.45 }, \"buckets.mids.weight\" = { min = 0.15, max = 0.35 }, \
                \"buckets.perps.weight\" = { min = 0.03, max = 0.15 } }";
    let sets = ["decide=1w", "rebalance.every=1w", keys, "tune.balance=cash", "tune.sampler=tpe", "tune.trials=1000"];
    with(file, &sets.map(str::to_owned))
}

/// A moment: by the wall, and by the seconds that processors have given this process, of all threads.
#[derive(Clone, Copy)]
struct Moment {
    wall: Instant,
    cpu: f64,
}

/// Between two moments.
#[derive(Clone, Copy, Default)]
struct Lapse {
    wall: f64,
    cpu: f64,
}

impl Moment {
    fn now() -> Self {
        let wall = Instant::now();
        let given = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
            let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
            // User and system, in hundredths.
            Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
        });
        Self { wall, cpu: given.map_or(f64::NAN, |hundredths| hundredths / 100.0) }
    }

    fn since(self, before: Self) -> Lapse {
        Lapse { wall: (self.wall - before.wall).as_secs_f64(), cpu: self.cpu - before.cpu }
    }
}

impl std::ops::AddAssign for Lapse {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
    }
}

/// When a study's trials began, and when the last of them was in the journal.
struct Watch(Mutex<[Moment; 2]>);

impl Watch {
    fn set(&self, which: &[usize]) {
        let mut instants = self.0.lock().expect("nobody panics with it");
        for at in which {
            instants[*at] = Moment::now();
        }
    }
}

impl Progress for Watch {
    fn begins(&self, _: usize, _: usize) {
        self.set(&[0, 1]);
    }

    fn one(&self) {}

    fn best(&self, _: f64) {
        self.set(&[1]);
    }
}

/// Of studies: before their trials, of them, after them.
#[derive(Clone, Copy, Default)]
struct Parts([Lapse; 3]);

impl Parts {
    fn trials(self) -> Lapse {
        self.0[1]
    }

    fn wall(self) -> f64 {
        self.0.iter().map(|part| part.wall).sum()
    }
}

/// A strategy and the bars that it is replayed over.
type Variant = (Strategy, usize);

/// Makes the studies on so many threads, each with its journal on the disk; `each` is shown what came of them, when the time of one is over.
fn studied(arena: &Arena, files: &[StrategyFile], threads: usize, mut each: impl FnMut(&StrategyFile, &Study)) -> Parts {
    let mut all = Parts::default();
    for file in files {
        let home = tempfile::tempdir().expect("a scratch folder");
        let mut journal = Journal::begin(home.path(), serde_json::json!({})).unwrap_or_else(|fault| panic!("{fault}"));
        let request = Request { file, capital: capital(), final_window: FinalWindow::Keep, also: &[] };
        let start = Moment::now();
        let watch = Watch(Mutex::new([start; 2]));
        let made = with_jobs(Some(threads), || tune::study(arena, &request, &mut journal, &watch)).expect("threads start");
        let end = Moment::now();
        let [first, last] = *watch.0.lock().expect("nobody panics with it");
        let parts = [first.since(start), last.since(first), end.since(last)];
        all.0.iter_mut().zip(parts).for_each(|(all, part)| *all += part);
        each(file, &made.unwrap_or_else(|fault| panic!("{fault}")));
    }
    all
}

/// What a study replayed, each strategy once.
fn variants(file: &StrategyFile, study: &Study) -> Vec<Variant> {
    let mut seen = BTreeSet::new();
    let sets = |trial: &Trial| -> Vec<String> {
        let settings = || study.keys.iter().zip(trial.setting.iter().flatten());
        let weights: f64 = settings().filter_map(|(_, value)| value.as_float()).sum();
        let cash = format!("buckets.cash.weight={}", ((1.0 - weights) * 1e9).round() / 1e9);
        settings().map(|(key, value)| format!("{key}={value}")).chain([cash]).collect()
    };
    let all = study.trials.iter().filter(|trial| trial.measured.is_some()).map(sets);
    all.filter(|sets| seen.insert(sets.clone())).map(|sets| (with(file, &sets).strategy, study.timeline.tuned)).collect()
}

/// The replays and nothing else.
fn bare(arena: &Arena, variants: &[Variant], threads: usize) -> Lapse {
    let ends = || arena.map_all(variants, |(strategy, bars)| arena.replay_to(strategy, capital(), *bars).run.final_equity());
    let start = Moment::now();
    black_box(with_jobs(Some(threads), ends).expect("threads start"));
    Moment::now().since(start)
}

/// What one round found: bare replays, the studies and the loop, each on one thread and on two.
struct Round {
    bare: [Lapse; 2],
    study: [Parts; 2],
    numba: Option<[f64; 2]>,
}

fn round(arena: &Arena, files: &[StrategyFile], variants: &[Variant], side: Option<&mut numba::Peer>) -> Round {
    let bare = [1, 2].map(|threads| bare(arena, variants, threads));
    let study = [1, 2].map(|threads| studied(arena, files, threads, |_, _| {}));
    let numba = side.map(|peer| {
        [1, 2].map(|threads| {
            peer.call(&format!("threads {threads}"));
            peer.call("w2f")
        })
    });
    Round { bare, study, numba }
}

fn said(name: &str, variants: usize, rounds: &[Round]) {
    let of = |each: &dyn Fn(&Round) -> f64| median(rounds.iter().map(each));
    println!("\n{name}: {variants} variants of {TRIALS} trials, medians of {} rounds", rounds.len());
    println!("{:<28} {:>8} {:>8} {:>8} {:>8} {:>11}", "seconds", "before", "trials", "after", "all", "variants/s");
    let alone = |name: &str, time: f64, count: usize| {
        println!("{name:<28} {:>8} {time:>8.2} {:>8} {time:>8.2} {:>11.1}", "", "", count as f64 / time);
    };
    for (at, threads) in ["1 thread", "2 threads"].into_iter().enumerate() {
        alone(&format!("bare replays, {threads}"), of(&|round| round.bare[at].wall), variants);
        let [before, trials, after] = [0, 1, 2].map(|part| of(&|round| round.study[at].0[part].wall));
        let all = of(&|round| round.study[at].wall());
        let study = format!("the study, {threads}");
        println!("{study:<28} {before:>8.2} {trials:>8.2} {after:>8.2} {all:>8.2} {:>11.1}", variants as f64 / all);
        if rounds[0].numba.is_some() {
            alone(&format!("the loop in numba, {threads}"), of(&|round| round.numba.expect("in every round")[at]), TRIALS);
        }
    }
    let beside = of(&|round| round.study[0].trials().cpu / round.bare[0].cpu - 1.0);
    println!("choosing, journal and metrics beside bare replays: {:+.1} % (goal at most {:.0} %)", 100.0 * beside, 100.0 * MOST_BESIDE);
    let quicker = |of_round: &dyn Fn(&Round, usize) -> f64| of(&|round| of_round(round, 0) / of_round(round, 1));
    println!(
        "two threads quicker than one: {:.2}x, of the trials alone {:.2}x, of bare replays {:.2}x (goal at least {LEAST_QUICKER})",
        quicker(&|round, at| round.study[at].wall()),
        quicker(&|round, at| round.study[at].trials().wall),
        quicker(&|round, at| round.bare[at].wall)
    );
    if rounds[0].numba.is_some() {
        println!("the loop in numba: {:.2}x", quicker(&|round, at| round.numba.expect("in every round")[at]));
    }
    if rounds[0].numba.is_some() {
        let ratio = |at: usize| of(&|round| round.study[at].wall() / round.numba.expect("in every round")[at]);
        println!("the study / the loop in numba: {:.2}x on one thread, {:.2}x on two", ratio(0), ratio(1));
    }
}

fn main() {
    let (market, file, mut side) = match numba::side() {
        Ok(Side { bench, peer, market, home }) => {
            let file = StrategyFile::read(&bench.join("rotate/tune1000.toml")).unwrap_or_else(|fault| panic!("{fault}"));
            (market, file, Some((peer, home)))
        }
        Err(why) => {
            println!("skipped: NO LOOP IN NUMBA IS MEASURED, {why}");
            (workload::market(Size::WHOLE), workload::file(Venue::Plain, Rhythm::Weekly, Size::WHOLE), None)
        }
    };
    let arena = Arena::new(&market);
    for (name, files) in [("grid", numba::studies(&file)), ("tpe", vec![learned(&file)])] {
        // Not counted: what it finds is what is replayed alone.
        let mut all = Vec::new();
        studied(&arena, &files, 2, |file, study| all.extend(variants(file, study)));
        let mut peer = side.as_mut().map(|(peer, _)| peer).filter(|_| files.len() == numba::PERIODS.len());
        let rounds: Vec<Round> = (0..numba::rounds(3)).map(|_| round(&arena, &files, &all, peer.as_deref_mut())).collect();
        said(name, all.len(), &rounds);
    }
}
