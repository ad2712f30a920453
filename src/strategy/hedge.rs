//! Shorts against what another bucket holds on spot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::bucket_names::bucket_names;
use crate::strategy::key::{Checked, Key};
use crate::strategy::spans::quarter;
use crate::strategy::{Bucket, Hold, Margin, OrderKind, Strategy};
use crate::units::Span;

/// Shorts against a bucket's spot.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hedge {
    /// The spot bucket that is hedged.
    pub of: String,
    /// Notional of the shorts over what they hedge: 0.5 is half.
    pub ratio: f64,
    /// `"notional"` (default): each coin by its own perpetual, where it has one; `"beta"`: all of it by the benchmark's perpetual, each coin weighed
    /// by its beta.
    #[serde(default)]
    pub by: HedgeBy,
    /// The span betas are estimated over. Default 90d.
    #[serde(default = "quarter")]
    pub span: Span,
    /// The hedged coins stand behind the shorts, beside the bucket's own cash, at their value less this part: 0.05 counts 95 %. They are sold when the
    /// shorts owe, so that more than the bucket's own money can be lost. Absent: they do not. Needs `margin = "cross"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collateral_haircut: Option<f64>,
}

impl Hedge {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, strategy: &Strategy) -> Checked {
        let Self { of, ratio, by: _, span: _, collateral_haircut } = self;
        if !strategy.buckets.get(of).is_some_and(|of| matches!(of.hold, Hold::Spot(_))) {
            return key.child("of").wrong(format!("{of:?}"), "a bucket that holds spot", bucket_names(of, strategy));
        }
        if !(*ratio > 0.0 && *ratio <= 2.0) {
            return key.child("ratio").wrong(ratio.to_string(), "above 0, at most 2", "0.5 hedges half");
        }
        collateral_haircut.map_or(Ok(()), |haircut| self.check_collateral(&key.child("collateral_haircut"), haircut, strategy))
    }

    /// What is paid with coins is paid at an open, or when the venue takes the pool over; so nothing else of the bucket acts inside a bar, and no other
    /// pool counts on the same coins.
    fn check_collateral(&self, key: &Key, haircut: f64, strategy: &Strategy) -> Checked {
        if !(0.0..1.0).contains(&haircut) {
            return key.wrong(haircut.to_string(), "at least 0, below 1", "0.05 counts 95 % of the coins' value");
        }
        let counts = |bucket: &&Bucket| match &bucket.hold {
            Hold::Hedge(other) => other.of == self.of && other.collateral_haircut.is_some(),
            _ => false,
        };
        let all: Vec<&Bucket> = strategy.buckets.values().filter(counts).collect();
        if all.len() > 1 {
            return key.wrong(
                format!("{} hedges count on the coins of {:?}", all.len(), self.of),
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
}

/// What of the hedged coins is matched: their value, or their value times their beta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HedgeBy {
    #[default]
    Notional,
    Beta,
}
