//! The state of one replay between bars.

use crate::exchange::jitter::Jitter;
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::exchange::volume::VolumePool;
use crate::ledger::{Books, Position};
use crate::market::{BLOCK, Market, Successor};
use crate::replay::attribution::{Cell, Cube, Season};
use crate::replay::hedge::Unhedged;
use crate::replay::orders::{Order, PlannedFlow};
use crate::replay::protect::{Asked, Guard};
use crate::replay::rotations::Left;
use crate::replay::run::FundingLines;
use crate::replay::story::Story;
use crate::replay::waterfall::Realised;
use crate::signal::regime::Regime;
use crate::signal::{Signals, StrategySignals};
use crate::strategy::{BucketTarget, Decision, Holding, Margin, Plan, PlanBucket, Verdict};
use crate::units::{Bracket, BucketId, InstrumentId, NarrativeId, Time, Usd};

pub(super) struct Desk<'a> {
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
    pub books: Books,
    pub story: Story,
    pub cube: Cube,
    /// What was decided and has not been done, or not wholly.
    pub orders: Vec<Order>,
    /// Orders sent so far.
    pub sent: u32,
    pub flows: Vec<PlannedFlow>,
    /// What the desk keeps beside each open position; the same places as [`Books::positions`].
    pub beside: Vec<Beside>,
    /// The buckets that hold perpetuals.
    pub perp_buckets: Vec<BucketId>,
    /// Those of them that stand behind all their positions at once.
    pub cross_buckets: Vec<BucketId>,
    /// Whether some bucket has a stop that follows the price.
    pub trails: bool,
    /// What orders may still have of each instrument's bar, and the bar it is of.
    pub pools: Vec<(usize, VolumePool)>,
    /// Bar from which a bucket may enter an instrument again, by bucket and instrument.
    pub barred_until: Vec<usize>,
    /// Share of equity each bucket is due now.
    pub weights: Vec<f64>,
    /// Buckets that open nothing any more.
    pub stopped: Vec<bool>,
    /// The last wish of each bucket.
    pub wishes: Vec<BucketTarget>,
    /// Narratives that buckets have left in this bar.
    pub left: Vec<Left>,
    pub last_top_up: Vec<Time>,
    /// By bucket, what top-ups have brought so far less what has left it, each as a share of the equity of its day.
    pub topped_up: Vec<f64>,
    /// By bucket, what a hedge could not stand against.
    pub unhedged: Vec<Unhedged>,
    /// Profit realised, by bucket, for the waterfall.
    pub realised: Vec<Realised>,
    /// The least cash of the UTC day so far, by bucket, for its interest; empty where no bucket yields anything.
    pub least_cash: Vec<Usd>,
    /// Since when perpetuals outweigh their limit by more than their cash, on record.
    pub bound_since: Option<Time>,
    /// Whether any position is [`Beside::near`] something in this block of bars; while it is false, moments 2 and 5 are quiet.
    pub alert: bool,
    /// A position, a stop or a wallet has changed since `alert` was set.
    pub stale: bool,
    /// First bar at which some open position's listing has ended, or its coin is another one.
    pub next_delisting: usize,
}

/// Beside a position: when it was opened, where it is protected, from where on its margin must be tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub opened: Time,
    /// The leverage last asked for it, before anything lowered that.
    pub rung: f64,
    pub guard: Guard,
    /// Bar at which its listing will have been silent for too long.
    pub delisted: usize,
    /// Bar at which its coin will be another one, and which; spot alone.
    pub converts: Option<(usize, Successor)>,
    /// A mark price on the good side of this cannot liquidate, whatever the bracket; NaN for spot and in a pool, which compares as safe.
    pub danger: f64,
    /// What that was found by.
    pub asked: Asked,
    /// Whether any price of this block of bars could reach its stop or its target, or break its margin.
    pub near: bool,
    pub long: bool,
    /// Whether a stop of its bucket follows the price.
    pub trails: bool,
    /// Where its instrument's series begin in the panel, and where its blocks do.
    pub series: usize,
    pub blocks: usize,
    /// Profit of its partial exits that has been offered to the waterfall already.
    pub offered: Usd,
    /// Profit and loss of its partial exits so far.
    pub realised: Usd,
    /// Settlements that the attribution has not been handed yet.
    pub funding: FundingLines,
    /// The least quantity held in the UTC day so far; what was bought at its first open counts from there.
    pub staked: f64,
    /// The last bar in which it was opened or added to, and the signed quantity added inside that bar, after its open.
    pub entered: usize,
    pub added_inside: f64,
}

impl Beside {
    /// The first bar in which the position may leave its instrument for that one's own reasons.
    pub fn ends(&self) -> usize {
        self.converts.map_or(self.delisted, |(bar, _)| bar.min(self.delisted))
    }

    /// Whether a mark price is so bad that the margin must be tested.
    #[inline]
    pub fn endangered(&self, mark: f64) -> bool {
        if self.long { mark <= self.danger } else { mark >= self.danger }
    }

