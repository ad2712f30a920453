//! From a history to a wish: select, score, weigh. No money in here, so the same wish serves a thousand dollars or a million.

use std::collections::BTreeSet;

use crate::signal::lifecycle::Stage;
use crate::signal::{History, Sight, crowding, decouple, narrative, score, universe};
use crate::strategy::eligible::{BucketState, Door, Refused};
use crate::strategy::{Empty, Exit, ExitCause, Holding, Plan, PlanBucket, Score, Weigh};
use crate::units::{AssetId, InstrumentId, NarrativeId, Span};

/// What one bucket wants to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BucketWish {
    pub picks: Vec<Pick>,
    /// Why nothing was picked.
    pub empty_because: Option<Empty>,
    /// Who would have been picked, had nobody been refused, in that order.
    pub refused: Vec<Refused>,
}

impl BucketWish {
    fn nothing(why: Empty) -> Self {
        Self { empty_because: Some(why), ..Self::default() }
    }
}

/// One holding wished for.
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

pub(super) const DEFAULT_PER_NARRATIVE: usize = 4;
const CONFIRMED_BREADTH: f64 = 0.6;
pub(super) const MONTH: Span = Span::from_seconds(30 * 86_400);

/// The wish of one bucket at one close: who is eligible is asked first, and who is not leaves his place to the next. What is held competes with its
/// score like any other. Deterministic: ties go to the asset that stands first in `assets.csv`.
#[must_use]
pub fn decide(sight: &Sight, plan: &Plan, bucket: &PlanBucket, state: &BucketState) -> BucketWish {
    let history = &sight.history;
    if bucket.holding == Holding::Cash || bucket.hedge.is_some() {
        return BucketWish::default();
    }
    let admitted = admitted(history, bucket);
    if admitted.is_empty() {
        return BucketWish::nothing(Empty::NoCandidates);
    }
    let mut candidates: Vec<Candidate> = admitted.into_iter().filter(|candidate| enters(bucket, candidate)).collect();
    if candidates.is_empty() {
        return BucketWish::nothing(Empty::NoScore);
    }
    rank(history, bucket, &mut candidates);
    let door = Door { sight, plan, bucket, state };
    let (picks, refused) = match bucket.selection.narratives {
        Some(most) => by_narrative(&door, &candidates, most),
        None => singly(&door, &candidates),
    };
    let empty_because = picks.is_empty().then(|| {
        let barred = !refused.is_empty() || candidates.iter().any(|candidate| state.leaving.contains(&candidate.instrument));
        if barred { Empty::AllRefused } else { Empty::NoStage }
    });
    BucketWish { picks, empty_because, refused }
}

fn admitted(history: &History, bucket: &PlanBucket) -> Vec<Candidate> {
    let directory = history.directory();
    directory
        .assets()
        .filter_map(|asset| {
            let instrument = match bucket.holding {
                Holding::Spot => directory.spot(asset),
                Holding::Perp => directory.perp(asset),
                Holding::Cash => None,
            }?;
            universe::admits(history, &bucket.gates, asset, instrument).then(|| Candidate {
                asset,
                instrument,
                score: bucket.score.and_then(|rule| score_of(history, rule, instrument)),
            })
        })
        .collect()
}

fn score_of(history: &History, rule: Score, id: InstrumentId) -> Option<f64> {
    match rule {
        Score::Momentum(span) | Score::Oversold(span) => score::momentum(history, id, span),
        Score::AgainstBtc(span) => score::against_benchmark(history, id, span),
        Score::Residual(residual) => decouple::residual(history, id, residual.span, residual.beta),
        Score::OverTrailingValue(span) => decouple::over_trailing_value(history, id, span),
    }
}

/// The stage of a narrative says whether its coins are entered and whether they are kept. Without stages everything is both.
pub(super) fn stage_allows(sight: &Sight, bucket: &PlanBucket, narrative: Option<NarrativeId>) -> (bool, bool) {
    let Some(gate) = &bucket.selection.stages else { return (true, true) };
    match narrative.and_then(|narrative| sight.stage(narrative)) {
        Some(stage) => (gate.enter.contains(&stage), gate.enter.contains(&stage) || gate.keep.contains(&stage)),
        None => (false, false),
    }
}

/// A bucket with a score takes nobody without one.
fn enters(bucket: &PlanBucket, candidate: &Candidate) -> bool {
    match (bucket.score, candidate.score) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(score)) => {
            bucket.enter_above.is_none_or(|least| score > least) && bucket.enter_below.is_none_or(|most| score < most)
        }
    }
}

