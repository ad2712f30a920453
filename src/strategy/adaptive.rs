//! Bucket weights by market regime, reached in stages.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::regime::Regime;
use crate::strategy::Strategy;
use crate::strategy::bucket_names::bucket_names;
use crate::strategy::key::{Checked, Key};

/// One table of bucket weights a regime. While the regime is unknown the buckets' own weights hold.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adaptive {
    /// The most of the equity that changes buckets a day on the way from one table to another. Default 0.10.
    #[serde(default = "tenth")]
    pub turnover_per_day: f64,
    /// Weights by bucket, summing to 1; a bucket not named has none and leaves everything.
    pub bull: IndexMap<String, f64>,
    /// The same in a bear market.
    pub bear: IndexMap<String, f64>,
    /// Between the two: the time of rotation.
    pub sideways: IndexMap<String, f64>,
}

fn tenth() -> f64 {
    0.10
}

impl Adaptive {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, strategy: &Strategy) -> Checked {
        let Self { turnover_per_day, bull, bear, sideways } = self;
        if strategy.classifier.is_none() {
            let fix = "say how the regime is told: classifier = { trend = {} }";
            return key.wrong("without a classifier", "a [classifier] beside it", fix);
        }
        key.child("turnover_per_day").share(*turnover_per_day)?;
        for (regime, table) in [("bull", bull), ("bear", bear), ("sideways", sideways)] {
            check_weights(&key.child(regime), table, strategy)?;
        }
        Ok(())
    }

    /// The table of a regime; `None` while it is unknown.
    #[must_use]
    pub fn table(&self, regime: Regime) -> Option<&IndexMap<String, f64>> {
        match regime {
            Regime::Bull => Some(&self.bull),
            Regime::Bear => Some(&self.bear),
            Regime::Sideways => Some(&self.sideways),
            Regime::Unknown => None,
        }
    }
}

fn check_weights(key: &Key, table: &IndexMap<String, f64>, strategy: &Strategy) -> Checked {
    for (bucket, &weight) in table {
        if !strategy.buckets.contains_key(bucket) {
            return key.child(bucket).wrong("no such bucket", "a bucket of this strategy", bucket_names(bucket, strategy));
        }
        if !(0.0..=1.0).contains(&weight) {
            return key.child(bucket).wrong(weight.to_string(), "from 0 to 1", "0.05 is five per cent");
        }
    }
    let sum: f64 = table.values().sum();
    if (sum - 1.0).abs() > 1e-9 {
        let fix = "put what is left over into a bucket that holds \"cash\"";
        return key.wrong(format!("the weights sum to {sum:.6}"), "a sum of 1", fix);
    }
    Ok(())
}

/// Moves weights towards a table, by at most `most` of the equity in all. Returns how far they still are from it: half the sum of the
/// differences, which is the equity that has yet to change buckets.
pub fn step(weights: &mut [f64], table: &[f64], most: f64) -> f64 {
    let apart = |weights: &[f64]| weights.iter().zip(table).map(|(now, then)| (then - now).abs()).sum::<f64>() / 2.0;
    let distance = apart(weights);
    if distance <= most {
        weights.copy_from_slice(table);
        return 0.0;
    }
    for (now, then) in weights.iter_mut().zip(table) {
        *now += (then - *now) * (most / distance);
    }
    apart(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_a_day_takes_three_days_for_a_quarter() {
        // 0.25 of the equity goes from the first bucket to the second.
        let (mut weights, table) = (vec![0.5, 0.25, 0.25], [0.25, 0.5, 0.25]);
        assert!((step(&mut weights, &table, 0.1) - 0.15).abs() < 1e-12);
        assert!((weights[0] - 0.4).abs() < 1e-12 && (weights[1] - 0.35).abs() < 1e-12 && weights[2] == 0.25);
        assert!((step(&mut weights, &table, 0.1) - 0.05).abs() < 1e-12);
        assert_eq!(step(&mut weights, &table, 0.1), 0.0);
        assert_eq!(weights, table);
    }
}
