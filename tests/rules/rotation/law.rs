//! What `rotations.csv` calls held is held: between a step of a bucket into a narrative and the step out of it there is at every close a position of
//! that narrative in that bucket, and outside none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rotate::batch::Arena;
use rotate::market::{Market, Window};
use rotate::replay::run::Run;
use rotate::strategy::StrategyFile;
use rotate::units::Usd;

const HOME: &str = env!("CARGO_MANIFEST_DIR");

/// Bars at whose close a bucket is in a narrative, by its trades.
fn by_trades(run: &Run, bucket: usize, narrative: usize) -> BTreeSet<usize> {
    let of = run.trades.iter().filter(|trade| trade.bucket.index() == bucket && trade.narrative.is_some_and(|n| n.index() == narrative));
    let bar = |time| run.clock.bar_of(time).expect("a bar of the run");
    of.flat_map(|trade| bar(trade.opened)..bar(trade.closed)).collect()
}

/// The same by its steps, which must take turns.
fn by_steps(run: &Run, bucket: usize, narrative: usize) -> BTreeSet<usize> {
    let (mut held, mut since) = (BTreeSet::new(), None);
    for row in
        run.rotations.iter().filter(|row| row.narrative.index() == narrative && row.step.bucket().is_some_and(|of| of.index() == bucket))
    {
        let bar = run.clock.bar_of(row.time).expect("a bar of the run");
        match (row.step.ends(), since) {
            (("out", "held"), None) => since = Some(bar),
            (("held", "out"), Some(from)) => {
                held.extend(from..bar);
                since = None;
            }
            _ => panic!("{} out of turn at {}: {:?}", run.buckets[bucket], row.time, row.step),
        }
    }
    assert_eq!(since, None, "everything is left when the data end");
    held
}

/// Every shipped strategy, and those of the audit, over one market; returns how many steps were looked at.
fn holds(dir: &Path) -> usize {
    let market = Market::load(dir, Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let arena = Arena::new(&market);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(Path::new(HOME).join("strategies")).expect("strategies").map(|file| file.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    files.extend(["reckless", "yields"].map(|name| Path::new(HOME).join(format!("tests/laws/audit/{name}.toml"))));
    let mut steps = 0;
    for path in files {
        let file = StrategyFile::read(&path).unwrap_or_else(|fault| panic!("{fault}"));
        let run = arena.replay(&file.strategy, Usd::round(100_000.0));
        assert!(run.rotations.is_sorted_by_key(|row| row.time), "{}", run.strategy);
        for (bucket, (name, rules)) in file.strategy.buckets.iter().enumerate() {
            let chooses = match &rules.hold {
                rotate::strategy::Hold::Spot(selection) | rotate::strategy::Hold::Perp(selection) => selection.narratives.is_some(),
                _ => false,
            };
            for narrative in (0..market.narratives.len()).filter(|_| chooses) {
                let (trades, told) = (by_trades(&run, bucket, narrative), by_steps(&run, bucket, narrative));
                assert_eq!(trades, told, "{}, {name}, {}", run.strategy, market.narratives[narrative]);
            }
        }
        steps += run.rotations.iter().filter(|row| row.step.ends().1 == "held").count();
    }
    steps
}

#[test]
fn what_is_called_held_is_held_in_the_sample() {
    assert!(holds(&Path::new(HOME).join("data/sample")) > 10);
}

#[test]
fn what_is_called_held_is_held_in_the_narratives() {
    let beside = Path::new(HOME).join("../shared");
    let root = if beside.exists() { Some(beside) } else { std::env::var_os("ROTATE_SHARED").map(PathBuf::from) };
    match root.map(|root| root.join("markets/narratives-1d")).filter(|dir| dir.exists()) {
        Some(dir) => assert!(holds(&dir) > 10),
        None => println!("skipped: ../shared is not there"),
    }
}
