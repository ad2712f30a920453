//! Commands killed by the system, which lets nothing of them run any more. `ROTATE_KILLS=250` kills each so often.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{bull, command, fine, names, on_sample};
use crate::program::{stderr, tree};

type Tree = BTreeMap<String, Vec<u8>>;

/// How often each command is killed.
fn kills() -> u32 {
    std::env::var("ROTATE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

/// A number from 0 to below 1.
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Work folders of somebody who lives or died there.
fn work_folders(home: &Path) -> Vec<String> {
    names(home).into_iter().filter(|name| name.starts_with(".rotate-")).collect()
}

/// Whether somebody is about to exchange folders in `home`.
fn about_to_exchange(home: &Path) -> bool {
    work_folders(home).iter().any(|name| home.join(name).join("whole").exists())
}

/// Waits until `there`, or until the command has ended.
fn until(child: &mut Child, there: impl Fn() -> bool) {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && !there() && begun.elapsed() < Duration::from_mins(1) {
        // Not at once again: a processor that only looks is one the command does not have.
        std::thread::sleep(Duration::from_micros(20));
    }
}

fn start(make: &dyn Fn() -> Command) -> Child {
    make().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Says whether it came too late.
fn kill(mut child: Child) -> bool {
    let late = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    late
}

/// Kills what `make` starts: by turns at any instant of its life, soon after it has begun to work in a folder of its own, which no load of the machine
/// puts off, and as close to the exchange as can be had. Says whether it came too late.
fn kill_one(home: &Path, make: &dyn Fn() -> Command, life: Duration, number: u32) -> bool {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(number));
    let before = work_folders(home);
    let mut child = start(make);
    match number % 3 {
        0 => std::thread::sleep(life.mul_f64(uniform(&mut random))),
        1 => {
            until(&mut child, || work_folders(home).iter().any(|name| !before.contains(name)));
            std::thread::sleep(life.mul_f64(0.1 * uniform(&mut random)));
        }
        _ => {
            until(&mut child, || about_to_exchange(home));
            std::thread::sleep(Duration::from_micros((2_000.0 * uniform(&mut random)) as u64));
        }
    }
    kill(child)
}

/// Kills two commands that write different things to `out` by turns: what lies there is always what one of them writes.
fn killed_by_turns(home: &Path, out: &str, makes: [&dyn Fn() -> Command; 2]) {
    let target = home.join(out);
    let mut whole: Vec<Tree> = Vec::new();
    let mut life = Duration::ZERO;
    for make in makes {
        let begun = Instant::now();
        fine(make());
        life = begun.elapsed();
        whole.push(tree(&target));
    }
    assert!(whole[0] != whole[1], "both write the same");
    let before = names(home);
    let (mut late, mut left) = (0, 0);
    for number in 0..kills() {
        let came_late = kill_one(home, makes[number as usize % 2], life, number);
        late += u32::from(came_late);
        left += u32::from(names(home).len() > before.len());
        assert!(target.is_dir(), "{out}: nothing is there after kill {number}");
        let there = tree(&target);
        assert!(whole.contains(&there), "{out}: half a folder after kill {number}: {:?}", there.keys());
    }
    fine(makes[0]());
    assert!(tree(&target) == whole[0]);
    assert_eq!(names(home), before, "{out}: something was left behind");
    // The test would see nothing if all were killed before they began or after they ended.
    assert!(left > 0 || kills() < 4, "{out}: no kill left anything to sweep");
    println!("{out}: {} kills, {late} of them too late, {left} left a work folder; nothing lost", kills());
}

#[test]
fn runs() {
    let home = tempfile::tempdir().unwrap();
    let make = |capital: &str| on_sample(home.path(), &["run", &bull(), "--out", "report", "--capital", capital]);
    killed_by_turns(home.path(), "report", [&|| make("1000"), &|| make("2000")]);
}

#[test]
fn studies() {
    let home = tempfile::tempdir().unwrap();
    let make = |capital: &str| on_sample(home.path(), &["tune", &bull(), "--out", "study", "--capital", capital]);
    killed_by_turns(home.path(), "study", [&|| make("1000"), &|| make("2000")]);
}

/// Where a study was killed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Stage {
    BeforeTheJournal,
    Trials,
    Report,
    TooLate,
}

/// Kills a study at a moment drawn by chance: of its whole life, of the growth of its journal to the byte, or of the files of its report in the making.
fn kill_study(home: &Path, make: &dyn Fn() -> Command, life: Duration, whole: &Tree, number: u32) -> Stage {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(number));
    let (journal, bytes) = (home.join("study.unfinished/journal.jsonl"), whole["journal.jsonl"].len() as u64);
    let grown = || journal.metadata().map_or(0, |seen| seen.len());
    let written = || {
        let files = |name: &String| std::fs::read_dir(home.join(name).join("new/study")).map_or(0, Iterator::count);
        work_folders(home).iter().map(files).max().unwrap_or(0)
    };
    let mut child = start(make);
    match number % 4 {
        0 => std::thread::sleep(life.mul_f64(uniform(&mut random))),
        1 | 2 => {
            // From what an earlier one has left to the last line.
            let goal = grown() + ((bytes.saturating_sub(grown())) as f64 * uniform(&mut random)) as u64;
            until(&mut child, || grown() > goal);
        }
        _ => {
            let goal = (whole.len() as f64 * uniform(&mut random)) as usize;
            until(&mut child, || written() > goal);
        }
    }
    std::thread::sleep(Duration::from_micros((500.0 * uniform(&mut random)) as u64));
    if kill(child) {
        return Stage::TooLate;
    }
    match grown() {
        0 => Stage::BeforeTheJournal,
        there if there < bytes => Stage::Trials,
        _ => Stage::Report,
    }
}

