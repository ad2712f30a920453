//! What a strategy asks of a market that the market does not tell, found before anything is replayed: a bucket that can hold nothing there, with the
//! cause, and rules that will never speak. Cautions, since the same strategy may be meant for other markets too.

use crate::market::Tier;
use crate::signal::narrative::Weighting;
use crate::signal::{Directory, universe};
use crate::strategy::names::{Series, choice};
use crate::strategy::rule::{Rules, Within};
use crate::strategy::{HedgeBy, Hold, Selection, Strategy, Weigh};

/// Why a bucket can hold nothing in this market, whatever its prices do.
pub(super) fn why_empty(within: &Within, market: &Directory) -> Option<String> {
    let bucket = within.bucket;
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
    if !market.has_caps() && bucket.weigh == Weigh::Cap {
        return Some("the market has no market-cap.csv to weigh by".to_owned());
    }
    if !market.has_caps()
        && let Some([first, last]) = selection.rank
        && !market.assets().any(|asset| (first..=last).contains(&universe::middle_rank(market.tier(asset))))
    {
        return Some(format!("the market has no market-cap.csv, and no tier of its assets.csv stands for a rank from {first} to {last}"));
    }
    Rules::of(bucket).entries.iter().find_map(|rule| rule.never_admits(within, market))
}

fn unhedged(by: HedgeBy, market: &Directory) -> Option<String> {
    let benchmark = market.asset_of(market.benchmark());
    match by {
        HedgeBy::Beta if market.perp(benchmark).is_none() => Some(format!("the market has no perpetual of {}", market.asset(benchmark))),
        HedgeBy::Notional if market.assets().all(|asset| market.perp(asset).is_none()) => Some("the market has no perpetual".to_owned()),
        _ => None,
    }
}

/// Everything else that will have no effect, in plain sentences.
pub(super) fn cautions(strategy: &Strategy, market: &Directory) -> Vec<String> {
    let mut cautions = of_tables(strategy, market);
    for (name, bucket) in &strategy.buckets {
        let within = Within { name, bucket, strategy };
        if let Some((_, selection)) = choice(bucket)
            && why_empty(&within, market).is_none()
        {
            cautions.extend(by_tiers(name, selection, market));
        }
        cautions.extend(Rules::of(bucket).all().filter_map(|rule| rule.caution(&within, market)));
    }
    cautions
}

/// Of the tables of the strategy.
fn of_tables(strategy: &Strategy, market: &Directory) -> Vec<String> {
    let mut cautions = Vec::new();
    for (name, lacks) in strategy.checklist.iter().flat_map(|list| list.untold(market)) {
        cautions.push(format!("checklist `{name}`: this market has no {lacks}, so it is always unknown"));
    }
    if strategy.checklist.is_some() && !strategy.buckets.values().any(|bucket| bucket.checklist) {
        cautions.push("the checklist is asked by no bucket: none says checklist = true".to_owned());
    }
    if let Some(rule) = &strategy.lifecycle {
        if !market.has_narratives() {
            cautions.push("the market has no narratives.csv: there is no narrative whose life could be followed".to_owned());
        }
        let growth = rule.emerge.evidence.as_ref().map(|growth| ("emerge.evidence", &growth.metric));
        let media = rule.crowd.media.as_ref().map(|media| ("crowd.media", &media.metric));
        for (key, metric) in growth.into_iter().chain(media).filter(|(_, metric)| !market.has_evidence(metric)) {
            cautions.push(format!("lifecycle.{key}: this market has no evidence called `{metric}`, so it is always unknown"));
        }
    }
    if !market.has_caps() {
        if strategy.classifier.as_ref().is_some_and(|rule| rule.dominance.is_some()) {
            cautions.push("classifier.dominance: the market has no market-cap.csv, so this part never votes".to_owned());
        }
        if strategy.narrative_index == Weighting::Cap {
            cautions.push("narrative_index = \"cap\": the market has no market-cap.csv, so members weigh alike".to_owned());
        }
    }
    cautions
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
