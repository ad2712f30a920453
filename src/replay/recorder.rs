//! The record of a replay while it grows: it owns the run that is being built.

use crate::ledger::{Closed, Entry, Snapshot};
use crate::market::Market;
use crate::replay::assumption::assumptions;
use crate::replay::attribution::Cube;
use crate::replay::buckets::Left;
use crate::replay::decision::{Decision, Subject, Why};
use crate::replay::measure::Measure;
use crate::replay::reason::Reason;
use crate::replay::run::{Attribution, Fill, Run, Side, Trade};
use crate::signal::regime::Regime;
use crate::strategy::{Plan, Verdict};
use crate::units::{BucketId, InstrumentId, NarrativeId, Time, Usd};

#[derive(Debug)]
pub(super) struct Recorder {
    pub run: Run,
    /// The first bar of the window at which the benchmark is beyond what books can hold, and how many USD it comes to there.
    pub benchmark_beyond: Option<(usize, f64)>,
    /// Cross buckets whose pool was liquidated, and when.
    pub bankrupt: Vec<(BucketId, Time)>,
    /// Income by cell, as far as it has been attributed.
    pub cube: Cube,
    /// Narratives that buckets have left in this bar.
    pub left: Vec<Left>,
    /// Since when perpetuals outweigh their limit by more than their cash, on record.
    pub bound_since: Option<Time>,
}

/// One side of a conversion.
pub(super) struct Converted {
    pub instrument: InstrumentId,
    pub narrative: Option<NarrativeId>,
    pub quantity: f64,
    pub price: f64,
}

impl Recorder {
    /// Over the whole window, with nothing recorded yet.
    pub fn new(market: &Market, plan: &Plan, capital: Usd) -> Self {
        let clock = market.window();
        let bars = clock.bars;
        let (benchmark_name, benchmark, benchmark_beyond) = benchmark(market, capital);
        let run = Run {
            strategy: plan.name.clone(),
            about: plan.about.clone(),
            capital,
            clock,
            stopped: None,
            equity: Vec::with_capacity(bars),
            benchmark,
            benchmark_name,
            gross_exposure: Vec::with_capacity(bars),
            net_exposure: Vec::with_capacity(bars),
            margin_used: Vec::with_capacity(bars),
            regime: Vec::with_capacity(bars),
            follows_regimes: plan.follows_regimes,
            buckets: plan.buckets.iter().map(|bucket| bucket.name.clone()).collect(),
            criteria: plan.checklist.iter().flat_map(|list| list.criteria.keys().cloned()).collect(),
            hedges: plan.buckets.iter().filter_map(|bucket| Some((bucket.id, bucket.hedge?.of))).collect(),
            tax: plan.tax.clone(),
            bucket_values: Vec::with_capacity(bars * plan.buckets.len()),
            fills: Vec::new(),
            trades: Vec::new(),
            funding: Vec::new(),
            liquidations: Vec::new(),
            yields: Vec::new(),
            flows: Vec::new(),
            decisions: Vec::new(),
            exposure: Vec::new(),
            rotations: Vec::new(),
            narratives: Vec::new(),
            attribution: Attribution::default(),
            assumptions: assumptions(market, plan),
            cautions: Vec::new(),
            findings: Vec::new(),
        };
        Self { run, benchmark_beyond, bankrupt: Vec::new(), cube: Cube::default(), left: Vec::new(), bound_since: None }
    }

    /// A fresh row of bucket values to fill in.
    pub fn bucket_row(&mut self) -> &mut [Usd] {
        let (start, buckets) = (self.run.bucket_values.len(), self.run.buckets.len());
        self.run.bucket_values.resize(start + buckets, Usd::ZERO);
        &mut self.run.bucket_values[start..]
    }

    /// A row of bucket values; what they come to.
    pub fn bucket_values(&mut self, values: impl Iterator<Item = Usd>) -> Usd {
        let start = self.run.bucket_values.len();
        self.run.bucket_values.extend(values);
        self.run.bucket_values[start..].iter().copied().sum()
    }

