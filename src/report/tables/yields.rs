//! `yields.csv`: rewards, paid in kind, and interest on cash, paid in the quote currency.

use crate::replay::run::Yield;
use crate::report::tables::column::{Column, Rows, number, text, time, usd};

pub(super) const TABLE: Rows<Yield> =
    Rows { file: "yields.csv", columns: COLUMNS, each: |source, each| source.run().yields.iter().for_each(each) };

const COLUMNS: &[Column<Yield>] = &[
    time("time", |y, _| y.time),
    text("asset", |y, s| s.asset_or_quote(y.asset)),
    text("bucket", |y, s| s.bucket(y.bucket)),
    number("quantity", |y, _| y.quantity),
    number("price", |y, _| y.price),
    usd("amount", |y, _| y.amount),
];
