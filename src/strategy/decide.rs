//! From a history to a target: select, score, weigh. No money in here, so the same target serves a thousand dollars or a million.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::signal::{History, SignalView, score, universe};
use crate::strategy::entries::{BucketState, Door, Refused};
use crate::strategy::spans::MONTH;
use crate::strategy::{Empty, Holding, Plan, PlanBucket, Score, Weigh};
use crate::units::{AssetId, InstrumentId, NarrativeId};

/// What one bucket wants to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BucketTarget {
    pub picks: Vec<Pick>,
    /// Why nothing was picked.
    pub empty_because: Option<Empty>,
    /// Who would have been picked, had nobody been refused, in that order.
    pub refused: Vec<Refused>,
}

impl BucketTarget {
    fn nothing(why: Empty) -> Self {
        Self { empty_because: Some(why), ..Self::default() }
    }
}

/// One holding of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick {
    pub instrument: InstrumentId,
    pub narrative: Option<NarrativeId>,
    /// Share of the bucket's value: of a spot bucket its market value, of a perpetual bucket its margin.
    pub share: f64,
    pub leverage: f64,
    pub score: Option<f64>,
}

impl Pick {
    /// The same at another leverage.
    #[must_use]
    pub fn at(&self, leverage: f64) -> Self {
        Self { leverage, ..self.clone() }
    }
}

struct Candidate {
    asset: AssetId,
    instrument: InstrumentId,
    score: Option<f64>,
}

/// The target of one bucket at one close: who is eligible is asked first, and who is not leaves his place to the next. What is held competes with its
/// score like any other. Deterministic: ties go to the asset that stands first in `assets.csv`.
#[must_use]
pub fn decide(view: &SignalView, plan: &Plan, bucket: &PlanBucket, state: &BucketState) -> BucketTarget {
    let history = &view.history;
    if bucket.holding == Holding::Cash || bucket.hedge.is_some() {
        return BucketTarget::default();
    }
    let admitted = admitted(view, bucket);
    if admitted.is_empty() {
        return BucketTarget::nothing(Empty::NoCandidates);
    }
    let candidates: Vec<Candidate> = admitted.into_iter().filter(|candidate| is_candidate(view, bucket, candidate)).collect();
    if candidates.is_empty() {
        return BucketTarget::nothing(Empty::NoScore);
    }
    let candidates = rank(history, bucket, candidates);
    let door = Door { view, plan, bucket, state };
    let (picks, refused) = match bucket.selection.narratives {
        Some(most) => by_narrative(&door, &candidates, most),
        None => singly(&door, &candidates),
    };
    let empty_because = picks.is_empty().then(|| {
        let barred = !refused.is_empty() || candidates.iter().any(|candidate| state.leaving.contains(&candidate.instrument));
        if barred { Empty::AllRefused } else { Empty::NoStage }
    });
    BucketTarget { picks, empty_because, refused }
}

fn admitted(view: &SignalView, bucket: &PlanBucket) -> Vec<Candidate> {
    let history = &view.history;
    let directory = history.directory();
    let assets = directory.assets();
    let most = bucket.gates.assets.as_ref().map_or(assets.len(), Vec::len);
    let candidates = assets.filter_map(|asset| {
        let instrument = match bucket.holding {
            Holding::Spot => directory.spot(asset),
            Holding::Perp => directory.perp(asset),
            Holding::Cash => None,
        }?;
        universe::admits(history, &bucket.gates, asset, instrument).then(|| Candidate {
            asset,
            instrument,
            score: bucket.score.as_ref().and_then(|rule| rule.of(view, instrument, None)),
        })
    });
    collect(most, candidates)
}

/// At most so many items, in room that is asked for once: a bucket is decided at every review of every variant.
fn collect<T>(most: usize, items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::with_capacity(most);
    all.extend(items);
    all
}

/// The score by which coins are compared within each narrative by itself: evidence may be that of the narrative.
fn score_by_narrative(bucket: &PlanBucket) -> Option<&Score> {
    bucket.score.as_ref().filter(|score| score.metric().is_some() && bucket.selection.narratives.is_some())
}