    /// Rows of the curve so far.
    pub fn bars(&self) -> usize {
        self.run.equity.len()
    }

    /// A decision about an instrument in a bucket; its numbers are observed and threshold.
    pub fn note(
        &mut self,
        time: Time,
        (bucket, instrument): (BucketId, InstrumentId),
        verdict: Verdict,
        [observed, threshold]: [Option<f64>; 2],
        why: impl Into<Why>,
    ) {
        let (subject, narrative) = (Subject::Instrument(instrument), None);
        let (bucket, why) = (Some(bucket), why.into());
        self.run.decisions.push(Decision { time, bucket, subject, narrative, verdict, observed, threshold, why });
    }

    /// The bar is over: who has left a narrative has left it.
    pub fn log_bar_of_rotations(&mut self) {
        self.run.rotations.extend(self.left.drain(..).map(|left| left.step));
    }

    /// One row of the curve.
    pub fn close_bar(&mut self, snapshot: &Snapshot, regime: Regime) {
        let equity = snapshot.equity.to_f64();
        let of_equity = |notional: f64| if equity > 0.0 { notional / equity } else { 0.0 };
        self.run.equity.push(snapshot.equity);
        self.run.gross_exposure.push(of_equity(snapshot.gross));
        self.run.net_exposure.push(of_equity(snapshot.net));
        self.run.margin_used.push(snapshot.margin);
        self.run.regime.push(regime);
    }

    /// One row of `fills.csv`.
    #[allow(clippy::too_many_arguments, reason = "the columns of fills.csv")]
    pub fn fill(
        &mut self,
        time: Time,
        bucket: BucketId,
        instrument: InstrumentId,
        narrative: Option<NarrativeId>,
        side: Side,
        entry: &Entry,
        reason: Reason,
    ) {
        self.run.fills.push(Fill {
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
            reason,
        });
    }

    /// A coin that became another one, as two fills of the same money: so many of the one are gone, so many of the other are there.
    pub fn conversion(&mut self, time: Time, bucket: BucketId, old: &Converted, new: &Converted) {
        let notional = Usd::round(old.quantity * old.price);
        for (side, of) in [(Side::Sell, old), (Side::Buy, new)] {
            self.run.fills.push(Fill {
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
                reason: Reason::Conversion,
            });
        }
    }

    /// One row of `trades.csv`: a position from flat to flat.
    pub fn trade(&mut self, opened: Time, closed_at: Time, closed: &Closed, reason: Reason) {
        let (income, tally) = (&closed.income, &closed.tally);
        let pnl = closed.traded();
        let committed = tally.most_committed.to_f64();
        self.run.trades.push(Trade {
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
            exit_reason: reason,
        });
    }

    /// What was recorded, as the run over so many bars; what is said of it as a whole is not in it yet.
    pub fn into_run(self, bars: usize) -> Run {
        let mut run = self.run;
        run.clock.bars = bars;
        run.benchmark.truncate(bars);
        // Within a bar the moments come in order; settlements inside a bar carry their own later time.
        run.funding.sort_by_key(|payment| payment.time);
        run
    }
}

/// Buying the benchmark at the first close of the window with all capital, no costs, and holding it; flat before its first bar. Its name, its value at the
/// close of each bar of the window, and the first at which it is beyond what books can hold, where it ends.
fn benchmark(market: &Market, capital: Usd) -> (String, Vec<Usd>, Option<(usize, f64)>) {
    let measure = Measure::of(market);
    let (mut first, mut values, mut beyond) = (None, Vec::with_capacity(market.window().bars), None);
    for t in market.trading() {
        let price = measure.value(market, t);
        let dollars = if price.is_nan() { capital.to_f64() } else { capital.to_f64() * price / *first.get_or_insert(price) };
        if dollars > Usd::MOST.to_f64() {
            beyond = Some((values.len(), dollars));
            break;
        }
        values.push(Usd::round(dollars));
    }
    (measure.name(market).to_owned(), values, beyond)
}
