//! What a strategy asks of a market that the market does not tell, found before anything is replayed: a bucket that can hold nothing there, with the
//! cause, and rules that will never speak. Cautions, since the same strategy may be meant for other markets too.

use crate::market::Tier;
use crate::signal::evidence::Unknown;
use crate::signal::narrative::Weighting;
use crate::signal::{Directory, universe};
use crate::strategy::checklist::{Checklist, Criterion, Measure};
use crate::strategy::names::{Series, choice};
use crate::strategy::{Bucket, HedgeBy, Hold, Selection, Strategy, Weigh};

/// Why a bucket can hold nothing in this market, whatever its prices do.
pub(super) fn why_empty(strategy: &Strategy, bucket: &Bucket, market: &Directory) -> Option<String> {
    if let Hold::Hedge(hedge) = &bucket.hold {
        return unhedged(hedge.by, market);
    }
    let (series, selection) = choice(bucket)?;
    let no_narratives = !market.has_narratives();
    let has = |series: Series| {
        market.assets().any(|asset| match series {
            Series::Spot => market.spot(asset).is_some(),
            Series::Perp => market.perp(asset).is_some(),
        })
    };
    if !has(series) {
        return Some(format!("the market has no {}", series.word()));
    }
    if no_narratives && selection.narratives.is_some() {
        return Some("the market has no narratives.csv to choose narratives from".to_owned());
    }
    if no_narratives && selection.stages.is_some() {
        return Some("the market has no narratives.csv, so no coin is in a stage".to_owned());
    }
    if no_narratives && bucket.entry.is_some_and(|gate| gate.narrative_breadth_below.is_some()) {
        return Some("the market has no narratives.csv, so the breadth it enters by is never known".to_owned());
    }
    if !market.has_caps() && bucket.weigh == Weigh::Cap {
        return Some("the market has no market-cap.csv to weigh by".to_owned());
    }
    if !market.has_caps()
        && let Some([first, last]) = selection.rank
        && !market.assets().any(|asset| (first..=last).contains(&universe::middle_rank(market.tier(asset))))
    {
        return Some(format!("the market has no market-cap.csv, and no tier of its assets.csv stands for a rank from {first} to {last}"));
    }
    let list = strategy.checklist.as_ref().filter(|_| bucket.checklist)?;
    never_passes(list, market)
}

fn unhedged(by: HedgeBy, market: &Directory) -> Option<String> {
    let benchmark = market.asset_of(market.benchmark());
    match by {
        HedgeBy::Beta if market.perp(benchmark).is_none() => Some(format!("the market has no perpetual of {}", market.asset(benchmark))),
        HedgeBy::Notional if market.assets().all(|asset| market.perp(asset).is_none()) => Some("the market has no perpetual".to_owned()),
        _ => None,
    }
}

/// What a criterion looks at and the market never tells.
fn untold(criterion: &Criterion, market: &Directory) -> Option<String> {
    if let Some(metric) = criterion.measure.metric() {
        return (!market.has_evidence(metric)).then(|| format!("evidence called `{metric}`"));
    }
    let of_narratives = match criterion.measure {
        Measure::NarrativeMomentum(_)
        | Measure::NarrativeAgainstBtc(_)
        | Measure::NarrativeBreadth(_)
        | Measure::NarrativeVolumeShare(_)
        | Measure::NarrativeDrawdown
        | Measure::NarrativeFunding8h(_) => true,
        Measure::DailyVolume(_) | Measure::Momentum(_) | Measure::Evidence(_) | Measure::EvidenceGrowth(_) | Measure::EvidenceZ(_) => false,
    };
    (of_narratives && !market.has_narratives()).then(|| "narratives.csv".to_owned())
}

