//! The CSV tables of one run, columns in the order of `formats.md` section 3. Money has six decimals, other numbers the shortest form that
//! reads back exactly, undefined is empty.

use std::path::Path;

use crate::fault::Fault;
use crate::market::{Kind, Market};
use crate::metrics::drawdown::drawdowns;
use crate::metrics::gains::gains as realised;
use crate::replay::run::Run;
use crate::report::typed::parquet_of;
use crate::report::words::{exact, exact_or_empty};
use crate::report::write::{broken, put};
use crate::units::{BucketId, InstrumentId, NarrativeId, Time};

/// One table: file name, header, rows.
pub struct Table {
    pub file: &'static str,
    pub header: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
}

const EQUITY: &[&str] = &["time", "equity", "benchmark", "drawdown", "gross_exposure", "net_exposure", "margin_used", "regime"];
const BUCKETS: &[&str] = &["time", "bucket", "value"];
const FILLS: &[&str] =
    &["time", "asset", "market", "symbol", "bucket", "narrative", "side", "quantity", "price", "notional", "fee", "slippage", "reason"];
const TRADES: &[&str] = &[
    "asset",
    "market",
    "symbol",
    "bucket",
    "narrative",
    "side",
    "opened",
    "closed",
    "quantity",
    "entry_price",
    "exit_price",
    "price_pnl",
    "funding",
    "fees",
    "slippage",
    "pnl",
    "return_on_margin",
    "exit_reason",
];
const FUNDING: &[&str] = &["time", "asset", "symbol", "bucket", "narrative", "quantity", "mark_price", "rate", "interval_hours", "payment"];
const LIQUIDATIONS: &[&str] =
    &["time", "asset", "symbol", "bucket", "side", "quantity", "mark_price", "liquidation_price", "margin_lost", "fee"];
const YIELDS: &[&str] = &["time", "asset", "bucket", "quantity", "price", "amount"];
const FLOWS: &[&str] = &["time", "from", "to", "amount", "reason"];
const DECISIONS: &[&str] = &["time", "rule", "bucket", "subject", "verdict", "observed", "threshold", "detail"];
const EXPOSURE: &[&str] = &[
    "time",
    "asset",
    "market",
    "symbol",
    "bucket",
    "narrative",
    "quantity",
    "entry_price",
    "price",
    "notional",
    "margin",
    "unrealised",
    "liquidation_price",
    "liquidation_distance",
];
const ATTRIBUTION: &[&str] = &[
    "month",
    "bucket",
    "narrative",
    "asset",
    "regime",
    "price",
    "funding_received",
    "funding_paid",
    "funding_assumed",
    "fees",
    "slippage",
    "liquidation",
    "yield",
    "total",
];
const ROTATIONS: &[&str] = &["time", "narrative", "bucket", "from_stage", "to_stage", "cause", "observed", "threshold"];
const GAINS: &[&str] =
    &["year", "asset", "market", "method", "quantity", "proceeds", "cost", "gain", "held_over_a_year", "funding", "unrealised"];

/// Every table of a strategy's folder and its columns.
pub const HEADERS: &[(&str, &[&str])] = &[
    ("equity.csv", EQUITY),
    ("buckets.csv", BUCKETS),
    ("fills.csv", FILLS),
    ("trades.csv", TRADES),
    ("funding.csv", FUNDING),
    ("liquidations.csv", LIQUIDATIONS),
    ("yields.csv", YIELDS),
    ("flows.csv", FLOWS),
    ("decisions.csv", DECISIONS),
    ("rotations.csv", ROTATIONS),
    ("exposure.csv", EXPOSURE),
    ("attribution.csv", ATTRIBUTION),
    ("gains.csv", GAINS),
];

/// Writes tables into `dir`, with `parquet` each of them in that form too.
pub fn write_tables(dir: &Path, tables: impl Iterator<Item = Table>, parquet: bool) -> Result<(), Fault> {
    for table in tables {
        put(&dir.join(table.file), &csv_bytes(&table)?)?;
        if parquet {
            let (file, bytes) = parquet_of(&table)?;
            put(&dir.join(file), &bytes)?;
        }
    }
    Ok(())
}

/// All tables of a run, in the order of `formats.md`.
#[must_use]
pub fn tables(market: &Market, run: &Run) -> Vec<Table> {
    let names = Names { market, run };
    vec![
        equity(run),
        buckets(run),
        fills(&names),
        trades(&names),
        funding(&names),
        liquidations(&names),
        yields(&names),
        flows(&names),
        decisions(&names),
        rotations(&names),
        exposure(&names),
        attribution(&names),
        gains(&names),
    ]
}

