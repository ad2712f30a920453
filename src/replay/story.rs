//! The growing record of a replay.

use crate::ledger::{Closed, Entry, Snapshot};
use crate::market::Market;
use crate::replay::desk::Desk;
use crate::replay::findings::{filled_in_wicks, findings};
use crate::replay::run::{
    CONVERSION, Exposure, Fill, Flow, FundingPayment, Liquidation, NarrativeTrack, Rotation, Run, Side, Stage, Stop, Trade, Yield,
};
use crate::replay::words::{assumptions, stopped};
use crate::signal::regime::Regime;
use crate::signal::{History, StrategySignals};
use crate::strategy::{Decision, Plan};
use crate::units::{BucketId, Clock, InstrumentId, NarrativeId, Time, Usd};

#[derive(Debug)]
pub(super) struct Story {
    capital: Usd,
    pub benchmark: Benchmark,
    buckets: usize,
    equity: Vec<Usd>,
    gross: Vec<f64>,
    net: Vec<f64>,
    margin: Vec<Usd>,
    regime: Vec<Regime>,
    bucket_values: Vec<Usd>,
    pub fills: Vec<Fill>,
    pub trades: Vec<Trade>,
    pub funding: Vec<FundingPayment>,
    pub liquidations: Vec<Liquidation>,
    pub yields: Vec<Yield>,
    pub flows: Vec<Flow>,
    pub decisions: Vec<Decision>,
    pub exposure: Vec<Exposure>,
    /// Cross buckets whose pool was liquidated, and when.
    pub bankrupt: Vec<(BucketId, Time)>,
    pub rotations: Vec<Rotation>,
}

/// One side of a conversion.
pub(super) struct Converted {
    pub instrument: InstrumentId,
    pub narrative: Option<NarrativeId>,
    pub quantity: f64,
    pub price: f64,
}

impl Story {
    pub fn new(market: &Market, plan: &Plan, capital: Usd) -> Self {
        let bars = market.window().bars;
        Self {
            capital,
            benchmark: Benchmark::of(market, capital),
            buckets: plan.buckets.len(),
            equity: Vec::with_capacity(bars),
            gross: Vec::with_capacity(bars),
            net: Vec::with_capacity(bars),
            margin: Vec::with_capacity(bars),
            regime: Vec::with_capacity(bars),
            bucket_values: Vec::with_capacity(bars * plan.buckets.len()),
            fills: Vec::new(),
            trades: Vec::new(),
            funding: Vec::new(),
            liquidations: Vec::new(),
            yields: Vec::new(),
            flows: Vec::new(),
            decisions: Vec::new(),
            exposure: Vec::new(),
            bankrupt: Vec::new(),
            rotations: Vec::new(),
        }
    }

    /// A fresh row of bucket values to fill in.
    pub fn bucket_row(&mut self) -> &mut [Usd] {
        let start = self.bucket_values.len();
        self.bucket_values.resize(start + self.buckets, Usd::ZERO);
        &mut self.bucket_values[start..]
    }

    /// Rows of the curve so far.
    pub fn bars(&self) -> usize {
        self.equity.len()
    }

