//! The validation checklist: what must hold of a narrative or a coin before it is entered. Each criterion is a threshold on evidence, or on a
//! market proxy that is named as one; so many of them must pass.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::evidence::Unknown;
use crate::signal::{Directory, Needs, SignalView, score};
use crate::strategy::entries::{Door, EntryRule, Refusal};
use crate::strategy::key::{self, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::strategy::{ChecklistCause, CriterionId, KnownBy, Plan, PlanBucket, Verdict};
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
    DailyVolume(Span),
    /// Market proxy: return of the narrative's index over the span.
    NarrativeMomentum(Span),
    /// Market proxy: the same less the benchmark's.
    NarrativeAgainstBtc(Span),
    /// Market proxy: share of members up over the span.
    NarrativeBreadth(Span),
    /// Market proxy: the narrative's share of all USD traded over the span.
    NarrativeVolumeShare(Span),
    /// Market proxy: the narrative's index below its peak, a negative fraction.
    NarrativeDrawdown,
    /// Market proxy: mean eight-hour funding of the members' last so many settlements.
    NarrativeFunding8h(usize),
    /// Market proxy: return of the coin over the span.
    Momentum(Span),
}

/// A metric and the span it is looked at over.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverSpan {
    /// As in the column `metric` of `evidence/*.csv`.
    pub metric: String,
    /// How far back it looks.
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

/// Asks the strategy's checklist before each entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskChecklist;

impl Rule for AskChecklist {
    fn key(&self) -> Option<&'static str> {
        Some("checklist")
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, within: &Within) -> key::Checked {
        if within.strategy.checklist.is_some() {
            return Ok(());
        }
        let fix = "write the criteria, or remove the key";
        bucket.child("checklist").wrong("true, without a checklist", "a [checklist] of the strategy", fix)
    }
}

impl EntryRule for AskChecklist {
    fn refuses(&self, door: &Door, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<Refusal> {
        let rows = checked(door.view, door.plan, door.bucket, id, narrative);
        rows.last().is_some_and(|list| list.verdict != Verdict::Passed).then_some(Refusal::Checklist(rows))
    }

    fn never_admits(&self, within: &Within, market: &Directory) -> Option<String> {
        within.strategy.checklist.as_ref()?.never_passes(market)
    }
}

/// What the checklist says of an entry: every criterion's verdict, and the list's own last; nothing where the bucket asks none.
#[must_use]
pub fn checked(view: &SignalView, plan: &Plan, bucket: &PlanBucket, id: InstrumentId, narrative: Option<NarrativeId>) -> Vec<Checked> {
    let list = plan.checklist.as_ref().filter(|_| bucket.checklist);
    list.map(|list| ask(view, list, view.history.directory().asset_of(id), id, narrative)).unwrap_or_default()
}

impl Checklist {
    /// `key` is that of the table.
    pub(in super::super) fn check(&self, key: &Key) -> key::Checked {
        let Self { pass, criteria } = self;
        if criteria.is_empty() {
            return key.child("criteria").wrong("no criterion", "at least one", "remove the checklist to ask nothing");
        }
        if let Some(pass) = *pass
            && !(1..=criteria.len()).contains(&pass)
        {
            let expected = format!("from 1 to {}, the criteria there are", criteria.len());
            return key.child("pass").wrong(pass.to_string(), expected, "remove the key to ask for all");
        }
        criteria.iter().try_for_each(|(name, criterion)| criterion.check(&key.child("criteria").child(name)))
    }

    /// What its measures look at.
    pub(crate) fn needs(&self) -> Needs {
        self.criteria.values().map(|criterion| criterion.measure.needs()).fold(Needs::default(), Needs::and)
    }

    /// Criteria that a market never tells anything of, each with what it lacks.
    pub(crate) fn untold(&self, market: &Directory) -> impl Iterator<Item = (&str, String)> {
        self.criteria.iter().filter_map(|(name, criterion)| Some((name.as_str(), criterion.measure.untold(market)?)))
    }

