//! The heat maps of a study: the first objective over every two keys, in-sample and out-of-sample, in the same colours.

use crate::report::charts::canvas::Svg;
use crate::report::charts::frame::{Unit, brief};
use crate::report::charts::heat::{Heat, common_bound};
use crate::report::study_charts::named_objective;
use crate::report::study_text::plain;
use crate::tune::{Study, Trial, number};

/// Keys beyond this many would make more heat maps than anybody looks at.
const MOST_KEYS: usize = 4;
/// Words of a key beyond this many make cells too small to look at.
const MOST_WORDS: usize = 24;
/// Numbers of a key beyond this many are put into so many parts of their range.
const MOST_NUMBERS: usize = 12;
const PARTS: usize = 8;

/// A heat map, its name as a file, and what it shows in a sentence.
#[derive(Clone, Debug)]
pub struct HeatMap {
    pub name: String,
    pub label: String,
    pub svg: Svg,
}

/// The cells of a key along one side of a map.
struct Side {
    key: usize,
    names: Vec<String>,
    /// Bounds of the parts, one more than there are; empty where each value has its own cell.
    edges: Vec<f64>,
}

impl Side {
    /// None of a key with more words than can be looked at.
    fn of(study: &Study, key: usize) -> Option<Self> {
        let values = study.values(key);
        let own = || Self { key, names: values.iter().map(|value| plain(value)).collect(), edges: Vec::new() };
        if values.len() <= MOST_NUMBERS || !study.is_number(key) {
            return (values.len() <= MOST_WORDS).then(own);
        }
        let numbers: Vec<f64> = values.iter().filter_map(|value| number(value)).collect();
        let (low, high) = (*numbers.first()?, *numbers.last()?);
        let edges = edges(low, high, study.is_log(key) && low > 0.0);
        let dash = if low < 0.0 { " to " } else { "–" };
        let names = edges.windows(2).map(|two| format!("{}{dash}{}", brief(two[0], 6), brief(two[1], 6))).collect();
        Some(Self { key, names, edges })
    }

    /// The cell of a trial; none where the key does not matter in it.
    fn cell(&self, trial: &Trial) -> Option<usize> {
        let value = trial.setting[self.key].as_ref()?;
        if self.edges.is_empty() {
            let name = plain(value);
            return self.names.iter().position(|own| *own == name);
        }
        let value = number(value)?;
        let inner = &self.edges[1..self.edges.len() - 1];
        Some(inner.iter().filter(|edge| value >= **edge).count())
    }
}

/// Equal parts of a range, or of its logarithm.
fn edges(low: f64, high: f64, log: bool) -> Vec<f64> {
    let share = |at: usize| at as f64 / PARTS as f64;
    let edge = |at: usize| match (at, log) {
        (0, _) => low,
        (PARTS, _) => high,
        (at, true) => low * libm::pow(high / low, share(at)),
        (at, false) => low + (high - low) * share(at),
    };
    (0..=PARTS).map(edge).collect()
}

/// The mean of the known values of each cell, row by row; none of a cell without any.
fn means(rows: &Side, columns: &Side, trials: &[Trial], value: impl Fn(&Trial) -> Option<f64>) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0_u32); rows.names.len() * columns.names.len()];
    for trial in trials {
        let Some((row, column)) = rows.cell(trial).zip(columns.cell(trial)) else { continue };
        let Some(value) = value(trial).filter(|value| value.is_finite()) else { continue };
        let (sum, count) = &mut sums[row * columns.names.len() + column];
        *sum += value;
        *count += 1;
    }
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
}

/// A pair of keys: its sides, and the values of each part of the time.
type Pair = (Side, Side, Vec<Vec<Option<f64>>>);

/// Of each pair of keys a map in-sample, and one out-of-sample where a part of the time was held out. All have the same colours.
#[must_use]
pub fn of(market: &str, study: &Study) -> Vec<HeatMap> {
    // A map of one cell shows nothing.
    let keys = if study.is_compared() { study.keys.len().min(MOST_KEYS) } else { 0 };
    let sides = 1 + usize::from(study.timeline.out_of_sample.is_some());
    let factor = if is_share(study) { 100.0 } else { 1.0 };
    let mut pairs: Vec<Pair> = Vec::new();
    for (r, c) in (0..keys).flat_map(|r| (r + 1..keys).map(move |c| (r, c))) {
        let Some((rows, columns)) = Side::of(study, r).zip(Side::of(study, c)) else { continue };
        let value = |trial: &Trial, side| study.objective(trial, side == 1).map(|value| value * factor);
        let values = (0..sides).map(|side| means(&rows, &columns, &study.trials, |trial| value(trial, side))).collect();
        pairs.push((rows, columns, values));
    }
    let bound = common_bound(pairs.iter().flat_map(|(.., values)| values).flatten().copied());
    let maps = pairs.into_iter().flat_map(|(rows, columns, values)| {
        let maps: Vec<HeatMap> =
            values.into_iter().enumerate().map(|(side, values)| map(market, study, (&rows, &columns), values, side == 1, bound)).collect();
        maps
    });
    maps.collect()
}

fn map(market: &str, study: &Study, (rows, columns): (&Side, &Side), values: Vec<Option<f64>>, out_of_sample: bool, bound: f64) -> HeatMap {
    let by = &study.goals.objectives[0].text;
    let side = if out_of_sample { "out-of-sample" } else { "in-sample" };
    let (row_key, column_key) = (study.keys[rows.key].clone(), study.keys[columns.key].clone());
    let ending = if out_of_sample { "-out-of-sample" } else { "" };
    let name = format!("heatmap-{}-{}{ending}", file_safe(&row_key), file_safe(&column_key));
    let label = format!("Mean {side} {by} over all variants that share two values, for the parameters {row_key} and {column_key}");
    let heat = Heat {
        title: format!("{}: {by}{} {side}", study.strategy, if is_share(study) { " in %" } else { "" }),
        subtitle: format!("{market} · mean over the other parameters · {} settings tried", study.trials.len()),
        row_key,
        column_key,
        values,
        rows: rows.names.clone(),
        columns: columns.names.clone(),
        bound: Some(bound),
    };
    HeatMap { name, label, svg: heat.draw() }
}

/// Whether the objective is a fraction, which people read as per cent.
fn is_share(study: &Study) -> bool {
    named_objective(study, 0).unit == Unit::Share
}

fn file_safe(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_span_the_range() {
        assert_eq!(edges(1.0, 9.0, false), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        let log = edges(1.0, 256.0, true);
        assert!(log.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]).all(|(a, b): (&f64, f64)| (a - b).abs() < 1e-9 * b));
    }
}
