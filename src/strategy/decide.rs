//! From a history to a wish: select, score, weigh. No money in here, so the same wish serves a thousand dollars or a million.

use std::collections::BTreeSet;

use crate::signal::lifecycle::Stage;
use crate::signal::{History, Sight, crowding, decouple, funding, indicator, narrative, score, universe};
use crate::strategy::{Holding, PlanBucket, Score, Weigh};
use crate::units::{AssetId, InstrumentId, NarrativeId, Span};

/// What one bucket wants to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BucketWish {
    pub picks: Vec<Pick>,
    /// Why nothing was picked, in words.
    pub empty_because: Option<String>,
    /// Nothing was picked because nobody passed the selection at all, whatever the scores.
    pub nobody_admitted: bool,
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
    /// May be entered; otherwise it is only kept where it is held.
    pub enters: bool,
}

impl Pick {
    /// The same at another leverage.
    #[must_use]
    pub fn at(&self, leverage: f64) -> Self {
        Self { leverage, ..self.clone() }
    }
}

/// Why a position must be left.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    pub rule: &'static str,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub detail: String,
}

struct Candidate {
    asset: AssetId,
    instrument: InstrumentId,
    score: Option<f64>,
}

pub(super) const DEFAULT_PER_NARRATIVE: usize = 4;
const CONFIRMED_BREADTH: f64 = 0.6;
const MONTH: Span = Span::from_seconds(30 * 86_400);

