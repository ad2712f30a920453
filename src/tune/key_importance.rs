//! Which keys move the first objective: the trials as the forest of [`crate::luck::importance`] reads them.

use crate::luck::importance::{AxisKind, Importance, importance};
use crate::strategy::tuning::{Tune, Values};
use crate::tune::search_space::{Setting, is_ordered, number};

/// Seeds the forest.
const SEED: u64 = 1;

/// Of each key, in the order of the table: the share of the variance of `values` that is due to it. Each setting stands once, with a value.
/// None of too few trials, or where all gave the same.
///
/// An axis runs from the least to the greatest that may be tried of a key, by its logarithm where it was searched so. A key that does not matter in a trial
/// stands in the middle of its axis. Weights that share a whole have an axis each, though the last of them follows from the others.
pub(super) fn of(tune: &Tune, settings: &[&Setting], values: &[f64]) -> Option<Importance> {
    let axes: Vec<AxisKind> = tune.keys.values().map(|search| kind(&search.values)).collect();
    let place = |setting: &&Setting| {
        let keys = tune.keys.values().zip(*setting);
        keys.map(|(search, value)| value.as_ref().and_then(|value| coordinate(&search.values, value)).unwrap_or(0.5)).collect()
    };
    let places: Vec<Vec<f64>> = settings.iter().map(place).collect();
    importance(&axes, &places, values, SEED)
}

fn kind(values: &Values) -> AxisKind {
    match values {
        Values::List(values) if !is_ordered(values) => AxisKind::Unordered(values.len()),
        _ => AxisKind::Ordered,
    }
}

/// From 0 to 1: where a value stands on its axis, or the middle of the part that is its own.
fn coordinate(values: &Values, value: &toml::Value) -> Option<f64> {
    let step_of = |at: f64, count: f64| (at + 0.5) / count;
    let along = match values {
        Values::List(values) => step_of(values.iter().position(|listed| listed == value)? as f64, values.len() as f64),
        Values::Whole { min, max, step } => {
            let step = *step as f64;
            step_of((number(value)? - *min as f64) / step, ((*max - *min) as f64 / step).floor() + 1.0)
        }
        Values::Number { min, max, log: true, .. } => (libm::log(number(value)?) - libm::log(*min)) / (libm::log(*max) - libm::log(*min)),
        Values::Number { min, max, step: Some(step), .. } => {
            step_of((number(value)? - min) / step, ((max - min) / step + 1e-9).floor() + 1.0)
        }
        Values::Number { min, max, .. } => (number(value)? - min) / (max - min),
    };
    along.is_finite().then(|| along.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_where_its_axis_has_it() {
        let list = |words: &[&str]| Values::List(words.iter().map(|word| toml::Value::from(*word)).collect());
        assert_eq!(coordinate(&list(&["a", "b"]), &"b".into()), Some(0.75));
        assert_eq!(coordinate(&list(&["a", "b"]), &"c".into()), None);
        assert_eq!(kind(&list(&["a", "b"])), AxisKind::Unordered(2));
        assert_eq!(kind(&Values::List(vec![1.into(), 2.5.into()])), AxisKind::Ordered);
        let whole = Values::Whole { min: 1, max: 6, step: 2 };
        assert_eq!([1_i64, 3, 5].map(|value| coordinate(&whole, &value.into())), [1.0, 3.0, 5.0].map(|sixths| Some(sixths / 6.0)));
        let range = |step, log| Values::Number { min: 1.0, max: 100.0, step, log };
        assert!((coordinate(&range(None, true), &10.0.into()).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(coordinate(&range(None, false), &100.0.into()), Some(1.0));
        assert_eq!(coordinate(&range(Some(49.5), false), &1.0.into()), Some(1.0 / 6.0));
        assert_eq!(coordinate(&Values::Number { min: 2.0, max: 2.0, step: None, log: false }, &2.0.into()), None);
    }
}
