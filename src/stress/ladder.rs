//! The assumption ladder: one strategy under ever less kind assumptions, at ever higher costs, a bar later, and with ever more of the funding that is only
//! assumed.

use crate::batch::{Arena, side_by_side};
use crate::exchange::assumptions::Preset;
use crate::metrics::Metrics;
use crate::metrics::groups::Scenarios;
use crate::metrics::returns::share_of_gain;
use crate::replay::run::Run;
use crate::strategy::Strategy;
use crate::stress::capacity::Capacity;
use crate::stress::noise::Noise;

/// What a scenario turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The named set, in place of the run's own assumptions.
    Assumptions,
    /// Fees, spreads, impact, the slippage and overshoot of stops of the run's own assumptions, so many times.
    Costs,
    /// Bars by which orders and flows come later than in the run itself.
    Latency,
    /// The funding rate that the market declares where its history has holes, so many times.
    AssumedFunding,
}

impl Kind {
    /// Its word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assumptions => "assumptions",
            Self::Costs => "costs",
            Self::Latency => "latency",
            Self::AssumedFunding => "assumed funding",
        }
    }
}

/// Which replay a scenario is: the one place that names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Under(Preset),
    /// So many times the costs; once is the run itself.
    Costs(u32),
    /// So many bars later.
    Later(u32),
    /// So many times the assumed funding rate; once is the run itself. Only where the market assumes any.
    AssumedFunding(u32),
}

impl Step {
    /// In the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::Under(Preset::Optimistic),
        Self::Under(Preset::Realistic),
        Self::Under(Preset::Pessimistic),
        Self::GROSS,
        Self::OWN,
        Self::Costs(2),
        Self::Costs(3),
        Self::Later(1),
        Self::AssumedFunding(0),
        Self::AssumedFunding(1),
        Self::AssumedFunding(2),
        Self::AssumedFunding(3),
    ];
    /// Without any cost.
    pub const GROSS: Self = Self::Costs(0);
    /// The run itself.
    pub const OWN: Self = Self::Costs(1);

    /// The kind of scenario it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Under(_) => Kind::Assumptions,
            Self::Costs(_) => Kind::Costs,
            Self::Later(_) => Kind::Latency,
            Self::AssumedFunding(_) => Kind::AssumedFunding,
        }
    }

    /// `optimistic`, `realistic`, `pessimistic`; `0x` to `3x` of its kind; `1 bar later`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Under(preset) => preset.name().to_owned(),
            Self::Costs(times) | Self::AssumedFunding(times) => format!("{times}x"),
            Self::Later(1) => "1 bar later".to_owned(),
            Self::Later(bars) => format!("{bars} bars later"),
        }
    }

    /// What is left is told of the gain on this scenario.
    #[must_use]
    pub fn base(self) -> Self {
        match self {
            Self::Under(_) => Self::Under(Preset::Optimistic),
            Self::Costs(_) | Self::Later(_) => Self::OWN,
            Self::AssumedFunding(_) => Self::AssumedFunding(1),
        }
    }

    fn of(self, strategy: &Strategy) -> Strategy {
        match self {
            Self::Under(preset) => strategy.under(preset),
            Self::Costs(times) => strategy.with_costs(f64::from(times)),
            Self::Later(bars) => strategy.with_latency(bars),
            Self::AssumedFunding(times) => strategy.with_assumed_funding(f64::from(times)),
        }
    }
}

/// One replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub step: Step,
    pub metrics: Metrics,
    /// Its total return over that of the scenario before; of the first, where the one before made none, and where one of the two ended before its
    /// time, not told.
    pub of_step: Option<f64>,
    /// Its total return over that of the first of its kind (of costs and latency: of the run itself; of assumed funding: of `1x`).
    pub return_kept: Option<f64>,
    /// Whether its total return is further from that of the scenario before than the noise floor; of latency, from the run itself.
    pub is_significant: Option<bool>,
}

/// All scenarios of one strategy and what they come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    pub scenarios: Vec<Scenario>,
    /// What chance in fills alone does to the run itself.
    pub noise: Option<Noise>,
    pub capacity: Capacity,
}

impl Ladder {
    /// `run` is the strategy's own run, the scenario of costs at `1x`, and `own` what it was worth.
    #[must_use]
    pub fn of(arena: &Arena, strategy: &Strategy, run: &Run, own: &Metrics) -> Self {
        let assumes = arena.market.funding.has_assumed();
        let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| assumes || step.kind() != Kind::AssumedFunding).collect();
        let metrics = side_by_side(&steps, |step| {
            let scenario = step.of(strategy);
            // The run itself is not replayed again: once the costs, and mostly its own set.
            let same = scenario.assumptions.resolve() == strategy.assumptions.resolve();
            if same { own.clone() } else { Metrics::of(&arena.replay(&scenario, run.capital)) }
        });
        let noise = Noise::of(arena, strategy, run);
        let scenarios = compared(&steps.into_iter().zip(metrics).collect::<Vec<_>>(), noise.as_ref());
        let gross = scenarios.iter().find(|scenario| scenario.step == Step::GROSS).expect("a scenario of its own");
        let capacity = Capacity::of(arena, strategy, run.capital, &gross.metrics, own);
        Self { scenarios, noise, capacity }
    }

    /// The scenario of a step, where it was replayed.
    #[must_use]
    pub fn scenario(&self, step: Step) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.step == step)
    }

    /// Share of the return that is left on a scenario.
    #[must_use]
    pub fn return_kept(&self, step: Step) -> Option<f64> {
        self.scenario(step)?.return_kept
    }

    /// What it comes to as metrics of the run.
    pub(super) fn metrics(&self) -> Scenarios {
        Scenarios {
            realistic: self.return_kept(Step::Under(Preset::Realistic)),
            pessimistic: self.return_kept(Step::Under(Preset::Pessimistic)),
            double_costs: self.return_kept(Step::Costs(2)),
            triple_costs: self.return_kept(Step::Costs(3)),
            a_bar_later: self.return_kept(Step::Later(1)),
            capacity_usd: self.capacity.alpha.usd(),
            capacity_of_return_usd: self.capacity.total_return.usd(),
        }
    }
}

/// Each scenario against the one before it and against the one its kind is measured by.
fn compared(scenarios: &[(Step, Metrics)], noise: Option<&Noise>) -> Vec<Scenario> {
    let base = |step: Step| scenarios.iter().find(|(other, _)| *other == step.base()).map(|(_, metrics)| metrics);
    let mut all: Vec<Scenario> = Vec::new();
    for (step, metrics) in scenarios {
        let left_of = |other: Option<&Metrics>| left(metrics, other?, |metrics| metrics.returns.total_return);
        let before = all.last().filter(|last| last.step.kind() == step.kind()).map(|last| &last.metrics);
        let (of_step, return_kept) = (left_of(before), left_of(base(*step)));
        // The first of its kind has another kind's scenario for a neighbour, or none.
        let neighbour = before.or_else(|| base(*step).filter(|_| step.base().kind() != step.kind()));
        let is_significant = noise.zip(neighbour).and_then(|(noise, other)| noise.differs(metrics, other));
        all.push(Scenario { step: *step, metrics: metrics.clone(), of_step, return_kept, is_significant });
    }
    all
}

/// Share of a gain that is left in another replay over the same time.
pub(super) fn left(now: &Metrics, before: &Metrics, gain: fn(&Metrics) -> Option<f64>) -> Option<f64> {
    if now.returns.days == before.returns.days { share_of_gain(gain(now), gain(before)) } else { None }
}
