//! What the life cycle asks at one close: conditions, each with a value and a threshold.

use crate::market::Subject;
use crate::signal::NarrativeView;
use crate::signal::evidence::{EvidenceView, Unknown};
use crate::signal::lifecycle::cause::Cause;
use crate::signal::lifecycle::rule::{LifeCycleRule, Media};
use crate::units::{NarrativeId, Span};

/// Members trading now below which there is no breadth divergence.
const LEAST_MEMBERS: u32 = 3;

/// A question that was answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) cause: Cause,
    /// `None` where it cannot be measured.
    pub(super) value: Option<f64>,
    pub(super) threshold: f64,
    pub(super) met: bool,
}

impl Condition {
    fn above(cause: Cause, value: Option<f64>, threshold: f64) -> Self {
        Self { cause, value, threshold, met: value.is_some_and(|value| value > threshold) }
    }

    fn at_least(cause: Cause, value: Option<f64>, threshold: f64) -> Self {
        Self { cause, value, threshold, met: value.is_some_and(|value| value >= threshold) }
    }

    fn at_most(cause: Cause, value: Option<f64>, threshold: f64) -> Self {
        Self { cause, value, threshold, met: value.is_some_and(|value| value <= threshold) }
    }

    pub(super) fn time(stayed: i64, least: Span) -> Self {
        let value = Some(Span::from_seconds(stayed).days());
        Self { cause: Cause::Time, value, threshold: least.days(), met: true }
    }

    fn if_met(self) -> Option<Self> {
        self.met.then_some(self)
    }
}

/// One narrative at one close.
pub(super) struct Look<'a> {
    pub(super) narratives: NarrativeView<'a, 'a>,
    pub(super) evidence: EvidenceView<'a, 'a>,
    pub(super) id: NarrativeId,
    pub(super) rule: &'a LifeCycleRule,
}

impl Look<'_> {
    fn momentum(&self, span: Span) -> Option<f64> {
        self.narratives.momentum(self.id, span)
    }

    /// Return of the index over the span in which it may stall.
    fn progress(&self) -> Option<f64> {
        self.momentum(self.rule.exhaust.stall)
    }

    /// All must hold.
    pub(super) fn emerges(&self) -> Vec<Condition> {
        let rule = &self.rule.emerge;
        let excess = self.narratives.against_benchmark(self.id, rule.span);
        let mut conditions = vec![
            Condition::above(Cause::Momentum, self.momentum(rule.span), rule.momentum_above),
            Condition::above(Cause::ExcessMomentum, excess, rule.excess_above),
            Condition::above(Cause::Breadth, self.narratives.breadth(self.id, rule.span), rule.breadth_above),
        ];
        if let Some(volume) = &rule.volume_share {
            let change = self.narratives.volume_share_change(self.id, volume.span, volume.longer);
            conditions.push(Condition::above(Cause::VolumeShare, change, volume.rises));
        }
        if let Some(growth) = &rule.evidence {
            let value = self.evidence.growth(Subject::Narrative(self.id), &growth.metric, growth.span);
            let mut condition = Condition::above(Cause::Growth(growth.metric.clone()), value, growth.above);
            condition.met |= value.is_none() && growth.unknown != Unknown::Fail;
            conditions.push(condition);
        }
        conditions
    }

    /// All must hold.
    pub(super) fn confirms(&self) -> Vec<Condition> {
        let rule = &self.rule.confirm;
        vec![
            Condition::above(Cause::Momentum, self.momentum(rule.span), rule.momentum_above),
            Condition::above(Cause::Breadth, self.narratives.breadth(self.id, rule.span), rule.breadth_above),
        ]
    }

    pub(super) fn breadth_lost(&self) -> Option<Condition> {
        let rule = &self.rule.confirm;
        Condition::at_most(Cause::BreadthLost, self.narratives.breadth(self.id, rule.span), rule.breadth_lost).if_met()
    }

    pub(super) fn momentum_lost(&self) -> Option<Condition> {
        let rule = &self.rule.emerge;
        Condition::at_most(Cause::MomentumLost, self.momentum(rule.span), rule.momentum_lost).if_met()
    }

    /// One is enough, while the index rises.
    pub(super) fn crowds(&self) -> Option<Condition> {
        self.progress().filter(|&progress| progress > 0.0)?;
        let rule = &self.rule.crowd;
        let funding = self.narratives.funding_8h(self.id, rule.settlements);
        let media = || rule.media.as_ref().and_then(|media| self.saturated(media, Cause::Media).if_met());
        Condition::at_least(Cause::Funding, funding, rule.funding_8h_above).if_met().or_else(media)
    }

    /// Funding and media must both be back, as far as they are known.
    pub(super) fn uncrowds(&self) -> Vec<Condition> {
        let rule = &self.rule.crowd;
        let media = rule.media.as_ref().map(|media| {
            let condition = self.saturated(media, Cause::MediaBack);
            Condition::at_most(condition.cause, condition.value, media.z_back)
        });
        let funding = Condition::at_most(Cause::FundingBack, self.narratives.funding_8h(self.id, rule.settlements), rule.funding_8h_back);
        let known = |condition: Condition| Condition { met: condition.met || condition.value.is_none(), ..condition };
        [Some(funding), media].into_iter().flatten().map(known).collect()
    }

    fn saturated(&self, media: &Media, cause: fn(String) -> Cause) -> Condition {
        let z = self.evidence.z_score(Subject::Narrative(self.id), &media.metric, media.past);
        Condition::at_least(cause(media.metric.clone()), z, media.z_above)
    }

    /// One is enough. Momentum lost is another matter: see [`Look::momentum_lost`].
    pub(super) fn exhausts(&self) -> Option<Condition> {
        let stalls = self.progress().is_some_and(|progress| progress <= 0.0);
        let funding = stalls.then(|| self.high_funding()).and_then(Condition::if_met);
        let media = || {
            self.rule.crowd.media.as_ref().filter(|_| stalls).and_then(|media| self.saturated(media, Cause::MediaWhilePriceStalls).if_met())
        };
        funding.or_else(media).or_else(|| self.diverges())
    }

    fn high_funding(&self) -> Condition {
        let rule = &self.rule.exhaust;
        let funding = self.narratives.funding_8h(self.id, rule.settlements);
        Condition::at_least(Cause::FundingWhilePriceStalls, funding, rule.funding_8h_above)
    }

    /// The index is near its high, but fewer members carry it. Of one or two members breadth says no more than price.
    fn diverges(&self) -> Option<Condition> {
        let rule = &self.rule.exhaust;
        if self.narratives.counted(self.id) < LEAST_MEMBERS {
            return None;
        }
        self.narratives.drawdown(self.id).filter(|&drawdown| drawdown >= -rule.near_high)?;
        let change = self.narratives.breadth_change(self.id, rule.stall, rule.stall);
        Condition::at_most(Cause::BreadthFallsNearHigh, change, -rule.breadth_falls).if_met()
    }
}