    pub fn close_bar(&mut self, snapshot: &Snapshot, regime: Regime) {
        let equity = snapshot.equity.to_f64();
        let of_equity = |notional: f64| if equity > 0.0 { notional / equity } else { 0.0 };
        self.equity.push(snapshot.equity);
        self.gross.push(of_equity(snapshot.gross));
        self.net.push(of_equity(snapshot.net));
        self.margin.push(snapshot.margin);
        self.regime.push(regime);
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of fills.csv")]
    pub fn fill(
        &mut self,
        time: Time,
        bucket: BucketId,
        instrument: InstrumentId,
        narrative: Option<NarrativeId>,
        side: Side,
        entry: &Entry,
        reason: &'static str,
    ) {
        self.fills.push(Fill {
            time,
            instrument,
            bucket,
            narrative,
            side,
            quantity: entry.quantity.abs(),
            price: entry.price,
            notional: Usd::round(entry.quantity.abs() * entry.price),
            fee: entry.fee,
            slippage: entry.slippage(),
            reason: reason.to_owned(),
        });
    }

    /// A coin that became another one, as two fills of the same money: so many of the one are gone, so many of the other are there.
    pub fn conversion(&mut self, time: Time, bucket: BucketId, gone: &Converted, there: &Converted) {
        let notional = Usd::round(gone.quantity * gone.price);
        for (side, of) in [(Side::Sell, gone), (Side::Buy, there)] {
            self.fills.push(Fill {
                time,
                instrument: of.instrument,
                bucket,
                narrative: of.narrative,
                side,
                quantity: of.quantity,
                price: of.price,
                notional,
                fee: Usd::ZERO,
                slippage: Usd::ZERO,
                reason: CONVERSION.to_owned(),
            });
        }
    }

    pub fn trade(&mut self, opened: Time, closed_at: Time, closed: &Closed, reason: &'static str) {
        let (income, tally) = (&closed.income, &closed.tally);
        let pnl = closed.traded();
        let committed = tally.most_committed.to_f64();
        self.trades.push(Trade {
            instrument: closed.instrument,
            bucket: closed.bucket,
            narrative: closed.narrative,
            direction: closed.direction,
            opened,
            closed: closed_at,
            quantity: tally.most_quantity,
            entry_price: tally.entry_notional / tally.entry_quantity,
            exit_price: tally.exit_notional / tally.exit_quantity,
            price_pnl: income.price + income.liquidation,
            funding: income.funding,
            fees: -income.fees,
            slippage: -income.slippage,
            pnl,
            return_on_margin: (committed > 0.0).then(|| pnl.to_f64() / committed),
            exit_reason: reason.to_owned(),
        });
    }
}

impl Desk<'_> {
    /// `stop`: why the run ends where it does, where that is not the end that was asked for.
    pub fn finish(mut self, stop: Option<Stop>) -> Run {
        // Everything is flat after the last bar of the market; a run that ends sooner has income that is not attributed yet.
        self.attribute_open_positions();
        let (market, plan, known) = (self.market, self.plan, self.known);
        let attribution = self.cube.cut(market, plan);
        let window = market.window();
        let clock = Clock { bars: stop.map_or(window.bars, |stop| stop.bars), ..window };
        let mut cautions = self.cautions();
        cautions.splice(0..0, stop.map(|stop| stopped(&clock, stop)));
        let mut story = self.story;
        story.benchmark.worth.truncate(clock.bars);
        // Within a bar the moments come in order; settlements inside a bar carry their own later time.
        story.funding.sort_by_key(|payment| payment.time);
        let mut run = Run {
            strategy: plan.name.clone(),
            about: plan.about.clone(),
            capital: story.capital,
            clock,
            stopped: stop,
            equity: story.equity,
            benchmark: story.benchmark.worth,
            benchmark_name: story.benchmark.name,
            gross_exposure: story.gross,
            net_exposure: story.net,
            margin_used: story.margin,
            regime: story.regime,
            buckets: plan.buckets.iter().map(|bucket| bucket.name.clone()).collect(),
            hedges: plan.buckets.iter().filter_map(|bucket| Some((bucket.id, bucket.hedge?.of))).collect(),
            bucket_values: story.bucket_values,
            fills: story.fills,
            trades: story.trades,
            funding: story.funding,
            liquidations: story.liquidations,
            yields: story.yields,
            flows: story.flows,
            decisions: story.decisions,
            exposure: story.exposure,
            rotations: story.rotations,
            narratives: tracks(market, known, clock.bars),
            attribution,
            assumptions: assumptions(market, plan),
            cautions,
            findings: Vec::new(),
        };
        run.findings = findings(market, plan, &run);
        run.cautions.extend(filled_in_wicks(market, &run));
        run
    }
}

/// Buying the benchmark at the first close of the window with all capital, no costs, and holding it; flat before its first bar.
#[derive(Debug)]
pub(super) struct Benchmark {
    name: String,
    /// At the close of each bar of the window, up to where it is beyond what books can hold.
    worth: Vec<Usd>,
    /// The first bar of the window at which it is, and how many USD it comes to there.
    pub beyond: Option<(usize, f64)>,
}

impl Benchmark {
    fn of(market: &Market, capital: Usd) -> Self {
        let directory = History::at_close(market, 0).directory();
        let id = directory.benchmark();
        let (mut first, mut worth, mut beyond) = (None, Vec::with_capacity(market.window().bars), None);
        for t in market.trading() {
            let price = market.panel.value_at(id, t);
            let dollars = if price.is_nan() { capital.to_f64() } else { capital.to_f64() * price / *first.get_or_insert(price) };
            if dollars > Usd::MOST.to_f64() {
                beyond = Some((worth.len(), dollars));
                break;
            }
            worth.push(Usd::round(dollars));
        }
        Self { name: market.asset(directory.asset_of(id)).name.clone(), worth, beyond }
    }
}

/// The course of every narrative whose stages a strategy follows, over so many bars.
fn tracks(market: &Market, known: &StrategySignals, bars: usize) -> Vec<NarrativeTrack> {
    let last = History::at_close(market, market.clock.bars - 1);
    let of = |narrative| {
        let index = known.index(&last, narrative)?[market.first..market.first + bars].to_vec();
        let mut steps = known.steps(narrative).peekable();
        let mut now = Stage::default();
        let stage = market.trading().take(bars).map(|t| {
            while let Some((_, to)) = steps.next_if(|(time, _)| *time <= market.clock.close(t)) {
                now = to;
            }
            now
        });
        let stage = stage.collect();
        Some(NarrativeTrack { narrative, index, stage })
    };
    if known.has_stages() { last.directory().narratives().filter_map(of).collect() } else { Vec::new() }
}
