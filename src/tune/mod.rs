//! WHICH PARAMETERS, AND IS IT LUCK: many settings of one strategy over one shared market, chosen on one part of the time, judged on another,
//! and one verdict on what the choice is worth. The best of many is partly luck; a study says how much.
//!
//! A search proposes and replays trials and keeps them in a [`journal`], which is all its state; the rest of this room reads the
//! journal's records and says what they mean.

mod benches;
mod evidence;
mod expression;
mod forward;
mod frontier;
mod inert;
pub mod journal;
mod key_importance;
mod objective;
mod one_market;
mod prepared;
mod regimes;
mod search;
mod search_space;
mod study;
mod timeline;
mod trial;
mod understood;

use serde_json::json;

use crate::batch::Arena;
use crate::fault::Fault;
use crate::strategy::StrategyFile;
use crate::units::Usd;

pub use forward::Choice;
pub use frontier::{Spread, Step};
pub use journal::Journal;
pub use regimes::Gave;
pub use search::{Progress, Shard};
pub use search_space::{Setting, number};
pub use study::{Elsewhere, KeyRange, Spent, Study, Trial};
pub use timeline::{Fold, Timeline};

use prepared::Prepared;

/// What is studied, and how.
#[derive(Debug)]
pub struct Request<'a> {
    pub file: &'a StrategyFile,
    pub capital: Usd,
    pub final_window: FinalWindow,
    /// Other markets that every trial is replayed on as well.
    pub also: &'a [Arena<'a>],
}

/// What may be done with the window that tuning never looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalWindow {
    /// It stays unseen, unless the journal says that it was spent.
    Keep,
    /// It is looked at once all trials are made, which the journal keeps for good.
    Spend,
    /// It was looked at after so many trials.
    SpentAfter(usize),
}

/// Makes the trials that the journal does not have yet, and says what all of them mean.
///
/// # Errors
/// A strategy without `[tune]`, a key it lacks, a space without points, a metric nobody knows, too little data, a journal that cannot be written.
pub fn study(arena: &Arena, request: &Request, journal: &mut Journal, progress: &dyn Progress) -> Result<Study, Fault> {
    let prepared = Prepared::of(arena, request)?;
    let benches = prepared.benches(arena, request)?;
    let search = prepared.search(request, &benches);
    let records = search.records(journal, None, progress)?;
    let after = match request.final_window {
        FinalWindow::Keep => None,
        FinalWindow::Spend => Some(records.len()),
        FinalWindow::SpentAfter(trials) => Some(trials),
    };
    if let Some(after) = after.filter(|_| spent_after(journal).is_none() && prepared.timeline.final_window().is_some()) {
        journal.append(vec![json!({ "final": "spent", "after": after })])?;
    }
    let spent = spent_after(journal);
    prepared.understood(request, &benches, &records, spent)
}

/// Makes a part of the trials for [`study()`] to go on from, when all parts are joined. `part` of `parts`, counted from 1.
///
/// # Errors
/// As [`study()`]; a sampler that learns, whose proposals need the results of all trials before.
pub fn shard(
    arena: &Arena,
    request: &Request,
    (part, parts): (usize, usize),
    journal: &mut Journal,
    progress: &dyn Progress,
) -> Result<Shard, Fault> {
    let prepared = Prepared::of(arena, request)?;
    if prepared.tune.sampler.is_adaptive() {
        return Err(Fault::new(
            "--shard",
            format!("the sampler {}, which learns from all trials before", prepared.tune.sampler.name()),
            "grid, random or sobol",
            "take one of these, or run the study on one machine: it uses all its threads",
        ));
    }
    let benches = prepared.benches(arena, request)?;
    let search = prepared.search(request, &benches);
    let all = search.trials();
    let shard = all * (part - 1) / parts..all * part / parts;
    search.records(journal, Some(&shard), progress)?;
    Ok(shard)
}

/// When the final window was looked at, if it was: after so many trials.
fn spent_after(journal: &Journal) -> Option<usize> {
    journal.entries().iter().find(|line| line.get("final").is_some())?.get("after")?.as_u64().map(|after| after as usize)
}
