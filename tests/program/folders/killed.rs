//! Commands killed by the system, which lets nothing of them run any more. `ROTATE_KILLS=250` kills each so often.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{bull, command, fine, names, on_sample};
use crate::program::{stderr, tree};

type Tree = BTreeMap<String, Vec<u8>>;

/// How often each command is killed.
fn kills() -> u32 {
    std::env::var("ROTATE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

/// Whether somebody is about to exchange folders in `home`.
fn about_to_exchange(home: &Path) -> bool {
    names(home).iter().any(|name| name.starts_with(".rotate-") && home.join(name).join("whole").exists())
}

/// Kills what `make` starts: by turns at an instant of its life, and as close to the exchange as can be had. Says whether it came too late.
fn kill_one(home: &Path, make: &dyn Fn() -> Command, life: Duration, number: u32) -> bool {
    let mut child = make().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    if number.is_multiple_of(2) {
        std::thread::sleep(life * (number % 100 + 1) / 100);
    } else {
        while child.try_wait().unwrap().is_none() && !about_to_exchange(home) && begun.elapsed() < Duration::from_mins(1) {
            // Not at once again: a processor that only looks is one the command does not have.
            std::thread::sleep(Duration::from_micros(20));
        }
        std::thread::sleep(Duration::from_micros(u64::from(number * 37 % 2_000)));
    }
    let late = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    late
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
        let killed = kill_one(home, makes[number as usize % 2], life, number * 7 + number / 2);
        late += u32::from(killed);
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
        kill_one(home.path(), &make, life, number * 14 + 20);
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