/// Best first. The sort is stable, so equals keep the order of the file.
fn rank(history: &History, bucket: &PlanBucket, candidates: &mut [Candidate]) {
    let key = |candidate: &Candidate| match (bucket.score, candidate.score) {
        (Some(Score::Oversold(_)), Some(score)) => score,
        (_, Some(score)) => -score,
        (_, None) => -history.cap(candidate.asset).map_or(0.0, |fact| fact.cap_usd),
    };
    candidates.sort_by(|a, b| key(a).total_cmp(&key(b)));
}

/// A candidate under one of its labels, and what keeps it out.
struct Entry<'c> {
    candidate: &'c Candidate,
    narrative: Option<NarrativeId>,
    refused: Option<Refused>,
}

fn entry<'c>(door: &Door, candidate: &'c Candidate, narrative: Option<NarrativeId>) -> Entry<'c> {
    let instrument = candidate.instrument;
    let refused = door.refusal(instrument, narrative).map(|by| Refused { instrument, narrative, by });
    Entry { candidate, narrative, refused }
}

fn pick(door: &Door, entry: &Entry, share: f64) -> Pick {
    let Candidate { instrument, score, .. } = *entry.candidate;
    Pick { instrument, narrative: entry.narrative, share, leverage: leverage(door.sight, door.bucket, entry.narrative), score }
}