/// What was killed goes on where it was: the journal is never anything but the beginning of the one that nobody has interrupted, and the study that comes
/// of it in the end is the same to the byte.
#[test]
fn studies_go_on() {
    let home = tempfile::tempdir().unwrap();
    let keys = ["--keys", "buckets.narratives.weight=0.05..0.15", "buckets.narratives.leverage.open=1.0..4.0"];
    let search = ["--sampler", "tpe", "--trials", "96", "--set", "tune.batch=4"];
    let bull = bull();
    let words = [&["tune", &bull, "--out", "study"][..], &keys, &search].concat();
    let make = || on_sample(home.path(), &words);
    let begun = Instant::now();
    fine(make());
    let (life, target) = (begun.elapsed(), home.path().join("study"));
    let whole = tree(&target);
    let mut stages: BTreeMap<Stage, u32> = BTreeMap::new();
    let (mut in_a_row, mut most) = (0, 0);
    for number in 0..kills() {
        if in_a_row == 0 {
            std::fs::remove_dir_all(&target).unwrap();
        }
        let stage = kill_study(home.path(), &make, life, &whole, number);
        *stages.entry(stage).or_default() += 1;
        in_a_row += 1;
        most = most.max(in_a_row);
        if let Ok(journal) = std::fs::read(home.path().join("study.unfinished/journal.jsonl")) {
            assert!(whole["journal.jsonl"].starts_with(&journal), "kill {number} left another journal, of {} bytes", journal.len());
        }
        // Now and then it may end; a study that is there is whole.
        if number % 5 == 4 || target.exists() {
            fine(make());
            assert!(tree(&target) == whole, "another study after kill {number}");
            assert_eq!(names(home.path()), ["study"], "something was left behind");
            in_a_row = 0;
        }
    }
    // The test would see little if all fell into one part of a study's life.
    let fell = |stage: Stage| stages.contains_key(&stage);
    assert!(kills() < 10 || fell(Stage::Trials) && fell(Stage::Report), "kills fell on too little: {stages:?}");
    println!("{} kills of one study, up to {most} in a row, at {stages:?}; the same bytes each time", kills());
}

#[test]
fn comparisons() {
    let home = tempfile::tempdir().unwrap();
    for capital in ["1000", "2000"] {
        fine(on_sample(home.path(), &["run", &bull(), "--out", capital, "--capital", capital]));
    }
    let make = |report: &str| command(home.path(), &["compare", report, "--out", "compared"]);
    killed_by_turns(home.path(), "compared", [&|| make("1000"), &|| make("2000")]);
}

#[test]
fn samples() {
    let home = tempfile::tempdir().unwrap();
    let make = |seed: &str| command(home.path(), &["sample", "--out", "market", "--seed", seed]);
    killed_by_turns(home.path(), "market", [&|| make("1"), &|| make("2")]);
}

/// What it makes to compare with lies in the system's folder for such things, and must not stay there.
#[test]
fn verifications() {
    let home = tempfile::tempdir().unwrap();
    fine(on_sample(home.path(), &["run", &bull(), "--out", "report"]));
    let before = names(home.path());
    let market = format!("{}/data/sample", super::ROOT);
    let make = || command(home.path(), &["verify", "report", "--market", &market]);
    let begun = Instant::now();
    fine(make());
    let life = begun.elapsed();
    let mut left = 0;
    for number in 0..kills().min(50) {
        // There is nothing to exchange.
        kill_one(home.path(), &make, life, number / 2 * 3 + number % 2);
        left += u32::from(names(home.path()) != before);
    }
    fine(make());
    assert_eq!(names(home.path()), before);
    assert!(left > 0 || kills() < 4, "no kill left anything to sweep");
}

#[test]
fn two_at_once_are_both_fine_and_one_of_them_is_there() {
    let home = tempfile::tempdir().unwrap();
    let report = |capital: &str| on_sample(home.path(), &["run", &bull(), "--out", "report", "--capital", capital]);
    let market = |seed: &str| command(home.path(), &["sample", "--out", "market", "--seed", seed]);
    for (out, makes) in [("report", [report("1000"), report("2000")]), ("market", [market("1"), market("2")])] {
        let target = home.path().join(out);
        let mut whole = Vec::new();
        let mut makes = makes;
        for make in &mut makes {
            let output = make.output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            whole.push(tree(&target));
        }
        for _ in 0..3 {
            let started = makes.each_mut().map(|make| make.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
            for child in started {
                let output = child.wait_with_output().unwrap();
                assert!(output.status.success(), "{}", stderr(&output));
            }
            assert!(whole.contains(&tree(&target)), "{out} is neither of the two");
        }
    }
    assert_eq!(names(home.path()), ["market", "report"]);
}
