//! A writer killed at every step, on file systems with and without an exchange: nothing is ever lost, and the next start leaves no trace.

use std::fs;
use std::path::{Path, PathBuf};

use super::swap::fate::after;
use super::work::Work;
use super::{Ours, Scratch, Staging, broken, point};
use crate::fault::Fault;

/// A folder of ours holds `mine` and nothing else.
struct Mine;

impl Ours for Mine {
    fn expected(&self) -> &'static str {
        "one of mine"
    }

    fn objection(&self, folder: &Path) -> Result<Option<String>, Fault> {
        for entry in fs::read_dir(folder).map_err(|e| broken(folder, &e))? {
            let name = entry.map_err(|e| broken(folder, &e))?.file_name();
            if name != "mine" {
                return Ok(Some(format!("`{}` in it", name.display())));
            }
        }
        Ok(None)
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

fn text(target: &Path) -> Option<String> {
    fs::read_to_string(target.join("mine")).ok()
}

fn put(dir: &Path, text: &str) -> Result<(), Fault> {
    let path = dir.join("mine");
    fs::write(&path, text).map_err(|e| broken(&path, &e))
}

fn write(target: &Path, text: &str) -> Result<(), Fault> {
    let staging = Staging::begin(target, Mine)?;
    staging.fill(|dir| put(dir, text))?;
    staging.finish()
}

/// A scratch folder, and the target in it that holds `old`, if anything.
fn home(old: Option<&str>) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("target");
    if let Some(old) = old {
        fs::create_dir(&target).unwrap();
        fs::write(target.join("mine"), old).unwrap();
    }
    (home, target)
}

#[test]
fn a_writer_killed_at_any_step_loses_nothing() {
    for exchanges in [true, false] {
        for old in [None, Some("old")] {
            let (_home, target) = home(old);
            let (done, steps) = after(None, exchanges, || write(&target, "new"));
            done.unwrap();
            assert_eq!(steps.contains(&"put the new one there"), !exchanges && old.is_some(), "{steps:?}");
            for killed in 0..=steps.len() {
                let (home, target) = home(old);
                let (done, _) = after(Some(killed), exchanges, || write(&target, "new"));
                let there = text(&target);
                let between = !exchanges && steps.get(killed) == Some(&"put the new one there");
                let whole = there.as_deref() == old || there.as_deref() == Some("new");
                assert!(if between { there.is_none() } else { whole }, "killed after {killed} of {steps:?}: {there:?}");
                assert!(done.is_err() || there.as_deref() == Some("new"), "said to be written, and is not");
                // A start that writes nothing ends what was begun.
                drop(Staging::begin(&target, Mine).unwrap());
                let then = text(&target);
                assert!(then.as_deref() == old || then.as_deref() == Some("new"), "after {killed} of {steps:?}: {then:?}");
                if between {
                    assert_eq!(then.as_deref(), Some("new"), "the new one was whole");
                }
                assert_eq!(names(home.path()), if then.is_some() { vec!["target"] } else { vec![] }, "after {killed} of {steps:?}");
                write(&target, "newer").unwrap();
                assert_eq!((text(&target).as_deref(), names(home.path()).len()), (Some("newer"), 1));
            }
        }
    }
}

/// One in whose target somebody writes between the last look before the exchange and the exchange.
struct Late(PathBuf, std::cell::Cell<u32>);
impl Ours for Late {
    fn expected(&self) -> &'static str {
        "one of mine"
    }
    fn objection(&self, folder: &Path) -> Result<Option<String>, Fault> {
        let objection = Mine.objection(folder);
        self.1.set(self.1.get() + 1);
        if self.1.get() == 3 {
            fs::write(self.0.join("notes"), "years").unwrap();
        }
        objection
    }
}

#[test]
fn what_comes_into_the_target_meanwhile_is_never_removed() {
    for exchanges in [true, false] {
        let (home, target) = home(Some("old"));
        // Before the last look: refused, nothing touched.
        let staging = Staging::begin(&target, Mine).unwrap();
        put(staging.path(), "new").unwrap();
        fs::write(target.join("notes"), "years").unwrap();
        let fault = after(None, exchanges, || staging.finish()).0.unwrap_err();
        assert!(fault.found.contains("`notes`"), "{fault}");
        assert_eq!((text(&target).as_deref(), names(home.path())), (Some("old"), vec!["target".to_owned()]));
    }
    // After the last look: kept in sight beside it.
    for exchanges in [true, false] {
        let (home, target) = home(Some("old"));
        fs::create_dir(home.path().join("target-kept")).unwrap();
        let staging = Staging::begin(&target, Late(target.clone(), 0.into())).unwrap();
        put(staging.path(), "new").unwrap();
        let fault = after(None, exchanges, || staging.finish()).0.unwrap_err();
        assert!(fault.found.contains("`notes`") && fault.fix.contains("target-kept-2"), "{fault}");
        assert_eq!(names(home.path()), ["target", "target-kept", "target-kept-2"]);
        assert_eq!((text(&target).as_deref(), names(&home.path().join("target-kept-2")).len()), (Some("new"), 2));
    }
}

