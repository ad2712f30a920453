//! Works out what a finished run says of itself beside its tables: whether a hedge hedged, how much came from labels that are hindsight, and who
//! has died.

use std::collections::BTreeMap;

use crate::market::{Kind, Market, in_long_wick};
use crate::replay::caution::Caution;
use crate::replay::finding::{EARLY_DAYS, Finding, HedgeEffect, NAMED, PerpetualUse};
use crate::replay::run::{Run, Trade};
use crate::signal::survivors::Survival;
use crate::strategy::{Holding, Plan};
use crate::units::{AssetId, BucketId, Usd};

pub(super) fn findings(market: &Market, plan: &Plan, run: &Run) -> Vec<Finding> {
    let mut all: Vec<Finding> = plan.buckets.iter().filter_map(|bucket| Some(hedge(run, bucket.id, bucket.hedge?.of))).collect();
    all.extend(perpetuals(market, plan, run));
    all.extend(hindsight(market, run));
    all.extend(survivors(market));
    all
}

/// Gains of a bucket in each bar but the first: what it became less what flowed in.
fn gains(run: &Run, bucket: BucketId) -> Vec<f64> {
    let count = run.buckets.len();
    let bars = run.equity.len();
    let mut flowed = vec![0.0; bars];
    for flow in &run.flows {
        let Some(flowed) = run.clock.bar_of(flow.time).and_then(|t| flowed.get_mut(t)) else { continue };
        *flowed +=
            if flow.to == bucket { flow.amount.to_f64() } else { 0.0 } - if flow.from == bucket { flow.amount.to_f64() } else { 0.0 };
    }
    let value = |t: usize| run.bucket_values[t * count + bucket.index()].to_f64();
    (1..bars).map(|t| value(t) - value(t - 1) - flowed[t]).collect()
}

fn variance(gains: &[f64]) -> f64 {
    let mean = gains.iter().sum::<f64>() / gains.len().max(1) as f64;
    gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum::<f64>()
}

/// Effectiveness is the share of the variance of daily gains that the hedge took away. A day is a UTC day, and of each only the bars in which the hedge
/// stood count, for it and for what it hedges.
fn hedge(run: &Run, bucket: BucketId, of: BucketId) -> Finding {
    let (short, spot) = (gains(run, bucket), gains(run, of));
    let mut stood: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (bar, (short, spot)) in short.iter().zip(&spot).enumerate().filter(|(_, (short, _))| **short != 0.0) {
        let day = stood.entry(run.clock.open(bar + 1).seconds().div_euclid(86_400)).or_default();
        *day = (day.0 + short, day.1 + spot);
    }
    let alone: Vec<f64> = stood.values().map(|(_, spot)| *spot).collect();
    let together: Vec<f64> = stood.values().map(|(short, spot)| short + spot).collect();
    let (hedge, of) = (run.buckets[bucket.index()].clone(), run.buckets[of.index()].clone());
    if stood.len() < 2 || variance(&alone) == 0.0 {
        return Finding::Hedge { hedge, of, effect: None };
    }
    let effect = HedgeEffect {
        days: stood.len(),
        variance_taken: 1.0 - variance(&together) / variance(&alone),
        spot: alone.iter().sum::<f64>(),
        gained: short.iter().sum(),
        funding: run.funding.iter().filter(|payment| payment.bucket == bucket).map(|payment| payment.payment).sum(),
    };
    Finding::Hedge { hedge, of, effect: Some(effect) }
}