/// The bytes of a table: header first, one line a row.
pub fn csv_bytes(table: &Table) -> Result<Vec<u8>, Fault> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: &dyn std::fmt::Display| broken(Path::new(table.file), e);
    writer.write_record(table.header).map_err(|e| fault(&e))?;
    for row in &table.rows {
        writer.write_record(row).map_err(|e| fault(&e))?;
    }
    writer.into_inner().map_err(|e| fault(&e))
}

/// What ids are called.
struct Names<'a> {
    market: &'a Market,
    run: &'a Run,
}

impl Names<'_> {
    fn asset(&self, id: InstrumentId) -> String {
        self.market.asset(self.market.instrument(id).asset).name.clone()
    }
    fn kind(&self, id: InstrumentId) -> String {
        self.market.instrument(id).kind.name().to_string()
    }
    fn symbol(&self, id: InstrumentId) -> String {
        self.market.instrument(id).symbol.clone()
    }
    fn bucket(&self, id: BucketId) -> String {
        self.run.buckets[id.index()].clone()
    }
    fn narrative(&self, id: Option<NarrativeId>) -> String {
        id.map(|id| self.market.narrative(id).to_string()).unwrap_or_default()
    }
}

fn equity(run: &Run) -> Table {
    let wealth: Vec<f64> = run.equity.iter().map(|e| e.to_f64()).collect();
    let falls = drawdowns(&wealth, run.capital.to_f64());
    let row = |t: usize| {
        vec![
            run.clock.close(t).to_string(),
            run.equity[t].to_string(),
            run.benchmark.get(t).map(ToString::to_string).unwrap_or_default(),
            exact(falls[t]),
            exact(run.gross_exposure[t]),
            exact(run.net_exposure[t]),
            run.margin_used[t].to_string(),
            run.regime[t].name().to_string(),
        ]
    };
    Table { file: "equity.csv", header: EQUITY, rows: (0..run.equity.len()).map(row).collect() }
}

fn buckets(run: &Run) -> Table {
    let width = run.buckets.len();
    let mut rows = Vec::with_capacity(run.bucket_values.len());
    for t in 0..run.equity.len() {
        let time = run.clock.close(t).to_string();
        for (b, bucket) in run.buckets.iter().enumerate() {
            rows.push(vec![time.clone(), bucket.clone(), run.bucket_values[t * width + b].to_string()]);
        }
    }
    Table { file: "buckets.csv", header: BUCKETS, rows }
}

fn fills(names: &Names) -> Table {
    let rows = names.run.fills.iter().map(|f| {
        vec![
            f.time.to_string(),
            names.asset(f.instrument),
            names.kind(f.instrument),
            names.symbol(f.instrument),
            names.bucket(f.bucket),
            names.narrative(f.narrative),
            f.side.name().to_string(),
            exact(f.quantity),
            exact(f.price),
            f.notional.to_string(),
            f.fee.to_string(),
            f.slippage.to_string(),
            f.reason.name().to_string(),
        ]
    });
    Table { file: "fills.csv", header: FILLS, rows: rows.collect() }
}

fn trades(names: &Names) -> Table {
    let rows = names.run.trades.iter().map(|t| {
        vec![
            names.asset(t.instrument),
            names.kind(t.instrument),
            names.symbol(t.instrument),
            names.bucket(t.bucket),
            names.narrative(t.narrative),
            t.direction.name().to_string(),
            t.opened.to_string(),
            t.closed.to_string(),
            exact(t.quantity),
            exact(t.entry_price),
            exact(t.exit_price),
            t.price_pnl.to_string(),
            t.funding.to_string(),
            t.fees.to_string(),
            t.slippage.to_string(),
            t.pnl.to_string(),
            exact_or_empty(t.return_on_margin),
            t.exit_reason.name().to_string(),
        ]
    });
    Table { file: "trades.csv", header: TRADES, rows: rows.collect() }
}

fn funding(names: &Names) -> Table {
    let rows = names.run.funding.iter().map(|p| {
        vec![
            p.time.to_string(),
            names.asset(p.instrument),
            names.symbol(p.instrument),
            names.bucket(p.bucket),
            names.narrative(p.narrative),
            exact(p.quantity),
            exact(p.mark_price),
            exact(p.rate),
            exact(p.interval_hours),
            p.payment.to_string(),
        ]
    });
    Table { file: "funding.csv", header: FUNDING, rows: rows.collect() }
}

fn liquidations(names: &Names) -> Table {
    let rows = names.run.liquidations.iter().map(|l| {
        vec![
            l.time.to_string(),
            names.asset(l.instrument),
            names.symbol(l.instrument),
            names.bucket(l.bucket),
            l.direction.name().to_string(),
            exact(l.quantity),
            exact(l.mark_price),
            exact(l.liquidation_price),
            l.margin_lost.to_string(),
            l.fee.to_string(),
        ]
    });
    Table { file: "liquidations.csv", header: LIQUIDATIONS, rows: rows.collect() }
}

