//! What a strategy may not say, beyond what its types forbid. Every refusal names the key and what is allowed. Tables are taken apart in full here, so that
//! a new key is thought of; each table and each rule checks its own.

mod called;
mod kinds;

use crate::exchange::Refusal;
use crate::signal::Contradiction;
use crate::signal::lifecycle::LifeCycleRule;
use crate::signal::regime::RegimeRule;
use crate::strategy::bucket_names::bucket_names;
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{Rules, Within};
use crate::strategy::{Bucket, ExitKeys, Hold, Leverage, Strategy, Waterfall, limits, yields};

pub(super) fn check(strategy: &Strategy) -> Checked {
    let root = Key::root();
    called::check(&root, strategy)?;
    let Strategy {
        // What is called so was looked at above; the regime it is made for and the weights of an index are words of their own types.
        name: _,
        about: _,
        regime: _,
        narrative_index: _,
        decide,
        rebalance,
        orders,
        assumptions,
        lifecycle,
        checklist,
        classifier,
        adaptive,
        buckets: _,
        waterfall,
        // With the buckets, whose own stand in their place.
        limits: _,
        tax,
        tune,
    } = strategy;
    rebalance.check(&root.child("rebalance"), *decide)?;
    orders.check(&root.child("orders"))?;
    if let Err(Refusal { key, found, allowed }) = assumptions.resolve() {
        return root.child("assumptions").child(key).wrong(found, allowed, "remove the key to keep what the named set says");
    }
    check_buckets(&root.child("buckets"), strategy)?;
    if let Some(Err(wrong)) = lifecycle.as_ref().map(LifeCycleRule::check) {
        return contradiction(&root.child("lifecycle"), &wrong);
    }
    if let Some(Err(wrong)) = classifier.as_ref().map(RegimeRule::check) {
        return contradiction(&root.child("classifier"), &wrong);
    }
    checklist.as_ref().map_or(Ok(()), |list| list.check(&root.child("checklist")))?;
    adaptive.as_ref().map_or(Ok(()), |adaptive| adaptive.check(&root.child("adaptive"), strategy))?;
    waterfall.as_ref().map_or(Ok(()), |waterfall: &Waterfall| waterfall.check(&root.child("waterfall"), strategy))?;
    limits::check(&root, strategy)?;
    tax.as_ref().map_or(Ok(()), |tax| tax.check(&root.child("tax")))?;
    let Some(tune) = tune else { return Ok(()) };
    let key = root.child("tune");
    match &tune.balance {
        Some(balance) if !strategy.buckets.contains_key(balance) => {
            key.child("balance").wrong(format!("no bucket {balance:?}"), "a bucket of this strategy", bucket_names(balance, strategy))
        }
        _ => tune.check(&key),
    }
}

fn contradiction(key: &Key, found: &Contradiction) -> Checked {
    key.below(found.key).wrong(found.found.clone(), found.expected, found.fix)
}

fn check_buckets(key: &Key, strategy: &Strategy) -> Checked {
    if strategy.buckets.is_empty() {
        return key.wrong("no bucket", "at least one [buckets.<name>]", "split the equity into buckets whose weights sum to 1");
    }
    for (name, bucket) in &strategy.buckets {
        check_bucket(&key.child(name), &Within { name, bucket, strategy })?;
    }
    let sum: f64 = strategy.buckets.values().map(|bucket| bucket.weight).sum();
    if (sum - 1.0).abs() > 1e-9 {
        let listed: Vec<String> = strategy.buckets.iter().map(|(name, bucket)| format!("{name} {}", bucket.weight)).collect();
        return key.wrong(
            format!("the weights sum to {sum:.6} ({})", listed.join(", ")),
            "a sum of 1",
            "put what is left over into a bucket that holds \"cash\"",
        );
    }
    Ok(())
}

fn check_bucket(key: &Key, within: &Within) -> Checked {
    let Within { bucket, strategy, .. } = *within;
    let Bucket {
        weight,
        hold,
        weigh,
        review,
        leverage,
        liquidation_distance,
        after_liquidation,
        orders,
        stop,
        take_profit,
        entry,
        exit,
        top_up,
        staking,
        interest,
        // What may stand on which bucket is looked at by kind, and the rules of entries and exits check themselves.
        direction: _,
        margin: _,
        score: _,
        enter_above: _,
        enter_below: _,
        checklist: _,
        exit_score: _,
        time_stop: _,
        cooldown: _,
        // With the strategy's.
        limits: _,
    } = bucket;
    // A bucket may begin with nothing only where a table of weights gives it something later.
    if *weight != 0.0 || strategy.adaptive.is_none() {
        key.child("weight").share(*weight)?;
    }
    check_hold(key, hold, within)?;
    let rules = Rules::of(bucket);
    kinds::check(key, bucket, &rules)?;
    if matches!(hold, Hold::Perp(_) | Hold::Hedge(_)) {
        check_leverage(&key.child("leverage"), leverage.as_ref(), within)?;
    }
    if let Hold::Spot(selection) | Hold::Perp(selection) = hold {
        weigh.check(key, (if matches!(hold, Hold::Spot(_)) { "spot" } else { "perp" }, selection))?;
    }
    review.map_or(Ok(()), |review| key.child("review").falls_on(review, strategy.decide))?;
    stop.map_or(Ok(()), |stop| stop.check(&key.child("stop"), bucket))?;
    take_profit.map_or(Ok(()), |target| target.check(&key.child("take_profit"), bucket))?;
    liquidation_distance.map_or(Ok(()), |distance| distance.check(&key.child("liquidation_distance")))?;
    orders.map_or(Ok(()), |orders| orders.check(&key.child("orders")))?;
    after_liquidation.check(&key.child("after_liquidation"), within)?;
    entry.map_or(Ok(()), |gate| gate.check(&key.child("entry")))?;
    exit.as_ref().map_or(Ok(()), |exit: &ExitKeys| exit.check(&key.child("exit")))?;
    rules.all().try_for_each(|rule| rule.check(key, within))?;
    yields::check(key, staking, *interest)?;
    top_up.as_ref().map_or(Ok(()), |top_up| top_up.check(&key.child("top_up"), strategy))
}

/// What is held.
fn check_hold(key: &Key, hold: &Hold, within: &Within) -> Checked {
    let place = key.child("hold");
    match hold {
        Hold::Cash => Ok(()),
        Hold::Spot(selection) => selection.check(&place.child("spot"), within),
        Hold::Perp(selection) => selection.check(&place.child("perp"), within),
        Hold::Hedge(hedge) => hedge.check(&place.child("hedge"), within.strategy),
    }
}

/// Perpetuals must say theirs.
fn check_leverage(key: &Key, leverage: Option<&Leverage>, within: &Within) -> Checked {
    match leverage {
        Some(leverage) => leverage.check(key, within),
        None => key.wrong("missing", "notional over margin, at least 1", "say leverage = { open = 2.0 }"),
    }
}