    /// Why it lets nobody in, in a market that tells it too little.
    fn never_passes(&self, market: &Directory) -> Option<String> {
        let untold = |criterion: &Criterion| criterion.measure.untold(market);
        let failing = self.criteria.values().filter(|criterion| criterion.unknown == Unknown::Fail);
        let mut lacks: Vec<String> = failing.filter_map(untold).collect();
        let ignored = self.criteria.values().filter(|c| c.unknown == Unknown::Ignore && untold(c).is_some()).count();
        let can_pass = self.criteria.len() - lacks.len() - ignored;
        let needed = self.pass.unwrap_or(self.criteria.len() - ignored);
        (can_pass < needed).then(|| {
            lacks.dedup();
            let lacks = if lacks.is_empty() { String::new() } else { format!(" (the market has no {})", lacks.join(", no ")) };
            format!("{can_pass} criteria of its checklist can ever pass where {needed} must{lacks}")
        })
    }
}

impl Criterion {
    fn check(&self, place: &Key) -> key::Checked {
        let Self { measure, above, below, unknown: _ } = self;
        let sides = [("above", *above), ("below", *below)];
        if above.is_none() && below.is_none() {
            return place.wrong("no threshold", "above or below", "say which side of which number it must lie on");
        }
        for (side, value) in sides {
            place.child(side).number(value, "0.05 is five per cent")?;
        }
        // Sides of a measure that is never there, or always.
        if let (Some(above), Some(below)) = (above, below)
            && above >= below
        {
            let found = format!("{above}, with below {below}: no value is in between");
            return place.child("above").wrong(found, "less than below", "swap them, or keep one");
        }
        match measure {
            Measure::NarrativeFunding8h(0) => {
                place.child("measure").child("narrative_funding8h").wrong("0", "at least 1", "9 are three days of eight-hour funding")
            }
            Measure::NarrativeFunding8h(_) => {
                sides.into_iter().try_for_each(|(side, value)| value.map_or(Ok(()), |rate| place.child(side).funding_rate(rate)))
            }
            Measure::NarrativeBreadth(_) | Measure::NarrativeVolumeShare(_) => {
                if let Some(above) = above.filter(|&above| above >= 1.0) {
                    return place.child("above").wrong(above.to_string(), "below 1: a share is at most all", "0.5 is half");
                }
                match below.filter(|&below| below <= 0.0) {
                    Some(below) => place.child("below").wrong(below.to_string(), "above 0: a share is at least nothing", "0.5 is half"),
                    None => Ok(()),
                }
            }
            Measure::Evidence(_)
            | Measure::EvidenceGrowth(_)
            | Measure::EvidenceZ(_)
            | Measure::DailyVolume(_)
            | Measure::NarrativeMomentum(_)
            | Measure::NarrativeAgainstBtc(_)
            | Measure::NarrativeDrawdown
            | Measure::Momentum(_) => Ok(()),
        }
    }
}

/// Every criterion's verdict, and the list's own last.
fn ask(view: &SignalView, list: &Checklist, asset: AssetId, id: InstrumentId, narrative: Option<NarrativeId>) -> Vec<Checked> {
    let (mut passed, mut counted) = (0, 0);
    let mut rows: Vec<Checked> = Vec::with_capacity(list.criteria.len() + 1);
    for (place, criterion) in (0..).map(CriterionId).zip(list.criteria.values()) {
        let value = criterion.measure.of(view, asset, id, narrative);
        let (holds, counts, known) = match (value, criterion.unknown) {
            (Some(value), _) => {
                let holds = criterion.above.is_none_or(|least| value > least) && criterion.below.is_none_or(|most| value < most);
                (holds, true, if criterion.measure.is_proxy() { KnownBy::MarketProxy } else { KnownBy::Evidence })
            }
            (None, Unknown::Pass) => (true, true, KnownBy::UnknownPasses),
            (None, Unknown::Fail) => (false, true, KnownBy::UnknownFails),
            (None, Unknown::Ignore) => (true, false, KnownBy::UnknownIgnored),
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

    /// Whether it looks at the narrative of the coin.
    fn is_of_narratives(&self) -> bool {
        match self {
            Self::NarrativeMomentum(_)
            | Self::NarrativeAgainstBtc(_)
            | Self::NarrativeBreadth(_)
            | Self::NarrativeVolumeShare(_)
            | Self::NarrativeDrawdown
            | Self::NarrativeFunding8h(_) => true,
            Self::DailyVolume(_) | Self::Momentum(_) | Self::Evidence(_) | Self::EvidenceGrowth(_) | Self::EvidenceZ(_) => false,
        }
    }

    fn needs(&self) -> Needs {
        Needs { narratives: self.is_of_narratives(), evidence: self.metric().is_some() }
    }

    /// What it looks at and the market never tells.
    fn untold(&self, market: &Directory) -> Option<String> {
        if let Some(metric) = self.metric() {
            return (!market.has_evidence(metric)).then(|| format!("evidence called `{metric}`"));
        }
        (self.is_of_narratives() && !market.has_narratives()).then(|| "narratives.csv".to_owned())
    }

    /// The metric of evidence it names.
    fn metric(&self) -> Option<&str> {
        match self {
            Self::Evidence(metric) => Some(metric),
            Self::EvidenceGrowth(over) | Self::EvidenceZ(over) => Some(&over.metric),
            _ => None,
        }
    }

    fn of(&self, view: &SignalView, asset: AssetId, id: InstrumentId, narrative: Option<NarrativeId>) -> Option<f64> {
        let history = &view.history;
        if let Some(metric) = self.metric() {
            let evidence = view.evidence()?;
            let subject = evidence.subject_for(asset, metric)?;
            return match self {
                Self::EvidenceGrowth(over) => evidence.growth(subject, metric, over.span),
                Self::EvidenceZ(over) => evidence.z_score(subject, metric, over.span),
                _ => evidence.latest(subject, metric).map(|fact| fact.value),
            };
        }
        let narratives = || view.narratives().zip(narrative);
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
