//! The state of one replay between bars.

use crate::exchange::jitter::Jitter;
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::exchange::orders::Venue;
use crate::market::{BLOCK, Market};
use crate::replay::attribution::{AttributionPeriod, Cell, Cube};
use crate::replay::buckets::{BucketState, Left};
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::orders::OrderQueue;
use crate::replay::positions::PositionBook;
use crate::replay::recorder::Recorder;
use crate::signal::regime::Regime;
use crate::signal::{Signals, StrategySignals};
use crate::strategy::{Holding, Margin, Plan, PlanBucket, Verdict};
use crate::units::{Bracket, BucketId, InstrumentId, NarrativeId, Time, Usd};

/// What is known of the block of bars: while no position is [`PositionState::near`](super::positions::PositionState::near) anything, moments 2 and 5 are
/// quiet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Watched {
    /// Whether any is.
    Alert(bool),
    /// A position, a stop or a wallet has changed since that was found.
    Stale,
}

pub(super) struct Simulation<'a> {
    pub market: &'a Market,
    pub signals: &'a Signals,
    /// What the strategy asked to be worked out.
    pub known: &'a StrategySignals,
    /// One label a bar, of the strategy's own classifier where it has one.
    pub regimes: &'a [Regime],
    pub plan: &'a Plan,
    /// Market orders met elsewhere than at the open, for a noise floor.
    pub jitter: Option<Jitter>,
    /// The bar being replayed, as a place on the market's whole clock.
    pub t: usize,
    /// Of the bar's open: the first instant of its calendar month, and of the next.
    pub month: (Time, Time),
    pub books: PositionBook,
    pub record: Recorder,
    pub cube: Cube,
    /// What was decided and has not been done, or not wholly.
    pub orders: OrderQueue,
    /// The buckets that hold perpetuals.
    pub perp_buckets: Vec<BucketId>,
    /// Those of them that stand behind all their positions at once.
    pub cross_buckets: Vec<BucketId>,
    /// Whether some bucket has a stop that follows the price.
    pub trails: bool,
    /// The venue as each instrument's orders last met it, and the bar that is of.
    pub venues: Vec<(usize, Venue)>,
    /// By bucket.
    pub buckets: Vec<BucketState>,
    /// Whether any bucket yields anything.
    pub yields: bool,
    /// Narratives that buckets have left in this bar.
    pub left: Vec<Left>,
    /// Since when perpetuals outweigh their limit by more than their cash, on record.
    pub bound_since: Option<Time>,
    pub watched: Watched,
    /// First bar at which some open position's listing has ended, or its coin is another one.
    pub next_delisting: usize,
}

impl<'a> Simulation<'a> {
    pub fn new(market: &'a Market, signals: &'a Signals, known: &'a StrategySignals, plan: &'a Plan, capital: Usd) -> Self {
        let weights: Vec<f64> = plan.buckets.iter().map(|bucket| bucket.weight).collect();
        let (instruments, start) = (market.instruments.len(), market.window().start);
        let of = |wanted: fn(&PlanBucket) -> bool| plan.buckets.iter().filter(|bucket| wanted(bucket)).map(|bucket| bucket.id).collect();
        let yields = plan.buckets.iter().any(|bucket| bucket.interest.is_some() || !bucket.staking.is_empty());
        Self {
            market,
            signals,
            known,
            regimes: known.regime_labels().unwrap_or(&signals.regimes),
            plan,
            jitter: None,
            t: market.first,
            month: (start.month_start(), start.next_month()),
            books: PositionBook::open(capital, &weights),
            record: Recorder::new(market, plan, capital),
            cube: Cube::default(),
            orders: OrderQueue::new(plan.assumptions.latency_bars),
            perp_buckets: of(|bucket| bucket.holding == Holding::Perp),
            cross_buckets: of(|bucket| bucket.holding == Holding::Perp && bucket.margin == Margin::Cross),
            trails: plan.buckets.iter().any(|bucket| bucket.stop.is_some_and(|stop| stop.trailing.is_some())),
            venues: vec![(usize::MAX, Venue::frictionless()); instruments],
            buckets: plan.buckets.iter().map(|bucket| BucketState::new(bucket, instruments, start)).collect(),
            yields,
            left: Vec::new(),
            bound_since: None,
            watched: Watched::Alert(false),
            next_delisting: usize::MAX,
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

    pub fn now(&self) -> Time {
        self.market.clock.open(self.t)
    }

    pub fn bucket(&self, id: BucketId) -> &'a PlanBucket {
        &self.plan.buckets[id.index()]
    }

    pub fn is_cross(&self, id: BucketId) -> bool {
        self.bucket(id).margin == Margin::Cross
    }

    pub fn brackets(&self, instrument: InstrumentId) -> &'a [Bracket] {
        self.market.tiers_at(instrument, self.now()).unwrap_or(&DEFAULT_BRACKETS)
    }