    /// Whether a price range reaches the stop, the target or the danger zone. NaN reaches nothing.
    fn reached(&self, low: f64, high: f64) -> bool {
        let Guard { stop, target, .. } = self.guard;
        if self.long {
            low <= self.danger.max(stop.unwrap_or(f64::NEG_INFINITY)) || target.is_some_and(|target| high >= target)
        } else {
            high >= self.danger.min(stop.unwrap_or(f64::INFINITY)) || target.is_some_and(|target| low <= target)
        }
    }
}

impl<'a> Desk<'a> {
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
            books: Books::open(capital, &weights),
            story: Story::new(market, plan, capital),
            cube: Cube::default(),
            orders: Vec::new(),
            sent: 0,
            flows: Vec::new(),
            beside: Vec::new(),
            perp_buckets: of(|bucket| bucket.holding == Holding::Perp),
            cross_buckets: of(|bucket| bucket.holding == Holding::Perp && bucket.margin == Margin::Cross),
            trails: plan.buckets.iter().any(|bucket| bucket.stop.is_some_and(|stop| stop.trailing.is_some())),
            pools: vec![(usize::MAX, VolumePool::unlimited()); instruments],
            barred_until: vec![0; plan.buckets.len() * instruments],
            weights: weights.clone(),
            stopped: plan.buckets.iter().map(|bucket| bucket.idle).collect(),
            wishes: vec![BucketTarget::default(); plan.buckets.len()],
            left: Vec::new(),
            last_top_up: vec![start; plan.buckets.len()],
            topped_up: vec![0.0; plan.buckets.len()],
            unhedged: vec![Unhedged::default(); plan.buckets.len()],
            realised: vec![Realised::default(); plan.buckets.len()],
            least_cash: vec![Usd::ZERO; if yields { plan.buckets.len() } else { 0 }],
            bound_since: None,
            alert: false,
            stale: false,
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
        if self.stale || self.t.is_multiple_of(BLOCK) {
            let panel = &self.market.panel;
            let block = self.t / BLOCK;
            self.alert = false;
            for beside in &mut self.beside {
                let at = beside.blocks + block;
                beside.near = beside.reached(panel.block_low[at], panel.block_high[at]);
                self.alert |= beside.near;
            }
            self.stale = false;
        }
        self.alert
    }

    /// Whether this bar's prices could reach a position's stop or target, or break its margin, as [`Self::alert`] has left it.
    pub fn touched(&self, at: usize) -> bool {
        let beside = &self.beside[at];
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

    /// Under which month and regime the income of this bar goes.
    pub fn season(&self) -> Season {
        Season { month: self.month.0, regime: self.regime_at_open() }
    }

    /// Under which cell the income of a position goes.
    pub fn cell(&self, bucket: BucketId, narrative: Option<NarrativeId>, instrument: InstrumentId) -> Cell {
        Cell { bucket, narrative, asset: Some(self.market.instrument(instrument).asset) }
    }

    /// Whether the next bar opens in another calendar month (UTC).
    pub fn ends_month(&self) -> bool {
        self.market.clock.close(self.t) >= self.month.1
    }

    fn place(&self, bucket: BucketId, instrument: InstrumentId) -> usize {
        bucket.index() * self.market.instruments.len() + instrument.index()
    }

    /// Keeps a bucket out of an instrument for its cool-down.
    pub fn bar_entry(&mut self, bucket: BucketId, instrument: InstrumentId) {
        let bars = self.bucket(bucket).cooldown.in_bars(self.market.clock.bar);
        let place = self.place(bucket, instrument);
        self.barred_until[place] = self.t + bars;
    }

    /// Keeps a bucket out of an instrument for at least as long as out of another.
    pub fn bar_entry_as(&mut self, bucket: BucketId, other: InstrumentId, instrument: InstrumentId) {
        let (place, until) = (self.place(bucket, instrument), self.barred_until(bucket, other));
        self.barred_until[place] = self.barred_until[place].max(until);
    }

    pub fn barred_until(&self, bucket: BucketId, instrument: InstrumentId) -> usize {
        self.barred_until[self.place(bucket, instrument)]
    }

    /// A row of `decisions.csv` about an instrument in a bucket, at the open of this bar. Several buckets may trade one instrument, so the detail names
    /// the bucket first: `explain` tells a position what was decided about it, and nothing of the others.
    pub fn note(
        &mut self,
        rule: &str,
        (bucket, instrument): (BucketId, InstrumentId),
        verdict: Verdict,
        numbers: [Option<f64>; 2],
        why: &str,
    ) {
        let subject = self.market.instrument(instrument).symbol.clone();
        let [value, limit] = numbers;
        let detail = format!("bucket {}: {why}", self.bucket(bucket).name);
        self.story.decisions.push(Decision { time: self.now(), rule: rule.to_owned(), subject, verdict, value, limit, detail });
    }
}

/// A perpetual position as the venue's margin desk sees it.
pub(super) fn margin_view(position: &Position) -> crate::exchange::margin::Isolated {
    crate::exchange::margin::Isolated {
        direction: position.direction(),
        quantity: position.quantity.abs(),
        entry_price: position.entry_price(),
        wallet: position.margin().to_f64(),
    }
}
