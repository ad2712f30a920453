//! The validation checklist: what must hold of a narrative or a coin before it is entered. Each criterion is a threshold on evidence, or on a
//! market proxy that is named as one; so many of them must pass.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::evidence::Unknown;
use crate::signal::{Sight, score};
use crate::strategy::{ChecklistCause, CriterionId, Known, Verdict};
use crate::units::{AssetId, InstrumentId, NarrativeId, Span};

/// The criteria and how many must pass.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// So many must pass. Default: all that are not ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<usize>,
    /// By name, in the order of the file; the name is the rule `checklist.<name>` of `decisions.csv`.
    pub criteria: IndexMap<String, Criterion>,
}

/// One criterion: what is measured, and the side of a threshold it must lie on.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub measure: Measure,
    /// Passes strictly above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Passes strictly below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Where nothing is known: `"pass"`, `"fail"` (default) or `"ignore"`, which takes it out of the count.
    #[serde(default = "fails")]
    pub unknown: Unknown,
}

fn fails() -> Unknown {
    Unknown::Fail
}

/// What a criterion looks at. Evidence of the coin itself goes before that of its narrative.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The latest value of a metric of `evidence/*.csv`.
    Evidence(String),
    /// Its growth over a span: latest over what was known a span ago, less one.
    EvidenceGrowth(OverSpan),
    /// How far the latest stands from its own past, in standard deviations.
    EvidenceZ(OverSpan),
    /// Market proxy: USD the instrument trades a day over the span.
    DailyVolume(#[schemars(with = "String")] Span),
    /// Market proxy: return of the narrative's index over the span.
    NarrativeMomentum(#[schemars(with = "String")] Span),
    /// Market proxy: the same less the benchmark's.
    NarrativeAgainstBtc(#[schemars(with = "String")] Span),
    /// Market proxy: share of members up over the span.
    NarrativeBreadth(#[schemars(with = "String")] Span),
    /// Market proxy: the narrative's share of all USD traded over the span.
    NarrativeVolumeShare(#[schemars(with = "String")] Span),
    /// Market proxy: the narrative's index below its peak, a negative fraction.
    NarrativeDrawdown,
    /// Market proxy: mean eight-hour funding of the members' last so many settlements.
    NarrativeFunding8h(usize),
    /// Market proxy: return of the coin over the span.
    Momentum(#[schemars(with = "String")] Span),
}

/// A metric and the span it is looked at over.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverSpan {
    pub metric: String,
    #[schemars(with = "String")]
    pub span: Span,
}

/// What one criterion said.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub cause: ChecklistCause,
    pub verdict: Verdict,
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
}

/// Every criterion's verdict, and the list's own last.
#[must_use]
pub fn ask(sight: &Sight, list: &Checklist, asset: AssetId, id: InstrumentId, narrative: Option<NarrativeId>) -> Vec<Checked> {
    let (mut passed, mut counted) = (0, 0);
    let mut rows: Vec<Checked> = Vec::with_capacity(list.criteria.len() + 1);
    for (place, criterion) in (0..).map(CriterionId).zip(list.criteria.values()) {
        let value = criterion.measure.of(sight, asset, id, narrative);
        let (holds, counts, known) = match (value, criterion.unknown) {
            (Some(value), _) => {
                let holds = criterion.above.is_none_or(|least| value > least) && criterion.below.is_none_or(|most| value < most);
                (holds, true, if criterion.measure.is_proxy() { Known::MarketProxy } else { Known::Evidence })
            }
            (None, Unknown::Pass) => (true, true, Known::UnknownPasses),
            (None, Unknown::Fail) => (false, true, Known::UnknownFails),
            (None, Unknown::Ignore) => (true, false, Known::UnknownIgnored),
        };
        passed += usize::from(holds && counts);
        counted += usize::from(counts);
        rows.push(Checked {
            cause: ChecklistCause::Criterion { id: place, known },
            verdict: if holds { Verdict::Passed } else { Verdict::Refused },
            observed: value,
            threshold: criterion.above.or(criterion.below),
        });
    }
    let needed = list.pass.map_or(counted, |pass| pass.min(list.criteria.len()));
    let verdict = if passed >= needed { Verdict::Passed } else { Verdict::Refused };
    rows.push(Checked { cause: ChecklistCause::List { counted }, verdict, observed: Some(passed as f64), threshold: Some(needed as f64) });
    rows
}

impl Measure {
    fn is_proxy(&self) -> bool {
        !matches!(self, Self::Evidence(_) | Self::EvidenceGrowth(_) | Self::EvidenceZ(_))
    }

    /// The metric of evidence it names.
    #[must_use]
    pub fn metric(&self) -> Option<&str> {
        match self {
            Self::Evidence(metric) => Some(metric),
            Self::EvidenceGrowth(over) | Self::EvidenceZ(over) => Some(&over.metric),
            _ => None,
        }
    }

    /// The span it looks over, and its key.
    #[must_use]
    pub fn span(&self) -> Option<(&'static str, Span)> {
        Some(match self {
            Self::EvidenceGrowth(over) => ("evidence_growth", over.span),
            Self::EvidenceZ(over) => ("evidence_z", over.span),
            Self::DailyVolume(span) => ("daily_volume", *span),
            Self::NarrativeMomentum(span) => ("narrative_momentum", *span),
            Self::NarrativeAgainstBtc(span) => ("narrative_against_btc", *span),
            Self::NarrativeBreadth(span) => ("narrative_breadth", *span),
            Self::NarrativeVolumeShare(span) => ("narrative_volume_share", *span),
            Self::Momentum(span) => ("momentum", *span),
            Self::Evidence(_) | Self::NarrativeDrawdown | Self::NarrativeFunding8h(_) => return None,
        })
    }

    fn of(&self, sight: &Sight, asset: AssetId, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<f64> {
        let history = &sight.history;
        if let Some(metric) = self.metric() {
            let evidence = sight.evidence()?;
            let subject = evidence.subject_for(asset, metric)?;
            return match self {
                Self::EvidenceGrowth(over) => evidence.growth(subject, metric, over.span),
                Self::EvidenceZ(over) => evidence.z_score(subject, metric, over.span),
                _ => evidence.latest(subject, metric).map(|fact| fact.value),
            };
        }
        let narratives = || sight.narratives().zip(narrative);
        match self {
            Self::DailyVolume(span) => history.daily_volume(id, *span),
            Self::Momentum(span) => score::momentum(history, id, *span),
            Self::NarrativeMomentum(span) => narratives().and_then(|(view, n)| view.momentum(n, *span)),
            Self::NarrativeAgainstBtc(span) => narratives().and_then(|(view, n)| view.against_benchmark(n, *span)),
            Self::NarrativeBreadth(span) => narratives().and_then(|(view, n)| view.breadth(n, *span)),
            Self::NarrativeVolumeShare(span) => narratives().and_then(|(view, n)| view.volume_share(n, *span)),
            Self::NarrativeDrawdown => narratives().and_then(|(view, n)| view.drawdown(n)),
            Self::NarrativeFunding8h(count) => narratives().and_then(|(view, n)| view.funding_8h(n, *count)),
            Self::Evidence(_) | Self::EvidenceGrowth(_) | Self::EvidenceZ(_) => None,
        }
    }
}