fn never_passes(list: &Checklist, market: &Directory) -> Option<String> {
    let fails: Vec<String> =
        list.criteria.values().filter(|criterion| criterion.unknown == Unknown::Fail).filter_map(|c| untold(c, market)).collect();
    let ignored = list.criteria.values().filter(|c| c.unknown == Unknown::Ignore && untold(c, market).is_some()).count();
    let can_pass = list.criteria.len() - fails.len() - ignored;
    let needed = list.pass.unwrap_or(list.criteria.len() - ignored);
    (can_pass < needed).then(|| {
        let mut lacks = fails.clone();
        lacks.dedup();
        let lacks = if lacks.is_empty() { String::new() } else { format!(" (the market has no {})", lacks.join(", no ")) };
        format!("{can_pass} criteria of its checklist can ever pass where {needed} must{lacks}")
    })
}

/// Everything else that will have no effect, in plain sentences.
pub(super) fn cautions(strategy: &Strategy, market: &Directory) -> Vec<String> {
    let mut told = of_tables(strategy, market);
    for (name, bucket) in &strategy.buckets {
        if let Some((_, selection)) = choice(bucket)
            && why_empty(strategy, bucket, market).is_none()
        {
            told.extend(by_tiers(name, selection, market));
        }
        told.extend(never_crowded(name, bucket, market));
    }
    told
}

/// Of the tables of the strategy.
fn of_tables(strategy: &Strategy, market: &Directory) -> Vec<String> {
    let mut told = Vec::new();
    for (name, criterion) in strategy.checklist.iter().flat_map(|list| &list.criteria) {
        if let Some(lacks) = untold(criterion, market) {
            told.push(format!("checklist `{name}`: this market has no {lacks}, so it is always unknown"));
        }
    }
    if strategy.checklist.is_some() && !strategy.buckets.values().any(|bucket| bucket.checklist) {
        told.push("the checklist is asked by no bucket: none says checklist = true".to_owned());
    }
    if let Some(rule) = &strategy.lifecycle {
        if !market.has_narratives() {
            told.push("the market has no narratives.csv: there is no narrative whose life could be followed".to_owned());
        }
        let growth = rule.emerge.evidence.as_ref().map(|growth| ("emerge.evidence", &growth.metric));
        let media = rule.crowd.media.as_ref().map(|media| ("crowd.media", &media.metric));
        for (key, metric) in growth.into_iter().chain(media).filter(|(_, metric)| !market.has_evidence(metric)) {
            told.push(format!("lifecycle.{key}: this market has no evidence called `{metric}`, so it is always unknown"));
        }
    }
    if !market.has_caps() {
        if strategy.classifier.as_ref().is_some_and(|rule| rule.dominance.is_some()) {
            told.push("classifier.dominance: the market has no market-cap.csv, so this part never votes".to_owned());
        }
        if strategy.narrative_index == Weighting::Cap {
            told.push("narrative_index = \"cap\": the market has no market-cap.csv, so members weigh alike".to_owned());
        }
    }
    told
}

fn by_tiers(name: &str, selection: &Selection, market: &Directory) -> Option<String> {
    let middle = universe::middle_rank;
    (selection.rank.is_some() && !market.has_caps()).then(|| {
        format!(
            "bucket `{name}` chooses by rank, but the market has no market-cap.csv: the tiers of assets.csv stand for ranks all the time (large {}, mid {}, small {})",
            middle(Tier::Large),
            middle(Tier::Mid),
            middle(Tier::Small)
        )
    })
}

/// A mean is never above all that it is the mean of.
fn never_crowded(name: &str, bucket: &Bucket, market: &Directory) -> Option<String> {
    let limit = bucket.exit?.limit_8h()?;
    let sign = bucket.direction.sign();
    let whom = if sign > 0.0 { "long" } else { "short" };
    (!market.ever_settles_at(limit, sign)).then(|| {
        format!(
            "bucket `{name}` leaves by funding at {:.4} % per 8 h, but no {whom} ever paid as much in a settlement of this market: the rule never speaks",
            limit * 100.0
        )
    })
}
