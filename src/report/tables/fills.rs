//! `fills.csv`: one row a fill.

use crate::replay::run::Fill;
use crate::report::tables::column::{Column, Rows, number, text, time, usd};

pub(super) const TABLE: Rows<Fill> =
    Rows { file: "fills.csv", columns: COLUMNS, each: |source, each| source.run().fills.iter().for_each(each) };

const COLUMNS: &[Column<Fill>] = &[
    time("time", |f, _| f.time),
    text("asset", |f, s| s.asset(f.instrument)),
    text("market", |f, s| s.kind(f.instrument)),
    text("symbol", |f, s| s.symbol(f.instrument)),
    text("bucket", |f, s| s.bucket(f.bucket)),
    text("narrative", |f, s| s.narrative(f.narrative)),
    text("side", |f, _| f.side.name().into()),
    number("quantity", |f, _| f.quantity),
    number("price", |f, _| f.price),
    usd("notional", |f, _| f.notional),
    usd("fee", |f, _| f.fee),
    usd("slippage", |f, _| f.slippage),
    text("reason", |f, _| f.reason.name().into()),
];