/// Whether its score lets a coin be a candidate at all.
fn is_candidate(view: &SignalView, bucket: &PlanBucket, candidate: &Candidate) -> bool {
    match score_by_narrative(bucket) {
        None => may_enter(bucket, candidate.score),
        Some(rule) => {
            let mut labels = view.history.narratives_of(candidate.asset);
            labels.any(|narrative| may_enter(bucket, rule.of(view, candidate.instrument, Some(narrative))))
        }
    }
}

fn may_enter(bucket: &PlanBucket, score: Option<f64>) -> bool {
    bucket.rules.entries.iter().all(|rule| rule.admits(score))
}

/// Best first. The sort is stable, so equals keep the order of the file.
fn rank(history: &History, bucket: &PlanBucket, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let key = |candidate: &Candidate| match (&bucket.score, candidate.score) {
        (Some(rule), Some(score)) if rule.lowest_first() => score,
        (_, Some(score)) => -score,
        (_, None) => -history.cap(candidate.asset).map_or(0.0, |fact| fact.cap_usd),
    };
    let mut keyed: Vec<(f64, Candidate)> = candidates.into_iter().map(|candidate| (key(&candidate), candidate)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    keyed.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A candidate under one of its labels, and what keeps it out.
struct Entry<'c> {
    candidate: &'c Candidate,
    score: Option<f64>,
    narrative: Option<NarrativeId>,
    refused: Option<Refused>,
}

fn entry<'c>(door: &Door, candidate: &'c Candidate, score: Option<f64>, narrative: Option<NarrativeId>) -> Entry<'c> {
    let instrument = candidate.instrument;
    let refused = door.refusal(instrument, narrative).map(|by| Refused { instrument, narrative, by });
    Entry { candidate, score, narrative, refused }
}

fn pick(door: &Door, entry: &Entry, share: f64) -> Pick {
    let leverage = door.bucket.leverage.at(door.view, door.bucket.score.as_ref(), entry.narrative);
    Pick { instrument: entry.candidate.instrument, narrative: entry.narrative, share, leverage, score: entry.score }
}

/// The best of those that may be entered or are held. There are as many places as without refusals: one that nobody can take stays empty.
fn singly(door: &Door, ranked: &[Candidate]) -> (Vec<Pick>, Vec<Refused>) {
    let Door { view, bucket, state, .. } = *door;
    let label = |candidate: &Candidate| {
        let mut labels = view.history.narratives_of(candidate.asset);
        match bucket.selection.stages {
            Some(_) => labels.find(|&narrative| door.in_stage(candidate.instrument, narrative)).map(Some),
            None => Some(labels.next()),
        }
    };
    let mut labelled = collect(ranked.len(), ranked.iter().filter_map(|one| Some((one, label(one)?))));
    let asked_names = bucket.selection.assets.as_ref().map(Vec::len);
    let places = bucket.selection.count.or(asked_names).unwrap_or(labelled.len());
    labelled.retain(|(candidate, _)| !state.leaving.contains(&candidate.instrument));
    let (mut taken, mut refused) = (Vec::with_capacity(places.min(labelled.len())), Vec::new());
    for (place, (candidate, narrative)) in labelled.into_iter().enumerate() {
        if taken.len() == places {
            break;
        }
        let entry = entry(door, candidate, candidate.score, narrative);
        match entry.refused {
            None => taken.push(entry),
            Some(one) if place < places => refused.push(one),
            Some(_) => {}
        }
    }
    let candidates: Vec<&Candidate> = taken.iter().map(|entry| entry.candidate).collect();
    let shares = shares(&view.history, bucket, &candidates, places);
    let weighed = taken.iter().zip(shares).filter(|(_, share)| *share > 0.0);
    (collect(taken.len(), weighed.map(|(entry, share)| pick(door, entry, share))), refused)
}

/// Shares of the bucket, best candidate first; what empty places would have had stays in cash.
fn shares(history: &History, bucket: &PlanBucket, candidates: &[&Candidate], places: usize) -> Vec<f64> {
    let filled = candidates.len() as f64 / places.max(candidates.len()) as f64;
    let in_proportion = |sizes: Vec<Option<f64>>| {
        let total: f64 = sizes.iter().flatten().sum();
        let known = sizes.iter().flatten().count() as f64 / sizes.len() as f64;
        sizes.into_iter().map(|size| size.map_or(0.0, |size| size / total * filled * known)).collect()
    };
    match &bucket.weigh {
        Weigh::Equal => vec![1.0 / places.max(candidates.len()) as f64; candidates.len()],
        Weigh::InverseVolatility => in_proportion(
            candidates
                .iter()
                .map(|candidate| score::volatility(history, candidate.instrument, MONTH).filter(|v| *v > 0.0).map(f64::recip))
                .collect(),
        ),
        Weigh::Cap => in_proportion(candidates.iter().map(|candidate| history.cap(candidate.asset).map(|fact| fact.cap_usd)).collect()),
        Weigh::Fixed(_) => candidates
            .iter()
            .map(|candidate| bucket.fixed.iter().find(|(asset, _)| *asset == candidate.asset).map_or(0.0, |(_, share)| *share))
            .collect(),
    }
}

