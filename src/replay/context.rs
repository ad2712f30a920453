//! What a moment may look at and never changes: the facts, the plan, and which bar it is.

use crate::exchange::jitter::Jitter;
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::market::Market;
use crate::replay::attribution::{AttributionPeriod, Cell};
use crate::replay::quoted::RecentQuotes;
use crate::signal::regime::Regime;
use crate::signal::{Signals, StrategySignals};
use crate::strategy::{Holding, Margin, Plan, PlanBucket};
use crate::units::{Bracket, BucketId, InstrumentId, NarrativeId, Time};

#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub market: &'a Market,
    pub signals: &'a Signals,
    /// What the replay has asked of costs last.
    pub quotes: &'a RecentQuotes,
    /// What the strategy asked to be worked out.
    pub known: &'a StrategySignals,
    /// One label a bar, of the strategy's own classifier where it has one.
    pub regimes: &'a [Regime],
    pub plan: &'a Plan,
    pub roles: &'a Roles,
    /// Market orders met elsewhere than at the open, for a noise floor.
    pub jitter: Option<Jitter>,
    /// The bar being replayed, as a place on the market's whole clock.
    pub t: usize,
    /// Of the bar's open: the first instant of its calendar month, and of the next.
    pub month: (Time, Time),
}

/// What the buckets of a plan are to the loop.
pub(super) struct Roles {
    /// The buckets that hold perpetuals.
    pub perp: Vec<BucketId>,
    /// Those of them that stand behind all their positions at once.
    pub cross: Vec<BucketId>,
    /// Whether some bucket has a stop that follows the price.
    pub trails: bool,
    /// Whether any bucket yields anything.
    pub yields: bool,
}

impl Roles {
    /// Of all buckets of a plan, in its order.
    pub fn of(plan: &Plan) -> Self {
        let of = |wanted: fn(&PlanBucket) -> bool| plan.buckets.iter().filter(|bucket| wanted(bucket)).map(|bucket| bucket.id).collect();
        Self {
            perp: of(|bucket| bucket.holding == Holding::Perp),
            cross: of(|bucket| bucket.holding == Holding::Perp && bucket.margin == Margin::Cross),
            trails: plan.buckets.iter().any(|bucket| bucket.stop.is_some_and(|stop| stop.trailing.is_some())),
            yields: plan.buckets.iter().any(|bucket| bucket.interest.is_some() || !bucket.staking.is_empty()),
        }
    }
}

impl<'a> Context<'a> {
    /// Before the first bar of the window.
    pub fn new(
        market: &'a Market,
        (signals, known, quotes): (&'a Signals, &'a StrategySignals, &'a RecentQuotes),
        (plan, roles): (&'a Plan, &'a Roles),
    ) -> Self {
        let start = market.window().start;
        Self {
            market,
            signals,
            quotes,
            known,
            regimes: known.regime_labels().unwrap_or(&signals.regimes),
            plan,
            roles,
            jitter: None,
            t: market.first,
            month: (start.month_start(), start.next_month()),
        }
    }

    /// Turns to a bar.
    pub fn turn_to(&mut self, t: usize) {
        self.t = t;
        let now = self.now();
        if now >= self.month.1 {
            self.month = (now.month_start(), now.next_month());
        }
    }

    /// Whether this is the first bar of the window: nothing has been decided yet.
    pub fn is_first(&self) -> bool {
        self.t == self.market.first
    }

    /// The open of the bar.
    pub fn now(&self) -> Time {
        self.market.clock.open(self.t)
    }

    /// What the plan says of a bucket.
    pub fn bucket(&self, id: BucketId) -> &'a PlanBucket {
        &self.plan.buckets[id.index()]
    }

    /// Whether a bucket stands behind all its positions at once.
    pub fn is_cross(&self, id: BucketId) -> bool {
        self.bucket(id).margin == Margin::Cross
    }

    /// The margin brackets in force at the open; without a table of the market's own [`DEFAULT_BRACKETS`].
    pub fn brackets(&self, instrument: InstrumentId) -> &'a [Bracket] {
        self.market.tiers_at(instrument, self.now()).unwrap_or(&DEFAULT_BRACKETS)
    }

    /// The regime as it was known when the bar opened.
    pub fn regime_at_open(&self) -> Regime {
        self.t.checked_sub(1).map_or(Regime::Unknown, |before| self.regimes[before])
    }

    /// Under which month and regime the income of this bar goes.
    pub fn period(&self) -> AttributionPeriod {
        AttributionPeriod { month: self.month.0, regime: self.regime_at_open() }
    }

    /// Under which cell the income of a position goes.
    pub fn cell(&self, bucket: BucketId, narrative: Option<NarrativeId>, instrument: InstrumentId) -> Cell {
        Cell { bucket, narrative, asset: Some(self.market.instrument(instrument).asset) }
    }

    /// The bar at which a cool-down that begins in this one is over.
    pub fn cooldown_end(&self, bucket: &PlanBucket) -> usize {
        self.t + bucket.cooldown.in_bars(self.market.clock.bar)
    }

    /// Whether the next bar opens in another calendar month (UTC).
    pub fn ends_month(&self) -> bool {
        self.market.clock.close(self.t) >= self.month.1
    }
}
