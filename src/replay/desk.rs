//! The state of one replay between bars.

use crate::exchange::costs::Taker;
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::ledger::{Books, Closed, Entry, Position};
use crate::market::{BLOCK, Kind, Market, TierTable};
use crate::replay::attribution::Cube;
use crate::replay::orders::{Order, PlannedFlow};
use crate::replay::run::Side;
use crate::replay::story::Story;
use crate::signal::regime::Regime;
use crate::strategy::{BucketWish, Holding, Plan};
use crate::units::{Bracket, BucketId, InstrumentId, NarrativeId, Time, Usd};

pub(super) struct Desk<'a> {
    pub market: &'a Market,
    pub plan: &'a Plan,
    pub regimes: &'a [Regime],
    /// The bar being replayed.
    pub t: usize,
    pub books: Books,
    pub story: Story,
    pub cube: Cube,
    pub orders: Vec<Order>,
    pub flows: Vec<PlannedFlow>,
    /// What the desk keeps beside each open position; the same places as [`Books::positions`].
    pub beside: Vec<Beside>,
    /// The buckets that hold perpetuals.
    pub perp_buckets: Vec<BucketId>,
    /// The highest maintenance rate any bracket of an instrument ever asks, closing fee included.
    pub most_margin: Vec<f64>,
    /// Bar from which a bucket may enter an instrument again, by bucket and instrument.
    pub barred_until: Vec<usize>,
    /// The last wish of each bucket.
    pub wishes: Vec<BucketWish>,
    /// Narratives each bucket is in, ascending.
    pub narratives: Vec<Vec<NarrativeId>>,
    pub last_top_up: Vec<Time>,
    /// Profit of trades closed in this bar, by bucket, for the waterfall.
    pub profits: Vec<Usd>,
    /// Whether any price of this block of bars could reach a stop or break a margin; while it is false, moments 2 and 5 are quiet.
    pub alert: bool,
    /// A position, a stop or a wallet has changed since `alert` was set.
    pub stale: bool,
    /// First bar at which some open position's listing has ended.
    pub next_delisting: usize,
}

/// Beside a position: when it was opened, where it is protected, from where on its margin must be tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub opened: Time,
    pub stop: Option<f64>,
    /// Bar at which its listing will have been silent for too long.
    pub delisted: usize,
    /// A mark price on the good side of this cannot liquidate, whatever the bracket; NaN for spot, which compares as safe.
    pub danger: f64,
    pub long: bool,
    /// Where its instrument's series begin in the panel.
    pub series: usize,
    /// Profit of its partial exits that has been offered to the waterfall already.
    pub offered: Usd,
}

impl Beside {
    /// Whether a mark price is so bad that the margin must be tested.
    #[inline]
    pub fn endangered(&self, mark: f64) -> bool {
        if self.long { mark <= self.danger } else { mark >= self.danger }
    }

    /// Whether a price range reaches the stop or the danger zone. NaN and no stop reach nothing.
    fn reached(&self, low: f64, high: f64) -> bool {
        if self.long {
            low <= self.danger.max(self.stop.unwrap_or(f64::NEG_INFINITY))
        } else {
            high >= self.danger.min(self.stop.unwrap_or(f64::INFINITY))
        }
    }

    /// Whether a price reaches the stop.
    #[inline]
    pub fn stopped(&self, price: f64) -> bool {
        self.stop.is_some_and(|stop| if self.long { price <= stop } else { price >= stop })
    }
}

impl<'a> Desk<'a> {
    pub fn new(market: &'a Market, regimes: &'a [Regime], plan: &'a Plan, capital: Usd) -> Self {
        let weights: Vec<f64> = plan.buckets.iter().map(|bucket| bucket.weight).collect();
        let places = plan.buckets.len() * market.instruments.len();
        Self {
            market,
            plan,
            regimes,
            t: 0,
            books: Books::open(capital, &weights),
            story: Story::new(market, plan, capital),
            cube: Cube::default(),
            orders: Vec::new(),
            flows: Vec::new(),
            beside: Vec::new(),
            perp_buckets: plan.buckets.iter().filter(|bucket| bucket.holding == Holding::Perp).map(|bucket| bucket.id).collect(),
            most_margin: market.tiers.iter().map(|tables| most_margin(market, tables)).collect(),
            barred_until: vec![0; places],
            wishes: vec![BucketWish::default(); plan.buckets.len()],
            narratives: vec![Vec::new(); plan.buckets.len()],
            last_top_up: vec![market.clock.start; plan.buckets.len()],
            profits: vec![Usd::ZERO; plan.buckets.len()],
            alert: false,
            stale: false,
            next_delisting: usize::MAX,
        }
    }

    pub fn now(&self) -> Time {
        self.market.clock.open(self.t)
    }

    pub fn place(&self, bucket: BucketId, instrument: InstrumentId) -> usize {
        bucket.index() * self.market.instruments.len() + instrument.index()
    }