fn best_first(rule: &Score, a: f64, b: f64) -> Ordering {
    if rule.lowest_first() { a.total_cmp(&b) } else { b.total_cmp(&a) }
}

/// The strongest narratives by the mean score of those of their candidates that may be entered or are held; each has `per_narrative` places of
/// equal size.
fn by_narrative(door: &Door, ranked: &[Candidate], most: usize) -> (Vec<Pick>, Vec<Refused>) {
    let history = &door.view.history;
    let of_narrative = |narrative: NarrativeId| -> Vec<Entry> {
        let members: BTreeSet<AssetId> = history.members(narrative).collect();
        let asked = |candidate: &&Candidate| {
            let id = candidate.instrument;
            members.contains(&candidate.asset) && door.in_stage(id, narrative) && !door.state.leaving.contains(&id)
        };
        let members = ranked.iter().filter(asked);
        match score_by_narrative(door.bucket) {
            None => members.map(|candidate| entry(door, candidate, candidate.score, Some(narrative))).collect(),
            Some(rule) => {
                let scored = members.map(|candidate| (candidate, rule.of(door.view, candidate.instrument, Some(narrative))));
                let admitted = scored.filter(|(_, score)| may_enter(door.bucket, *score));
                let mut entries: Vec<Entry> = admitted.map(|(candidate, score)| entry(door, candidate, score, Some(narrative))).collect();
                // Equals keep the order they have among all coins.
                entries.sort_by(|a, b| best_first(rule, a.score.unwrap_or(f64::NAN), b.score.unwrap_or(f64::NAN)));
                entries
            }
        }
    };
    let narratives: Vec<Vec<Entry>> = history.directory().narratives().map(of_narrative).collect();
    let per_narrative = door.bucket.selection.places_a_narrative();
    let share = 1.0 / (most * per_narrative) as f64;
    let assign = |refuse: bool| strongest(door.bucket, &narratives, (most, per_narrative), refuse);
    let picks = assign(true).into_iter().map(|entry| pick(door, entry, share)).collect();
    let refused = if narratives.iter().flatten().any(|entry| entry.refused.is_some()) { assign(false) } else { Vec::new() };
    (picks, refused.into_iter().filter_map(|entry| entry.refused.clone()).collect())
}

/// Assigns the places. A coin counts for the strongest narrative it belongs to; a narrative that has no coin left to put forward takes no place.
fn strongest<'e, 'c>(
    bucket: &PlanBucket,
    narratives: &'e [Vec<Entry<'c>>],
    (most, per_narrative): (usize, usize),
    refuse: bool,
) -> Vec<&'e Entry<'c>> {
    let strength = |coins: &[&Entry]| coins.iter().filter_map(|coin| coin.score).sum::<f64>() / coins.len() as f64;
    let eligible = |coins: &'e Vec<Entry<'c>>| coins.iter().filter(|coin| !refuse || coin.refused.is_none()).collect::<Vec<_>>();
    let mut ranked: Vec<(f64, Vec<&Entry>)> =
        narratives.iter().map(eligible).filter(|coins| !coins.is_empty()).map(|coins| (strength(&coins), coins)).collect();
    if let Some(rule) = &bucket.score {
        ranked.sort_by(|a, b| best_first(rule, a.0, b.0));
    }
    let (mut assigned, mut places): (Vec<&Entry>, usize) = (Vec::new(), 0);
    for (_, mut coins) in ranked {
        if places == most {
            break;
        }
        coins.retain(|coin| assigned.iter().all(|other| other.candidate.instrument != coin.candidate.instrument));
        places += usize::from(!coins.is_empty());
        assigned.extend(coins.into_iter().take(per_narrative));
    }
    assigned
}
