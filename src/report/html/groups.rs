//! The metrics of a strategy in the groups and by the names their readers know: the rows of [`METRICS`](crate::metrics::table::METRICS).

use crate::metrics::Metrics;
use crate::metrics::bootstrap::Interval;
use crate::metrics::confidence::Confidence;
use crate::metrics::table::{Figure, Group, Metric};
use crate::report::metric_words::in_unit;

/// A heading and its rows of name and value.
pub(super) type Card = (&'static str, Vec<Vec<String>>);

/// A card a group; none of a group in which nothing is defined, nor of what has sections of its own.
pub(super) fn groups(metrics: &Metrics, sure: Option<&Confidence>) -> Vec<Card> {
    let defined = |group: &Group| group.metrics().any(|metric| (metric.get)(metrics).as_f64().is_some());
    let cards = Group::ALL.into_iter().filter(|group| *group != Group::Tests).filter(defined);
    cards.map(|group| (group.heading(), group.metrics().flat_map(|metric| rows(metric, metrics, sure)).collect())).collect()
}

/// The row of a metric, and below it that of its interval where it may have one.
fn rows(metric: &Metric, metrics: &Metrics, sure: Option<&Confidence>) -> Vec<Vec<String>> {
    let figure = (metric.get)(metrics);
    if figure == Figure::Absent {
        return Vec::new();
    }
    let row = |label: String, value: String| vec![label, value];
    let mut all = vec![row(metric.label.to_owned(), in_unit(metric.unit, figure.as_f64()))];
    if Confidence::OF.contains(&metric.name) {
        let shown = |value: f64| in_unit(metric.unit, Some(value));
        let range = |interval: Interval| format!("{} to {}", shown(interval.low), shown(interval.high));
        let interval = sure.and_then(|sure| sure.interval(metric.name));
        all.push(row(format!("{}, 95 % interval", metric.label), interval.map_or_else(|| in_unit(metric.unit, None), range)));
    }
    all
}
