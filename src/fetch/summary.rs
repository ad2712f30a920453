//! What a fetch came to.

use std::collections::BTreeMap;

use crate::fetch::calendar::Day;
use crate::fetch::constructed::series_of;
use crate::fetch::download::Outcome;
use crate::fetch::plan::{Content, Hole, Item};

/// Counts of the files of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that came and were not there before.
    pub fetched: usize,
    /// Files that were there as they should be.
    pub kept: usize,
    /// Files that came in the place of others: the archive has replaced them, or they were damaged here.
    pub replaced: usize,
    /// Files that could not be had.
    pub failed: usize,
    /// Files that are missing for good.
    pub holes: usize,
    /// Files that may come yet.
    pub awaited: usize,
    /// Bytes that came.
    pub bytes: u64,
}

/// What a fetch came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// By what files hold.
    pub counts: BTreeMap<Content, Counts>,
    /// Paths of files that came in the place of others.
    pub replaced: Vec<String>,
    /// Paths of files that could not be had, and why.
    pub failed: Vec<(String, String)>,
    /// Files that a series lacks.
    pub holes: Vec<Hole>,
    /// The day from which it counts whether a missing file is late.
    pub today: Option<Day>,
    /// How symbols were chosen.
    pub notes: Vec<String>,
}

impl Summary {
    /// Counts what became of each file; of those that are not there, those before the first of their series are none that it lacks.
    pub(super) fn of(done: &[&(Item, Outcome)], holes: Vec<Hole>, today: Option<Day>, notes: Vec<String>) -> Self {
        let today = today.or_else(|| done.iter().filter(|(_, outcome)| is_there(outcome)).map(|(item, _)| item.period.last()).max());
        let mut summary = Self { holes, today, notes, ..Self::default() };
        let mut first: BTreeMap<(Content, &str), Day> = BTreeMap::new();
        for (item, _) in done.iter().filter(|(_, outcome)| is_there(outcome)) {
            let day = item.period.first();
            first.entry(series_of(item)).and_modify(|first| *first = day.min(*first)).or_insert(day);
        }
        for (item, outcome) in done {
            let counts = summary.counts.entry(item.content).or_default();
            match outcome {
                Outcome::Fetched(bytes) => (counts.fetched, counts.bytes) = (counts.fetched + 1, counts.bytes + bytes),
                Outcome::Replaced(bytes) => {
                    (counts.replaced, counts.bytes) = (counts.replaced + 1, counts.bytes + bytes);
                    summary.replaced.push(item.path.clone());
                }
                Outcome::Kept => counts.kept += 1,
                Outcome::Failed(why) => {
                    counts.failed += 1;
                    summary.failed.push((item.path.clone(), why.clone()));
                }
                Outcome::Absent => {
                    if first.get(&series_of(item)).is_some_and(|first| item.period.first() >= *first) {
                        let is_final = today.is_some_and(|today| item.period.is_final(today));
                        summary.holes.push(Hole { path: item.path.clone(), content: item.content, is_final });
                    }
                }
            }
        }
        summary.holes.sort();
        for hole in &summary.holes {
            let counts = summary.counts.entry(hole.content).or_default();
            *if hole.is_final { &mut counts.holes } else { &mut counts.awaited } += 1;
        }
        summary
    }

    /// All kinds together.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.counts.values().fold(Counts::default(), |sum, counts| Counts {
            fetched: sum.fetched + counts.fetched,
            kept: sum.kept + counts.kept,
            replaced: sum.replaced + counts.replaced,
            failed: sum.failed + counts.failed,
            holes: sum.holes + counts.holes,
            awaited: sum.awaited + counts.awaited,
            bytes: sum.bytes + counts.bytes,
        })
    }
}

fn is_there(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Fetched(_) | Outcome::Replaced(_) | Outcome::Kept)
}