    /// Whether the moments that look for stops, targets and broken margins have anything to look at in this bar.
    pub fn alert(&mut self) -> bool {
        let known = if self.t.is_multiple_of(BLOCK) { Watched::Stale } else { self.watched };
        let alert = match known {
            Watched::Alert(alert) => alert,
            Watched::Stale => self.look_at_block(),
        };
        self.watched = Watched::Alert(alert);
        alert
    }

    /// Finds what any price of this block of bars could reach, and whether that is anything.
    fn look_at_block(&mut self) -> bool {
        let panel = &self.market.panel;
        let block = self.t / BLOCK;
        let mut alert = false;
        for state in self.books.states_mut() {
            let at = state.blocks + block;
            state.near = state.reached(panel.block_low[at], panel.block_high[at]);
            alert |= state.near;
        }
        alert
    }

    /// Whether this bar's prices could reach a position's stop or target, or break its margin, as [`Self::alert`] has left it.
    pub fn touched(&self, at: usize) -> bool {
        let beside = self.books.state(at);
        if !beside.near {
            return false;
        }
        let (panel, cell) = (&self.market.panel, beside.series + self.t);
        let (low, high, mark) = (panel.low[cell], panel.high[cell], panel.mark_open[cell]);
        beside.reached(low.min(panel.mark_low[cell]).min(mark), high.max(panel.mark_high[cell]).max(mark))
    }

    /// The regime as it was known when the bar opened.
    pub fn regime_at_open(&self) -> Regime {
        self.t.checked_sub(1).map_or(Regime::Unknown, |before| self.regimes[before])
    }

    /// Under which month and phase the income of this bar goes.
    pub fn period(&self) -> AttributionPeriod {
        AttributionPeriod { month: self.month.0, regime: self.regime_at_open() }
    }

    /// Under which cell the income of a position goes.
    pub fn cell(&self, bucket: BucketId, narrative: Option<NarrativeId>, instrument: InstrumentId) -> Cell {
        Cell { bucket, narrative, asset: Some(self.market.instrument(instrument).asset) }
    }

    /// Whether the next bar opens in another calendar month (UTC).
    pub fn ends_month(&self) -> bool {
        self.market.clock.close(self.t) >= self.month.1
    }

    pub fn state_of(&self, bucket: BucketId) -> &BucketState {
        &self.buckets[bucket.index()]
    }

    pub fn state_of_mut(&mut self, bucket: BucketId) -> &mut BucketState {
        &mut self.buckets[bucket.index()]
    }

    /// Keeps a bucket out of an instrument for its cool-down.
    pub fn start_cooldown(&mut self, bucket: BucketId, instrument: InstrumentId) {
        let until = self.t + self.bucket(bucket).cooldown.in_bars(self.market.clock.bar);
        self.state_of_mut(bucket).start_cooldown(instrument, until);
    }

    /// A decision about an instrument in a bucket, at the open of this bar; its numbers are observed and threshold.
    pub fn note(
        &mut self,
        (bucket, instrument): (BucketId, InstrumentId),
        verdict: Verdict,
        [observed, threshold]: [Option<f64>; 2],
        why: impl Into<Why>,
    ) {
        let (subject, narrative) = (Subject::Instrument(instrument), None);
        let (time, bucket, why) = (self.now(), Some(bucket), why.into());
        self.record.run.decisions.push(Decision { time, bucket, subject, narrative, verdict, observed, threshold, why });
    }
}
