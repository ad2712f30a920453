//! What a strategy forbids itself: the risk checklist as limits, each with its basis spelled out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::key::{Checked, Key};
use crate::strategy::{Bucket, Hold, Holding, Margin, OrderKind, PlanBucket, Strategy};
use crate::units::BucketId;

/// Limits of the whole strategy, or of one bucket: a key of the bucket takes the place of the strategy's.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// An order that opens or adds is at most this share of the dollars traded in the 24 hours before it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_of_day_volume: Option<f64>,
    /// A position is at most this share of the whole equity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionLimit>,
    /// A bucket without a stop is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_required: Option<bool>,
    /// A rung of a bucket's leverage outside this range is refused: an entry may be made at any of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leverage_at_entry: Option<LeverageRange>,
    /// A bucket whose orders are no limits is refused. Stops and what the venue forces are takers all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_orders_only: Option<bool>,
    /// Of the whole strategy only: what all buckets of perpetuals may be together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub futures: Option<Futures>,
}

/// The largest position, and by what it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionLimit {
    /// Share of the whole equity, as of the last close.
    pub max: f64,
    /// Of what.
    pub of: Basis,
}

/// What of a position is held against the equity, as if it were entered at the last close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Notional over leverage. Perpetuals only: spot has none and is not limited by it.
    Margin,
    /// Quantity times price.
    Notional,
    /// What price alone costs down to the nearest stop; of an isolated position never more than its margin.
    RiskToStop,
}

impl Basis {
    /// Its word in strategies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Margin => "margin",
            Self::Notional => "notional",
            Self::RiskToStop => "risk_to_stop",
        }
    }
}

/// The lowest and the highest leverage, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeverageRange {
    /// The lowest that is allowed.
    pub min: f64,
    /// The highest.
    pub max: f64,
}

/// The sum of all buckets of perpetuals, as a share of equity.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Futures {
    /// Their weights sum to at least this.
    pub min: f64,
    /// And to at most this. Where they have grown beyond it, their free cash leaves them, as far as it reaches.
    pub max: f64,
    /// The cash bucket it goes to.
    pub sweep_to: String,
}

/// [`Futures`] with its bucket resolved.
#[derive(Clone, Copy, Debug)]
pub struct PlanFutures {
    pub max: f64,
    pub sweep_to: BucketId,
}

impl Limits {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Those in force where these stand above others.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let Self { order_of_day_volume, position, stop_required, leverage_at_entry, limit_orders_only, futures: _ } = self;
        Self {
            order_of_day_volume: order_of_day_volume.or(other.order_of_day_volume),
            position: position.or(other.position),
            stop_required: stop_required.or(other.stop_required),
            leverage_at_entry: leverage_at_entry.or(other.leverage_at_entry),
            limit_orders_only: limit_orders_only.or(other.limit_orders_only),
            futures: None,
        }
    }
}

impl PositionLimit {
    /// What of one dollar of notional counts, at a leverage; `atr` is the average true range over the price, where it is known. `None`: nothing
    /// of such a position is limited.
    #[must_use]
    pub fn of_notional(&self, bucket: &PlanBucket, leverage: f64, atr: Option<f64>) -> Option<f64> {
        let perp = bucket.holding == Holding::Perp;
        let margin = 1.0 / leverage;
        match self.of {
            Basis::Margin => perp.then_some(margin),
            Basis::Notional => Some(1.0),
            Basis::RiskToStop => {
                let stop = bucket.stop?;
                let all = if perp && bucket.margin == Margin::Isolated { margin } else { 1.0 };
                let distances = [
                    stop.loss_of_margin.map(|share| share * margin),
                    stop.from_entry,
                    stop.trailing,
                    stop.atr.zip(atr).map(|(rule, atr)| rule.multiple * atr),
                ];
                Some(distances.into_iter().flatten().fold(all, f64::min))
            }
        }
    }
}

pub(super) fn check(root: &Key, strategy: &Strategy) -> Checked {
    check_numbers(&root.child("limits"), &strategy.limits)?;
    for (name, bucket) in &strategy.buckets {
        let key = root.child("buckets").child(name);
        check_own(&key.child("limits"), bucket)?;
        if bucket.hold != Hold::Cash {
            check_bucket(&key, bucket, strategy)?;
        }
    }
    check_futures(&root.child("limits").child("futures"), strategy)
}

fn check_numbers(key: &Key, limits: &Limits) -> Checked {
    // What is required of a bucket is held against it below.
    let Limits { order_of_day_volume, position, stop_required: _, leverage_at_entry, limit_orders_only: _, futures: _ } = limits;
    if let Some(share) = *order_of_day_volume {
        key.child("order_of_day_volume").share(share)?;
    }
    if let Some(PositionLimit { max, of: _ }) = *position {
        key.child("position").child("max").share(max)?;
    }
    if let Some(LeverageRange { min, max }) = *leverage_at_entry
        && !(1.0 <= min && min <= max && max.is_finite())
    {
        return key.child("leverage_at_entry").wrong(
            format!("from {min} to {max}"),
            "1 ≤ min ≤ max",
            "{ min = 2.0, max = 5.0 } is two to five dollars of notional a dollar of margin",
        );
    }
    Ok(())
}

