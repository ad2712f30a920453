//! The tables that belong to the signals: life cycle, checklist, classifier, weights by phase; and what buckets ask of them.

use super::{Checked, Key, names};
use crate::signal::Contradiction;
use crate::signal::lifecycle::LifeCycleRule;
use crate::signal::regime::RegimeRule;
use crate::strategy::checklist::{Checklist, Criterion, Measure};
use crate::strategy::{Bucket, Hedge, Hold, Margin, OrderKind, Selection, Strategy};

fn contradiction(key: &Key, found: &Contradiction) -> Checked {
    let place = found.key.split('.').filter(|part| !part.is_empty()).fold(key.clone(), |key, part| key.child(part));
    place.wrong(found.found.clone(), found.expected, found.way_out)
}

/// The life cycle, the classifier, the tables it switches, the checklist.
pub(super) fn check_signals(root: &Key, strategy: &Strategy) -> Checked {
    if let Some(Err(wrong)) = strategy.lifecycle.as_ref().map(LifeCycleRule::check) {
        return contradiction(&root.child("lifecycle"), &wrong);
    }
    if let Some(Err(wrong)) = strategy.classifier.as_ref().map(RegimeRule::check) {
        return contradiction(&root.child("classifier"), &wrong);
    }
    if let Some(list) = &strategy.checklist {
        check_list(&root.child("checklist"), list)?;
    }
    if let Some((name, _)) = strategy.buckets.iter().find(|(_, bucket)| bucket.checklist && strategy.checklist.is_none()) {
        let place = root.child("buckets").child(name).child("checklist");
        return place.wrong("true, without a checklist", "a [checklist] of the strategy", "write the criteria, or remove the key");
    }
    let Some(adaptive) = &strategy.adaptive else { return Ok(()) };
    let key = root.child("adaptive");
    if strategy.classifier.is_none() {
        return key.wrong("without a classifier", "a [classifier] beside it", "say how the phase is told: classifier = { trend = {} }");
    }
    key.child("turnover_per_day").share(adaptive.turnover_per_day)?;
    for (phase, table) in [("bull", &adaptive.bull), ("bear", &adaptive.bear), ("sideways", &adaptive.sideways)] {
        let place = key.child(phase);
        for (bucket, &weight) in table {
            if !strategy.buckets.contains_key(bucket) {
                return place.child(bucket).wrong("no such bucket", "a bucket of this strategy", names(strategy));
            }
            if !(0.0..=1.0).contains(&weight) {
                return place.child(bucket).wrong(weight.to_string(), "from 0 to 1", "0.05 is five per cent");
            }
        }
        let sum: f64 = table.values().sum();
        if (sum - 1.0).abs() > 1e-9 {
            return place.wrong(
                format!("the weights sum to {sum:.6}"),
                "a sum of 1",
                "put what is left over into a bucket that holds \"cash\"",
            );
        }
    }
    Ok(())
}

fn check_list(key: &Key, list: &Checklist) -> Checked {
    if list.criteria.is_empty() {
        return key.child("criteria").wrong("no criterion", "at least one", "remove the checklist to ask nothing");
    }
    if let Some(pass) = list.pass
        && !(1..=list.criteria.len()).contains(&pass)
    {
        let most = list.criteria.len();
        return key.child("pass").wrong(
            pass.to_string(),
            format!("from 1 to {most}, the criteria there are"),
            "remove the key to ask for all",
        );
    }
    for (name, criterion) in &list.criteria {
        let place = key.child("criteria").child(name);
        if criterion.above.is_none() && criterion.below.is_none() {
            return place.wrong("no threshold", "above or below", "say which side of which number it must lie on");
        }
        for (side, value) in [("above", criterion.above), ("below", criterion.below)] {
            place.child(side).number(value, "0.05 is five per cent")?;
        }
        check_measure(&place, criterion)?;
    }
    Ok(())
}

