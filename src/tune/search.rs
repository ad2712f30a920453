//! The search: a sampler proposes a batch, the batch is replayed on all threads, its lines go into the journal, and the next proposals see it.
//!
//! The law: proposal `k` depends on the study and the results of all earlier whole batches, and on nothing else. A sampler that learns
//! would have seen the tests of a fold in the results it learns from; hence it searches anew for each fold, seeing what that fold is
//! tuned on. One that does not learn searches once, and each fold chooses among the same trials.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::fault::Fault;
use crate::sampler::observation::{Observation, Outcome, Point};
use crate::sampler::plan::{Method, Plan, PlanError};
use crate::sampler::{BatchSize, CmaSettings, GridSettings, NsgaSettings, TpeSettings};
use crate::strategy::StrategyFile;
use crate::strategy::tuning::{SamplerName, Tune};
use crate::tune::benches::Benches;
use crate::tune::journal::Journal;
use crate::tune::objective::Goals;
use crate::tune::search_space::{SearchSpace, Setting};
use crate::tune::trial::{Record, Result as Outcomes};

/// Trials of a sampler that enumerates, where nobody says.
const MOST_COMBINATIONS: u64 = 10_000;
/// Trials of any other.
const USUAL_TRIALS: u64 = 200;
/// Batches that are replayed at once where no proposal waits for them, so that threads seldom wait for each other.
const BATCHES_AT_ONCE: u64 = 8;

/// Told as trials are done.
pub trait Progress: Sync {
    /// So many trials there will be, of which so many were in the journal.
    fn begins(&self, trials: usize, done: usize);
    /// One more was replayed.
    fn one(&self);
    /// The best value of the first objective so far.
    fn best(&self, value: f64);
}

/// Nobody looks.
impl Progress for () {
    fn begins(&self, _: usize, _: usize) {}
    fn one(&self) {}
    fn best(&self, _: f64) {}
}

/// A part of the trials of a study, from the first to before the last; for a sampler that does not learn.
pub type Shard = Range<usize>;

/// A search, and what is done for it.
pub(super) struct Search<'a> {
    pub file: &'a StrategyFile,
    pub tune: &'a Tune,
    pub space: &'a SearchSpace,
    pub plan: &'a Plan,
    pub goals: &'a Goals,
    pub benches: &'a Benches<'a>,
}

/// The plan of a search.
///
/// # Errors
/// What the sampler cannot do with this space, these objectives or so many trials.
pub(super) fn plan(file: &StrategyFile, tune: &Tune, space: &SearchSpace, goals: &Goals) -> Result<Plan, Fault> {
    let method = match tune.sampler {
        SamplerName::Grid => Method::Grid(GridSettings::default()),
        SamplerName::Random => Method::Random,
        SamplerName::Sobol => Method::Sobol,
        SamplerName::Tpe => Method::Tpe(TpeSettings::default()),
        SamplerName::CmaEs => Method::Cma(CmaSettings::default()),
        SamplerName::Nsga2 => Method::Nsga(NsgaSettings::default()),
    };
    let trials = tune.trials.unwrap_or(if tune.sampler == SamplerName::Grid { MOST_COMBINATIONS } else { USUAL_TRIALS });
    let batch = BatchSize::new(tune.batch).expect("checked with the strategy");
    Plan::new(space.space.clone(), goals.directions(), method, tune.seed, batch, trials).map_err(|error| {
        let place = |key: &str| format!("{}: `tune.{key}`", file.path.display());
        let others = "`random`, `sobol` and `tpe` take any number of trials: --sampler sobol";
        match error {
            PlanError::LargeGrid(count) => {
                let fix = format!("try fewer values, or allow more with --trials; {others}");
                Fault::new(place("keys"), format!("{count} combinations"), format!("at most {trials}"), fix)
            }
            PlanError::EndlessGrid => {
                let fix = format!("give each range a `step`; {others}");
                Fault::new(place("keys"), "a range of any number, which has no end of combinations", "steps, for a grid", fix)
            }
            PlanError::Objectives { found, expected: (1, 1) } => {
                Fault::new(place("by"), format!("{found} objectives"), "one, for this sampler", "name one, or take --sampler nsga-2")
            }
            PlanError::Objectives { found, .. } => {
                let fix = "name two or three in `by`, or take another sampler";
                Fault::new(place("by"), format!("{found} objective"), "two or three, for nsga-2", fix)
            }
            other => Fault::new(place("sampler"), other.to_string(), "what the sampler can search", others),
        }
    })
}

