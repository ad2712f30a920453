//! From a history to a wish: select, score, weigh. No money in here, so the same wish serves a thousand dollars or a million.

use crate::signal::{History, crowding, indicator, narrative, score, universe};
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
    pub value: f64,
    pub limit: f64,
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
pub fn decide(history: &History, bucket: &PlanBucket) -> BucketWish {
    if bucket.holding == Holding::Cash {
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
    rank(history, bucket, &mut candidates);
    let picks = match bucket.selection.narratives {
        Some(most) => by_narrative(history, bucket, &candidates, most),
        None => singly(history, bucket, candidates),
    };
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

fn singly(history: &History, bucket: &PlanBucket, mut candidates: Vec<Candidate>) -> Vec<Pick> {
    let asked_names = bucket.selection.assets.as_ref().map(Vec::len);
    let places = bucket.selection.count.or(asked_names).unwrap_or(candidates.len());
    candidates.truncate(places);
    let shares = shares(history, bucket, &candidates, places);
    candidates
        .iter()
        .zip(shares)
        .filter(|(_, share)| *share > 0.0)
        .map(|(candidate, share)| {
            let narrative = history.narratives_of(candidate.asset).next();
            Pick {
                instrument: candidate.instrument,
                narrative,
                share,
                leverage: leverage(history, bucket, narrative),
                score: candidate.score,
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
fn by_narrative(history: &History, bucket: &PlanBucket, candidates: &[Candidate], most: usize) -> Vec<Pick> {
    let lowest_first = matches!(bucket.score, Some(Score::Oversold(_)));
    let mut ranked: Vec<(NarrativeId, f64, Vec<&Candidate>)> = history
        .directory()
        .narratives()
        .filter_map(|narrative| {
            let members: Vec<AssetId> = history.members(narrative).collect();
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
        let leverage = leverage(history, bucket, Some(narrative));
        let fresh: Vec<&Candidate> =
            coins.into_iter().filter(|coin| picks.iter().all(|pick| pick.instrument != coin.instrument)).take(per_narrative).collect();
        picks.extend(fresh.into_iter().map(|coin| Pick {
            instrument: coin.instrument,
            narrative: Some(narrative),
            share,
            leverage,
            score: coin.score,
        }));
    }
    picks
}

/// The rung of the ladder: `confirmed` once the narrative's breadth holds over the score's span and over a quarter of it.
fn leverage(history: &History, bucket: &PlanBucket, id: Option<NarrativeId>) -> f64 {
    let ladder = bucket.leverage;
    let (Some(confirmed), Some(id), Some(rule)) = (ladder.confirmed, id, bucket.score) else { return ladder.open };
    let quarter = Span::from_seconds((rule.span().seconds() / 4).max(60));
    let broad = |span| narrative::breadth(history, id, span).is_some_and(|share| share >= CONFIRMED_BREADTH);
    if broad(rule.span()) && broad(quarter) { confirmed } else { ladder.open }
}

/// Whether a rule says to leave an instrument now.
#[must_use]
pub fn exit_due(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<Exit> {
    let crowded = bucket.exit.and_then(|rule| {
        let seen = crowding::measure(history, id, bucket.direction, rule.settlements, rule.stall)?;
        let limit = rule.limit_8h();
        (seen.funding_8h >= limit && seen.progress <= 0.0).then(|| Exit {
            rule: "crowded",
            value: seen.funding_8h,
            limit,
            detail: format!("mean of {} settlements per 8 h; {:+.2} % in {}", rule.settlements, seen.progress * 100.0, rule.stall),
        })
    });
    crowded.or_else(|| {
        let rule = bucket.exit_score?;
        let score = score_of(history, bucket.score?, id)?;
        let lost = rule.below.filter(|&limit| score <= limit).or(rule.above.filter(|&limit| score >= limit));
        lost.map(|limit| Exit {
            rule: "score_lost",
            value: score,
            limit,
            detail: format!("score over {}", bucket.score.expect("has one").span()),
        })
    })
}

/// The average true range that a bucket's stop is measured in; `None` where it has no such stop, or the listing is too young.
#[must_use]
pub fn true_range(history: &History, bucket: &PlanBucket, id: InstrumentId) -> Option<f64> {
    indicator::atr(history, id, bucket.stop?.atr?.span)
}