/// Sides of a measure that is never there, or always.
fn check_measure(place: &Key, criterion: &Criterion) -> Checked {
    if let (Some(above), Some(below)) = (criterion.above, criterion.below)
        && above >= below
    {
        let found = format!("{above}, with below {below}: no value is in between");
        return place.child("above").wrong(found, "less than below", "swap them, or keep one");
    }
    match criterion.measure {
        Measure::NarrativeFunding8h(0) => {
            place.child("measure").child("narrative_funding8h").wrong("0", "at least 1", "9 are three days of eight-hour funding")
        }
        Measure::NarrativeFunding8h(_) => {
            let sides = [("above", criterion.above), ("below", criterion.below)];
            sides.into_iter().try_for_each(|(side, value)| value.map_or(Ok(()), |rate| place.child(side).funding_rate(rate)))
        }
        Measure::NarrativeBreadth(_) | Measure::NarrativeVolumeShare(_) => {
            if let Some(above) = criterion.above.filter(|&above| above >= 1.0) {
                return place.child("above").wrong(above.to_string(), "below 1: a share is at most all", "0.5 is half");
            }
            match criterion.below.filter(|&below| below <= 0.0) {
                Some(below) => place.child("below").wrong(below.to_string(), "above 0: a share is at least nothing", "0.5 is half"),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

pub(super) fn check_stages(key: &Key, selection: &Selection, strategy: &Strategy) -> Checked {
    let Some(gate) = &selection.stages else { return Ok(()) };
    let place = key.child("stages");
    if strategy.lifecycle.is_none() {
        return place.wrong("stages without a life cycle", "a [lifecycle] of the strategy", "add one, or remove the key");
    }
    if gate.enter.is_empty() {
        return place.child("enter").wrong(
            "no stage",
            "at least one, as \"emerging\"",
            "remove the key to enter emerging and confirmed ones",
        );
    }
    Ok(())
}

pub(super) fn check_hedge(key: &Key, hedge: &Hedge, strategy: &Strategy) -> Checked {
    if !strategy.buckets.get(&hedge.of).is_some_and(|of| matches!(of.hold, Hold::Spot(_))) {
        return key.child("of").wrong(format!("{:?}", hedge.of), "a bucket that holds spot", names(strategy));
    }
    if !(hedge.ratio > 0.0 && hedge.ratio <= 2.0) {
        return key.child("ratio").wrong(hedge.ratio.to_string(), "above 0, at most 2", "0.5 hedges half");
    }
    hedge.collateral_haircut.map_or(Ok(()), |haircut| check_collateral(key, haircut, hedge, strategy))
}

/// What is paid with coins is paid at an open, or when the venue takes the pool over; so nothing else of the bucket acts inside a bar, and no other pool
/// counts on the same coins.
fn check_collateral(key: &Key, haircut: f64, hedge: &Hedge, strategy: &Strategy) -> Checked {
    let key = key.child("collateral_haircut");
    if !(0.0..1.0).contains(&haircut) {
        return key.wrong(haircut.to_string(), "at least 0, below 1", "0.05 counts 95 % of the coins' value");
    }
    let counts = |bucket: &&Bucket| match &bucket.hold {
        Hold::Hedge(other) => other.of == hedge.of && other.collateral_haircut.is_some(),
        _ => false,
    };
    let all: Vec<&Bucket> = strategy.buckets.values().filter(counts).collect();
    if all.len() > 1 {
        return key.wrong(
            format!("{} hedges count on the coins of {:?}", all.len(), hedge.of),
            "one pool that a coin stands behind",
            "remove it from the others",
        );
    }
    let bucket = all[0];
    let found = [
        ("isolated margin", bucket.margin != Margin::Cross),
        ("a stop", bucket.stop.is_some()),
        ("a target", bucket.take_profit.is_some()),
        ("limit orders", bucket.orders.as_ref().unwrap_or(&strategy.orders).kind == OrderKind::Limit),
    ];
    match found.iter().find(|(_, is)| *is) {
        Some((what, _)) => key.wrong(
            format!("coins behind shorts with {what}"),
            "margin = \"cross\", market orders, no stop and no target",
            "change that of the bucket, or remove the key",
        ),
        None => Ok(()),
    }
}
