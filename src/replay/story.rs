//! The growing record of a replay.

use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::ledger::{Closed, Entry, Snapshot};
use crate::market::{Kind, Market};
use crate::replay::desk::Desk;
use crate::replay::run::{Fill, Flow, FundingPayment, Liquidation, Rotation, Run, Side, Trade};
use crate::signal::History;
use crate::signal::regime::{self, Regime};
use crate::strategy::{Decision, Holding, Plan};
use crate::units::{BucketId, InstrumentId, NarrativeId, Time, Usd};

#[derive(Debug)]
pub(super) struct Story {
    capital: Usd,
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
    pub flows: Vec<Flow>,
    pub decisions: Vec<Decision>,
    pub rotations: Vec<Rotation>,
    /// Buckets that ever found something to hold.
    pub filled: Vec<bool>,
}

impl Story {
    pub fn new(market: &Market, plan: &Plan, capital: Usd) -> Self {
        let bars = market.clock.bars;
        Self {
            capital,
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
            flows: Vec::new(),
            decisions: Vec::new(),
            rotations: Vec::new(),
            filled: vec![false; plan.buckets.len()],
        }
    }

    /// A fresh row of bucket values to fill in.
    pub fn bucket_row(&mut self) -> &mut [Usd] {
        let start = self.bucket_values.len();
        self.bucket_values.resize(start + self.buckets, Usd::ZERO);
        &mut self.bucket_values[start..]
    }