/// What was ever put into perpetuals, beside what the weights fence in: a fence that is filled again lets more be lost than it says.
fn perpetuals(market: &Market, plan: &Plan, run: &Run) -> Option<Finding> {
    let fenced = |bucket: BucketId| plan.buckets[bucket.index()].holding == Holding::Perp;
    let weight: f64 = plan.buckets.iter().filter(|bucket| bucket.holding == Holding::Perp).map(|bucket| bucket.weight).sum();
    if !plan.buckets.iter().any(|bucket| bucket.holding == Holding::Perp) {
        return None;
    }
    let begun = run.capital.to_f64() * weight;
    let (mut later, mut inside, mut most) = (0.0, begun, begun);
    for flow in run.flows.iter().filter(|flow| fenced(flow.from) != fenced(flow.to)) {
        let amount = flow.amount.to_f64();
        if fenced(flow.to) {
            later += amount;
            inside += amount;
        } else {
            inside -= amount;
        }
        most = most.max(inside);
    }
    let held = run.fills.iter().any(|fill| market.instrument(fill.instrument).kind == Kind::Perp);
    let shares = || run.margin_used.iter().zip(&run.equity).filter(|(_, equity)| equity.is_positive());
    let share = |(margin, equity): (&Usd, &Usd)| margin.to_f64() / equity.to_f64();
    let (mean, peak) = (shares().map(share).sum::<f64>() / shares().count().max(1) as f64, shares().map(share).fold(0.0, f64::max));
    let held = held.then_some((mean, peak));
    Some(Finding::Perpetuals(PerpetualUse { begun, weight, later, most, held }))
}

/// Whether a trade was opened within [`EARLY_DAYS`] of the `since` of its narrative's label.
fn is_early(market: &Market, trade: &Trade) -> bool {
    let coins = lineage(market, market.instrument(trade.instrument).asset);
    let labelled =
        market.memberships.iter().filter(|m| coins.contains(&m.asset) && Some(m.narrative) == trade.narrative && m.since <= trade.opened);
    labelled.map(|m| trade.opened.seconds() - m.since.seconds()).min().is_some_and(|age| age <= EARLY_DAYS * 86_400)
}

/// A coin and those that became it: a trade counts under the coin it was left in, and may have been opened in another.
fn lineage(market: &Market, asset: AssetId) -> Vec<AssetId> {
    let mut coins = vec![asset];
    let mut at = 0;
    while at < coins.len() {
        coins.extend(market.conversions_into(coins[at]).map(|conversion| conversion.asset));
        at += 1;
    }
    coins
}

fn hindsight(market: &Market, run: &Run) -> Option<Finding> {
    let of_narratives = || run.trades.iter().filter(|trade| trade.narrative.is_some());
    let all: Usd = of_narratives().map(|trade| trade.pnl).sum();
    let (mut count, mut early) = (0, Usd::ZERO);
    for trade in of_narratives().filter(|trade| is_early(market, trade)) {
        count += 1;
        early += trade.pnl;
    }
    let trades = of_narratives().count();
    (trades > 0).then_some(Finding::Hindsight { early: count, trades, early_profit: early, profit: all })
}

fn survivors(market: &Market) -> Option<Finding> {
    let survival = Survival::of(market);
    let delisted: Vec<_> = survival.deaths.iter().filter(|death| !death.coin_lives).collect();
    let named = delisted.iter().take(NAMED).map(|death| (market.instrument(death.instrument).symbol.clone(), death.ended)).collect();
    (survival.listings > 0).then_some(Finding::Survivorship {
        listings: survival.listings,
        survivors: survival.survivors,
        named,
        more: delisted.len().saturating_sub(NAMED),
        live_elsewhere: survival.deaths.len() - delisted.len(),
        whole_universe: survival.whole_universe,
        survivors_only: survival.survivors_only,
    })
}

/// Fills at prices that the bar only had in a long wick, and what they gained by its close; a caution where there are any.
pub(super) fn filled_in_wicks(market: &Market, run: &Run) -> Option<Caution> {
    let (mut count, mut gained) = (0_usize, 0.0);
    for fill in &run.fills {
        let Some(t) = market.clock.bar_of(fill.time) else { continue };
        let at = market.panel.at(fill.instrument, t);
        let (open, close) = (market.panel.open[at], market.panel.close[at]);
        if in_long_wick(open, close, fill.price) {
            count += 1;
            gained += fill.side.sign() * (close - fill.price) * fill.quantity;
        }
    }
    (count > 0).then_some(Caution::FilledInWicks { count, fills: run.fills.len(), gained })
}
