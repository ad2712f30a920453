//! External evidence (value locked, developers, media, sentiment): dated numbers about narratives and assets, known from their `known_at`
//! on. `None` is *unknown*, which no threshold may take for a number.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::market::{Market, Subject};
use crate::signal::{History, indicator};
use crate::units::{AssetId, NarrativeId, Span, Time};

/// One published number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    pub known_at: Time,
    pub value: f64,
}

/// What a rule does where evidence is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// As if the criterion were met.
    Pass,
    /// As if it were not.
    #[default]
    Fail,
    /// As if the criterion had not been asked.
    Ignore,
}

/// All evidence of a market by subject and metric, made once and shared; only [`EvidenceBook::at`] reads it.
#[derive(Clone, Debug, Default)]
pub struct EvidenceBook {
    /// Ascending in `known_at`; of several facts of one instant the last of the file stands last.
    facts: BTreeMap<Subject, BTreeMap<String, Vec<Fact>>>,
}

impl EvidenceBook {
    /// All evidence of a market, by subject and metric.
    #[must_use]
    pub fn of(market: &Market) -> Self {
        let mut facts: BTreeMap<Subject, BTreeMap<String, Vec<Fact>>> = BTreeMap::new();
        for found in &market.evidence {
            let metrics = facts.entry(found.subject).or_default();
            metrics.entry(found.metric.clone()).or_default().push(Fact { known_at: found.known_at, value: found.value });
        }
        Self { facts }
    }

    /// The evidence that could be known at the close `history` stands at.
    #[must_use]
    pub fn at<'b, 'm>(&'b self, history: &History<'m>) -> EvidenceView<'b, 'm> {
        EvidenceView { book: self, history: *history }
    }

    /// Every metric somebody published a number for, in whatever narrative or asset, at whatever time: names, for validation.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = self.facts.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }
}

/// The evidence known by one close.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceView<'b, 'm> {
    book: &'b EvidenceBook,
    history: History<'m>,
}

/// Fewer earlier values say nothing of what is usual.
const LEAST_PAST: usize = 8;

impl<'b> EvidenceView<'b, '_> {
    /// Facts known by `then`, oldest first.
    fn until(&self, subject: Subject, metric: &str, then: Time) -> &'b [Fact] {
        let all = self.book.facts.get(&subject).and_then(|metrics| metrics.get(metric)).map_or(&[][..], Vec::as_slice);
        &all[..all.partition_point(|fact| fact.known_at <= then)]
    }

    /// All facts known by now, oldest first.
    #[must_use]
    pub fn known(&self, subject: Subject, metric: &str) -> &'b [Fact] {
        self.until(subject, metric, self.history.now())
    }

    /// The latest value known; a rule that minds its age has its `known_at`.
    #[must_use]
    pub fn latest(&self, subject: Subject, metric: &str) -> Option<Fact> {
        self.known(subject, metric).last().copied()
    }

    /// The asset itself where the metric is known of it, else the first of its narratives of today of which it is.
    #[must_use]
    pub fn subject_for(&self, asset: AssetId, metric: &str) -> Option<Subject> {
        let narratives = self.history.narratives_of(asset).map(Subject::Narrative);
        std::iter::once(Subject::Asset(asset)).chain(narratives).find(|&subject| self.latest(subject, metric).is_some())
    }

    /// The latest value known of the asset, else of the narrative it is looked at for, else of the first of its narratives of today that has one; what has
    /// been known for longer than `max_age` is unknown again.
    #[must_use]
    pub fn value_for(&self, asset: AssetId, narrative: Option<NarrativeId>, metric: &str, max_age: Option<Span>) -> Option<f64> {
        let now = self.history.now().seconds();
        let narratives = narrative.into_iter().chain(self.history.narratives_of(asset)).map(Subject::Narrative);
        let known = std::iter::once(Subject::Asset(asset)).chain(narratives).filter_map(|subject| self.latest(subject, metric));
        let mut fresh = known.filter(|fact| max_age.is_none_or(|most| now - fact.known_at.seconds() <= most.seconds()));
        fresh.next().map(|fact| fact.value)
    }

    /// Growth over the span: the latest value over the one that was the latest `span` ago, less 1 (0.2 is a fifth more). `None` where
    /// nothing was known then, or it was not above zero.
    #[must_use]
    pub fn growth(&self, subject: Subject, metric: &str, span: Span) -> Option<f64> {
        let now = self.history.now();
        let then = self.until(subject, metric, now.plus(-span.seconds())).last().filter(|fact| fact.value > 0.0)?;
        Some(self.latest(subject, metric)?.value / then.value - 1.0)
    }

    /// The latest value in sample standard deviations from the mean of the values known before it within the span, of which there must
    /// be eight. `None` where they were all equal.
    #[must_use]
    pub fn z_score(&self, subject: Subject, metric: &str, span: Span) -> Option<f64> {
        let (latest, past) = self.latest_and_past(subject, metric, span)?;
        let (mean, sd) = indicator::moments(&past)?;
        Some((latest - mean) / sd)
    }

    /// Share of the values known before the latest within the span that lie below it, in `[0, 1]`; equals count half.
    #[must_use]
    pub fn percentile(&self, subject: Subject, metric: &str, span: Span) -> Option<f64> {
        let (latest, past) = self.latest_and_past(subject, metric, span)?;
        let below = |value: &f64| if *value < latest { 1.0 } else { f64::from(u8::from(*value == latest)) / 2.0 };
        Some(past.iter().map(below).sum::<f64>() / past.len() as f64)
    }

    fn latest_and_past(&self, subject: Subject, metric: &str, span: Span) -> Option<(f64, Vec<f64>)> {
        let (latest, past) = self.known(subject, metric).split_last()?;
        let from = self.history.now().plus(-span.seconds());
        let past: Vec<f64> = past[past.partition_point(|fact| fact.known_at <= from)..].iter().map(|fact| fact.value).collect();
        (past.len() >= LEAST_PAST).then_some((latest.value, past))
    }
}