    pub fn close_bar(&mut self, t: usize, snapshot: &Snapshot, regime: Regime) {
        debug_assert_eq!(self.equity.len(), t);
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

    pub fn trade(&mut self, opened: Time, closed_at: Time, closed: &Closed, reason: &'static str) {
        let (income, tally) = (&closed.income, &closed.tally);
        let pnl = income.total();
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
    pub fn finish(mut self) -> Run {
        // Everything is flat after the last bar; what is left unbooked is nothing, but the law is cheap to keep.
        self.attribute_open_positions();
        let (market, plan) = (self.market, self.plan);
        let attribution = self.cube.cut(market, plan);
        let cautions = self.cautions();
        let (benchmark_name, benchmark) = benchmark(market, self.story.capital);
        let mut story = self.story;
        // Within a bar the moments come in order; settlements inside a bar carry their own later time.
        story.funding.sort_by_key(|payment| payment.time);
        Run {
            strategy: plan.name.clone(),
            about: plan.about.clone(),
            capital: story.capital,
            clock: market.clock,
            equity: story.equity,
            benchmark,
            benchmark_name,
            gross_exposure: story.gross,
            net_exposure: story.net,
            margin_used: story.margin,
            regime: story.regime,
            buckets: plan.buckets.iter().map(|bucket| bucket.name.clone()).collect(),
            bucket_values: story.bucket_values,
            fills: story.fills,
            trades: story.trades,
            funding: story.funding,
            liquidations: story.liquidations,
            yields: Vec::new(),
            flows: story.flows,
            decisions: story.decisions,
            rotations: story.rotations,
            attribution,
            assumptions: assumptions(market),
            cautions,
        }
    }

    fn cautions(&self) -> Vec<String> {
        let mut cautions = self.plan.cautions.clone();
        for bucket in self.plan.buckets.iter().filter(|bucket| bucket.holding != Holding::Cash) {
            if !self.story.filled[bucket.id.index()] {
                cautions.push(format!(
                    "bucket `{}` never found a coin to hold in this market: its {:.0} % stayed in stablecoins",
                    bucket.name,
                    bucket.weight * 100.0
                ));
            }
        }
        for bucket in self.plan.buckets.iter().filter(|bucket| bucket.exit.is_some()) {
            let paid = || self.story.funding.iter().filter(|payment| payment.bucket == bucket.id);
            let blind = paid().filter(|payment| payment.assumed).count();
            if 2 * blind > paid().count() {
                cautions.push(format!(
                    "bucket `{}` leaves by funding, but most rates it met are the assumed constant: the rule was blind there",
                    bucket.name
                ));
            }
        }
        let assumed: Usd = self.story.funding.iter().filter(|payment| payment.assumed).map(|payment| payment.payment.abs()).sum();
        let total: Usd = self.story.funding.iter().map(|payment| payment.payment.abs()).sum();
        if assumed.is_positive() {
            cautions.push(format!(
                "{:.0} % of the funding that moved ({:.2} of {:.2} USD, paid and received) is assumed, not observed",
                assumed.to_f64() / total.to_f64() * 100.0,
                assumed.to_f64(),
                total.to_f64()
            ));
        }
        cautions
    }
}

/// Buying the benchmark at its first close with all capital, no costs, and holding it; flat before its first bar.
fn benchmark(market: &Market, capital: Usd) -> (String, Vec<Usd>) {
    let directory = History::at_close(market, 0).directory();
    let id = directory.benchmark();
    let name = market.asset(directory.asset_of(id)).name.clone();
    let mut first = None;
    let worth = (0..market.clock.bars)
        .map(|t| {
            let price = market.panel.value_at(id, t);
            if price.is_nan() {
                return capital;
            }
            Usd::round(capital.to_f64() * price / *first.get_or_insert(price))
        })
        .collect();
    (name, worth)
}

/// Every assumption in force, in words.
fn assumptions(market: &Market) -> Vec<(String, String)> {
    let bps = |rate: f64| format!("{} bp", (rate * 1e6).round() / 100.0);
    let costs = &market.costs;
    let perps = market.instruments.iter().filter(|instrument| instrument.kind == Kind::Perp).count();
    let tiered = market.tiers.iter().filter(|tables| !tables.is_empty()).count();
    let with_marks = market.panel.marked_bars.iter().filter(|&&bars| bars > 0).count();
    let rows = [
        ("decision", "at the close of a bar, from closed bars, settlements stamped before it and facts already known".to_owned()),
        (
            "orders",
            "market orders, filled at the next bar's open plus half the spread and the taker fee; no impact, no volume cap yet".to_owned(),
        ),
        ("fees", format!("spot taker {}, perpetual taker {}, of notional", bps(costs.spot_taker), bps(costs.perp_taker))),
        (
            "half-spread",
            format!("large {}, mid {}, small {}", bps(costs.half_spread[0]), bps(costs.half_spread[1]), bps(costs.half_spread[2])),
        ),
        ("stops", "worse of stop and open, less half the spread; the leg that hurts comes first".to_owned()),
        ("margin", "isolated; a liquidation loses the whole margin of the position, nothing comes back, nothing is owed".to_owned()),
        (
            "margin brackets",
            format!(
                "from the market for {tiered} of {perps} perpetuals; for the rest a stated default from {} % of notional upwards; closing fee counted",
                DEFAULT_BRACKETS[0].rate * 100.0
            ),
        ),
        ("mark price", format!("from the market for {with_marks} of {perps} perpetuals; for the rest the last price (longer wicks)")),
        (
            "funding",
            market.missing_rate_8h.map_or_else(
                || "settled rates at their own stamps".to_owned(),
                |rate| format!("settled rates at their own stamps; where history is missing {} % per 8 h", rate * 100.0),
            ),
        ),
        (
            "delisting",
            format!(
                "silent for {}: forced exit at the last price less {} %",
                market.listing.delisted_after,
                market.listing.penalty * 100.0
            ),
        ),
        (
            "waterfall",
            "profit of every winning exit, whole or in part, net of its own costs; losing trades are not netted against it".to_owned(),
        ),
        ("benchmark", "bought at the first close with all capital, without costs".to_owned()),
        ("end of data", "everything is closed at the last close, with costs".to_owned()),
        ("regime labels", regime::DESCRIPTION.to_owned()),
    ];
    rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