/// What a bucket says for itself.
fn check_own(key: &Key, bucket: &Bucket) -> Checked {
    let limits = &bucket.limits;
    check_numbers(key, limits)?;
    if limits.futures.is_some() {
        return key.child("futures").wrong(
            "on a bucket",
            "only in the strategy's [limits]",
            "it speaks of all buckets of perpetuals together",
        );
    }
    let perp = matches!(bucket.hold, Hold::Perp(_) | Hold::Hedge(_));
    if !perp && limits.position.is_some_and(|position| position.of == Basis::Margin) {
        return key.child("position").child("of").wrong("margin, on a spot bucket", "notional or risk_to_stop", "spot has no margin");
    }
    if !perp && limits.leverage_at_entry.is_some() {
        return key.child("leverage_at_entry").wrong(
            "on a spot bucket",
            "only on a bucket that holds perpetuals",
            "remove it, or hold = { perp = … }",
        );
    }
    Ok(())
}

/// Whether a bucket keeps the limits in force for it, as far as its keys tell.
fn check_bucket(key: &Key, bucket: &Bucket, strategy: &Strategy) -> Checked {
    let limits = bucket.limits.over(&strategy.limits);
    if bucket.stop.is_none() {
        if limits.stop_required == Some(true) {
            return key.child("stop").wrong(
                "missing",
                "a stop, by limits.stop_required",
                "add one, as in stop = { from_entry = 0.2 }; limits = { stop_required = false } exempts the bucket",
            );
        }
        if limits.position.is_some_and(|position| position.of == Basis::RiskToStop) {
            return key.child("stop").wrong(
                "missing",
                "a stop, by which limits.position measures",
                "add one, as in stop = { from_entry = 0.2 }, or limit the bucket's positions by notional in limits of its own",
            );
        }
    }
    if let (Some(LeverageRange { min, max }), Some(leverage)) = (limits.leverage_at_entry, bucket.leverage) {
        for (level, leverage) in leverage.rungs() {
            if !(min..=max).contains(&leverage) {
                return key.child("leverage").child(level).wrong(
                    leverage.to_string(),
                    format!("from {min} to {max}, by limits.leverage_at_entry"),
                    "change one of the two; a bucket may have limits of its own",
                );
            }
        }
    }
    let kind = bucket.orders.unwrap_or(strategy.orders).kind;
    if limits.limit_orders_only == Some(true) && kind != OrderKind::Limit {
        return key.child("orders").child("kind").wrong(
            "market orders",
            "kind = \"limit\", by limits.limit_orders_only",
            "say orders = { kind = \"limit\" } here or for the whole strategy; limits = { limit_orders_only = false } exempts the bucket",
        );
    }
    Ok(())
}

fn check_futures(key: &Key, strategy: &Strategy) -> Checked {
    let Some(Futures { min, max, sweep_to }) = &strategy.limits.futures else { return Ok(()) };
    if !(0.0 <= *min && min <= max && *max <= 1.0) {
        return key.wrong(format!("from {min} to {max}"), "0 ≤ min ≤ max ≤ 1", "{ min = 0.05, max = 0.15, … } is 5 to 15 % of equity");
    }
    key.child("sweep_to").cash_bucket(sweep_to, strategy)?;
    let perps = || strategy.buckets.iter().filter(|(_, bucket)| matches!(bucket.hold, Hold::Perp(_)));
    let sum: f64 = perps().map(|(_, bucket)| bucket.weight).sum();
    if sum < min - 1e-9 || sum > max + 1e-9 {
        let listed: Vec<String> = perps().map(|(name, bucket)| format!("{name} {}", bucket.weight)).collect();
        let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
        return key.wrong(
            format!("the buckets of perpetuals weigh {sum:.6} ({listed})"),
            format!("from {min} to {max}"),
            "change their weights, or the limit",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::strategy::StrategyFile;

    fn strategy(perps: &str) -> Strategy {
        let text = format!(
            "name = \"n\"\nabout = \"a\"\nregime = \"any\"\nrebalance = {{ every = \"7d\" }}\n[buckets.perps]\nweight = 0.15\n{perps}\n\
             [buckets.rest]\nweight = 0.85\nhold = \"cash\"\n"
        );
        StrategyFile::parse(Path::new("limits.toml"), text).unwrap_or_else(|fault| panic!("{fault}")).strategy
    }

    #[test]
    fn a_key_of_the_bucket_takes_the_place_of_the_strategys() {
        let whole = Limits { stop_required: Some(true), order_of_day_volume: Some(0.01), ..Limits::default() };
        let own = Limits { stop_required: Some(false), ..Limits::default() };
        let in_force = own.over(&whole);
        assert_eq!((in_force.stop_required, in_force.order_of_day_volume), (Some(false), Some(0.01)));
    }

    #[test]
    fn what_was_read_is_written_as_it_was() {
        let read =
            strategy("hold = { perp = { count = 3 } }\nleverage = { open = 2.0 }\nlimits = { position = { max = 0.05, of = \"margin\" } }");
        let written = toml::Table::try_from(&read).expect("a table");
        assert!(!written.contains_key("limits") && written["buckets"]["perps"]["limits"]["position"]["of"].as_str() == Some("margin"));
    }
}