fn yields(names: &Names) -> Table {
    let rows = names.run.yields.iter().map(|y| {
        // Interest on cash is paid in the quote currency.
        let asset = y.asset.map_or(&names.market.quote, |id| &names.market.asset(id).name);
        vec![y.time.to_string(), asset.clone(), names.bucket(y.bucket), exact(y.quantity), exact(y.price), y.amount.to_string()]
    });
    Table { file: "yields.csv", header: YIELDS, rows: rows.collect() }
}

fn flows(names: &Names) -> Table {
    let rows = names
        .run
        .flows
        .iter()
        .map(|f| vec![f.time.to_string(), names.bucket(f.from), names.bucket(f.to), f.amount.to_string(), f.reason.name().to_string()]);
    Table { file: "flows.csv", header: FLOWS, rows: rows.collect() }
}

fn decisions(names: &Names) -> Table {
    let called = names.run.names(names.market);
    let rows = names.run.decisions.iter().map(|d| {
        vec![
            d.time.to_string(),
            d.rule().word(&called),
            d.bucket.map(|id| names.bucket(id)).unwrap_or_default(),
            d.subject.word(&called).to_string(),
            d.verdict.name().to_string(),
            exact_or_empty(d.observed),
            exact_or_empty(d.threshold),
            d.detail(&called),
        ]
    });
    Table { file: "decisions.csv", header: DECISIONS, rows: rows.collect() }
}

fn rotations(names: &Names) -> Table {
    let rows = names.run.rotations.iter().map(|r| {
        let (from, to) = r.step.ends();
        vec![
            r.time.to_string(),
            names.narrative(Some(r.narrative)),
            r.step.bucket().map(|id| names.bucket(id)).unwrap_or_default(),
            from.to_string(),
            to.to_string(),
            r.step.cause(),
            exact_or_empty(r.observed),
            exact_or_empty(r.threshold),
        ]
    });
    Table { file: "rotations.csv", header: ROTATIONS, rows: rows.collect() }
}

fn exposure(names: &Names) -> Table {
    let rows = names.run.exposure.iter().map(|e| {
        vec![
            e.time.to_string(),
            names.asset(e.instrument),
            names.kind(e.instrument),
            names.symbol(e.instrument),
            names.bucket(e.bucket),
            names.narrative(e.narrative),
            exact(e.quantity),
            exact(e.entry_price),
            exact(e.price),
            e.notional.to_string(),
            e.margin.map(|margin| margin.to_string()).unwrap_or_default(),
            e.unrealised.to_string(),
            exact_or_empty(e.liquidation_price),
            exact_or_empty(e.liquidation_distance),
        ]
    });
    Table { file: "exposure.csv", header: EXPOSURE, rows: rows.collect() }
}

fn attribution(names: &Names) -> Table {
    let rows = names.run.attribution.cube.iter().map(|row| {
        let mut cells = vec![
            row.month.to_string(),
            names.bucket(row.bucket),
            names.narrative(row.narrative),
            row.asset.map_or_else(|| names.market.quote.clone(), |asset| names.market.asset(asset).name.clone()),
            row.regime.name().to_string(),
        ];
        let (income, funding) = (&row.income, &row.funding);
        let lines = [
            income.price,
            funding.received,
            funding.paid,
            funding.assumed,
            income.fees,
            income.slippage,
            income.liquidation,
            income.yields,
            income.total(),
        ];
        cells.extend(lines.iter().map(ToString::to_string));
        cells
    });
    Table { file: "attribution.csv", header: ATTRIBUTION, rows: rows.collect() }
}

fn gains(names: &Names) -> Table {
    let rows = realised(names.run, |_| true, worth(names.market)).into_iter().map(|g| {
        let perp = names.market.instrument(g.instrument).kind == Kind::Perp;
        vec![
            g.year.to_string(),
            names.asset(g.instrument),
            names.kind(g.instrument),
            g.method.name().to_string(),
            exact(g.quantity),
            g.proceeds.to_string(),
            g.cost.to_string(),
            g.gain().to_string(),
            g.held_over_a_year.map(|gain| gain.to_string()).unwrap_or_default(),
            if perp { g.funding.to_string() } else { String::new() },
            g.unrealised.map(|gain| gain.to_string()).unwrap_or_default(),
        ]
    });
    Table { file: "gains.csv", header: GAINS, rows: rows.collect() }
}

/// What a contract was worth at a close, as the run itself values what it holds.
pub(super) fn worth(market: &Market) -> impl Fn(InstrumentId, Time) -> Option<f64> {
    |id, close| {
        let bar = market.clock.bar_of(close.plus(-1)).filter(|bar| *bar < market.panel.bars)?;
        Some(market.panel.value_at(id, bar)).filter(|price| price.is_finite())
    }
}