    pub fn taker(&self, instrument: InstrumentId) -> Taker {
        let costs = &self.market.costs;
        let traded = self.market.instrument(instrument);
        let tier = self.market.tier_at(traded.asset, self.now());
        let fee = match traded.kind {
            Kind::Spot => costs.spot_taker,
            Kind::Perp => costs.perp_taker,
        };
        Taker { fee, half_spread: costs.half_spread[tier as usize] }
    }

    pub fn brackets(&self, instrument: InstrumentId) -> &'a [Bracket] {
        self.market.tiers_at(instrument, self.now()).unwrap_or(&DEFAULT_BRACKETS)
    }

    /// Whether the moments that look for stops and broken margins have anything to look at in this bar.
    pub fn alert(&mut self) -> bool {
        if self.stale || self.t.is_multiple_of(BLOCK) {
            let panel = &self.market.panel;
            let block = self.t / BLOCK;
            self.alert = self.beside.iter().zip(self.books.positions()).any(|(beside, position)| {
                let at = position.instrument.index() * panel.blocks() + block;
                beside.reached(panel.block_low[at], panel.block_high[at])
            });
            self.stale = false;
        }
        self.alert
    }

    /// Takes a position to flat at `reference`, less the cost of crossing; a perpetual loses at most its margin.
    pub fn exit(&mut self, at: usize, reference: f64, half_spread: f64, reason: &'static str) {
        let position = &self.books.positions()[at];
        let quantity = position.quantity;
        let side = if quantity > 0.0 { Side::Sell } else { Side::Buy };
        let taker = Taker { half_spread, ..self.taker(position.instrument) };
        let entry = self.fenced(at, -quantity, reference, &taker);
        self.reduce(at, &entry, side, reason);
    }

    /// A closing fill of all or part of a position. Ring-fence of a perpetual: beyond the bankruptcy price the venue's insurance pays, and the
    /// fee takes no more than what is left of the part's margin.
    pub fn fenced(&self, at: usize, quantity: f64, reference: f64, taker: &Taker) -> Entry {
        let position = &self.books.positions()[at];
        let (mut price, mut reference) = (taker.price(quantity.signum(), reference), reference);
        let mut fee = taker.fee(quantity * price);
        if position.margined {
            let isolated = margin_view(position);
            let bankruptcy = isolated.bankruptcy_price();
            if isolated.balance(price) < 0.0 {
                price = bankruptcy;
            }
            if isolated.balance(reference) < 0.0 {
                reference = bankruptcy;
            }
            let part = (quantity / position.quantity).abs();
            // A microdollar is kept back: notional and fee are rounded each for itself.
            fee = fee.min((isolated.balance(price) * part - 1e-6).max(0.0));
        }
        Entry { quantity, price, reference, fee: Usd::round(fee) }
    }

    /// Books a closing fill and its record. Profit realised by a part is offered to the waterfall at once, net of the fill's fee.
    pub fn reduce(&mut self, at: usize, entry: &Entry, side: Side, reason: &'static str) {
        let position = &self.books.positions()[at];
        let (bucket, instrument, narrative) = (position.bucket, position.instrument, position.narrative);
        let cost = Usd::round(-entry.quantity * position.entry_price());
        let realised = -entry.notional() - cost - entry.fee;
        self.story.fill(self.now(), bucket, instrument, narrative, side, entry, reason);
        if let Some(closed) = self.books.reduce(at, entry) {
            self.went_flat(at, &closed, reason);
        } else {
            if realised.is_positive() {
                self.beside[at].offered += realised;
                self.profits[bucket.index()] += realised;
            }
            self.protect(at);
        }
    }

    /// The position is gone: its trade is recorded, its income attributed, the profit not yet passed on offered to the waterfall.
    pub fn went_flat(&mut self, at: usize, closed: &Closed, reason: &'static str) {
        let beside = self.beside.remove(at);
        let asset = self.market.instrument(closed.instrument).asset;
        self.cube.add(closed.bucket, closed.narrative, asset, self.regime_at_open(), &closed.unbooked);
        self.story.trade(beside.opened, self.now(), closed, reason);
        self.profits[closed.bucket.index()] += (closed.income.total() - beside.offered).max(Usd::ZERO);
    }

    /// The phase as it was known when the bar opened.
    pub fn regime_at_open(&self) -> Regime {
        self.t.checked_sub(1).map_or(Regime::Unknown, |before| self.regimes[before])
    }

    /// Keeps a bucket out of an instrument for its cool-down.
    pub fn bar_entry(&mut self, bucket: BucketId, instrument: InstrumentId) {
        let bars = self.plan.buckets[bucket.index()].cooldown.in_bars(self.market.clock.bar);
        let place = self.place(bucket, instrument);
        self.barred_until[place] = self.t + bars;
    }
}

fn most_margin(market: &Market, tables: &[TierTable]) -> f64 {
    let brackets = tables.iter().flat_map(|table| &table.brackets).chain(&DEFAULT_BRACKETS);
    brackets.map(|bracket| bracket.rate).fold(0.0, f64::max) + market.costs.perp_taker
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
