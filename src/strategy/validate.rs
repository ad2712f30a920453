//! What a strategy may not say, beyond what its types forbid. Every refusal names the key and what is allowed. Tables are taken apart in full here, so that
//! a new key is thought of; each table and each rule checks its own.

mod called;
mod kinds;

use crate::exchange::Refusal;
use crate::signal::Contradiction;
use crate::signal::lifecycle::LifeCycleRule;
use crate::signal::regime::RegimeRule;
use crate::strategy::bucket_names::bucket_names;
use crate::strategy::key::{Checked, Key, Wrong};
use crate::strategy::rule::{Rules, Within};
use crate::strategy::{Bucket, ExitKeys, Hold, Leverage, Strategy, Waterfall, limits, yields};

/// Everything that is refused, in the order in which it is found. What looks at the strategy as a whole is asked only where each of its parts is sound: it would
/// refuse what only follows from a mistake that is told.
pub(super) fn check(strategy: &Strategy) -> Result<(), Vec<Wrong>> {
    let mut refused = Refused::default();
    parts(strategy, &mut refused);
    if refused.0.is_empty() {
        whole(strategy, &mut refused);
    }
    if refused.0.is_empty() { Ok(()) } else { Err(refused.0) }
}

/// What was refused so far.
#[derive(Default)]
struct Refused(Vec<Wrong>);

impl Refused {
    fn note(&mut self, checked: Checked) {
        self.0.extend(checked.err());
    }
}

/// Each table by itself.
fn parts(strategy: &Strategy, refused: &mut Refused) {
    let root = Key::root();
    refused.note(called::check(&root, strategy));
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
        tax,
        buckets,
        // With the whole.
        adaptive: _,
        waterfall: _,
        limits: _,
        tune: _,
    } = strategy;
    refused.note(rebalance.check(&root.child("rebalance"), *decide));
    refused.note(orders.check(&root.child("orders")));
    if let Err(Refusal { key, found, allowed }) = assumptions.resolve() {
        let key = root.child("assumptions").child(key);
        refused.note(key.wrong(found, allowed, "remove the key to keep what the named set says"));
    }
    for (name, bucket) in buckets {
        check_bucket(&root.child("buckets").child(name), &Within { name, bucket, strategy }, refused);
    }
    if let Some(Err(wrong)) = lifecycle.as_ref().map(LifeCycleRule::check) {
        refused.note(contradiction(&root.child("lifecycle"), &wrong));
    }
    if let Some(Err(wrong)) = classifier.as_ref().map(RegimeRule::check) {
        refused.note(contradiction(&root.child("classifier"), &wrong));
    }
    refused.note(checklist.as_ref().map_or(Ok(()), |list| list.check(&root.child("checklist"))));
    refused.note(tax.as_ref().map_or(Ok(()), |tax| tax.check(&root.child("tax"))));
}

/// What one table says of others.
fn whole(strategy: &Strategy, refused: &mut Refused) {
    let root = Key::root();
    let Strategy { adaptive, waterfall, tune, .. } = strategy;
    refused.note(check_weights(&root.child("buckets"), strategy));
    refused.note(adaptive.as_ref().map_or(Ok(()), |adaptive| adaptive.check(&root.child("adaptive"), strategy)));
    refused.note(waterfall.as_ref().map_or(Ok(()), |waterfall: &Waterfall| waterfall.check(&root.child("waterfall"), strategy)));
    refused.note(limits::check(&root, strategy));
    let Some(tune) = tune else { return };
    let key = root.child("tune");
    refused.note(match &tune.balance {
        Some(balance) if !strategy.buckets.contains_key(balance) => {
            key.child("balance").wrong(format!("no bucket {balance:?}"), "a bucket of this strategy", bucket_names(balance, strategy))
        }
        _ => tune.check(&key),
    });
}

fn contradiction(key: &Key, found: &Contradiction) -> Checked {
    key.below(found.key).wrong(found.found.clone(), found.expected, found.fix)
}

fn check_weights(key: &Key, strategy: &Strategy) -> Checked {
    if strategy.buckets.is_empty() {
        return key.wrong("no bucket", "at least one [buckets.<name>]", "split the equity into buckets whose weights sum to 1");
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

fn check_bucket(key: &Key, within: &Within, refused: &mut Refused) {
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
        refused.note(key.child("weight").share(*weight));
    }
    let rules = Rules::of(bucket);
    // What may not stand on its kind of bucket is not looked at any further.
    if let Err(wrong) = check_hold(key, hold, within).and_then(|()| kinds::check(key, bucket, &rules)) {
        return refused.note(Err(wrong));
    }
    if matches!(hold, Hold::Perp(_) | Hold::Hedge(_)) {
        refused.note(check_leverage(&key.child("leverage"), leverage.as_ref(), within));
    }
    if let Hold::Spot(selection) | Hold::Perp(selection) = hold {
        refused.note(weigh.check(key, (if matches!(hold, Hold::Spot(_)) { "spot" } else { "perp" }, selection)));
    }
    refused.note(review.map_or(Ok(()), |review| key.child("review").falls_on(review, strategy.decide)));
    refused.note(stop.map_or(Ok(()), |stop| stop.check(&key.child("stop"), bucket)));
    refused.note(take_profit.map_or(Ok(()), |target| target.check(&key.child("take_profit"), bucket)));
    refused.note(liquidation_distance.map_or(Ok(()), |distance| distance.check(&key.child("liquidation_distance"))));
    refused.note(orders.map_or(Ok(()), |orders| orders.check(&key.child("orders"))));
    refused.note(after_liquidation.check(&key.child("after_liquidation"), within));
    refused.note(entry.map_or(Ok(()), |gate| gate.check(&key.child("entry"))));
    // Rules are made of what an exit says.
    match exit.as_ref().map_or(Ok(()), |exit: &ExitKeys| exit.check(&key.child("exit"))) {
        Ok(()) => rules.all().for_each(|rule| refused.note(rule.check(key, within))),
        wrong => refused.note(wrong),
    }
    refused.note(yields::check(key, staking, *interest));
    refused.note(top_up.as_ref().map_or(Ok(()), |top_up| top_up.check(&key.child("top_up"), strategy)));
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
