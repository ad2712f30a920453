//! Which keys of a bucket say something, by what the bucket holds. A key that nothing would look at is refused: a rule somebody relies on must not be
//! silently without effect.

use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::Kind::{self, Cash, Hedge, Perp, Spot};
use crate::strategy::rule::{CHOICE, MARGIN, POSITION, Rules};
use crate::strategy::{AfterLiquidation, Bucket, Limits, Margin, Weigh};
use crate::units::Direction;

/// A key, whether the bucket has it, and the buckets it says something on. What was written as its own default cannot be told from what was not.
struct Row {
    key: &'static str,
    set: bool,
    on: &'static [Kind],
}

/// The table. Taken apart in full, so that a new key cannot be forgotten here.
fn rows(bucket: &Bucket, rules: &Rules) -> Vec<Row> {
    let Bucket {
        weight: _,
        hold: _,
        direction,
        entry,
        weigh,
        review,
        leverage,
        margin,
        liquidation_distance,
        after_liquidation,
        orders,
        stop,
        take_profit,
        exit,
        top_up,
        limits,
        staking,
        interest: _,
        // Rules, which know themselves where they say something.
        score: _,
        enter_above: _,
        enter_below: _,
        checklist: _,
        exit_score: _,
        time_stop: _,
        cooldown: _,
    } = bucket;
    let row = |key, set, on| Row { key, set, on };
    let first = [row("direction", *direction == Direction::Short, MARGIN), row("entry", entry.is_some(), CHOICE)];
    let of_rules = rules.all().filter_map(|rule| Some(row(rule.key()?, true, rule.on())));
    let others = [
        row("weigh", *weigh != Weigh::Equal, CHOICE),
        row("review", review.is_some(), POSITION),
        row("leverage", leverage.is_some(), MARGIN),
        row("leverage.confirmed", leverage.is_some_and(|leverage| leverage.confirmed.is_some()), &[Perp]),
        row("leverage.crowded", leverage.is_some_and(|leverage| leverage.crowded.is_some()), &[Perp]),
        row("margin", *margin == Margin::Cross, MARGIN),
        row("liquidation_distance", liquidation_distance.is_some(), &[Perp]),
        row("after_liquidation", *after_liquidation != AfterLiquidation::StayOut, MARGIN),
        row("orders", orders.is_some(), POSITION),
        row("stop", stop.is_some(), POSITION),
        row("take_profit", take_profit.is_some(), POSITION),
        row("exit", exit.is_some(), CHOICE),
        row("top_up", top_up.is_some(), MARGIN),
        row("limits", *limits != Limits::default(), POSITION),
        row("limits.position", limits.position.is_some(), CHOICE),
        row("limits.order_of_day_volume", limits.order_of_day_volume.is_some(), CHOICE),
        row("staking", !staking.is_empty(), &[Spot]),
    ];
    first.into_iter().chain(of_rules).chain(others).collect()
}

/// Refuses the first key that would have no effect on what the bucket holds.
pub(super) fn check(key: &Key, bucket: &Bucket, rules: &Rules) -> Checked {
    let kind = Kind::of(&bucket.hold);
    let Some(Row { key: name, on, .. }) = rows(bucket, rules).into_iter().find(|row| row.set && !row.on.contains(&kind)) else {
        return Ok(());
    };
    let place = key.below(name);
    match (kind, name) {
        (Cash, _) => place.wrong("a rule on a bucket of cash", "no such key", "remove it, or let the bucket hold something"),
        (Spot, "direction") => place.wrong("short spot", "long", "shorts are made with perpetuals: hold = { perp = … }"),
        (Spot, _) => place.wrong("on a spot bucket", "only on a bucket that holds perpetuals", "remove it, or hold = { perp = … }"),
        (Perp | Hedge, "staking") => {
            let fix = "a perpetual is no coin: remove it, or hold = { spot = … }";
            place.wrong("on a bucket of perpetuals", "only on a spot bucket", fix)
        }
        (Perp | Hedge, _) if on.contains(&Spot) => {
            place.wrong("a rule of choice on a hedge", "no such key", "a hedge follows the bucket it stands against: remove it")
        }
        (Perp | Hedge, _) => {
            let fix = "a hedge takes the leverage it says, whatever a narrative does: remove it";
            place.wrong("on a hedge", "only on a bucket that chooses its perpetuals", fix)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::strategy::StrategyFile;

    /// What is found of a hedge with one more key.
    fn hedge(more: &str) -> Option<String> {
        let text = format!(
            "name = \"n\"\nabout = \"a\"\nregime = \"any\"\nrebalance = {{ every = \"7d\" }}\n[buckets.coins]\nweight = 0.5\nhold = {{ spot = {{}} }}\n\
             [buckets.hedge]\nweight = 0.5\nhold = {{ hedge = {{ of = \"coins\", ratio = 0.5 }} }}\n{more}\n"
        );
        StrategyFile::parse(Path::new("kinds.toml"), text).map_err(|fault| fault.found).err()
    }

    #[test]
    fn a_hedge_takes_what_works_on_it_and_nothing_else() {
        let plain = "leverage = { open = 2.0 }";
        for fine in [
            "margin = \"cross\"",
            "stop = { from_entry = 0.5 }",
            "cooldown = \"3d\"",
            "limits = { leverage_at_entry = { min = 1.0, max = 3.0 } }",
        ] {
            assert_eq!(hedge(&format!("{plain}\n{fine}")), None, "{fine}");
        }
        for (idle, found) in [
            ("weigh = \"cap\"", "`buckets.hedge.weigh`: a rule of choice on a hedge"),
            ("liquidation_distance = { moves = 2.0, horizon = \"7d\" }", "`buckets.hedge.liquidation_distance`: on a hedge"),
            ("limits = { order_of_day_volume = 0.1 }", "`buckets.hedge.limits.order_of_day_volume`: a rule of choice on a hedge"),
            ("staking = { ETH = 0.03 }", "`buckets.hedge.staking`: on a bucket of perpetuals"),
        ] {
            assert_eq!(hedge(&format!("{plain}\n{idle}")).as_deref(), Some(found));
        }
        assert_eq!(hedge("leverage = { open = 2.0, confirmed = 3.0 }").as_deref(), Some("`buckets.hedge.leverage.confirmed`: on a hedge"));
    }
}
