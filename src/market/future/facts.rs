//! Other dated facts: what was known stays, what becomes known later is another thing, and something new is known a second later.

use std::collections::{BTreeMap, BTreeSet};

use crate::market::sample::rng::Chance;
use crate::market::{
    Bracket, CapFact, Conversion, DatedRules, DatedSpread, Evidence, Kind, MarketParts, Membership, SpreadOf, TierTable, TradingRules,
};
use crate::units::{AssetId, InstrumentId, NarrativeId, Time};

const DAY: i64 = 86_400;

/// Ranks are drawn from here: every band a strategy may ask for.
const RANKS: usize = 600;

pub(super) fn cut(parts: &mut MarketParts, now: Time) {
    for facts in &mut parts.caps {
        facts.retain(|fact| fact.known_at <= now);
    }
    parts.evidence.retain(|fact| fact.known_at <= now);
    parts.memberships.retain(|member| member.since <= now);
    for member in &mut parts.memberships {
        member.until = member.until.filter(|&until| until <= now);
    }
    for tables in &mut parts.tiers {
        tables.retain(|table| table.since <= now);
    }
    parts.spreads.retain(|row| row.since <= now);
    parts.rules.retain(|row| row.since <= now);
    parts.conversions.retain(|row| row.known_at <= now);
}

pub(super) fn scramble_caps(parts: &mut MarketParts, now: Time, chance: &mut Chance) {
    for facts in &mut parts.caps {
        let fact = |known_at: Time, chance: &mut Chance| CapFact {
            known_at,
            cap_usd: libm::exp(chance.between(13.0, 27.0)),
            rank: chance.happens(0.9).then(|| 1 + chance.below(RANKS) as u32),
        };
        let known = facts.partition_point(|fact| fact.known_at <= now);
        let later: Vec<Time> = facts.drain(known..).map(|fact| fact.known_at).filter(|&at| at > now.plus(1)).collect();
        facts.push(fact(now.plus(1), chance));
        for at in later {
            if chance.happens(0.8) {
                facts.push(fact(at, chance));
            }
        }
    }
}

pub(super) fn scramble_evidence(parts: &mut MarketParts, now: Time, chance: &mut Chance) {
    let mut later = parts.evidence.split_off(parts.evidence.partition_point(|fact| fact.known_at <= now));
    let about: BTreeSet<_> = parts.evidence.iter().chain(&later).map(|fact| (fact.subject, fact.metric.clone())).collect();
    let size = |value: f64| if value == 0.0 { 1.0 } else { value };
    for (subject, metric) in about {
        let of = |fact: &&Evidence| fact.subject == subject && fact.metric == metric;
        let usual = parts.evidence.iter().rfind(of).or_else(|| later.iter().find(of)).map_or(1.0, |fact| size(fact.value));
        parts.evidence.push(Evidence { known_at: now.plus(1), subject, metric, value: usual * chance.between(0.05, 4.0) });
    }
    later.retain(|fact| fact.known_at > now.plus(1) && chance.happens(0.8));
    for fact in &mut later {
        fact.value = size(fact.value) * chance.between(0.05, 4.0);
    }
    parts.evidence.extend(later);
}

pub(super) fn scramble_memberships(parts: &mut MarketParts, now: Time, chance: &mut Chance) {
    let later = |chance: &mut Chance| if chance.happens(0.5) { now.plus(1) } else { now.plus(1 + chance.below(400) as i64 * DAY) };
    parts.memberships.retain(|member| member.since <= now || chance.happens(0.5));
    for member in &mut parts.memberships {
        if member.since > now {
            member.since = later(chance);
        }
        if member.until.is_none_or(|until| until > now) {
            let until = later(chance);
            member.until = Some(until).filter(|&until| until > member.since && chance.happens(0.6));
        }
    }
    for asset in (0..parts.assets.len()).map(AssetId::new) {
        if parts.narratives.is_empty() || chance.happens(0.5) {
            continue;
        }
        let narrative = NarrativeId::new(chance.below(parts.narratives.len()));
        let belongs = parts.memberships.iter().any(|member| member.asset == asset && member.narrative == narrative);
        if !belongs {
            parts.memberships.push(Membership { asset, narrative, since: now.plus(1), until: None, source: String::new() });
        }
    }
}

pub(super) fn scramble_tiers(parts: &mut MarketParts, now: Time, chance: &mut Chance) {
    for (tables, instrument) in parts.tiers.iter_mut().zip(&parts.instruments) {
        tables.retain(|table| table.since <= now);
        if instrument.kind == Kind::Perp {
            let (rate, max_leverage) = (chance.between(0.1, 0.6), chance.between(1.0, 1.5));
            let bracket = Bracket { floor: 0.0, cap: f64::INFINITY, rate, max_leverage, amount: 0.0 };
            tables.push(TierTable { since: now.plus(1), brackets: vec![bracket] });
        }
    }
}

pub(super) fn scramble_venue(parts: &mut MarketParts, now: Time, chance: &mut Chance) {
    parts.spreads.retain(|row| row.since <= now);
    parts.rules.retain(|row| row.since <= now);
    let since = now.plus(1);
    for asset in (0..parts.assets.len()).map(AssetId::new) {
        parts.spreads.push(DatedSpread { of: SpreadOf::Asset(asset), since, half_spread: chance.between(0.02, 0.2) });
    }
    for id in (0..parts.instruments.len()).map(InstrumentId::new) {
        let rules = TradingRules { tick_size: 0.0, lot_size: 0.0, min_notional: chance.between(100.0, 100_000.0) };
        parts.rules.push(DatedRules { id, since, rules });
    }
}

/// Coins become others that they did not become, at ratios of their own; none leads back.
pub(super) fn scramble_conversions(parts: &mut MarketParts, now: Time, chance: &mut Chance) {
    parts.conversions.retain(|row| row.known_at <= now);
    let mut becomes: BTreeMap<AssetId, AssetId> = parts.conversions.iter().map(|row| (row.asset, row.to)).collect();
    let spot = |asset: AssetId| parts.assets[asset.index()].spot.is_some();
    for asset in (0..parts.assets.len()).map(AssetId::new) {
        let to = AssetId::new(chance.below(parts.assets.len()));
        let leads_back = std::iter::successors(Some(to), |at| becomes.get(at).copied()).any(|at| at == asset);
        if becomes.contains_key(&asset) || leads_back || (spot(asset) && !spot(to)) {
            continue;
        }
        becomes.insert(asset, to);
        parts.conversions.push(Conversion { asset, to, ratio: chance.between(0.01, 10.0), known_at: now.plus(1), since: None });
    }
}