/// The wish of one bucket at one close. Deterministic: ties go to the asset that stands first in `assets.csv`.
#[must_use]
pub fn decide(sight: &Sight, bucket: &PlanBucket) -> BucketWish {
    let history = &sight.history;
    if bucket.holding == Holding::Cash || bucket.hedge.is_some() {
        return BucketWish::default();
    }
    let admitted = admitted(history, bucket);
    if admitted.is_empty() {
        let why = "no coin passes the bucket's selection today".to_owned();
        return BucketWish { picks: Vec::new(), empty_because: Some(why), nobody_admitted: true };
    }
    let mut candidates: Vec<Candidate> = admitted.into_iter().filter(|candidate| enters(bucket, candidate)).collect();
    if candidates.is_empty() {
        let why = "no candidate's score allows an entry today".to_owned();
        return BucketWish { picks: Vec::new(), empty_because: Some(why), nobody_admitted: false };
    }
    candidates.retain(|candidate| bucket.selection.narratives.is_some() || in_stage(sight, bucket, candidate.asset));
    rank(history, bucket, &mut candidates);
    let picks = match bucket.selection.narratives {
        Some(most) => by_narrative(sight, bucket, &candidates, most),
        None => singly(sight, bucket, candidates),
    };
    if picks.is_empty() {
        let why = "no narrative is in a stage to enter or keep".to_owned();
        return BucketWish { picks, empty_because: Some(why), nobody_admitted: false };
    }
    BucketWish { picks, empty_because: None, nobody_admitted: false }
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
fn stage_allows(sight: &Sight, bucket: &PlanBucket, narrative: Option<NarrativeId>) -> (bool, bool) {
    let Some(gate) = &bucket.selection.stages else { return (true, true) };
    match narrative.and_then(|narrative| sight.stage(narrative)) {
        Some(stage) => (gate.enter.contains(&stage), gate.enter.contains(&stage) || gate.keep.contains(&stage)),
        None => (false, false),
    }
}

fn in_stage(sight: &Sight, bucket: &PlanBucket, asset: AssetId) -> bool {
    bucket.selection.stages.is_none() || sight.history.narratives_of(asset).any(|n| stage_allows(sight, bucket, Some(n)).1)
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

fn singly(sight: &Sight, bucket: &PlanBucket, mut candidates: Vec<Candidate>) -> Vec<Pick> {
    let history = &sight.history;
    let asked_names = bucket.selection.assets.as_ref().map(Vec::len);
    let places = bucket.selection.count.or(asked_names).unwrap_or(candidates.len());
    candidates.truncate(places);
    let shares = shares(history, bucket, &candidates, places);
    candidates
        .iter()
        .zip(shares)
        .filter(|(_, share)| *share > 0.0)
        .map(|(candidate, share)| {
            let mut labels = history.narratives_of(candidate.asset);
            let narrative = match bucket.selection.stages {
                Some(_) => labels.find(|&n| stage_allows(sight, bucket, Some(n)).1),
                None => labels.next(),
            };
            Pick {
                instrument: candidate.instrument,
                narrative,
                share,
                leverage: leverage(sight, bucket, narrative),
                score: candidate.score,
                enters: stage_allows(sight, bucket, narrative).0,
            }
        })
        .collect()
}

/// Shares of the bucket, best candidate first; what empty places would have had stays in cash.
fn shares(history: &History, bucket: &PlanBucket, candidates: &[Candidate], places: usize) -> Vec<f64> {
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

/// The strongest narratives by the mean score of their candidates; each has `per_narrative` places of equal size. A coin counts for
/// the strongest narrative it belongs to.
fn by_narrative(sight: &Sight, bucket: &PlanBucket, candidates: &[Candidate], most: usize) -> Vec<Pick> {
    let history = &sight.history;
    let lowest_first = matches!(bucket.score, Some(Score::Oversold(_)));
    let mut ranked: Vec<(NarrativeId, f64, Vec<&Candidate>)> = history
        .directory()
        .narratives()
        .filter(|&narrative| stage_allows(sight, bucket, Some(narrative)).1)
        .filter_map(|narrative| {
            let members: BTreeSet<AssetId> = history.members(narrative).collect();
            let coins: Vec<&Candidate> = candidates.iter().filter(|candidate| members.contains(&candidate.asset)).collect();
            let strength = coins.iter().filter_map(|coin| coin.score).sum::<f64>() / coins.len() as f64;
            (!coins.is_empty()).then_some((narrative, strength, coins))
        })
        .collect();
    ranked.sort_by(|a, b| if lowest_first { a.1.total_cmp(&b.1) } else { b.1.total_cmp(&a.1) });

    let per_narrative = bucket.selection.per_narrative.unwrap_or(DEFAULT_PER_NARRATIVE);
    let share = 1.0 / (most * per_narrative) as f64;
    let mut picks: Vec<Pick> = Vec::new();
    for (narrative, _, coins) in ranked.into_iter().take(most) {
        let leverage = leverage(sight, bucket, Some(narrative));
        let enters = stage_allows(sight, bucket, Some(narrative)).0;
        let fresh: Vec<&Candidate> =
            coins.into_iter().filter(|coin| picks.iter().all(|pick| pick.instrument != coin.instrument)).take(per_narrative).collect();
        picks.extend(fresh.into_iter().map(|coin| Pick {
            instrument: coin.instrument,
            narrative: Some(narrative),
            share,
            leverage,
            score: coin.score,
            enters,
        }));
    }
    picks
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
        .or_else(|| score_exit(&sight.history, bucket, id))
}

fn stage_exit(sight: &Sight, bucket: &PlanBucket, narrative: Option<NarrativeId>) -> Option<Exit> {
    bucket.selection.stages.as_ref()?;
    let (narrative, stage) = (narrative?, sight.stage(narrative?)?);
    if stage_allows(sight, bucket, Some(narrative)).1 {
        return None;
    }
    let days = sight.stage_since(narrative).map_or(0.0, |since| (sight.history.now().seconds() - since.seconds()) as f64 / 86_400.0);
    let name = sight.history.directory().narrative(narrative);
    let detail = format!("narrative {name} is {}, for {days:.0} days; rotations.csv says why", stage.name());
    Some(Exit { rule: "stage", value: Some(days), limit: None, detail })
}

fn crowding_exit(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<Exit> {
    let rule = bucket.exit?;
    let seen = crowding::measure(history, id, bucket.direction, rule.settlements, rule.stall)?;
    let limit = rule.limit_8h();
    (seen.funding_8h >= limit && seen.progress <= 0.0).then(|| Exit {
        rule: "crowded",
        value: Some(seen.funding_8h),
        limit: Some(limit),
        detail: format!("mean of {} settlements per 8 h; {:+.2} % in {}", rule.settlements, seen.progress * 100.0, rule.stall),
    })
}

fn score_exit(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<Exit> {
    let rule = bucket.exit_score?;
    let score = score_of(history, bucket.score?, id)?;
    let lost = rule.below.filter(|&limit| score <= limit).or(rule.above.filter(|&limit| score >= limit));
    lost.map(|limit| Exit {
        rule: "score_lost",
        value: Some(score),
        limit: Some(limit),
        detail: format!("score over {}", bucket.score.expect("has one").span()),
    })
}

/// The gate beside the score that keeps an entry out, where one does. What cannot be measured keeps out.
#[must_use]
pub fn entry_refusal(sight: &Sight, bucket: &PlanBucket, pick: &Pick) -> Option<Exit> {
    let gate = bucket.entry?;
    let history = &sight.history;
    if let Some(limit) = gate.narrative_breadth_below {
        let span = bucket.score.map_or(MONTH, |score| score.span());
        let breadth = pick.narrative.and_then(|narrative| narrative::breadth(history, narrative, span));
        if breadth.is_none_or(|breadth| breadth > limit) {
            let detail = breadth
                .map_or_else(|| "breadth of its narrative is unknown".to_owned(), |_| format!("breadth of its narrative over {span}"));
            return Some(Exit { rule: "narrative_breadth", value: breadth, limit: Some(limit), detail });
        }
    }
    if let Some(limit) = gate.pays_8h_at_most {
        let pays = funding::latest_8h(history, pick.instrument, 3).map(|rate| rate * bucket.direction.sign());
        if pays.is_none_or(|pays| pays > limit) {
            let detail = pays.map_or("funding is unknown", |_| "funding it would pay per 8 h, mean of three settlements").to_owned();
            return Some(Exit { rule: "funding_against", value: pays, limit: Some(limit), detail });
        }
    }
    None
}

/// The average true range that a bucket's stop is measured in; `None` where it has no such stop, or the listing is too young.
#[must_use]
pub fn true_range(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<f64> {
    indicator::atr(history, id, bucket.stop?.atr?.span)
}
