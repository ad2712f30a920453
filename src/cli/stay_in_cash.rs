//! How much of each strategy that the program brings along would lie idle in a market, and why.

use std::path::Path;

use crate::batch::{Arena, check_compatible, side_by_side};
use crate::fault::Fault;
use crate::market::Market;
use crate::replay::run::Caution;
use crate::signal::History;
use crate::strategy::shipped::STRATEGIES;
use crate::strategy::{Plan, StrategyFile};
use crate::units::Usd;

/// What becomes of a strategy in a market.
#[derive(Clone, Debug)]
pub(super) struct Idle {
    pub(super) strategy: &'static str,
    /// Share of the capital at the start whose buckets never held anything; nothing where the strategy cannot be run at all.
    pub(super) in_cash: Option<f64>,
    /// One sentence for each bucket, or why it cannot be run.
    pub(super) because: Vec<String>,
}

/// Replays each of them once.
pub(super) fn idle_shares(market: &Market) -> Vec<Idle> {
    let arena = Arena::new(market);
    side_by_side(STRATEGIES, |(strategy, text)| match idle_share(&arena, strategy, text) {
        Ok((in_cash, because)) => Idle { strategy, in_cash: Some(in_cash), because },
        Err(fault) => Idle { strategy, in_cash: None, because: vec![format!("{}, expected {}", fault.found, fault.expected)] },
    })
}

fn idle_share(arena: &Arena, name: &str, text: &str) -> Result<(f64, Vec<String>), Fault> {
    let file = StrategyFile::parse(Path::new(name), text.to_owned())?;
    check_compatible(arena.market, &file)?;
    let plan = Plan::new(&file.strategy, &History::at_close(arena.market, 0));
    let run = arena.replay(&file.strategy, Usd::round(100_000.0));
    let known = plan.buckets.iter().filter_map(|bucket| Some((bucket.name.clone(), bucket.weight, bucket.why_empty.clone()?)));
    let seen = run.cautions.iter().filter_map(|caution| match caution {
        Caution::StayedInCash { bucket, weight, because } => Some((bucket.clone(), *weight, because.to_string())),
        _ => None,
    });
    let idle: Vec<(String, f64, String)> = known.chain(seen).collect();
    let because = idle.iter().map(|(bucket, _, why)| format!("{bucket}: {why}")).collect();
    Ok((idle.iter().map(|(_, weight, _)| weight).sum(), because))
}