impl Search<'_> {
    /// How many trials there will be, of all searches.
    pub fn trials(&self) -> usize {
        self.plan.trials() as usize * self.searches().len()
    }

    /// What each search looks at.
    fn searches(&self) -> Vec<Vec<Vec<Range<usize>>>> {
        let looks = self.benches.first.timeline.looks();
        if self.tune.sampler.is_adaptive() { looks.into_iter().map(|look| vec![look]).collect() } else { vec![looks] }
    }

    /// All records, in order: those of the journal, and those that are made now and put there. `shard`: the numbers that are asked for, if not all.
    ///
    /// # Errors
    /// The journal does not fit, or cannot be written.
    pub fn records(&self, journal: &mut Journal, shard: Option<&Shard>, progress: &dyn Progress) -> Result<Vec<Record>, Fault> {
        let each = self.plan.trials() as usize;
        let all = shard.cloned().unwrap_or(0..self.trials());
        let mut records: Vec<Record> = Vec::with_capacity(all.len());
        for line in journal.entries().iter().filter(|line| line.get("trial").is_some()) {
            records.push(Record::read(line, all.start + records.len()).ok_or_else(|| foreign(line))?);
        }
        if records.len() > all.len() {
            return Err(too_many(self.file, records.len(), all.len()));
        }
        self.fill_repeats(&mut records, 0, all.start);
        progress.begins(all.len(), records.len());
        let searches = self.searches();
        let adaptive = self.tune.sampler.is_adaptive();
        let ahead = self.tune.batch * if adaptive { 1 } else { BATCHES_AT_ONCE };
        let mut firsts = self.firsts_before(&records, all.start);
        while records.len() < all.len() {
            let next = all.start + records.len();
            let (search, within) = (next / each, (next % each) as u64);
            if within == 0 {
                firsts.clear();
            }
            let until = ((within / ahead + 1) * ahead).min(each as u64).min((all.end - search * each) as u64);
            let seen = || records[search * each..].iter().map(|record| record.observation(0)).collect::<Vec<Observation>>();
            // A sampler that does not learn need not be shown anything.
            let points = self.plan.propose(&if adaptive { seen() } else { Vec::new() }, within..until);
            let made = self.replay_batch(points, next, &mut firsts, &searches[search], progress);
            journal.append(made.iter().enumerate().map(|(at, record)| record.line(next + at)).collect())?;
            let known = records.len();
            records.extend(made);
            self.fill_repeats(&mut records, known, all.start);
            let merits = records.iter().filter_map(|record| self.goals.merit(record.outcomes.first()?));
            if let Some(best) = merits.reduce(f64::max) {
                progress.best(self.goals.objectives[0].turned(best));
            }
        }
        Ok(records)
    }

    /// The first trial of each setting in the search that goes on, by number. Of a shard also those that other shards make: what a sampler that
    /// does not learn proposes is known without any result.
    fn firsts_before(&self, records: &[Record], start: usize) -> BTreeMap<String, usize> {
        let each = self.plan.trials() as usize;
        let next = start + records.len();
        let begins = next / each * each;
        let elsewhere = self.plan.propose(&[], 0..if begins < start { start as u64 } else { 0 });
        let points = elsewhere.iter().chain(records[begins.saturating_sub(start)..].iter().map(|record| &record.point));
        let mut firsts = BTreeMap::new();
        for (at, point) in points.enumerate().filter(|(_, point)| self.space.space.violation(point) <= 0.0) {
            firsts.entry(word(&self.space.setting(point))).or_insert(begins + at);
        }
        firsts
    }

    /// The records of some points, the first of which is trial `next`; `firsts` has the first trial of each setting.
    fn replay_batch(
        &self,
        points: Vec<Point>,
        next: usize,
        firsts: &mut BTreeMap<String, usize>,
        looks: &[Vec<Range<usize>>],
        progress: &dyn Progress,
    ) -> Vec<Record> {
        let mut work: Vec<(usize, StrategyFile)> = Vec::new();
        let mut made: Vec<Record> = Vec::with_capacity(points.len());
        for (at, point) in points.into_iter().enumerate() {
            let (outcome, result) = self.before_replay(&point, next + at, firsts, |file| work.push((at, file)));
            made.push(Record { point, outcomes: vec![outcome; looks.len()], result });
        }
        let replayed = self.benches.first.arena.map_all(&work, |(_, file)| {
            let measured = self.benches.measure(&file.strategy, looks);
            progress.one();
            measured
        });
        for ((at, _), (measured, outcomes)) in work.into_iter().zip(replayed) {
            made[at].result = Outcomes::Replayed(measured);
            made[at].outcomes = outcomes;
        }
        made
    }

    /// What is known of a trial without a replay; where it needs one, `replay` is handed its strategy.
    fn before_replay(
        &self,
        point: &Point,
        number: usize,
        firsts: &mut BTreeMap<String, usize>,
        replay: impl FnOnce(StrategyFile),
    ) -> (Outcome, Outcomes) {
        let violation = self.space.space.violation(point);
        if violation > 0.0 {
            return (Outcome { violations: vec![violation], ..self.goals.undefined() }, Outcomes::Beyond);
        }
        let setting = self.space.setting(point);
        let first = *firsts.entry(word(&setting)).or_insert(number);
        if first != number {
            return (self.goals.undefined(), Outcomes::Repeats(first));
        }
        let applied = self.space.apply(self.file, &setting, self.benches.first.arena);
        let result = match applied.and_then(|file| self.benches.check_others(&file).map(|()| file)) {
            Err(fault) => Outcomes::Refused(fault.to_string()),
            Ok(file) => {
                replay(file);
                // Until it is replayed.
                Outcomes::Beyond
            }
        };
        (self.goals.undefined(), result)
    }

    /// What an earlier trial gave holds for one of the same setting; of another shard it is not known here. From position `from` on, of records
    /// whose first is trial `start`.
    fn fill_repeats(&self, records: &mut [Record], from: usize, start: usize) {
        for at in from..records.len() {
            if let Outcomes::Repeats(first) = records[at].result {
                let unknown = || vec![self.goals.undefined()];
                records[at].outcomes = first.checked_sub(start).map_or_else(unknown, |first| records[first].outcomes.clone());
            }
        }
    }
}

/// Two settings are one where they are written alike.
pub(super) fn word(setting: &Setting) -> String {
    setting.iter().map(|value| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)).collect::<Vec<_>>().join("\n")
}

/// Whatever was tried counts: a study never has fewer trials than its journal.
fn too_many(file: &StrategyFile, found: usize, asked: usize) -> Fault {
    Fault::new(
        format!("{}: `tune.trials`", file.path.display()),
        format!("{asked} trials, where the journal of this study has {found}"),
        format!("{found} or more: all that were ever tried count"),
        format!("say --trials {found}, or begin another study with another --out"),
    )
}

fn foreign(line: &Value) -> Fault {
    let text: String = line.to_string().chars().take(80).collect();
    Fault::new("journal.jsonl", text, "the next trial of this study", "delete the folder and begin the study again")
}