/// The best of those that may be entered or are held. There are as many places as without refusals: one that nobody can take stays empty.
fn singly(door: &Door, ranked: &[Candidate]) -> (Vec<Pick>, Vec<Refused>) {
    let Door { sight, bucket, state, .. } = *door;
    let label = |candidate: &Candidate| {
        let mut labels = sight.history.narratives_of(candidate.asset);
        match bucket.selection.stages {
            Some(_) => labels.find(|&narrative| door.in_stage(candidate.instrument, narrative)).map(Some),
            None => Some(labels.next()),
        }
    };
    let mut labelled: Vec<(&Candidate, Option<NarrativeId>)> = ranked.iter().filter_map(|one| Some((one, label(one)?))).collect();
    let asked_names = bucket.selection.assets.as_ref().map(Vec::len);
    let places = bucket.selection.count.or(asked_names).unwrap_or(labelled.len());
    labelled.retain(|(candidate, _)| !state.leaving.contains(&candidate.instrument));
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for (place, (candidate, narrative)) in labelled.into_iter().enumerate() {
        if taken.len() == places {
            break;
        }
        let entry = entry(door, candidate, narrative);
        match entry.refused {
            None => taken.push(entry),
            Some(one) if place < places => refused.push(one),
            Some(_) => {}
        }
    }
    let candidates: Vec<&Candidate> = taken.iter().map(|entry| entry.candidate).collect();
    let shares = shares(&sight.history, bucket, &candidates, places);
    (taken.iter().zip(shares).filter(|(_, share)| *share > 0.0).map(|(entry, share)| pick(door, entry, share)).collect(), refused)
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

/// The strongest narratives by the mean score of those of their candidates that may be entered or are held; each has `per_narrative` places of
/// equal size.
fn by_narrative(door: &Door, ranked: &[Candidate], most: usize) -> (Vec<Pick>, Vec<Refused>) {
    let history = &door.sight.history;
    let of_narrative = |narrative: NarrativeId| -> Vec<Entry> {
        let members: BTreeSet<AssetId> = history.members(narrative).collect();
        let asked = |candidate: &&Candidate| {
            let id = candidate.instrument;
            members.contains(&candidate.asset) && door.in_stage(id, narrative) && !door.state.leaving.contains(&id)
        };
        ranked.iter().filter(asked).map(|candidate| entry(door, candidate, Some(narrative))).collect()
    };
    let narratives: Vec<Vec<Entry>> = history.directory().narratives().map(of_narrative).collect();
    let per_narrative = door.bucket.selection.per_narrative.unwrap_or(DEFAULT_PER_NARRATIVE);
    let share = 1.0 / (most * per_narrative) as f64;
    let deal = |refuse: bool| strongest(door.bucket, &narratives, (most, per_narrative), refuse);
    let picks = deal(true).into_iter().map(|entry| pick(door, entry, share)).collect();
    let refused = if narratives.iter().flatten().any(|entry| entry.refused.is_some()) { deal(false) } else { Vec::new() };
    (picks, refused.into_iter().filter_map(|entry| entry.refused.clone()).collect())
}

/// Deals the places. A coin counts for the strongest narrative it belongs to; a narrative that has no coin left to put forward takes no place.
fn strongest<'e, 'c>(
    bucket: &PlanBucket,
    narratives: &'e [Vec<Entry<'c>>],
    (most, per_narrative): (usize, usize),
    refuse: bool,
) -> Vec<&'e Entry<'c>> {
    let lowest_first = matches!(bucket.score, Some(Score::Oversold(_)));
    let strength = |coins: &[&Entry]| coins.iter().filter_map(|coin| coin.candidate.score).sum::<f64>() / coins.len() as f64;
    let eligible = |coins: &'e Vec<Entry<'c>>| coins.iter().filter(|coin| !refuse || coin.refused.is_none()).collect::<Vec<_>>();
    let mut ranked: Vec<(f64, Vec<&Entry>)> =
        narratives.iter().map(eligible).filter(|coins| !coins.is_empty()).map(|coins| (strength(&coins), coins)).collect();
    ranked.sort_by(|a, b| if lowest_first { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
    let (mut dealt, mut places): (Vec<&Entry>, usize) = (Vec::new(), 0);
    for (_, mut coins) in ranked {
        if places == most {
            break;
        }
        coins.retain(|coin| dealt.iter().all(|other| other.candidate.instrument != coin.candidate.instrument));
        places += usize::from(!coins.is_empty());
        dealt.extend(coins.into_iter().take(per_narrative));
    }
    dealt
}

/// The rung of the ladder: by the narrative's stage where stages are followed; else `confirmed` once its breadth holds over the score's span and
/// over a quarter of it.
fn leverage(sight: &Sight, bucket: &PlanBucket, id: Option<NarrativeId>) -> f64 {
    let ladder = bucket.leverage;
    let Some(id) = id else { return ladder.open };
    if let Some(stage) = sight.stage(id) {
        let rung = match stage {
            Stage::Confirmed => ladder.confirmed,
            Stage::Crowded => ladder.crowded,
            _ => None,
        };
        return rung.unwrap_or(ladder.open);
    }
    let (Some(confirmed), Some(rule)) = (ladder.confirmed, bucket.score) else { return ladder.open };
    let quarter = Span::from_seconds((rule.span().seconds() / 4).max(60));
    let broad = |span| narrative::breadth(&sight.history, id, span).is_some_and(|share| share >= CONFIRMED_BREADTH);
    if broad(rule.span()) && broad(quarter) { confirmed } else { ladder.open }
}

/// Whether a rule says to leave an instrument now. `narrative` is the one it was entered for.
#[must_use]
pub fn exit_due(sight: &Sight, bucket: &PlanBucket, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Exit> {
    stage_exit(sight, bucket, narrative)
        .or_else(|| crowding_exit(&sight.history, bucket, id))
        .or_else(|| subsidy_exit(&sight.history, bucket, id))
        .or_else(|| score_exit(&sight.history, bucket, id))
}

fn stage_exit(sight: &Sight, bucket: &PlanBucket, narrative: Option<NarrativeId>) -> Option<Exit> {
    bucket.selection.stages.as_ref()?;
    let (narrative, stage) = (narrative?, sight.stage(narrative?)?);
    if stage_allows(sight, bucket, Some(narrative)).1 {
        return None;
    }
    let days = sight.stage_since(narrative).map_or(0.0, |since| (sight.history.now().seconds() - since.seconds()) as f64 / 86_400.0);
    Some(Exit { cause: ExitCause::Stage(stage), observed: Some(days), threshold: None })
}

fn crowding_exit(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<Exit> {
    let rule = bucket.exit?;
    let limit = rule.limit_8h()?;
    let seen = crowding::measure(history, id, bucket.direction, rule.settlements, rule.stall)?;
    let cause = ExitCause::Crowded { settlements: rule.settlements, progress: seen.progress.zip(rule.stall) };
    let due = seen.funding_8h >= limit && seen.progress.is_none_or(|gain| gain <= 0.0);
    due.then_some(Exit { cause, observed: Some(seen.funding_8h), threshold: Some(limit) })
}

/// What a position collects has fallen below what it is held for.
fn subsidy_exit(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<Exit> {
    let rule = bucket.exit?;
    let limit = rule.funding_received_8h_below?;
    let received = -crowding::measure(history, id, bucket.direction, rule.settlements, None)?.funding_8h;
    let cause = ExitCause::SubsidyEnded { settlements: rule.settlements };
    (received < limit).then_some(Exit { cause, observed: Some(received), threshold: Some(limit) })
}

fn score_exit(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<Exit> {
    let rule = bucket.exit_score?;
    let score = score_of(history, bucket.score?, id)?;
    let lost = rule.below.filter(|&limit| score <= limit).or(rule.above.filter(|&limit| score >= limit));
    let cause = ExitCause::ScoreLost { span: bucket.score?.span() };
    lost.map(|limit| Exit { cause, observed: Some(score), threshold: Some(limit) })
}
