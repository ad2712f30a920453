//! Thresholds that nothing can reach or everything has passed: a rule with one reads like a rule and never speaks.

use super::{Checked, Key};
use crate::market::Tier;
use crate::strategy::{Bucket, Hold, Score, Selection, Strategy, Weigh};
use crate::units::Direction;

/// A settlement moves less than the whole notional (`market/rates.rs` refuses others); no threshold for eight hours is meant to lie beyond it.
const WHOLE: f64 = 1.0;

impl Key {
    /// A rate of funding, as a fraction of notional per 8 h.
    pub(in crate::strategy) fn funding_rate(&self, value: f64) -> Checked {
        if value.abs() < WHOLE {
            return Ok(());
        }
        self.wrong(
            format!("{value} per 8 h"),
            "a fraction of notional per 8 h between -1 and 1: no settlement is as large",
            "0.0005 is 0.05 % per 8 h; 5 % is 0.05",
        )
    }
}

pub(super) fn check(key: &Key, bucket: &Bucket, strategy: &Strategy) -> Checked {
    check_gates(key, bucket)?;
    check_scores(key, bucket)?;
    check_stops(key, bucket)?;
    check_rungs(key, bucket, strategy)?;
    match &bucket.hold {
        Hold::Spot(selection) => check_choice(key, "spot", selection, bucket),
        Hold::Perp(selection) => check_choice(key, "perp", selection, bucket),
        Hold::Cash | Hold::Hedge(_) => Ok(()),
    }
}

fn check_gates(key: &Key, bucket: &Bucket) -> Checked {
    if let Some(gate) = bucket.entry {
        let place = key.child("entry");
        if gate.narrative_breadth_below.is_none() && gate.pays_8h_at_most.is_none() {
            return place.wrong("empty", "narrative_breadth_below or pays_8h_at_most", "remove the key to ask nothing more");
        }
        if let Some(breadth) = gate.narrative_breadth_below {
            let place = place.child("narrative_breadth_below");
            if !(0.0..1.0).contains(&breadth) {
                return place.wrong(breadth.to_string(), "from 0, below 1: every breadth is", "0.5 is half of the members");
            }
        }
        gate.pays_8h_at_most.map_or(Ok(()), |rate| place.child("pays_8h_at_most").funding_rate(rate))?;
    }
    let unless = bucket.time_stop.map(|rule| rule.unless);
    key.child("time_stop").child("unless").number(unless, "0.05 keeps what is five per cent better than its entry")
}

/// The least a score can be, where it has such a bound: a price cannot fall by more than all of itself.
fn floor(score: Score) -> Option<f64> {
    match score {
        Score::Momentum(_) | Score::Oversold(_) | Score::OverTrailingValue(_) => Some(-1.0),
        Score::AgainstBtc(_) | Score::Residual(_) => None,
    }
}

fn check_scores(key: &Key, bucket: &Bucket) -> Checked {
    let Some(floor) = bucket.score.and_then(floor) else { return Ok(()) };
    let exit = bucket.exit_score.and_then(|exit| exit.below);
    for (place, value) in [(key.child("enter_below"), bucket.enter_below), (key.child("exit_score").child("below"), exit)] {
        if let Some(value) = value.filter(|&value| value <= floor) {
            let expected = format!("above {floor}: this score is never as low");
            return place.wrong(value.to_string(), expected, "-0.10 is a return of minus ten per cent");
        }
    }
    Ok(())
}

/// A long's stop below every price there is.
fn check_stops(key: &Key, bucket: &Bucket) -> Checked {
    let Some(stop) = bucket.stop.filter(|_| bucket.direction == Direction::Long && !matches!(bucket.hold, Hold::Hedge(_))) else {
        return Ok(());
    };
    for (name, share) in [("from_entry", stop.from_entry), ("trailing", stop.trailing)] {
        if share == Some(1.0) {
            let place = key.child("stop").child(name);
            return place.wrong("1, a long's stop at a price of 0", "above 0, below 1", "0.2 leaves a fifth below");
        }
    }
    Ok(())
}

/// Rungs of leverage that are never stood on.
fn check_rungs(key: &Key, bucket: &Bucket, strategy: &Strategy) -> Checked {
    let Some(leverage) = bucket.leverage.filter(|_| strategy.lifecycle.is_none()) else { return Ok(()) };
    let place = key.child("leverage");
    if leverage.crowded.is_some() {
        let way_out = "only its stages tell a crowded narrative: add [lifecycle], or remove the key";
        return place.child("crowded").wrong("without a life cycle", "a [lifecycle] of the strategy", way_out);
    }
    if leverage.confirmed.is_some() && bucket.score.is_none() {
        let way_out = "add score = { momentum = \"30d\" }, over whose span breadth confirms, or [lifecycle], or remove the key";
        return place.child("confirmed").wrong("without a score and without a life cycle", "one of them", way_out);
    }
    Ok(())
}

fn check_choice(key: &Key, holds: &str, selection: &Selection, bucket: &Bucket) -> Checked {
    let place = key.child("hold").child(holds);
    if let (Some([first, last]), Some(tiers)) = (selection.rank, &selection.tier) {
        // Tiers are bands of ranks, one after the other: a band of ranks has those from that of its first to that of its last.
        let has = |tier: &Tier| (Tier::of_rank(first)..=Tier::of_rank(last)).contains(tier);
        if !tiers.iter().any(has) {
            let way_out = "large is up to rank 20, mid up to 100, small beyond: keep one of the two";
            return place.child("tier").wrong(format!("no tier of rank [{first}, {last}]"), "a tier that lies in the band", way_out);
        }
    }
    if selection.tier.as_ref().is_some_and(Vec::is_empty) {
        return place.child("tier").wrong("an empty list", "at least one of large, mid and small", "remove the key to consider all");
    }
    if selection.narratives.is_some() && bucket.weigh != Weigh::Equal {
        let way_out = "with narratives each coin has a place of the same size: remove the key, or choose by count";
        return key.child("weigh").wrong("beside narratives", "\"equal\"", way_out);
    }
    if let (Weigh::Fixed(shares), Some(assets)) = (&bucket.weigh, &selection.assets)
        && let Some(stray) = shares.keys().find(|name| !assets.contains(name))
    {
        let way_out = "list it there too, or remove its share";
        return key.child("weigh").child("fixed").child(stray).wrong(
            format!("a share of {stray}, which is not in hold.{holds}.assets"),
            "a coin of that list",
            way_out,
        );
    }
    Ok(())
}