#[test]
fn the_dead_are_told_from_the_living_by_their_lock() {
    let (home, target) = home(None);
    let living = Staging::begin(&target, Mine).unwrap();
    put(living.path(), "living").unwrap();
    after(Some(0), true, || drop(Staging::begin(&target, Mine).unwrap()));
    assert_eq!(names(home.path()).len(), 2);
    drop(Staging::begin(&home.path().join("another"), Mine).unwrap());
    assert_eq!(names(home.path()).len(), 1, "the dead one is swept by whoever starts beside it, the living one is not");
    // Neither a folder that only has such a name, nor one that holds something else.
    let strange = home.path().join(".rotate-0123456789abcdef");
    fs::create_dir(&strange).unwrap();
    fs::write(strange.join("lock"), "").unwrap();
    fs::write(strange.join("thesis"), "years").unwrap();
    for name in [".rotate-new", ".target.old", ".target.new", ".rotate-0123456789abcdeg"] {
        fs::create_dir(home.path().join(name)).unwrap();
        fs::write(home.path().join(name).join("lock"), "").unwrap();
    }
    living.finish().unwrap();
    write(&target, "new").unwrap();
    assert_eq!(names(home.path()).len(), 6, "{:?}", names(home.path()));
    assert_eq!(names(&strange), ["lock", "thesis"]);
}

#[test]
fn one_that_dies_before_it_has_a_lock_is_swept_too() {
    let (home, target) = home(None);
    fs::create_dir(home.path().join(".rotate-00000000000000ff")).unwrap();
    drop(Staging::begin(&target, Mine).unwrap());
    assert!(names(home.path()).is_empty());
    assert!(Work::adopt(home.path()).is_none());
}

#[test]
fn two_at_once_leave_one_whole_and_no_trace() {
    for exchanges in [true, false] {
        let (home, target) = home(Some("old"));
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let target = &target;
                scope.spawn(move || {
                    after(None, exchanges, || (0..50).for_each(|_| write(target, &format!("whole {writer}")).unwrap()));
                });
            }
            if exchanges {
                scope.spawn(|| (0..2_000).for_each(|_| assert!(text(&target).is_some(), "nothing there")));
            }
        });
        assert!(text(&target).unwrap().starts_with("whole"));
        assert_eq!(names(home.path()), ["target"], "with an exchange: {exchanges}");
    }
}

#[test]
fn folders_made_for_nothing_are_taken_back() {
    let (home, _) = home(None);
    let deep = home.path().join("a/b/target");
    drop(Staging::begin(&deep, Mine).unwrap());
    assert!(names(home.path()).is_empty());
    write(&deep, "new").unwrap();
    assert_eq!(text(&deep).as_deref(), Some("new"));
}

#[test]
fn a_fault_names_the_file_where_it_would_be() {
    let (_home, target) = home(None);
    let staging = Staging::begin(&target, Mine).unwrap();
    let fault = staging.fill(|dir| put(&dir.join("absent"), "text")).unwrap_err();
    assert_eq!(fault.place, target.join("absent/mine").display().to_string());
}

#[test]
fn a_scratch_folder_is_gone_when_it_is_dropped_and_after_the_next_when_it_was_killed() {
    let (home, _) = home(None);
    after(Some(0), true, || drop(Scratch::begin(home.path(), Mine).unwrap()));
    assert_eq!(names(home.path()).len(), 1);
    let scratch = Scratch::begin(home.path(), Mine).unwrap();
    fs::write(scratch.path().join("a"), "b").unwrap();
    assert_eq!(names(home.path()).len(), 1);
    drop(scratch);
    assert!(names(home.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_pointer_is_moved_in_one_step_and_replaces_nothing_but_links() {
    let (home, target) = home(Some("old"));
    let link = home.path().join("latest");
    for goal in ["target", "another", "target", "target"] {
        point(&link, goal.as_ref()).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new(goal));
    }
    assert_eq!(text(&link).as_deref(), Some("old"));
    assert!(point(&target, "another".as_ref()).is_err());
    assert_eq!(names(home.path()), ["latest", "target"]);
}
