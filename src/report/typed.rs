//! The types of the columns: what a table's text stands for. One name has one type, whatever table it is in.

use crate::fault::Fault;
use crate::market::columns::{Cells, parquet};
use crate::report::tables::Table;
use crate::units::Time;

/// Instants; everything that is neither here nor in [`NUMBERS`] is text.
pub const TIMES: &[&str] = &["time", "opened", "closed", "month"];
/// Fractions, prices, quantities and money, all as 64-bit floats; empty is null.
pub const NUMBERS: &[&str] = &[
    "equity",
    "benchmark",
    "drawdown",
    "gross_exposure",
    "net_exposure",
    "margin_used",
    "quantity",
    "price",
    "notional",
    "fee",
    "slippage",
    "entry_price",
    "exit_price",
    "price_pnl",
    "funding",
    "fees",
    "pnl",
    "return_on_margin",
    "mark_price",
    "rate",
    "interval_hours",
    "payment",
    "liquidation_price",
    "margin_lost",
    "amount",
    "value",
    "observed",
    "threshold",
    "margin",
    "unrealised",
    "liquidation_distance",
    "funding_received",
    "funding_paid",
    "funding_assumed",
    "liquidation",
    "yield",
    "total",
    "total_return",
    "cagr",
    "sharpe",
    "max_drawdown",
    "alpha",
    "final_equity",
    "liquidations",
    "of_step",
    "survives",
    "noise",
    "capital",
    "alpha_kept",
    "return_kept",
    "average_gross_exposure",
    "year",
    "proceeds",
    "cost",
    "gain",
    "held_over_a_year",
];

/// `fills.csv` and its rows as `fills.parquet` and its bytes.
pub fn parquet_of(table: &Table) -> Result<(String, Vec<u8>), Fault> {
    let file = format!("{}.parquet", table.file.trim_end_matches(".csv"));
    let columns = table.header.iter().enumerate().map(|(c, name)| ((*name).to_string(), cells(table, c, name))).collect();
    let bytes = parquet(&file, columns)?;
    Ok((file, bytes))
}

fn cells(table: &Table, c: usize, name: &str) -> Cells {
    let column = || table.rows.iter().map(|row| row[c].as_str());
    if TIMES.contains(&name) {
        Cells::Time(column().map(Time::parse).collect())
    } else if NUMBERS.contains(&name) {
        Cells::Number(column().map(|text| text.parse().ok()).collect())
    } else {
        Cells::Text(column().map(str::to_string).collect())
    }
}
